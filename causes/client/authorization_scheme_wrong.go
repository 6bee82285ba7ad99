package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// AuthorizationSchemeWrong: a credential under a scheme that the server does not take.
var AuthorizationSchemeWrong = &cause.Cause{
	ID:      "authorization-scheme-wrong",
	Title:   "the credential is sent under a scheme the server does not take",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   append([]string{"no-credentials-sent", "wrong-password", "client-release-regression"}, vague...),
	Partial: true,
	Traced:  tracedOther,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if unsent(v) || !refusedOrBad(v) || v.Answer.Status() == 407 {
			return nil
		}
		if s := forcedScheme(v); s != nil {
			return s
		}
		a, ok := v.Authorization()
		if !ok || a.Scheme == "" || a.Value.Empty() || clumsy(a) || !direct(v) {
			return nil
		}
		if _, known := v.Means(signature.PermissionDenied); known {
			return nil // whoever says so has read the credential
		}
		if passwordScheme(a.Scheme) {
			return passwordUnderWrongScheme(v, a)
		}
		return tokenUnderWrongScheme(v, a)
	},
}

// clumsy reports flaws of form, which are causes of their own.
func clumsy(c cred.Credential) bool {
	for _, f := range []string{cred.Placeholder, cred.SchemeColon, cred.SchemeDoubled, cred.SchemeGlued, cred.Quoted, cred.FieldNameInside, cred.Truncated, cred.Masked} {
		if c.Has(f) {
			return true
		}
	}
	return false
}

// curlOption is how curl is told to use a scheme.
var curlOption = map[string]string{"basic": "--basic", "digest": "--digest", "ntlm": "--ntlm", "negotiate": "--negotiate"}

// forcedScheme is a program told to use one challenge scheme with a server that offers others: it never answers.
func forcedScheme(v *cause.View) *cause.Suspicion {
	if v.Intent == nil || v.Answer.Status() != 401 || len(v.Challenges) == 0 || v.Intent.Login.Empty() && v.Intent.Auth != exchange.AuthNegotiate {
		return nil
	}
	forced := string(v.Intent.Auth)
	switch v.Intent.Auth {
	case exchange.AuthDigest, exchange.AuthNTLM, exchange.AuthNegotiate:
	default:
		return nil
	}
	if _, sent := v.Arrived("digest", "ntlm", "negotiate", "basic"); sent || v.Challenges.Has(forced) {
		return nil
	}
	offered := ""
	for _, s := range v.Challenges.Schemes() {
		if o := curlOption[strings.ToLower(s)]; o != "" {
			offered = s
			break
		}
	}
	if offered == "" || forced == "ntlm" && v.Challenges.Has("Negotiate") {
		return nil
	}
	word := map[string]string{"digest": "Digest", "ntlm": "NTLM", "negotiate": "Negotiate"}[forced]
	option := curlOption[strings.ToLower(offered)]
	return &cause.Suspicion{
		Grade: cause.Proved, Weight: 0.9,
		Title: fitting("the program insists on " + word + ", the server offers " + offered),
		Because: []fact.Fact{
			fact.Given("the command", "It allows the scheme %s only (%s).", word, curlOption[forced]),
			v.Saw("The server offers %s, so no login was sent.", asked(v.Challenges)),
		},
		Remedies: []cause.Remedy{{
			ID: "use-offered-scheme", Title: "use " + offered, For: "client",
			Effect: "the login is sent in the form the server asks for", Opens: opensOf(offered, v.Request.URL.Scheme),
			Steps:  []string{"curl " + option + ` -u "$LOGIN:$PASSWORD" ` + cause.Quote(v.Request.URL)},
			Verify: "the same request answers 2xx; with a wrong password it is still refused", Undo: "put " + curlOption[forced] + " back",
		}, {
			ID: "any-scheme", Title: "let the program choose among what is offered", For: "client",
			Effect: "it asks first and picks the strongest scheme that the server offers", Opens: opensOf(offered, v.Request.URL.Scheme),
			Steps:  []string{`curl --anyauth -u "$LOGIN:$PASSWORD" ` + cause.Quote(v.Request.URL)},
			Verify: "the same request answers 2xx", Undo: "put " + curlOption[forced] + " back",
		}},
	}
}

