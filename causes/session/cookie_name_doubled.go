package session

import (
	"fmt"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// CookieNameDoubled: the request brings two cookies of one name. A browser does so when they were set with different Path
// or Domain; which of them a server takes is its own affair (RFC 6265bis 5.8.3 and 4.2.2), and it took the stale one.
var CookieNameDoubled = &cause.Cause{
	ID:      "cookie-name-doubled",
	Title:   "two cookies of one name are sent, and the server takes the stale one",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   append([]string{"session-not-shared-between-backends"}, generalities...),
	Partial: true,
	Suspect: cause.OnRecordToo(func(v *cause.View) *cause.Suspicion {
		if v.First() == nil || v.Request.Header.Has("Authorization") || !loginWanted(v) {
			return nil
		}
		name, n := doubled(v.Request)
		if n < 2 {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.7, Because: []fact.Fact{
			v.Asked("It brings %d cookies of the name %s with different values.", n, shown(name, "of the session")),
			v.Saw("The answer asks for a login: %d.", v.Answer.Status()),
		}}
		if n == 2 { // of more than two it would take more tries than are right
			s.Trials = []cause.Trial{oneOf(name, n-1, "last"), oneOf(name, 0, "first")}
			if viaProxy(v.Answer) { // backends that take turns may let it in by chance
				s.Trials[0], s.Trials[1] = s.Trials[0].Carrying(cause.Strong), s.Trials[1].Carrying(cause.Strong)
			}
		}
		s.Raise = []cause.Raise{{
			Command: "document.cookie.split('; ').map(c => c.split('=')[0]).sort()", Where: "in the browser's console on the page; the developer tools show HttpOnly cookies too, with Path and Domain",
			Would: "list the name twice",
		}}
		s.Remedies = []cause.Remedy{{
			ID: "delete-stale-cookie", Title: "delete the site's cookies and log in again", For: "client",
			Effect: "one cookie of the name is left", Opens: "nothing",
			Steps:  []string{"browser: delete the site's cookies, those of the parent domain too, and log in; scripts: send the newest of the two only"},
			Verify: "the request brings one cookie of the name and is let in; without it the login is asked for", Undo: "none needed",
		}, {
			ID: "expire-former-cookie", Title: "end the former cookie where Path or Domain of the session cookie was changed", For: "server",
			Effect: "browsers drop the stale one by themselves", Opens: "nothing",
			Steps: []string{
				"once, with the former Path and Domain: Set-Cookie: session=; Path=/old; Domain=example.com; Max-Age=0",
				"or give the session cookie a new name; applications on one host or under one parent domain need different names",
			},
			Verify: "after one visit the request brings one cookie of the name; without a login the page is still refused", Undo: "take the line out again",
		}}
		return s
	}, twoOfOneName),
}

// pairs are the cookies of a request, over all its Cookie fields, in order.
func pairs(r exchange.Request) []cookie.Pair {
	var out []cookie.Pair
	for _, f := range r.Header.Values("Cookie") {
		out = append(out, cookie.ParseCookie(f)...)
	}
	return out
}

// doubled finds a name that can be a session's and stands more than once with different values, and how often.
func doubled(r exchange.Request) (name string, n int) {
	all := pairs(r)
	for i, p := range all {
		if !sessionName.MatchString(p.Name) || noiseName.MatchString(p.Name) || p.Value.Empty() {
			continue
		}
		var values []secret.Text
		for _, q := range all[i:] {
			if q.Name == p.Name && !slices.ContainsFunc(values, q.Value.Equal) {
				values = append(values, q.Value)
			}
		}
		if len(values) > 1 {
			return p.Name, len(values)
		}
	}
	return "", 0
}

// oneOf leaves of the cookies called name the one with the value that is the i-th to come.
func oneOf(name string, i int, which string) cause.Trial {
	return cause.Trial{Key: fmt.Sprintf("one-cookie-%d", i), Change: "only the " + which + " of the two cookies", Follow: true,
		Edit: func(r exchange.Request) exchange.Request {
			var values, kept []secret.Text
			for _, p := range pairs(r) {
				at := slices.IndexFunc(values, p.Value.Equal)
				if p.Name == name && at < 0 {
					values, at = append(values, p.Value), len(values)
				}
				if p.Name == name && at != i {
					continue
				}
				if len(kept) > 0 {
					kept = append(kept, secret.Public("; "))
				}
				kept = append(kept, secret.Public(p.Name+"="), p.Value)
			}
			r.Header = r.Header.With(exchange.Field{Name: "Cookie", Value: secret.Join(kept...)})
			return r
		}}.Passing()
}
