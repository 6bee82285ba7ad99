package client

import (
	"regexp"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

var percentEscape = lazyregexp.New(`%[0-9A-Fa-f]{2}`)

// URLUserinfoEncoding: user and password are percent-encoded the wrong number of times.
var URLUserinfoEncoding = &cause.Cause{
	ID:      "url-userinfo-encoding",
	Title:   "user or password is percent-encoded the wrong number of times",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"wrong-password", "wrong-username-form", "unsolicited-authorization-sent", "proxy-auth-required-407",
		"proxy-env-intercepts"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(userinfoIn(v), userinfoRecorded(v))
	},
}

// userinfoIn judges the request itself.
func userinfoIn(v *cause.View) *cause.Suspicion {
	if s := cutAddress(v); s != nil {
		return s
	}
	if !v.Refused() || unsent(v) {
		return nil
	}
	c, ok := v.Credential("basic")
	if !ok || c.In != cred.InHeader || c.Has(cred.Placeholder) {
		return nil
	}
	pair, err := basic.Decode(c.Value)
	if err != nil || !pair.Has(basic.PercentEncoded) || !heard(v, "Basic") {
		return nil
	}
	user := pair.User.Match(percentEscape)
	part := "password"
	if user {
		part = "user name"
	}
	s := &cause.Suspicion{
		Grade: cause.Likely, Weight: 0.75, Title: "the " + part + " is sent with its percent-encoding",
		Because: []fact.Fact{v.Asked("The decoded Basic value still holds an escape such as %%40 in the %s.", part)},
	}
	from := ""
	if v.Intent != nil {
		from = v.Intent.Login.From
	}
	switch {
	case from == "URL userinfo":
		// The program decodes once; what is left was encoded twice.
		s.Grade, s.Weight = cause.Strong, 0.85
		s.Because = append(s.Because, fact.Given("URL", "The login stands in the URL, whose escapes the program undoes once; one layer is left."))
	case user:
		s.Grade, s.Weight = cause.Strong, 0.85 // a password may hold %41 by its own right, a user name hardly
		s.Because = append(s.Because, v.Asked("Outside a URL nothing undoes percent-encoding."))
	}
	s.Raise = []cause.Raise{{Command: `curl -u "$LOGIN" ` + cause.Quote(v.Request.URL), Where: "here; type the password as it is when curl asks",
		Would: "be let in if the encoding is all that is wrong"}}
	s.Remedies = userinfoRemedies(v)
	return s
}

// cutAddress is a password with #, / or ? in a URL: the address ends there, and another host is asked.
func cutAddress(v *cause.View) *cause.Suspicion {
	if v.Intent == nil || v.Answer == nil || v.Answer.Failure == nil {
		return nil
	}
	u := v.Intent.Request.URL
	where := ""
	switch {
	case regexp.MustCompile(`^[^/]*@`).MatchString(u.Fragment):
		where = "#"
	case regexp.MustCompile(`^/[^/]*@[^/]+\.[^/]+`).MatchString(u.Path):
		where = "/"
	default:
		return nil
	}
	if step := v.Answer.Failure.Step; step != "resolve" && step != "connect" {
		return nil
	}
	return &cause.Suspicion{
		Grade: cause.Strong, Weight: 0.85, Title: "a " + where + " in the password ends the host part of the URL",
		RefusedBy: exchange.Client,
		Because: []fact.Fact{
			fact.Given("URL", "An @ stands behind the first %s: what should be user and password is read as the host.", where),
			fact.At(v.Answer.N, "That host was not reached (%s).", v.Answer.Failure.Step),
		},
		Raise: []cause.Raise{{Command: `curl -u "$LOGIN" "https://$HOST/"`, Where: "here, with the host that was meant",
			Would: "reach the server if the password cut the URL"}},
		Remedies: userinfoRemedies(v),
	}
}

func userinfoRemedies(v *cause.View) []cause.Remedy {
	u := cause.Quote(v.Request.URL)
	return []cause.Remedy{{
		ID: "login-outside-url", Title: "give the login outside the URL", For: "client",
		Effect: "nothing has to be encoded; it also stays out of logs", Opens: "nothing",
		Steps:  []string{`curl -u "$LOGIN:$PASSWORD" ` + u, "pip, git, poetry: keyring, credential helper or environment in place of the index URL"},
		Verify: "the same request answers 2xx; with a wrong password it is still refused", Undo: "put the former URL back",
	}, {
		ID: "encode-once", Title: "where it must stand in the URL, encode it once", For: "client",
		Effect: "the program decodes it to what was meant", Opens: "nothing",
		Steps: []string{
			"@ %40   : %3A   / %2F   # %23   ? %3F   % %25   and nothing twice",
			`python3 -c 'import sys,urllib.parse; print(urllib.parse.quote(sys.stdin.read().rstrip("\n"), safe=""))'`,
		},
		Verify: "curl -v shows the user name as it is meant", Undo: "put the former URL back",
	}}
}
