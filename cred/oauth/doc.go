// Package oauth reads what authorization servers and protected resources publish about themselves: the metadata of RFC
// 8414 and of OpenID Connect Discovery 1.0, the metadata of RFC 9728, and the answers of token introspection (RFC 7662).
//
// It sends nothing and trusts nothing: it says where a document would be, what stands in one, and in what a document
// departs from its own rules. Documents are strangers' text. They are read leniently, so that one wrong member does not
// hide the others, and within bounds: so many bytes, members, elements, and no deeper than package jwt reads. Whether a
// document is fetched at all is decided by the origins that the user named (docs/safety.md).
package oauth

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/why401/why401/cred/jwt"
)

// Bounds of what is read.
const (
	maxDocument = 1 << 20
	maxList     = 200  // elements of a list
	maxText     = 2048 // bytes of a member's text
)

// document is an object that is being read, with what was odd about it.
type document struct {
	obj   map[string]any
	flaws []string
}

// open reads body as one JSON object. what names it in errors, which hold none of its content.
func open(what string, body []byte) (*document, error) {
	if len(body) > maxDocument {
		return nil, fmt.Errorf("%s: %d bytes, more than the %d that are read", what, len(body), maxDocument)
	}
	if t := strings.TrimSpace(string(body[:min(len(body), 64)])); t == "" {
		return nil, fmt.Errorf("%s: empty; expected a JSON object", what)
	} else if strings.HasPrefix(t, "<") {
		return nil, fmt.Errorf("%s: a page of HTML or XML; expected a JSON object", what)
	}
	obj, flaws, err := jwt.Object(what, body)
	if err != nil {
		return nil, err
	}
	d := &document{obj: obj}
	for _, f := range flaws {
		d.flaws = append(d.flaws, string(f))
	}
	return d, nil
}

func (d *document) flaw(format string, args ...any) {
	d.flaws = append(d.flaws, fmt.Sprintf(format, args...))
}

// text is a member that should be a string.
func (d *document) text(name string) string {
	switch v := d.obj[name].(type) {
	case nil:
	case string:
		if len(v) <= maxText {
			return v
		}
		d.flaw("%s: longer than %d bytes", name, maxText)
	default:
		d.flaw("%s: expected a string", name)
	}
	return ""
}

func (d *document) name(name string) jwt.Name { return jwt.NameOf(d.text(name)) }

// texts is a member that should be a list of strings. A string alone is taken for a list: of one element, or of several
// with blanks between, as scopes are often written.
func (d *document) texts(name string) []string {
	switch v := d.obj[name].(type) {
	case nil:
	case string:
		d.flaw("%s: a string; expected a list of strings", name)
		return strings.Fields(v[:min(len(v), maxText)])
	case []any:
		var out []string
		for _, e := range v[:min(len(v), maxList)] {
			s, ok := e.(string)
			if !ok || len(s) > maxText {
				d.flaw("%s: an element is no string of at most %d bytes", name, maxText)
				continue
			}
			out = append(out, s)
		}
		if len(v) > maxList {
			d.flaw("%s: %d elements; %d were read", name, len(v), maxList)
		}
		return out
	default:
		d.flaw("%s: expected a list of strings", name)
	}
	return nil
}

// shown is texts as it may be printed.
func (d *document) shown(name string) []string {
	out := d.texts(name)
	for i := range out {
		out[i] = jwt.NameOf(out[i]).Show
	}
	return out
}

func (d *document) names(name string) []jwt.Name {
	var out []jwt.Name
	for _, s := range d.texts(name) {
		out = append(out, jwt.NameOf(s))
	}
	return out
}

// yes is a member that should be true or false.
func (d *document) yes(name string) bool {
	switch v := d.obj[name].(type) {
	case nil:
	case bool:
		return v
	case string:
		d.flaw("%s: a string; expected true or false", name)
		return strings.EqualFold(v, "true")
	case json.Number:
		d.flaw("%s: a number; expected true or false", name)
		return v.String() == "1"
	default:
		d.flaw("%s: expected true or false", name)
	}
	return false
}
