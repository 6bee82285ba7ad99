// Package store answers, for a URL, which stored login a client program would send: docker, npm, pip, Maven, git, and
// what reads a .netrc. It says from which file and line the login comes, which entries fit as well and lose against it,
// and which miss by little, and by what.
//
// It works on settings that others have read. It opens no file and runs no program: a credential helper is named, never
// called. Each file of this package names the source of the rules it follows.
package store

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// Entry is one stored login, or the place where one is kept.
type Entry struct {
	Key  string      // as the file writes it: "//registry.test/npm/:_authToken", `server "nexus"`, "machine registry.test"
	From fact.Source // file and line
	User secret.Text // "" when the entry names nobody; public when it may be shown

	// Value is the Authorization value that the login becomes; empty when it is not known from the files.
	Value secret.Text
	// Kept says why Value is not known: "the helper docker-credential-pass keeps it".
	Kept string

	Why  string // of an entry that is not used: what it loses to, or how it differs from what is looked up
	Here bool   // it is bound to the very host and port of the URL, so trying it there takes it nowhere new
}

// Answer is which stored login a client would send for a URL.
type Answer struct {
	Client   string
	Looked   string       // what the client looks up: "https://index.docker.io/v1/", "//registry.test/npm/"
	URL      exchange.URL // what is asked in the end: git may rewrite it
	Sent     *Entry       // nil when nothing is found
	Asked    bool         // it is sent only after a challenge asked for it
	Shadowed []Entry
	Near     []Entry
	Notes    []fact.Fact // what else the files say about this URL
}

// Empty reports that the files say nothing about the URL at all.
func (a Answer) Empty() bool {
	return a.Sent == nil && len(a.Shadowed)+len(a.Near)+len(a.Notes) == 0
}

// client is how one program looks a login up.
type client struct {
	systems []string // of the settings it is read from, its own first
	look    func(*query)
}

var clients = map[string]client{
	"docker": {[]string{"docker"}, docker},
	"npm":    {[]string{"npmrc", "env"}, npm},
	"pip":    {[]string{"pip", "netrc", "env"}, pip},
	"maven":  {[]string{"maven"}, maven},
	"git":    {[]string{"git", "git-credentials", "netrc"}, git},
	"curl":   {[]string{"netrc"}, curl},
}

// Clients are the names that Look knows, sorted.
func Clients() []string {
	var out []string
	for n := range clients {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// Knows reports a client that Look knows.
func Knows(name string) bool { _, ok := clients[name]; return ok }

// Of names the clients whose own configuration stands in settings, sorted.
func Of(settings []exchange.Setting) []string {
	var out []string
	for n, c := range clients {
		if slices.ContainsFunc(settings, func(s exchange.Setting) bool { return s.System == c.systems[0] }) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// Look says which login the client called name would send for u. ok is false for a client that is not known.
func Look(name string, u exchange.URL, settings []exchange.Setting) (Answer, bool) {
	c, ok := clients[name]
	if !ok {
		return Answer{}, false
	}
	q := &query{Answer: Answer{Client: name}, u: u}
	for _, s := range settings {
		if slices.Contains(c.systems, s.System) {
			q.settings = append(q.settings, s)
		}
	}
	c.look(q)
	q.URL = q.u
	return q.Answer, true
}

// query is one look-up.
type query struct {
	Answer
	u        exchange.URL
	settings []exchange.Setting
}

func (q *query) of(system string) []exchange.Setting {
	var out []exchange.Setting
	for _, s := range q.settings {
		if s.System == system {
			out = append(out, s)
		}
	}
	return out
}

// take makes the first of es the login that is sent and the rest shadowed; why says against what they lose.
func (q *query) take(es []Entry, why string) {
	for _, e := range es {
		if q.Sent == nil {
			q.Sent = &e
			continue
		}
		q.lose(e, why)
	}
}

func (q *query) lose(e Entry, why string) {
	e.Why = cmp.Or(e.Why, why)
	q.Shadowed = append(q.Shadowed, e)
}

func (q *query) miss(e Entry, why string) {
	e.Why = why
	q.Near = append(q.Near, e)
}

func (q *query) note(from fact.Source, text string) {
	q.Notes = append(q.Notes, fact.Fact{Text: text, From: from})
}

// value is the first argument of s, without the quotation marks that some files have around it.
func value(s exchange.Setting) secret.Text {
	if len(s.Args) == 0 {
		return secret.Text{}
	}
	return s.Args[0]
}

// word is value as it may be compared and shown; "" when it is closed.
func word(s exchange.Setting) string {
	if v := value(s); !v.Closed() {
		return strings.TrimSpace(v.String())
	}
	return ""
}

// host is the host of u with its port when that is not the scheme's own.
func host(u exchange.URL) string { return strings.ToLower(u.Authority()) }

// hostOf cuts scheme, userinfo and path off an address.
func hostOf(address string) string {
	if _, rest, ok := strings.Cut(address, "//"); ok {
		address = rest
	}
	if i := strings.IndexAny(address, "/?#"); i >= 0 {
		address = address[:i]
	}
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

// bareHost cuts the port off a host.
func bareHost(h string) string {
	if i := strings.LastIndexByte(h, ':'); i > strings.LastIndexByte(h, ']') {
		return h[:i]
	}
	return h
}

// differs says how the host an entry is stored for departs from the one that is asked, or "" when they have little in
// common: then the entry is another machine's business.
func differs(stored, asked string) string {
	s, a := bareHost(stored), bareHost(asked)
	switch {
	case stored == asked || stored == "":
		return ""
	case s == a && s == stored:
		return "it stands without the port, and the client looks up " + asked
	case s == a && a == asked:
		return "it has the port " + stored[len(s)+1:] + ", and the client looks up " + asked
	case s == a:
		return "it has the port " + stored[len(s)+1:] + ", and the client asks port " + asked[len(a)+1:]
	case strings.TrimSuffix(s, ".") == strings.TrimSuffix(a, "."):
		return "it ends in a dot otherwise than " + asked
	case loopback(s) && loopback(a):
		return "it is stored for " + stored + ", and " + asked + " is another name of the same machine"
	case "www."+s == a || s == "www."+a:
		return "it differs from " + asked + " in www."
	case short(s) && strings.HasPrefix(a, s+".") || short(a) && strings.HasPrefix(s, a+"."):
		return "one of " + stored + " and " + asked + " has the domain and the other has not"
	}
	return ""
}

func loopback(h string) bool {
	return h == "localhost" || h == "127.0.0.1" || h == "[::1]" || strings.HasSuffix(h, ".localhost")
}

// short reports a host without a domain.
func short(h string) bool { return h != "" && !strings.ContainsAny(h, ".:") }

// base is the file name of a source.
func base(s fact.Source) string { return path.Base(strings.ReplaceAll(s.File, `\`, "/")) }

// basicValue is the Authorization value of a login.
func basicValue(user, password secret.Text) secret.Text {
	if user.Empty() && password.Empty() {
		return secret.Text{}
	}
	return exchange.Login{User: user, Password: password}.BasicField().Value
}

// Variable names the environment variable that v consists of or holds ("${NPM_TOKEN}"), or "".
func Variable(v secret.Text) string {
	s := v.Reveal()
	i := strings.Index(s, "${")
	if i < 0 {
		return ""
	}
	name, _, ok := strings.Cut(s[i+2:], "}")
	name = strings.TrimSuffix(strings.TrimPrefix(name, "env."), "?")
	if !ok || name == "" || strings.IndexFunc(name, func(r rune) bool {
		return r != '_' && r != '.' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) >= 0 {
		return ""
	}
	return name
}