func opensOf(scheme, urlScheme string) string {
	if strings.EqualFold(scheme, "Basic") && urlScheme == "http" {
		return "Basic over http can be read on the way: use https"
	}
	return "nothing"
}

// passwordUnderWrongScheme is a login sent as Basic to a server that asks for something else. The password is not sent
// again; whether anybody looks at Basic is asked without it.
func passwordUnderWrongScheme(v *cause.View, a cred.Credential) *cause.Suspicion {
	if !strings.EqualFold(a.Scheme, "Basic") || v.Challenges.Has(a.Scheme) {
		return nil
	}
	if len(v.Challenges) == 0 {
		return schemeNotRead(v, a)
	}
	if v.Answer.Status() != 401 {
		return nil
	}
	s := &cause.Suspicion{
		Grade: cause.Likely, Weight: 0.65,
		Title: fitting("the login was sent as Basic, the server asks for " + asked(v.Challenges)),
		Because: []fact.Fact{
			v.Asked("The request carries %s.", a),
			v.Saw("The server offers %s and not %s.", asked(v.Challenges), a.Scheme),
		},
	}
	u := cause.Quote(v.Request.URL)
	command, effect := `curl -H "Authorization: Bearer $TOKEN" `+u, "the request carries a token, as the server asks"
	carries := cause.Strong
	for _, c := range v.Challenges.Schemes() {
		if o := curlOption[strings.ToLower(c)]; o != "" {
			command, effect = "curl "+o+` -u "$LOGIN:$PASSWORD" `+u, "the login is sent in the form the server asks for"
			s.Grade, s.Weight = cause.Strong, 0.8 // Digest, NTLM and Negotiate guard the same accounts as Basic would
			carries = cause.Proved
			break
		}
	}
	if ts := tokenSchemes(v.Challenges); s.Grade == cause.Likely && len(ts) > 0 && !strings.EqualFold(ts[0], "Bearer") {
		command = `curl -H "Authorization: ` + ts[0] + ` $TOKEN" ` + u
	}
	s.Trials = []cause.Trial{cause.Anonymous().Predicting("the same answer: Basic is not looked at", sameAnswer).Carrying(carries)}
	s.Raise = []cause.Raise{{Command: command, Where: "here, with a login or token that is known to be good", Would: "be let in if the scheme is all that is wrong"}}
	s.Remedies = []cause.Remedy{{
		ID: "use-offered-scheme", Title: "use the scheme that the server asks for", For: "client",
		Effect: effect, Opens: "nothing", Steps: []string{command},
		Verify: "the same request answers 2xx; without a credential it is still refused", Undo: "put the former option back",
	}, {
		ID: "two-layers", Title: "if the login is meant for another layer, give that layer another header", For: "server",
		Effect: "one Authorization header serves one reader", Opens: "nothing",
		Steps:  []string{"explain two-auth-layers-one-header: why401 explain two-auth-layers-one-header"},
		Verify: "each layer answers 2xx with its own credential and 401 without", Undo: "take the second header out again",
	}}
	return s
}

