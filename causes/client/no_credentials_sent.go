package client

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// NoCredentialsSent: the server wants a login or a token, and the request holds none.
var NoCredentialsSent = &cause.Cause{
	ID:      "no-credentials-sent",
	Title:   "the request carries no credential",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   vague,
	Partial: true,
	Traced:  tracedNone,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if _, from, ok := v.Heard().First(netrcNoLogin); ok && v.Recorded() && len(v.Credentials) == 0 {
			return cause.SuspectAt(cause.Likely, 0.75, from, "The entry of .netrc names a password and no login; several programs pass such an entry over.")
		}
		if s := doubledKey(v); s != nil {
			return s
		}
		if !v.Whole() && !bareOnRecord(v) {
			return nil
		}
		if unsent(v) || v.Answer.Status() == 407 || keptBack(v) || lostOnTheWay(v) || preflight(v.Request) {
			return nil
		}
		cookie, other, proxied := false, false, false
		for _, c := range v.Credentials {
			switch {
			case strings.EqualFold(c.Place, "Proxy-Authorization"):
				proxied = true
			case c.Kind == cred.Cookie:
				cookie = true
			case c.Kind == cred.Other && !inAuthorization(c):
				other = true
			default:
				return nil
			}
		}
		said, words := v.Means("no-credentials-reached", "missing-subscription-key")
		asks := v.Answer.Status() == 401 && len(v.Challenges) > 0
		if !asks && !(words && refusedOrBad(v)) && v.Answer.Status() != 401 {
			return nil // a 403 without a word about credentials refuses for a reason of its own
		}
		s := &cause.Suspicion{
			Grade: cause.Proved, Weight: 0.6,
			Because: []fact.Fact{v.Asked("The request carries no credential: no Authorization, no cookie, no key in header or URL.")},
		}
		if asks {
			s.Title = fitting("no credential was sent; the server asks for " + wanted(v.Challenges))
			s.Because = append(s.Because, v.Saw("The answer is 401 and asks for %s.", wanted(v.Challenges)))
		} else if words {
			s.Because = append(s.Because, said.Because)
		} else {
			// 401 and nothing more: it can as well be a rule that refuses everybody.
			s.Grade, s.Weight = cause.Likely, 0.55
			s.Because = append(s.Because, v.Saw("The answer is 401 and does not say what it wants."))
			if v.Request.Header.Has("Origin") || v.Request.Header.Has("Sec-Fetch-Site") || !direct(v) {
				s.Weight = 0.4 // a page or a redirect led there: a cookie that was not sent is as likely
			}
		}
		switch {
		case proxied && v.Written && v.Writer.Layer == exchange.Network:
			return nil // the proxy's own answer
		case proxied && len(v.Answer.Header().Values("Via")) == 0:
			// Some proxies refuse a wrong login with 401 (407-vs-401-confusion), and who wrote this one is not shown.
			s.Grade, s.Weight = min(s.Grade, cause.Likely), 0.5
		case other:
			s.Grade, s.Weight = cause.Likely, 0.4
			s.Because[0] = v.Asked("The request carries no Authorization; it has fields that why401 does not know.")
		case cookie:
			s.Grade, s.Weight = min(s.Grade, cause.Likely), 0.5
			s.Because[0] = v.Asked("The request carries cookies, and no Authorization.")
		case !live(v):
			// A HAR is sanitized and a log is redacted more often than not.
			s.Grade = min(s.Grade, cause.Likely)
			s.Because[0] = v.Asked("The recorded request shows no credential.")
			browser := v.Request.Header.Has("Origin") || v.Request.Header.Has("Sec-Fetch-Mode") || strings.HasPrefix(v.Request.Header.Get("User-Agent"), "Mozilla/")
			switch {
			case v.Challenges.Has("Negotiate") || v.Challenges.Has("NTLM") || browser:
				s.Weight = 0.35 // the question of a handshake that went no further, or a page whose cookie was not sent
			case v.Answer.Status() == 403 || !asks && !words:
				s.Weight = 0.45
			}
		}
		s.Raise = []cause.Raise{{Command: loginCommand(v), Where: "here, with a login or token of yours", Would: "be let in if a credential is all that is missing"}}
		s.Remedies = credentialRemedies(v)
		return s
	},
}

