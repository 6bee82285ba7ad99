package store

import (
	"fmt"
	"strings"

	"github.com/why401/why401/exchange"
)

// git follows gitcredentials(7), git-config(1) (url.<base>.insteadOf, http.<url>.extraHeader) and libcurl's use of
// .netrc: an extra header goes out at once and hides what comes after it, and so does the login in the URL, after insteadOf
// has rewritten it; .netrc is tried next, and then the helpers are asked in order. Of the helpers only store is looked into,
// which keeps its logins in a file; the others are named.
func git(q *query) {
	q.Looked, q.Asked = q.u.Origin().String(), true
	settings := q.of("git")
	q.rewrite(settings)
	user := ""
	name, password, _ := q.u.User.Cut(":")
	name, password = unescape(name), unescape(password)
	if !name.Empty() {
		user = name.Reveal()
	}
	for _, s := range settings {
		if section(s, "credential") && s.Name == "username" && user == "" && q.matches(pattern(s, "credential")) {
			user = word(s)
			q.note(s.From, "credential.username limits the search to the user "+user+".")
		}
	}
	var first []Entry
	if headers := q.extraHeaders(settings); len(headers) > 0 {
		q.Asked = false
		first = append(first, headers...)
	}
	if !password.Empty() {
		first = append(first, Entry{Key: urlLogin, User: name, Value: basicValue(name, password), Here: true, Why: "an extra header goes out before any login"})
	}
	q.take(first, "")
	netrc := q.netrc(user, false)
	stored, lists := q.stored(user), false
	var named []Entry // helpers that are not asked here
	for _, h := range q.helpers(settings) {
		if !h.store {
			named = append(named, h.Entry)
			continue
		}
		lists = true
		for _, e := range stored {
			q.give(e, "an earlier source has a login")
		}
	}
	// libcurl tries .netrc by itself; when that is refused git goes on to the helpers, so neither hides the other.
	for i, e := range netrc {
		switch {
		case q.Sent == nil:
			q.Sent = &e
		case i == 0 && !found(q.Sent.Key):
			q.note(e.From, e.Key+" is tried as well: git sends it before it asks a helper.")
		default:
			q.lose(e, "an extra header, the login in the URL or an earlier entry comes first")
		}
	}
	for _, e := range named {
		if q.Sent != nil && found(q.Sent.Key) {
			q.lose(e, "an extra header or the login in the URL comes first")
			continue
		}
		if q.Sent == nil {
			q.Sent = &e
			continue
		}
		q.note(e.From, e.Key+": "+e.Kept+", and is asked when what comes first is refused.")
	}
	if !lists {
		for _, e := range stored {
			q.miss(e, "no credential.helper is set to store, so git does not read this file")
		}
	}
	if q.Sent != nil {
		q.Sent.Why = ""
	}
}

const urlLogin = "the login in the URL"

// found reports a source after which git asks no helper: what it has is sent, and a refusal ends the command.
func found(key string) bool { return key == urlLogin || strings.HasSuffix(key, ".extraHeader") }

// give appends an entry behind what was found so far.
func (q *query) give(e Entry, why string) {
	if q.Sent == nil {
		q.Sent = &e
		return
	}
	q.lose(e, why)
}

func section(s exchange.Setting, name string) bool {
	if len(s.Context) == 0 { // as git config --list writes it
		return strings.HasPrefix(strings.ToLower(s.Name), name+".")
	}
	return s.Context[0] == name || strings.HasPrefix(s.Context[0], name+" ")
}

// pattern is the URL of a section: `https://git.test` of [credential "https://git.test"]; "" for all.
func pattern(s exchange.Setting, name string) string {
	if len(s.Context) > 0 {
		return strings.TrimPrefix(strings.TrimPrefix(s.Context[0], name), " ")
	}
	return strings.TrimPrefix(strings.TrimPrefix(s.Name[:max(0, strings.LastIndexByte(s.Name, '.'))], name), ".")
}

func (q *query) matches(p string) bool {
	if p == "" {
		return true
	}
	u, err := exchange.ParseURL(p)
	if err != nil || u.Scheme != q.u.Scheme || u.Port != q.u.Port {
		return false
	}
	if star, ok := strings.CutPrefix(u.Host, "*."); ok {
		if _, rest, ok := strings.Cut(q.u.Host, "."); !ok || rest != star {
			return false
		}
	} else if u.Host != q.u.Host {
		return false
	}
	return u.Path == "" || strings.HasPrefix(q.u.Path+"/", strings.TrimSuffix(u.Path, "/")+"/")
}

func last(name string) string { return strings.ToLower(name[strings.LastIndexByte(name, '.')+1:]) }

