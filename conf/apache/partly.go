package apache

import (
	"strings"

	"github.com/why401/why401/conf"
)

// hidden follows what hangs on fields that the record of a request does not show. All visits of one trace share it.
type hidden struct {
	*conf.Partly
	looks   int               // at such fields, so far
	last    string            // the field that was looked at last
	values  int               // of Authorization, whose password is not known, so far
	tainted map[string]string // variables of the environment that were made of such a field, and of which
}

// field is the request's field for a decision; where it is not shown, that is noted.
func (v *visit) field(name string) string {
	switch h := v.hidden; {
	case h == nil:
	case h.Hides(name):
		h.looks, h.last = h.looks+1, name
	case strings.EqualFold(name, "Authorization") && h.Vouches():
		h.values++
	}
	return v.in.get(name)
}

// variableOf is a variable of the environment for a decision.
func (v *visit) variableOf(name string) string {
	if h := v.hidden; h != nil && h.tainted[name] != "" {
		h.looks, h.last = h.looks+1, h.tainted[name]
	}
	return v.env.get(name)
}

// watch stands around the evaluation of what a decision depends on. What it gives says on which hidden field, and whether the
// password counted; the decision then settles it.
func (v *visit) watch() func() (field string, password bool) {
	h := v.hidden
	if h == nil {
		return func() (string, bool) { return "", false }
	}
	looks, values := h.looks, h.values
	return func() (field string, password bool) {
		if h.looks > looks {
			field = h.last
		}
		password = h.values > values
		h.looks, h.values = looks, values
		return field, password
	}
}

// either is the outcome of a decision, which may go the other way when it depends on a hidden field.
func (v *visit) either(at conf.Place, field string, natural bool) bool {
	if field == "" {
		return natural
	}
	return v.hidden.Way(at, field, 2, boolInt(natural)) == 1
}

// taint remembers of what hidden field a variable of the environment was made.
func (v *visit) taint(name, field string) {
	switch {
	case v.hidden == nil:
	case field == "":
		delete(v.hidden.tainted, name)
	default:
		v.hidden.tainted[name] = field
	}
}
