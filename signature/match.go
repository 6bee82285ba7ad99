package signature

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// statusIs asks for one of some status codes; a code below 10 stands for its class (4 is 4xx).
type statusIs []int

func (s statusIs) holds(r *reply) bool {
	if r.status == 0 && r.x.Unseen&exchange.StatusLine != 0 {
		return true // a body or a sentence that was pasted alone: its status is not known
	}
	return slices.ContainsFunc(s, func(c int) bool { return c == r.status || c == r.status/100 })
}
func (s statusIs) cost() int { return 1 }
func (s statusIs) shown(r *reply) []observation {
	return []observation{{text: "status " + strconv.Itoa(r.status), plain: true}}
}

// reasonIs asks for the reason phrase, exactly. HTTP/2 has none, so it never holds there.
type reasonIs string

func (s reasonIs) holds(r *reply) bool {
	return r.x.Response.Reason == string(s) && strings.HasPrefix(r.x.Response.Proto, "HTTP/1")
}
func (s reasonIs) cost() int { return 1 }
func (s reasonIs) shown(*reply) []observation {
	return []observation{{text: fmt.Sprintf("reason phrase %q", string(s)), plain: true}}
}

// headerHas asks about one response header field. Closed values are asked, never opened.
type headerHas struct {
	name   string
	id     int
	family bool     // name is a prefix: any field whose name begins with it
	re     *pattern // nil: presence is enough
	fold   string   // the lower-case text that re looks for, when it is plain text inside the value
	say    string   // how the report names it when the value is closed
}

func (h headerHas) match(v secret.Text) bool {
	switch {
	case h.re == nil:
		return true
	case h.fold != "" && !v.Closed():
		return strings.Contains(strings.ToLower(v.String()), h.fold)
	}
	return v.Match(h.re)
}

func (h headerHas) holds(r *reply) bool {
	if h.family {
		return r.family[h.id] != ""
	}
	return slices.ContainsFunc(r.named[h.id], h.match)
}

func (h headerHas) cost() int {
	if h.re != nil {
		return 4
	}
	return 2
}

func (h headerHas) shown(r *reply) []observation {
	if h.family {
		return []observation{{text: "header " + r.family[h.id]}}
	}
	for _, v := range r.named[h.id] {
		switch {
		case !h.match(v):
		case h.re == nil:
			return []observation{{text: "header " + h.name}}
		case v.Closed():
			return []observation{{text: h.name + ": " + h.say}}
		default:
			return []observation{{text: h.name + ": " + quote(v.String())}}
		}
	}
	return nil
}

// headerGone asks that a response header field is not there.
type headerGone struct {
	name   string
	id     int
	family bool
}

func (h headerGone) holds(r *reply) bool {
	if h.family {
		return r.family[h.id] == ""
	}
	return len(r.named[h.id]) == 0
}
func (h headerGone) cost() int { return 1 }
func (h headerGone) shown(*reply) []observation {
	return []observation{{text: "no header " + h.name, plain: true}}
}

// cookieSet asks for a cookie in Set-Cookie by name, or by the beginning of the name.
type cookieSet struct {
	id     int // of set-cookie
	name   string
	prefix bool
}

func (c cookieSet) holds(r *reply) bool {
	want := c.name
	if !c.prefix {
		want += "="
	}
	return slices.ContainsFunc(r.named[c.id], func(v secret.Text) bool { return v.HasPrefix(want) })
}
func (c cookieSet) cost() int { return 2 }
func (c cookieSet) shown(*reply) []observation {
	name := c.name
	if c.prefix {
		name += "..."
	}
	return []observation{{text: "sets the cookie " + name}}
}

// bodyHas asks for a literal in the body, in the body with its escapes undone, or (phrases only) in a challenge.
type bodyHas struct {
	lit       string
	id        int
	challenge []int // ids of the challenge headers to look at as well
}

func (b bodyHas) holds(r *reply) bool { return r.found[b.id] || b.inChallenge(r) }

func (b bodyHas) inChallenge(r *reply) bool {
	for _, id := range b.challenge {
		if slices.ContainsFunc(r.named[id], func(v secret.Text) bool { return v.Contains(b.lit) }) {
			return true
		}
	}
	return false
}
func (b bodyHas) cost() int { return 1 + 4*len(b.challenge) }
func (b bodyHas) shown(r *reply) []observation {
	where := "body"
	if !r.found[b.id] {
		where = "challenge"
	}
	return []observation{{text: fmt.Sprintf("%s contains %q", where, b.lit)}}
}

// bodyIs asks for the whole body, blanks around it aside unless exact.
type bodyIs struct {
	text  string
	exact bool
}

func (b bodyIs) holds(r *reply) bool {
	if len(r.body) > len(b.text)+16 {
		return false
	}
	if b.exact {
		return string(r.body) == b.text
	}
	return strings.TrimSpace(string(r.body)) == b.text
}
func (b bodyIs) cost() int { return 2 }
func (b bodyIs) shown(*reply) []observation {
	if b.text == "" {
		return []observation{{text: "empty body", plain: true}}
	}
	return []observation{{text: fmt.Sprintf("body is %q", b.text)}}
}

// bodyMatch asks for a pattern in the first part of the body.
type bodyMatch struct{ re *pattern }

func (b bodyMatch) holds(r *reply) bool { return b.re.Match(r.head()) }
func (b bodyMatch) cost() int           { return 100 }
func (b bodyMatch) shown(r *reply) []observation {
	return []observation{{text: "body contains " + strconv.Quote(quote(string(b.re.Find(r.head()))))}}
}

// fromProxy asks whether the reply is a proxy's answer to CONNECT.
type fromProxy struct{}

func (fromProxy) holds(r *reply) bool { return r.x.Conn.FromProxy }
func (fromProxy) cost() int           { return 1 }
func (fromProxy) shown(*reply) []observation {
	return []observation{{text: "answer to CONNECT"}}
}

const quoteMax = 80

// quote cuts a piece of a reply to what a report may hold: one short line, and nothing that looks like a token.
func quote(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if secret.Looks(strings.Trim(w, `"'<>(),;=`)) {
			words[i] = "..."
		}
	}
	s = secret.Scrub(strings.Join(words, " "))
	if len(s) > quoteMax {
		s = strings.ToValidUTF8(s[:quoteMax], "") + "..."
	}
	return s
}
