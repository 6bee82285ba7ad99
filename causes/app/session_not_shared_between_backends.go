package app

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// SessionNotShared: several servers answer for one name, and each knows only its own sessions or keys.
var SessionNotShared = &cause.Cause{
	ID:        "session-not-shared-between-backends",
	Title:     "the same request is let in and refused in turn: backends differ",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides:     []string{"session-expired", "redirect-to-login-instead-of-401", "200-login-page-instead-of-401", "missing-www-authenticate", "401-means-403", "403-means-401"},
	Partial:   true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Recorded() {
			if s := recordedTurns(v); s != nil {
				return s
			}
			if !v.Whole() {
				return nil
			}
		}
		if v.Answer == nil || v.Answer.Response == nil || cause.Passed(v.Answer) {
			return nil
		}
		s := &cause.Suspicion{Remedies: sharedRemedies(v), Raise: []cause.Raise{{
			Command: "for i in 1 2 3 4 5 6; do " + strings.Replace(sameRequest(v), "curl -i", "curl -s -o /dev/null -w '%{http_code} '", 1) + "; done; echo",
			Where:   "here, with a session or token just made", Would: "show two statuses in turn if the servers behind the name do not share it"}}}
		if p, ok := turns(v); ok {
			s.Grade, s.Weight, s.Because = cause.Strong, 0.9, p.facts
			switch {
			case p.changes >= 2:
				s.Grade = cause.Proved
			case v.Written && cause.InFront(v.Writer.Layer) || len(cred.Of(v.Answer.Request)) == 0:
				// Once refused by a server in front, or with nothing that backends could share: it may have been its start.
				s.Grade, s.Weight, s.RefusedBy = cause.Likely, 0.5, v.Writer.Layer
			case fresh(v) != "":
				// Once refused, then let in: a session that was saved too late for the redirect looks the same.
				s.Grade, s.Weight = cause.Likely, 0.55
			}
			if name := balancerCookie(v); name != "" {
				s.Title, s.FaultAt = "the request lacks the balancer's cookie and lands on any backend", exchange.Client
				s.Because = append(s.Because, v.Saw("The answers set the cookie %s, by which the balancer finds the backend again; the request does not bring it.", name))
				s.Remedies = append([]cause.Remedy{allCookies(v, name)}, s.Remedies...)
			}
			return s
		}
		if name := fresh(v); name != "" {
			return freshSuspicion(v, s, name)
		}
		// Only a cookie may be sent again as it is: a refused token counts against its budget, a password is never repeated.
		if _, other := token(v); other || passwordSent(v) || !cookies(v) || !balanced(v.Answer) && balancerCookie(v) == "" {
			return nil
		}
		if _, login := signature.LoginPage(v.Answer); v.Answer.Status() != 401 && !login {
			return nil // a backend that does not know a session asks for a login
		}
		n := repeated(v)
		s.Grade, s.Weight = cause.Likely, 0.29
		s.Because = []fact.Fact{v.Saw("A proxy stands before the application, and a session cookie is refused.")}
		if name := balancerCookie(v); name != "" {
			s.Weight, s.FaultAt = 0.5, exchange.Client
			s.Because = []fact.Fact{v.Saw("The answer sets the cookie %s, by which a balancer finds the backend again; the request, which brings a session, does not bring it.", name)}
		}
		if n <= cause.Repeats {
			s.Trials = []cause.Trial{{Key: cause.Repeat(n), Change: "nothing changed, once more", Follow: true,
				Edit: func(r exchange.Request) exchange.Request { return r }}}
			s.Trials[0] = s.Trials[0].Passing().Carrying(cause.Strong)
		}
		return s
	},
}

// pattern is what identical requests were answered with.
type pattern struct {
	facts   []fact.Fact
	changes int // from refused to let in or back
}

// turns looks for identical requests that were let in and refused. Caches and rate limits answer so as well: their
// marks end the search.
func turns(v *cause.View) (pattern, bool) {
	byKey := map[string][]*exchange.Exchange{}
	for i, x := range v.Exchanges {
		if i+1 < len(v.Exchanges) && v.Exchanges[i+1].Run == x.Run && v.Exchanges[i+1].Key == x.Key {
			continue // not the last hop of its run
		}
		if x.Response == nil || x.Status() == 429 || x.Status()/100 == 5 || x.Header().Has("Age") || x.Header().Has("X-Cache") || x.Header().Has("X-Cache-Status") {
			return pattern{}, false
		}
		key := x.Key
		if strings.HasPrefix(key, cause.KeyRepeat) || strings.HasSuffix(key, "+again") {
			key = ""
		}
		byKey[key] = append(byKey[key], x)
	}
	for _, key := range []string{"", cause.KeyAnonymous} {
		xs := byKey[key]
		p := pattern{}
		var seen []string
		for i, x := range xs {
			seen = append(seen, fmt.Sprint(x.Status()))
			if i > 0 && cause.Passed(x) != cause.Passed(xs[i-1]) {
				p.changes++
			}
		}
		if p.changes > 0 {
			p.facts = []fact.Fact{fact.At(xs[len(xs)-1].N, "The same request, sent %d times within seconds, got %s.", len(xs), strings.Join(seen, ", "))}
			return p, true
		}
	}
	return pattern{}, false
}

// balanced reports that something stands before the application which may choose between several.
func balanced(x *exchange.Exchange) bool {
	for _, m := range signature.Path(x) {
		if cause.InFront(m.Layer) {
			return true
		}
	}
	return x.Header().Has("Via")
}

func sharedRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "stick-to-one", Title: "keep each client on one backend", For: "server",
		Effect: "a session stays where it was made", Opens: "nothing; a backend that stops ends its sessions",
		Steps:  []string{"nginx: ip_hash; or hash $cookie_sid consistent; in upstream", "HAProxy: cookie SRV insert indirect nocache, and cookie a on each server line; Kubernetes: nginx.ingress.kubernetes.io/affinity: cookie"},
		Verify: "six requests with one session all pass; without a session they are refused", Undo: "take the line out and reload",
	}, {
		ID: "share-sessions", Title: "give all backends one session store and one key", For: "server",
		Effect: "any backend knows every session and token", Opens: "nothing",
		Steps: []string{"express-session: store: new RedisStore({...}) and the same secret; Django: SESSION_ENGINE = cache or db, one SECRET_KEY; PHP: session.save_handler = redis",
			"ASP.NET Core: AddDataProtection().PersistKeysToStackExchangeRedis(...).SetApplicationName(\"shop\"); JWT: the same signing key in every replica, not one made at the start"},
		Verify: "a session survives the restart of one backend", Undo: "put the former store back",
	}}
}
