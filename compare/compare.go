// Package compare says in what two requests differ that ended differently: one that was let in and one that was
// refused. What authentication depends on comes first. It names fields, schemes, kinds of credentials and the claims of
// tokens; of values it says only that they differ.
//
// It decides no cause and sends nothing.
package compare

import (
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Area is what a difference is about, most telling first.
type Area string

// The areas, in the order in which they are shown.
const (
	Credential Area = "credential" // whether there is one, its place, scheme and kind
	Form       Area = "form"       // what is wrong with how it is written
	Token      Area = "token"      // claims and header of a JWT
	Identity   Area = "identity"   // user name, password, the value itself
	Cookies    Area = "cookies"
	Target     Area = "target" // scheme, host, port
	Method     Area = "method"
	Path       Area = "path" // path and query
	Field      Area = "header field"
	Body       Area = "body"
	Redirect   Area = "redirect"
	Noise      Area = "other" // fields that differ from request to request and mean nothing here
	Answer     Area = "answer"
)

var order = []Area{Credential, Form, Token, Identity, Cookies, Target, Method, Path, Field, Body, Redirect, Noise, Answer}

// Difference is one thing in which they differ. The texts may be shown.
type Difference struct {
	Area Area
	What string // "Authorization", "claim aud", "header X-Tenant"
	Good string // what it is in the good one; "absent" when it is not there
	Bad  string
}

// Result is what a comparison found.
type Result struct {
	Good, Bad    *exchange.Exchange // nil when tokens alone were compared
	Differences  []Difference       // of the requests, most telling first, noise last
	Answers      []Difference       // of the replies: consequences, no causes
	Unseen       []string           // what a record does not show, so that it may differ unseen
	EndDiffer    bool               // the outcomes differ
	OneThing     bool               // they are the same but for one difference, and end differently
	Undetectable bool               // they are the same as far as can be seen, and end differently
}

// Telling are the differences that may explain the outcome.
func (r Result) Telling() []Difference {
	return slices.DeleteFunc(slices.Clone(r.Differences), func(d Difference) bool { return d.Area == Noise })
}

// absent is how a missing thing is told.
const absent = "absent"

// finder collects differences.
type finder struct{ list []Difference }

func (f *finder) add(a Area, what, good, bad string) {
	if good == bad {
		return
	}
	if good == "" {
		good = absent
	}
	if bad == "" {
		bad = absent
	}
	f.list = append(f.list, Difference{a, what, good, bad})
}

func (f *finder) sorted() []Difference {
	slices.SortStableFunc(f.list, func(a, b Difference) int { return slices.Index(order, a.Area) - slices.Index(order, b.Area) })
	return f.list
}

// Exchanges compares the good exchange with the bad one. Parts that one of the records does not show are not compared.
func Exchanges(good, bad *exchange.Exchange) Result {
	r := Result{Good: good, Bad: bad}
	f := &finder{}
	unseen := good.Unseen | bad.Unseen
	a, b := good.Request, bad.Request
	if unseen&exchange.RequestLine == 0 {
		target(f, a, b)
	}
	if unseen&exchange.RequestHeader == 0 {
		if unseen&exchange.RequestCredentials == 0 {
			credentials(f, a, b)
			cookies(f, a, b)
		}
		fields(f, a, b)
	}
	if unseen&exchange.RequestBody == 0 && !a.Body.Equal(b.Body) {
		f.add(Body, "body", size(a.Body), size(b.Body))
	}
	if good.Hop != bad.Hop {
		f.add(Redirect, "redirects before it", hops(good.Hop), hops(bad.Hop))
	}
	r.Differences = f.sorted()
	r.Answers = answers(good, bad)
	r.Unseen = hidden(good, bad)
	r.judge()
	return r
}

// judge draws the conclusions.
func (r *Result) judge() {
	r.EndDiffer = r.Good != nil && r.Bad != nil && r.Good.Status() != r.Bad.Status()
	n := len(r.Telling())
	r.OneThing = r.EndDiffer && n == 1 && len(r.Unseen) == 0
	r.Undetectable = r.EndDiffer && n == 0
}

func hops(n int) string {
	switch n {
	case 0:
		return "none"
	case 1:
		return "one"
	}
	return "several"
}

func size(t secret.Text) string {
	if t.Empty() {
		return absent
	}
	return "present, other bytes"
}

func hidden(good, bad *exchange.Exchange) []string {
	var out []string
	for _, p := range []struct {
		part exchange.Parts
		name string
	}{{exchange.RequestLine, "method and URL"}, {exchange.RequestHeader, "the request's header"},
		{exchange.RequestCredentials, "the credentials, which were taken out of the record"}, {exchange.StatusLine, "the status"}} {
		switch g, b := good.Unseen&p.part != 0, bad.Unseen&p.part != 0; {
		case g && b:
			out = append(out, "neither shows "+p.name)
		case g:
			out = append(out, "the good one does not show "+p.name)
		case b:
			out = append(out, "the bad one does not show "+p.name)
		}
	}
	return out
}

// target compares method and URL.
func target(f *finder, a, b exchange.Request) {
	f.add(Method, "method", a.Method, b.Method)
	f.add(Target, "scheme", a.URL.Scheme, b.URL.Scheme)
	f.add(Target, "host", a.URL.Host, b.URL.Host)
	f.add(Target, "port", a.URL.Port, b.URL.Port)
	pa, _, _ := strings.Cut(a.URL.ShownPath(), "?")
	pb, _, _ := strings.Cut(b.URL.ShownPath(), "?")
	f.add(Path, "path", pa, pb)
	seen := map[string]bool{}
	for _, p := range append(slices.Clone(a.URL.Query), b.URL.Query...) {
		if seen[p.Name] {
			continue
		}
		seen[p.Name] = true
		va, oka := a.URL.Param(p.Name)
		vb, okb := b.URL.Param(p.Name)
		name := p.Name
		if secret.Looks(name) {
			name = secret.New(name).String()
		}
		f.add(Path, "query parameter "+name, presence(va, oka, vb), presence(vb, okb, va))
	}
}

// presence tells of a value: absent, its text when it may be shown, else only that it is another.
func presence(v secret.Text, ok bool, other secret.Text) string {
	switch {
	case !ok:
		return absent
	case !v.Closed() && v.Len() <= 60:
		return quoted(v.String())
	case v.Equal(other):
		return "the same"
	}
	return "present, " + v.String()
}

func quoted(s string) string {
	if s == "" {
		return "empty"
	}
	return s
}
