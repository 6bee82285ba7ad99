package nginx

import (
	"strings"

	"github.com/why401/why401/conf"
)

// hidden follows what hangs on fields that the record of a request does not show. A subrequest shares it.
type hidden struct {
	*conf.Partly
	looks   int               // at such fields, so far
	last    string            // the field that was looked at last
	values  int               // of Authorization, whose password is not known, so far
	tainted map[string]string // variables that were made of such a field, and of which
}

// look notes that a value of the field is asked for.
func (r *run) look(field string) {
	h := r.hidden
	switch {
	case h == nil:
	case h.Hides(field):
		h.looks, h.last = h.looks+1, field
	case strings.EqualFold(field, "Authorization") && h.Vouches():
		h.values++
	}
}

// watch stands around the evaluation of something that a decision depends on. What it gives says on which hidden field the
// value depends, and whether the value holds a password that is not known; the decision then settles it.
func (r *run) watch() func() (field string, password bool) {
	h := r.hidden
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

// lookAt notes what builtin variables look at.
func (r *run) lookAt(name string) {
	if r.hidden == nil {
		return
	}
	switch {
	case name == "http_host" || name == "http_authorization":
		r.look(strings.TrimPrefix(name, "http_"))
	case strings.HasPrefix(name, "http_"):
		r.look(fieldName(name[5:]))
	case strings.HasPrefix(name, "cookie_"):
		r.look("Cookie")
	case name == "proxy_add_x_forwarded_for":
		r.look("X-Forwarded-For")
	case name == "content_length" || name == "content_type":
		r.look(fieldName(name))
	case name == "args" || name == "query_string" || strings.HasPrefix(name, "arg_"):
		r.look("query")
	case name == "remote_user":
		r.look("Authorization")
		if h := r.hidden; h.values > 0 && h.Vouches() {
			h.values-- // the user is known, it is the password that is not
		}
	case strings.HasPrefix(name, "ssl_client_") && r.tls:
		r.look("the client's certificate")
	}
}

// taint remembers whether a variable that stays was made of a hidden field.
func (r *run) taint(name, field string) {
	if r.hidden == nil {
		return
	}
	if field == "" {
		delete(r.hidden.tainted, name)
		return
	}
	r.hidden.tainted[name] = field
}

// fieldName is the usual spelling of the field behind a variable: x_api_key is X-Api-Key.
func fieldName(variable string) string {
	parts := strings.Split(variable, "_")
	for i, p := range parts {
		if p != "" {
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "-")
}