var netrcNoLogin = lazyregexp.New(`(?m)\bmachine\s+\S+\s+password\s+\S+\s*$`)

// bareOnRecord reports a record that shows the request's header whole, and an answer that says that no credential came.
func bareOnRecord(v *cause.View) bool {
	if len(v.Exchanges) == 0 || v.Answer.Given == "" || v.Unseen(exchange.RequestHeader|exchange.RequestCredentials|exchange.RequestLine|exchange.StatusLine) {
		return false
	}
	_, words := v.Means("no-credentials-reached", "missing-subscription-key")
	return words
}

// keptBack reports a login that the program has and did not send: that is another cause.
func keptBack(v *cause.View) bool {
	return v.Intent != nil && (!v.Intent.Login.Empty() || v.Intent.Auth != exchange.AuthHeader)
}

var credentialName = lazyregexp.New(`(?i)secret|token|key|sig|pass|auth|user|login|session|sid$|jwt|hmac`)

// lostOnTheWay reports that the shell took something out of the command that may be the credential.
func lostOnTheWay(v *cause.View) bool {
	if v.Intent == nil {
		return false
	}
	for _, l := range v.Intent.Lost {
		if l.Char != "$" && l.Char != "!" && (l.Name == "" || credentialName.MatchString(l.Name)) {
			return true
		}
	}
	return false
}

// preflight reports a CORS preflight, which carries no credential by the standard.
func preflight(r exchange.Request) bool {
	return r.Method == "OPTIONS" && r.Header.Has("Access-Control-Request-Method")
}

// wanted names what the challenge asks for, with the realm when there is one.
func wanted(cs challenge.Challenges) string {
	for i := range cs {
		if r := cs[i].Realm(); r != "" && len(cs) == 1 && len(r) <= 24 {
			return fmt.Sprintf("%s %q", schemeName(cs[i].Scheme), r)
		}
	}
	return asked(cs)
}

// loginCommand sends what the server asks for.
func loginCommand(v *cause.View) string {
	u := cause.Quote(v.Request.URL)
	if v.Answer != nil && v.Answer.Request.URL.Origin() == v.Request.URL.Origin() {
		u = cause.Quote(v.Answer.Request.URL) // never the address of a stranger that a redirect led to
	}
	switch cs := v.Challenges; {
	case cs.Has("Negotiate") && !cs.Has("Basic") && !cs.Has("Bearer"):
		return "kinit && curl --negotiate -u : " + u
	case cs.Has("NTLM") && !cs.Has("Basic") && !cs.Has("Bearer"):
		return `curl --ntlm -u "$LOGIN" ` + u
	case cs.Has("Digest") && !cs.Has("Basic"):
		return `curl --digest -u "$LOGIN" ` + u
	case cs.Has("Basic"):
		return `curl -u "$LOGIN" ` + u
	}
	scheme := "Bearer"
	if ts := tokenSchemes(v.Challenges); len(ts) > 0 {
		scheme = ts[0]
	}
	if name := keyHeader(v); name != "" && len(v.Challenges) == 0 {
		return `curl -H "` + name + `: $TOKEN" ` + u
	}
	return `curl -H "Authorization: ` + scheme + ` $TOKEN" ` + u
}

func credentialRemedies(v *cause.View) []cause.Remedy {
	command := loginCommand(v)
	step := "curl asks for the password when only the name is given, so it stays out of the history"
	if !strings.Contains(command, "-u ") {
		step = "put the token into TOKEN first: read -rs TOKEN"
	}
	return []cause.Remedy{{
		ID: "send-credential", Title: "send what the server asks for", For: "client",
		Effect: "the request says who asks", Opens: "nothing",
		Steps:  []string{command, step},
		Verify: "the same request answers 2xx; without the credential it is still refused", Undo: "leave the option out again",
	}, {
		ID: "check-config-nesting", Title: "check that the program reads the credential it was given", For: "client",
		Effect: "the credential in the configuration reaches the request", Opens: "nothing",
		Steps: []string{
			"in YAML: username and password below the section of this server (filebeat: output.elasticsearch), spelled as in the manual",
			"in the log of the program: look for \"no credentials\" or an empty user at the start",
		},
		Verify: "the program's own trace shows the header", Undo: "put the former configuration back",
	}}
}
