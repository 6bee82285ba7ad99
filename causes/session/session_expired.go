package session

import (
	"slices"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// SessionExpired: the request brings a session cookie that the server no longer knows.
var SessionExpired = &cause.Cause{
	ID:      "session-expired",
	Title:   "the session has ended on the server",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"redirect-to-login-instead-of-401", "200-login-page-instead-of-401", "missing-www-authenticate", "401-means-403", "403-means-401",
		"no-credentials-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if !loginWanted(v) || v.First() == nil {
			return nil
		}
		mine := cookie.ParseCookie(v.Request.Header.Text("Cookie"))
		if len(mine) == 0 || v.Request.Header.Has("Authorization") {
			return nil
		}
		s := &cause.Suspicion{RefusedBy: author(v)}
		ended := wordPressEnded(v)
		if ended != nil && ended.Grade == cause.Strong {
			return ended
		}
		consider := func(g cause.Grade, w float64, f fact.Fact) {
			if g > s.Grade || g == s.Grade && w > s.Weight {
				s.Grade, s.Weight, s.Because = g, w, append([]fact.Fact{f}, s.Because...)
			}
		}
		for _, p := range mine {
			if end, ok := endedToken(p, v.First().Sent); ok {
				consider(cause.Strong, 0.9, v.Asked("The token in the cookie %s ended at %s.", shown(p.Name, "of the session"), end.UTC().Format(time.RFC3339)))
			}
		}
		if m, ok := v.Means(signature.SessionExpired); ok {
			consider(cause.Strong, 0.85, m.Because)
		}
		if v.Answer.Status() == 440 {
			consider(cause.Strong, 0.8, v.Saw("The status is 440, which IIS gives when a session timed out."))
		}
		for _, x := range v.Hops() {
			for _, f := range x.Header().Values("Set-Cookie") {
				c := cookie.Parse(f)
				had, same := find(mine, c.Name)
				switch {
				case !same || !sessionLike(c):
				case c.Expired(x.Sent) || c.Value.Empty():
					consider(cause.Strong, 0.75, fact.At(x.N, "The answer deletes the cookie %s that the request brought.", shown(c.Name, "of the session")))
				case !had.Value.Equal(c.Value):
					consider(cause.Likely, 0.6, fact.At(x.N, "The answer replaces the cookie %s that the request brought by a new one.", shown(c.Name, "of the session")))
				}
			}
		}
		if s.Grade == cause.Unknown {
			named := false
			for _, p := range mine {
				named = named || sessionName.MatchString(p.Name) && !noiseName.MatchString(p.Name)
			}
			if !named {
				return nil
			}
			s.Grade, s.Weight = cause.Likely, 0.45
			s.Because = append(s.Because, v.Asked("The request brings a session cookie, and is asked to log in all the same."))
			// A 403 may be meant for the very user whom the session names.
			if v.Answer.Status() != 403 && (!viaProxy(v.Answer) || v.Trial(cause.Repeat(cause.Repeats)) != nil) {
				s.Trials = []cause.Trial{cause.Anonymous().Predicting("the same answer as without a session", cause.Alike).Carrying(cause.Likely)}
			}
			switch bare := v.Trial(cause.KeyAnonymous); {
			case v.Written && cause.InFront(v.Writer.Layer):
				s.Weight = 0.35 // a server in front asks somebody else, and may not hand the cookie on
			case bare != nil && v.Answer.Status() != 403 && cause.Alike(v.Answer, bare):
				s.Weight = 0.6
				s.Because = append(s.Because, fact.At(bare.N, "Without any cookie the answer is the same: to the server this session is none."))
			case bare != nil && bare.Response != nil:
				s.Weight = 0.3
			}
			if len(v.Challenges) > 0 && !v.Challenges.Has("Cookie") && !v.Challenges.Has("Session") && !v.Challenges.Has("FormBased") {
				s.Weight, s.Trials = 0.29, nil // the server asks for a header, not for a session
			}
		} else {
			s.Because = append(s.Because, v.Saw("The request brought a session cookie and is asked to log in: %d.", v.Answer.Status()))
		}
		s.Raise = []cause.Raise{{
			Command: "curl -i -H \"Cookie: $COOKIE\" " + cause.Quote(v.Request.URL),
			Where:   "here, with $COOKIE copied from the browser right after a new login",
			Would:   "be let in if the old session has ended; if a fresh one is refused as well, the server does not understand its own cookie",
		}}
		s.Remedies = []cause.Remedy{{
			ID: "log-in-again", Title: "log in again and use the new cookie", For: "client",
			Effect: "the request belongs to a living session", Opens: "nothing",
			Steps:  []string{"log in, copy the Cookie header of the next request, repeat: curl -i -H \"Cookie: $COOKIE\" " + cause.Quote(v.Request.URL)},
			Verify: "the request is let in; with the former cookie it is still refused", Undo: "log out",
		}, {
			ID: "renew-on-401", Title: "let the program log in anew when it is asked to, and use a token where there is one", For: "client",
			Effect: "the end of a session does not end the program", Opens: "nothing",
			Steps: []string{
				"on 401 or a redirect to the login: log in once, repeat once, then stop",
				"for programs prefer an API token or application password to a copied cookie",
			},
			Verify: "the program goes on after the session's lifetime", Undo: "take the retry out",
		}}
		return s
	},
}

// viaProxy reports that something stands before the application which may choose between several: whether they differ is
// found out first.
func viaProxy(x *exchange.Exchange) bool {
	return x.Header().Has("Via") || slices.ContainsFunc(signature.Path(x), func(m signature.Match) bool { return cause.InFront(m.Layer) })
}

// author is the layer that asks for the login: who wrote the answer, and the application where nobody in front did.
func author(v *cause.View) exchange.Layer {
	if v.Written && v.Writer.Layer != exchange.Unknown {
		return v.Writer.Layer
	}
	return exchange.Application
}

// endedToken tells when the JWT in a cookie ended, if it is one and did.
func endedToken(p cookie.Pair, now time.Time) (time.Time, bool) {
	if !jwt.LooksLike(p.Value) {
		return time.Time{}, false
	}
	t, err := jwt.Decode(p.Value)
	if err != nil || t.Claims == nil {
		return time.Time{}, false
	}
	exp := t.Claims.Exp
	if !exp.Present || exp.Invalid || exp.Milliseconds || !exp.Time.Before(now.Add(-time.Minute)) {
		return time.Time{}, false // a minute of grace: clocks differ
	}
	return exp.Time, true
}

func find(ps []cookie.Pair, name string) (cookie.Pair, bool) {
	for _, p := range ps {
		if p.Name == name {
			return p, true
		}
	}
	return cookie.Pair{}, false
}