// rewrite applies url.<base>.insteadOf: the longest that fits wins.
func (q *query) rewrite(settings []exchange.Setting) {
	var best exchange.Setting
	length := 0
	for _, s := range settings {
		if !section(s, "url") || last(s.Name) != "insteadof" {
			continue
		}
		from := value(s).Reveal()
		if from != "" && strings.HasPrefix(q.address(), from) && len(from) > length {
			best, length = s, len(from)
		}
	}
	if length == 0 {
		return
	}
	to := pattern(best, "url")
	if len(best.Args) > 1 {
		to = best.Args[1].Reveal() // the reader closed it, because there is a login in it
	}
	u, err := exchange.ParseURL(to + q.address()[length:])
	if err != nil {
		q.note(best.From, "url.<base>.insteadOf makes another address of this one: git speaks another protocol than http there.")
		return
	}
	login := ""
	if !u.User.Empty() {
		login = ", with a login in it"
	}
	q.note(best.From, fmt.Sprintf("url.<base>.insteadOf sends this request to %s%s%s.", u.Origin(), u.ShownPath(), login))
	q.u, q.Looked = u, u.Origin().String()
}

func (q *query) address() string {
	return q.u.Origin().String() + q.u.Path
}

// extraHeaders gives the Authorization fields that http.<url>.extraHeader adds.
func (q *query) extraHeaders(settings []exchange.Setting) []Entry {
	var out []Entry
	for _, s := range settings {
		if !section(s, "http") || last(s.Name) != "extraheader" {
			continue
		}
		p := pattern(s, "http")
		if len(s.Args) == 0 {
			if q.matches(p) {
				out = nil // an empty value takes away those before it
			}
			continue
		}
		if !s.Args[0].EqualFold("Authorization") || len(s.Args) < 2 {
			continue
		}
		e := Entry{Key: strings.TrimSuffix("http."+p, ".") + ".extraHeader", From: s.From, Value: s.Args[1], Here: true}
		if q.matches(p) {
			out = append(out, e)
			continue
		}
		e.Here = false
		if u, err := exchange.ParseURL(p); err == nil {
			q.elsewhere(e, u, "it is bound to "+u.ShownPath()+", and the request goes to "+q.u.ShownPath())
		}
	}
	return out
}

// helper is a credential helper.
type helper struct {
	Entry
	store bool
}

func (q *query) helpers(settings []exchange.Setting) []helper {
	var out []helper
	for _, s := range settings {
		if !section(s, "credential") || last(s.Name) != "helper" {
			continue
		}
		p := pattern(s, "credential")
		if !q.matches(p) {
			continue
		}
		v := word(s)
		if v == "" && !value(s).Closed() {
			out = nil // an empty helper takes away those before it
			continue
		}
		if v == "" {
			v = "with a secret in its command"
		}
		program := strings.Fields(v)[0]
		out = append(out, helper{store: program == "store",
			Entry: Entry{Key: strings.TrimSuffix("credential."+p, ".") + ".helper", From: s.From, Kept: "the helper " + program + " keeps it", Here: true}})
	}
	return out
}

// stored gives the entries of .git-credentials for the URL (git-credential-store(1)): protocol, host and port must be
// the same, and the user where one is named.
func (q *query) stored(user string) []Entry {
	var out []Entry
	for _, s := range q.of("git-credentials") {
		u, name, password, ok := login(unescapedPort(value(s).Reveal()))
		if !ok {
			continue
		}
		e := Entry{Key: u.Origin().String(), From: s.From, User: name, Value: basicValue(name, password)}
		if u.Origin() == q.u.Origin() && (user == "" || name.Is(user)) {
			e.Here = true
			out = append(out, e)
			continue
		}
		q.elsewhere(e, u, "it is the login of another user than the one that the URL names")
	}
	return out
}

// elsewhere notes an entry for u that the request does not get; here says why when u is of the request's own origin.
func (q *query) elsewhere(e Entry, u exchange.URL, here string) {
	switch {
	case u.Origin() == q.u.Origin():
		e.Here = true
		q.miss(e, here)
	case u.Host == q.u.Host && u.Scheme != q.u.Scheme:
		q.miss(e, "it is bound to "+u.Scheme+", and the request goes by "+q.u.Scheme)
	default:
		if why := differs(host(u), host(q.u)); why != "" {
			q.miss(e, why)
		}
	}
}

// unescapedPort undoes how git itself writes the colon before the port (credential-store.c, store_credential_file).
func unescapedPort(address string) string {
	at := strings.LastIndexByte(address, '@')
	head, tail := address[:at+1], address[at+1:]
	return head + strings.Replace(strings.Replace(tail, "%3a", ":", 1), "%3A", ":", 1)
}