// schemeNotRead is a login whose refusal says in words that the server cannot read such a header.
func schemeNotRead(v *cause.View, a cred.Credential) *cause.Suspicion {
	m, ok := v.Means("scheme-unsupported", "malformed-header")
	if !ok {
		return nil
	}
	command := `curl -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL)
	return &cause.Suspicion{
		Grade: cause.Strong, Weight: 0.8, Title: "the login was sent as Basic, and the server does not read Basic",
		Because: []fact.Fact{v.Asked("The request carries %s.", a), m.Because},
		Raise:   []cause.Raise{{Command: command, Where: "here, with a token that is known to be good", Would: "be let in if the scheme is all that is wrong"}},
		Remedies: []cause.Remedy{{
			ID: "use-token", Title: "send a token under the scheme of the server's manual", For: "client",
			Effect: "the server finds the scheme it looks for", Opens: "nothing", Steps: []string{command},
			Verify: "the same request answers 2xx; without the token it is still refused", Undo: "put the former option back",
		}, {
			ID: "name-scheme", Title: "name the scheme in a challenge", For: "server",
			Effect: "clients can see what is wanted (RFC 9110 11.6.1)", Opens: "nothing", Steps: []string{"answer 401 with WWW-Authenticate: Bearer"},
			Verify: "curl -si " + cause.Quote(v.Request.URL) + " | grep -i www-authenticate", Undo: "take the header out again",
		}},
	}
}

// sameAnswer reports that leaving the credential out changed nothing: same status, schemes, realms and body. A nonce
// differs between any two answers.
func sameAnswer(failing, seen *exchange.Exchange) bool {
	a, b := challenge.Of(failing), challenge.Of(seen)
	if failing.Status() != seen.Status() || len(a) != len(b) || string(failing.Body()) != string(seen.Body()) {
		return false
	}
	for i := range a {
		if !strings.EqualFold(a[i].Scheme, b[i].Scheme) || a[i].Realm() != b[i].Realm() || a[i].Value("error") != b[i].Value("error") {
			return false
		}
	}
	return true
}

// tokenUnderWrongScheme puts the same token behind the schemes that the server offers.
func tokenUnderWrongScheme(v *cause.View, a cred.Credential) *cause.Suspicion {
	var want []string
	s := &cause.Suspicion{Grade: cause.Likely, Because: []fact.Fact{v.Asked("The request carries %s.", a)}}
	if a.HoldsLogin() && v.Challenges.Has("Basic") && !v.Challenges.Has(a.Scheme) {
		s.Weight, want = 0.9, []string{"Basic"}
		s.Title = fitting("a Basic login is sent under the word " + a.Scheme)
		s.Because = append(s.Because, v.Asked("Behind %s stands a user name and a password in base64, as Basic sends them.", a.Scheme))
	}
	for _, t := range tokenSchemes(v.Challenges) {
		if t != a.Scheme && len(want) < 2 {
			want = append(want, t)
		}
	}
	_, authx := site.AuthX(v.Answer)
	switch {
	case s.Weight > 0:
		s.Because = append(s.Because, v.Saw("The server asks for %s and not %s.", asked(v.Challenges), a.Scheme))
	case authx && a.Has(cred.SchemeCase):
		// CiviCRM's AuthX compares the word letter by letter, and says of any other just "Invalid credential".
		s.Weight = 0.75
		s.Title = "CiviCRM compares the scheme word letter by letter"
		want = []string{detailCase(a)}
	case v.Challenges.Has(a.Scheme):
		// The right scheme; only its spelling may be at fault, with servers that compare letter by letter.
		if !a.Has(cred.SchemeCase) || blamed(v) {
			return nil
		}
		s.Weight = 0.45
		s.Title = "the scheme word is compared letter by letter, and its case differs"
		want = []string{v.Challenges.Find(a.Scheme).Scheme}
		if want[0] == a.Scheme {
			return nil
		}
	case len(want) > 0:
		s.Weight = 0.8
		s.Because = append(s.Because, v.Saw("The server asks for %s and not %s.", asked(v.Challenges), a.Scheme))
	case len(v.Challenges) > 0:
		// A Basic layer, or one that wants Kerberos: no scheme word would make it take a token.
		s.Weight = 0.4
		s.Because = append(s.Because, v.Saw("The server asks for %s, where no token fits.", asked(v.Challenges)))
		if v.Written && v.Writer.Layer == exchange.Application && v.Challenges.Has("Basic") {
			s.Weight = 0.65 // it asks by itself, so no layer in front of it wants the password
		}
	case unread(v) && !strings.EqualFold(a.Scheme, "Bearer"):
		m, _ := v.Means("scheme-unsupported", "malformed-header")
		s.Grade, s.Weight, want = cause.Strong, 0.8, []string{"Bearer"}
		s.Because = append(s.Because, m.Because)
	case blamed(v):
		return nil // the token was read, so its scheme was
	case a.Has(cred.SchemeCase):
		s.Weight, want = 0.4, []string{detailCase(a)}
	case strings.EqualFold(a.Scheme, "Bearer"):
		if !v.Refused() {
			return nil
		}
		s.Weight, want = 0.28, []string{""}
		if _, ok := v.Product("django", "drf", "Django REST framework"); ok {
			s.Weight, want = 0.4, []string{"Token", "JWT"}
		}
	default:
		s.Weight, want = 0.4, []string{"Bearer"}
	}
	for _, w := range want {
		t := cause.Authorization("scheme:"+w, "the same token under the scheme "+w, secret.Join(secret.Public(w+" "), a.Value))
		if w == "" {
			t = cause.Authorization("scheme:none", "the same token without a scheme word", a.Value)
		}
		s.Trials = append(s.Trials, t.Passing())
	}
	to := "the one in the server's manual"
	steps := []string{"look for the header in the manual of the service: Bearer, Token, JWT, ApiKey, or the bare token"}
	if len(want) > 0 {
		to = want[0]
		steps = []string{`curl -H "Authorization: ` + to + ` $TOKEN" ` + cause.Quote(v.Request.URL)}
		if to == "" {
			to = "no scheme word"
			steps = []string{`curl -H "Authorization: $TOKEN" ` + cause.Quote(v.Request.URL)}
		}
	}
	s.Raise = []cause.Raise{{Command: steps[0], Where: "here, with a token that is known to be good", Would: "be let in if the scheme is all that is wrong"}}
	title, effect := "send the token under "+to, "the server finds the scheme it looks for"
	if len(want) == 0 && v.Challenges.Has("Basic") {
		title, effect = "log in with a name and a password", "the server gets what it asks for"
		steps = []string{"curl -u USER " + cause.Quote(v.Request.URL) + "      (asks for the password)", "some services take a token as the password: their manual names the user to put before it"}
	}
	if len(want) == 0 {
		s.Raise = []cause.Raise{{Command: "curl -si " + cause.Quote(v.Request.URL) + " | grep -i '^www-authenticate'", Where: "here",
			Would: "name the scheme that this layer takes"}}
	}
	s.Remedies = []cause.Remedy{{
		ID: "use-offered-scheme", Title: title, For: "client",
		Effect: effect, Opens: "nothing", Steps: steps,
		Verify: "the same request answers 2xx; without the token it is still refused", Undo: "put " + a.Scheme + " back",
	}, {
		ID: "case-insensitive", Title: "compare scheme words without regard to case, and name the scheme in a challenge", For: "server",
		Effect: "clients can see what is wanted (RFC 9110 11.1, 11.6.1)", Opens: "nothing",
		Steps:  []string{`answer 401 with WWW-Authenticate: Bearer (or the scheme in use)`, `compare strings.EqualFold(word, "Bearer"), not ==`},
		Verify: "bearer and Bearer are answered alike", Undo: "put the former comparison back",
	}}
	return s
}

// unread reports an answer that says that the header, not the token in it, could not be read.
func unread(v *cause.View) bool {
	if _, ok := v.Means("scheme-unsupported", "malformed-header"); !ok {
		return false
	}
	_, read := v.Means("token-invalid", "token-malformed", "token-expired", "signature-invalid", "credential-invalid")
	return !read
}

// detailCase is the usual spelling of the scheme word.
func detailCase(c cred.Credential) string {
	return strings.TrimPrefix(detail(c, cred.SchemeCase), "usually written ")
}
