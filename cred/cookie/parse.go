// Package cookie reads Cookie and Set-Cookie fields and answers what a browser does with them: whether it stores a
// cookie and with which URLs it sends it (RFC 6265bis, draft-ietf-httpbis-rfc6265bis).
//
// It holds no jar and sends nothing. Values stay closed.
package cookie

import (
	"strings"
	"time"

	"github.com/why401/why401/secret"
)

// SameSite is the SameSite attribute as a browser understands it.
type SameSite string

// The values. Default means absent or not understood: browsers then act as with Lax, most for two minutes after
// storing less strictly.
const (
	Default SameSite = ""
	Lax     SameSite = "Lax"
	Strict  SameSite = "Strict"
	None    SameSite = "None"
)

// Pair is a name and value of a Cookie field.
type Pair struct {
	Name  string // as written; showable unless secret.Looks
	Value secret.Text
}

// ParseCookie splits the value of a Cookie field (RFC 6265bis 4.2). Pieces without "=" are cookies without a name.
func ParseCookie(v secret.Text) []Pair {
	var out []Pair
	for piece := range strings.SplitSeq(v.Reveal(), ";") {
		piece = trim(piece)
		if piece == "" {
			continue
		}
		name, value, eq := strings.Cut(piece, "=")
		if !eq {
			name, value = "", name
		}
		out = append(out, Pair{trim(name), secret.New(trim(value))})
	}
	return out
}

// Set is one Set-Cookie field.
type Set struct {
	Name        string
	Value       secret.Text
	Size        int    // name and value, in bytes
	Domain      string // as a browser uses it: lower case, without the leading dot; "" when absent or empty
	HasDomain   bool   // a Domain attribute with a value was written
	DomainAsSet string // as written
	Path        string // as written when it begins with "/", else ""
	HasPath     bool
	Secure      bool
	HTTPOnly    bool
	Partitioned bool
	SameSite    SameSite
	SameSiteRaw string    // as written, "" when absent
	Expires     time.Time // zero when absent or not a date
	BadExpires  bool      // an Expires that is no date
	MaxAge      *int64    // seconds; nil when absent or not a number
	Unknown     []string  // names of other attributes, showable
	Control     bool      // a control character: browsers drop the whole field
	LongAttr    bool      // an attribute value over 1024 bytes, which browsers ignore
}

// Limits of RFC 6265bis 5.6.
const (
	MaxSize      = 4096
	maxAttribute = 1024
)

// Parse reads one Set-Cookie field value (RFC 6265bis 5.6). It never fails; Stores says whether a browser takes it.
func Parse(v secret.Text) Set {
	s := v.Reveal()
	var c Set
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7f {
			c.Control = true
		}
	}
	first, attrs, _ := strings.Cut(s, ";")
	name, value, eq := strings.Cut(first, "=")
	if !eq {
		name, value = "", name
	}
	c.Name, c.Value = trim(name), secret.New(trim(value))
	c.Size = len(c.Name) + c.Value.Len()
	for piece := range strings.SplitSeq(attrs, ";") {
		name, value, _ := strings.Cut(piece, "=")
		c.attribute(trim(name), trim(value))
	}
	return c
}

func (c *Set) attribute(name, value string) {
	if len(value) > maxAttribute {
		c.LongAttr = true
		return
	}
	switch strings.ToLower(name) {
	case "":
	case "expires":
		t, ok := ParseDate(value)
		c.BadExpires = !ok
		if ok {
			c.Expires = t
		}
	case "max-age":
		if n, ok := maxAge(value); ok {
			c.MaxAge = &n
		}
	case "domain":
		d := strings.ToLower(strings.TrimPrefix(value, "."))
		c.Domain, c.HasDomain, c.DomainAsSet = d, d != "", value
	case "path":
		c.HasPath, c.Path = true, ""
		if strings.HasPrefix(value, "/") {
			c.Path = value
		}
	case "secure":
		c.Secure = true
	case "httponly":
		c.HTTPOnly = true
	case "partitioned":
		c.Partitioned = true
	case "samesite":
		c.SameSite, c.SameSiteRaw = Default, value
		for _, known := range []SameSite{Lax, Strict, None} {
			if strings.EqualFold(value, string(known)) {
				c.SameSite = known
			}
		}
	default:
		if len(name) > 32 || secret.Looks(name) {
			name = secret.New(name).String()
		}
		c.Unknown = append(c.Unknown, name)
	}
}

// maxAge reads digits with an optional minus; a number too large counts as the largest.
func maxAge(s string) (int64, bool) {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	const most = 400 * 24 * 3600 // the cap of RFC 6265bis 5.6.2
	var n int64
	for i := range len(digits) {
		if n = n*10 + int64(digits[i]-'0'); n > most {
			n = most
		}
	}
	if s != digits {
		n = -n
	}
	return n, true
}

// Expired reports that the cookie is set to be deleted or gone by now.
func (c Set) Expired(now time.Time) bool {
	if c.MaxAge != nil {
		return *c.MaxAge <= 0
	}
	return !c.Expires.IsZero() && !c.Expires.After(now)
}

// Session reports a cookie that lives until the browser closes.
func (c Set) Session() bool { return c.MaxAge == nil && c.Expires.IsZero() }

func trim(s string) string { return strings.Trim(s, " \t") }
