package session

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// A browser says itself which cookies it keeps back and why (DevTools protocol, Network.CookieBlockedReason and
// Network.SetCookieBlockedReason). What it says is no reasoning of ours; that the cookie is the one that is missed is shown
// by the refused request with the cookie put in by hand.
var saidReasons = map[string][]string{
	"cookie-not-sent-samesite": {"SameSiteStrict", "SameSiteLax", "SameSiteUnspecifiedTreatedAsLax",
		"SchemefulSameSiteStrict", "SchemefulSameSiteLax", "SchemefulSameSiteUnspecifiedTreatedAsLax"},
	"cookie-third-party-blocked":  {"ThirdPartyPhaseout", "ThirdPartyBlockedInFirstPartySet", "UserPreferences"},
	"cookie-secure-over-http":     {"SecureOnly", "SameSiteNoneInsecure"},
	"cookie-domain-mismatch":      {"InvalidDomain"},
	"cookie-host-prefix-rejected": {"InvalidPrefix"},
	"cookie-path-mismatch":        {"NotOnPath"},
	"cookie-too-large":            {"NameValuePairExceedsMaxSize"},
}

// OfReason names the cause for which a browser keeps a cookie back or does not store it, by the reason that it gives; ""
// for reasons that are no fault, such as another host.
func OfReason(reason string) (id string) {
	for id, reasons := range saidReasons {
		if slices.Contains(reasons, reason) {
			return id
		}
	}
	return ""
}

// lost is a cookie that the browser kept back, or did not keep.
type lost struct {
	exchange.BrowsedCookie
	by     *exchange.Exchange // whose request went without it, or whose answer set it in vain
	kept   bool
	reason string
}

// given is the cookie as the other detectors of this family see one.
func (l lost) given() given {
	g := given{by: l.by, set: cookie.Set{Name: l.Name, Value: l.Value}}
	if !l.Line.Empty() {
		g.set = cookie.Parse(l.Line)
	}
	return g
}

// inBrowser answers for the cause called id from what the browser said about the refused request, and about the answers
// before it.
func inBrowser(id string, v *cause.View) *cause.Suspicion {
	reasons := saidReasons[id]
	if len(reasons) == 0 || !loginWanted(v) || v.Answer.Request.Header.Has("Authorization") {
		return nil
	}
	l, ok := lostFor(v, reasons)
	if !ok {
		return nil
	}
	at, g := v.Answer.Request, l.given()
	s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Where: cause.Location{Hop: l.by.N}}
	program := v.Answer.Browser.Program
	if l.kept {
		s.Because = append(s.Because, fact.At(l.by.N, "%s holds the cookie %s for this address and does not send it: %s.", program, g.name(), inWords(l, v)))
	} else {
		s.Because = append(s.Because, fact.At(l.by.N, "The answer %d sets the cookie %s, and %s does not store it: %s.", l.by.Status(), g.name(), program, inWords(l, v)))
	}
	if p := v.Answer.Browser.Page; p != nil && p.Origin() != at.URL.Origin() {
		s.Because = append(s.Because, v.Saw("A page of %s makes the request to %s.", p.Origin(), at.URL.Origin()))
	}
	s.Because = append(s.Because, v.Saw("The request goes without it and is answered %d.", v.Answer.Status()))
	if !l.Value.Empty() && !password(at) {
		s.Trials = []cause.Trial{byHand(at, g)}
	}
	s.Raise = []cause.Raise{lookInJar(l.by.Request.URL)}
	finishSaid(id, s, l, v)
	return s
}

