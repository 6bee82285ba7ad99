package token

import (
	"fmt"
	"time"

	"github.com/why401/why401/cred/jwt"
)

// usualLeeway is what verifiers forgive at most by default (ASP.NET Core: five minutes; Spring and Nimbus one; PyJWT and
// jsonwebtoken none).
const usualLeeway = 5 * time.Minute

// times judges exp, nbf and iat (RFC 7519 4.1.4 to 4.1.6).
func (j *judge) times() {
	c := j.c
	for _, m := range []struct {
		name string
		jwt.Moment
	}{{"exp", c.Exp}, {"nbf", c.Nbf}, {"iat", c.Iat}} {
		switch {
		case !m.Present:
		case m.Invalid:
			j.add(Refused, TimeInvalid, m.name, "%s is not a time: RFC 7519 2 wants a number of seconds since 1970.", m.name)
		default:
			if m.Milliseconds {
				j.milliseconds(m.name, m.Time)
			}
			if m.AsString {
				j.add(Doubtful, TimeAsString, m.name, "%s is written as a string; RFC 7519 2 wants a number, and strict verifiers refuse.", m.name)
			}
		}
	}
	j.lifetime()
	if j.at.IsZero() {
		return
	}
	// As milliseconds they were meant otherwise than they are read: that was said above.
	if t, ok := usable(c.Exp); ok && !c.Exp.Milliseconds {
		j.expiry(t)
	}
	if t, ok := usable(c.Nbf); ok && !c.Nbf.Milliseconds {
		j.ahead(t, NotYetValid, "nbf", "is valid only from")
	}
	if t, ok := usable(c.Iat); ok && !c.Iat.Milliseconds {
		j.ahead(t, IssuedAhead, "iat", "says that it was issued at")
	}
	if t, ok := usable(c.WarnAfter); ok && !j.at.Before(t) {
		j.add(Remark, RenewalOverdue, "kubernetes.io", "The token should have been read anew from its file since %s; the cluster takes it still, until the extended expiry ends.", stamp(t))
	}
}

// milliseconds says what a verifier makes of 13 digits: seconds in a far future.
func (j *judge) milliseconds(claim string, meant time.Time) {
	s, effect := Doubtful, "to the others the token never expires"
	switch claim {
	case "nbf":
		s, effect = Refused, "to the others the token is not valid for tens of thousands of years"
	case "iat":
		effect = "others refuse a token from the future"
	}
	j.add(s, Milliseconds, claim, "%s counts milliseconds where seconds belong (%s was meant): some verifiers cannot read it, %s.", claim, stamp(meant), effect)
}

// usable gives a moment that can be compared, as it was meant.
func usable(m jwt.Moment) (time.Time, bool) { return m.Time, m.Present && !m.Invalid }

func (j *judge) lifetime() {
	c := j.c
	exp, hasExp := usable(c.Exp)
	if !c.Exp.Present {
		switch {
		case j.Family == Kubernetes:
		default:
			j.add(Doubtful, NoExpiry, "exp", "The token has no exp: many verifiers refuse one that never ends.")
		}
		return
	}
	if !hasExp {
		return
	}
	start, from := time.Time{}, ""
	if t, ok := usable(c.Iat); ok {
		start, from = t, "iat"
	}
	if t, ok := usable(c.Nbf); ok && t.After(start) {
		start, from = t, "nbf"
	}
	if from == "" {
		return
	}
	switch life := exp.Sub(start); {
	case life < 0:
		j.add(Refused, NegativeLife, "exp", "exp lies %s before %s: there is no time at which the token is valid.", span(-life), from)
	case life == 0:
		j.add(Refused, ZeroLifetime, "exp", "exp and %s are the same moment: the token is valid at no time. A lifetime of 0 was configured, or a unit was lost.", from)
	case life > 366*24*time.Hour:
		j.add(Remark, LongLifetime, "exp", "The token lives for %s; some verifiers cap that.", span(life))
	}
}

func (j *judge) expiry(exp time.Time) {
	late := j.at.Sub(exp) // exp itself is already too late: RFC 7519 says "on or after"
	forgiven, known := usualLeeway, false
	if j.want.Leeway != nil {
		forgiven, known = *j.want.Leeway, true
	}
	switch {
	case late < -j.within:
	case late < j.within:
		j.add(Doubtful, Expired, "exp", "The token expires at %s, which is the very moment of the request as well as the server's clock is known (%s).", stamp(exp), stamp(j.at))
	case known && late-j.within <= forgiven:
		j.add(Doubtful, Expired, "exp", "The token expired at %s, %s before the server's clock; the verifier forgives %s.", stamp(exp), span(late), span(forgiven))
	case late-j.within <= forgiven:
		j.add(Doubtful, Expired, "exp", "The token expired at %s, %s before the server's clock. Verifiers that forgive no clock error refuse it, others take it for up to five minutes more.", stamp(exp), span(late))
	default:
		j.add(Refused, Expired, "exp", "The token expired at %s, %s before the server's clock (%s).", stamp(exp), span(late), stamp(j.at))
	}
}

// ahead judges a moment that must not lie in the future.
func (j *judge) ahead(t time.Time, w Word, claim, says string) {
	early := t.Sub(j.at)
	if early <= j.within {
		if early > -j.within && w == NotYetValid {
			j.add(Remark, w, claim, "The token %s %s, which is the very moment of the request as well as the server's clock is known.", says, stamp(t))
		}
		return
	}
	forgiven := usualLeeway
	if j.want.Leeway != nil {
		forgiven = *j.want.Leeway
	}
	s := Refused
	if w == IssuedAhead || early-j.within <= forgiven {
		s = Doubtful // RFC 7519 does not tell verifiers to look at iat, but many do
	}
	j.add(s, w, claim, "The token %s %s, %s ahead of the server's clock (%s).", says, stamp(t), span(early), stamp(j.at))
	if zone, ok := wholeZone(early); ok {
		j.add(Doubtful, TimeZone, claim, "%s is ahead by about %s, as when local time is written where UTC belongs.", claim, span(zone))
	}
}

// wholeZone reports a difference that is a time zone's: half hours from one to fourteen, give or take two minutes.
func wholeZone(d time.Duration) (time.Duration, bool) {
	z := d.Round(30 * time.Minute)
	return z, z >= time.Hour && z <= 14*time.Hour && (d-z).Abs() <= 2*time.Minute
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// span says a duration in the two largest units.
func span(d time.Duration) string {
	d = d.Round(time.Second)
	sec := int64(d / time.Second)
	switch {
	case d < time.Second:
		return "less than a second"
	case sec < 120:
		return plural(sec, "second")
	case sec < 7200:
		return plural(sec/60, "minute")
	case sec < 48*3600:
		return plural(sec/3600, "hour")
	}
	return plural(sec/86400, "day")
}

func plural(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
