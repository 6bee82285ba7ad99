package step

import (
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/secret"
)

// Hidden follows what hangs on fields that the record of a request does not show: which of them a decision looked at, and which
// variables were made of them. All parts of one trace share it. nil is for a request that is known as a whole.
type Hidden struct {
	partly *conf.Partly
	looks  int               // at such fields, so far
	last   string            // the field that was looked at last
	values int               // of Authorization, whose password is not known, so far
	made   map[string]string // variables that were made of such a field, and of which
}

// Hide gives what follows p, nil for a request that is known as a whole.
func Hide(p *conf.Partly) *Hidden {
	if p == nil {
		return nil
	}
	return &Hidden{partly: p, made: map[string]string{}}
}

// Look notes that a value of the field is asked for.
func (h *Hidden) Look(field string) {
	switch {
	case h == nil:
	case h.partly.Hides(field):
		h.LookAs(field)
	case strings.EqualFold(field, "Authorization") && h.partly.Vouches():
		h.values++
	}
}

// LookAs notes that something is asked for that may be another than the request says, by the name what.
func (h *Hidden) LookAs(what string) {
	if h != nil {
		h.looks, h.last = h.looks+1, what
	}
}

// LookAtUser notes that the user of Authorization is asked for. The user is known where only the password is not.
func (h *Hidden) LookAtUser() {
	if h == nil {
		return
	}
	values := h.values
	h.Look("Authorization")
	h.values = values
}

// Variable notes that a variable is asked for, which may have been made of such a field.
func (h *Hidden) Variable(name string) {
	if h != nil && h.made[name] != "" {
		h.LookAs(h.made[name])
	}
}

// Make remembers of what hidden field a variable was made, "" for none.
func (h *Hidden) Make(name, field string) {
	switch {
	case h == nil:
	case field == "":
		delete(h.made, name)
	default:
		h.made[name] = field
	}
}

// Seen gives a function that says at which such field was looked since, "" for none.
func (h *Hidden) Seen() func() string {
	if h == nil {
		return func() string { return "" }
	}
	looks := h.looks
	return func() string {
		if h.looks > looks {
			return h.last
		}
		return ""
	}
}

// Watch stands around the evaluation of something that a decision depends on. What it gives says on which hidden field the value
// depends, and whether it holds a password that is not known; the decision then settles it.
func (h *Hidden) Watch() func() (field string, password bool) {
	if h == nil {
		return func() (string, bool) { return "", false }
	}
	looks, values, seen := h.looks, h.values, h.Seen()
	return func() (field string, password bool) {
		field, password = seen(), h.values > values
		h.looks, h.values = looks, values
		return field, password
	}
}

// Way is the way that a decision takes which depends on field; natural where it depends on none.
func (h *Hidden) Way(at conf.Place, field string, n, natural int) int {
	if h == nil || field == "" {
		return natural
	}
	return h.partly.Way(at, field, n, natural)
}

// Either is Way for a decision between yes and no.
func (h *Hidden) Either(at conf.Place, field string, natural bool) bool {
	n := 0
	if natural {
		n = 1
	}
	return h.Way(at, field, 2, n) == 1
}

// Vouches reports that the password is not in the request, and that there is somebody who speaks for it.
func (h *Hidden) Vouches() bool { return h != nil && h.partly.Vouches() }

// Password asks who speaks for it whether it is the one behind hash, where Vouches says that there is somebody.
func (h *Hidden) Password(user string, hash secret.Text) (fit conf.Fit, why string) {
	return h.partly.Password(user, hash)
}