// lostFor finds the first cookie that can hold a session and was lost for one of the reasons.
func lostFor(v *cause.View, reasons []string) (lost, bool) {
	x := v.Answer
	has := func(c exchange.BrowsedCookie) (string, bool) {
		// Of two reasons the plain one goes before the one about http and https.
		i := slices.IndexFunc(c.Reasons, func(r string) bool { return slices.Contains(reasons, r) && !strings.HasPrefix(r, "Schemeful") })
		if i < 0 {
			i = slices.IndexFunc(c.Reasons, func(r string) bool { return slices.Contains(reasons, r) })
		}
		if i < 0 || !holdsSession(c) || carries(x.Request, c.Name) || slices.Contains(x.Browser.Passed, c.Name) {
			return "", false
		}
		return c.Reasons[i], true
	}
	for _, c := range x.Browser.Kept {
		if r, ok := has(c); ok {
			return lost{c, x, true, r}, true
		}
	}
	for _, e := range slices.Backward(v.Exchanges[:min(x.N, len(v.Exchanges))]) {
		if e.Browser == nil || !related(e.Request.URL, x.Request.URL) {
			continue
		}
		for _, c := range e.Browser.Dropped {
			if r, ok := has(c); ok {
				return lost{c, e, false, r}, true
			}
		}
	}
	return lost{}, false
}

// holdsSession reports a cookie that can carry a login, by its name or its length.
func holdsSession(c exchange.BrowsedCookie) bool {
	if noiseName.MatchString(c.Name) {
		return false
	}
	bare := strings.TrimPrefix(strings.TrimPrefix(c.Name, "__Host-"), "__Secure-")
	return sessionName.MatchString(bare) || c.Value.Len() >= 16
}

// related reports addresses of one site: a cookie set at one could be meant for the other.
func related(a, b exchange.URL) bool {
	a.Scheme = b.Scheme
	return a.Host == b.Host || cookie.SameSiteURLs(a, b)
}

// inWords is the browser's reason for a person.
func inWords(l lost, v *cause.View) string {
	switch r := strings.TrimPrefix(l.reason, "Schemeful"); r {
	case "SameSiteStrict", "SameSiteLax":
		return "SameSite=" + strings.TrimPrefix(r, "SameSite") + ", and a page of another site asks" + schemes(l, v)
	case "SameSiteUnspecifiedTreatedAsLax":
		return "it has no SameSite, which counts as Lax, and a page of another site asks" + schemes(l, v)
	case "ThirdPartyPhaseout", "ThirdPartyBlockedInFirstPartySet", "UserPreferences":
		return "it blocks third-party cookies"
	case "SecureOnly":
		return "it has Secure, and the address is plain http"
	case "SameSiteNoneInsecure":
		return "SameSite=None without Secure"
	case "InvalidDomain":
		return "its Domain is not this host's"
	case "InvalidPrefix":
		return "its attributes break the promise of its name"
	case "NotOnPath":
		return "the address is outside its Path"
	case "NameValuePairExceedsMaxSize":
		return "it is larger than 4096 bytes"
	}
	return l.reason
}

// schemes says it when it is only http and https that make two sites of one.
func schemes(l lost, v *cause.View) string {
	p := v.Answer.Browser.Page
	if strings.HasPrefix(l.reason, "Schemeful") && p != nil && p.Scheme != v.Answer.Request.URL.Scheme && related(*p, v.Answer.Request.URL) {
		return " (http and https count as two sites)"
	}
	return ""
}

// finishSaid adds title, layers and remedies.
func finishSaid(id string, s *cause.Suspicion, l lost, v *cause.View) {
	g := l.given()
	b, _ := browsed(v)
	switch id {
	case "cookie-not-sent-samesite":
		s.Remedies = sameSiteRemedies(b)
	case "cookie-third-party-blocked":
		s.Remedies = thirdPartyRemedies()
	case "cookie-domain-mismatch":
		s.Remedies = domainRemedies(g)
	case "cookie-host-prefix-rejected":
		s.Remedies = prefixRemedies()
		if why := breaks(g, cookie.HostPrefix); why != "" && strings.HasPrefix(strings.ToLower(l.Name), "__host-") {
			s.Because = append(s.Because, g.says("%s, and the name's prefix forbids that.", why))
		}
	case "cookie-secure-over-http":
		if l.reason == "SecureOnly" {
			s.Remedies = httpsRemedies(l.by.Request.URL)
			break
		}
		s.Title, s.FaultAt, s.Remedies = "browsers drop the session cookie: SameSite=None needs Secure", exchange.Application, addSecure()
	}
}
