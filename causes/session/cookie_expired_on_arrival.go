package session

import (
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CookieExpiredOnArrival: the cookie's Expires is over when the answer comes, so every browser drops it, although the
// server did not mean to delete it. Expires is compared with the browser's clock, not the server's (RFC 6265bis 5.6.1).
var CookieExpiredOnArrival = &cause.Cause{
	ID:        "cookie-expired-on-arrival",
	Title:     "no browser keeps the session cookie: its Expires is over when it comes",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Hides:     append([]string{"proxy-drops-set-cookie", "forwarded-proto-missing", "session-not-shared-between-backends"}, generalities...),
	Partial:   true,
	Suspect: cause.OnRecordToo(func(v *cause.View) *cause.Suspicion {
		for _, x := range v.Hops() {
			for _, f := range x.Header().Values("Set-Cookie") {
				c := cookie.Parse(f)
				behind, ok := early(x, c)
				if !ok {
					continue
				}
				g := given{x, c}
				s := lostCookie(v, g)
				if s == nil {
					return nil
				}
				return expiredSuspicion(s, g, behind)
			}
		}
		return nil
	}, endsWithTheRun),
}

// clockGrace is how late a cookie may be by two honest clocks and a slow connection.
const clockGrace = 10 * time.Second

// early reports a session cookie that has a value, is meant to live, and is over by our clock. behind is how far the
// server's own Date lies behind us; zero where Date is right and Expires alone is wrong. A cookie with Max-Age counts
// from its arrival, and one that ends in 1970 is a deletion.
func early(x *exchange.Exchange, c cookie.Set) (behind time.Duration, ok bool) {
	if !sessionLike(c) || c.Value.Len() < 8 || c.MaxAge != nil || c.Expires.IsZero() || x.Sent.IsZero() {
		return 0, false
	}
	if c.Expires.After(x.Sent.Add(-clockGrace)) || c.Expires.Before(x.Sent.AddDate(-3, 0, 0)) {
		return 0, false
	}
	date, dated := x.Date()
	switch {
	case !dated || x.Header().Has("Age"):
		return 0, false
	case c.Expires.After(date):
		return x.Sent.Sub(date), true
	case x.Status()/100 == 3 && x.Sent.Sub(date).Abs() < 2*time.Minute && c.Expires.After(date.Add(-14*time.Hour)) && c.Expires.Before(date.Add(-15*time.Minute)):
		// Local time written as GMT is wrong by a zone at most. Only on the way from a login to the page, and only where the
		// clocks agree: elsewhere a server may end a cookie in this way on purpose.
		return 0, true
	}
	return 0, false
}

func expiredSuspicion(s *cause.Suspicion, g given, behind time.Duration) *cause.Suspicion {
	over := g.by.Sent.Sub(g.set.Expires).Round(time.Second)
	s.Because = append([]fact.Fact{g.says("its Expires is %s, over for %s when it came.", g.set.Expires.UTC().Format(time.RFC3339), over)}, s.Because...)
	if behind > 0 {
		s.Title = "the session cookie has ended when it comes: the server's clock is behind this one"
		s.Because = append(s.Because, fact.At(g.by.N, "By the answer's own Date it would still live; that clock is %s behind this machine's.", behind.Round(time.Second)))
	} else {
		s.Grade, s.Weight = min(s.Grade, cause.Likely), 0.55
		for i := range s.Trials {
			s.Trials[i] = s.Trials[i].Carrying(cause.Strong)
		}
		s.Because = append(s.Because, fact.At(g.by.N, "The answer's Date agrees with this machine's clock, so Expires itself is made wrongly, as local time written as GMT is."))
	}
	u := cause.Quote(g.by.Request.URL)
	s.Raise = []cause.Raise{{
		Command: "date -u; curl -sI " + u + " | grep -i '^date'", Where: "here, and date -u once on the server",
		Would: "show which of the two clocks is wrong",
	}}
	s.Remedies = []cause.Remedy{{
		ID: "set-the-clock", Title: "set the clock of the machine that is wrong", For: "server",
		Effect: "Expires lies in the future again, here and there", Opens: "nothing",
		Steps:  []string{"timedatectl set-ntp true; timedatectl timesync-status    (containers take the host's clock; a resumed virtual machine may not)"},
		Verify: "the login's Set-Cookie has an Expires ahead of now, and the page opens; without a login it is refused", Undo: "none needed",
	}, {
		ID: "max-age", Title: "give the cookie Max-Age in place of Expires", For: "server",
		Effect: "browsers count from the cookie's arrival, whatever the server's clock says", Opens: "nothing; the session's own end on the server stays",
		Steps:  []string{"Set-Cookie: session=...; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax", "or a session cookie without either; times written by hand need GMT, not local time"},
		Verify: "the cookie is listed in the developer tools after a login; without one the page is refused", Undo: "put Expires back",
	}}
	return s
}
