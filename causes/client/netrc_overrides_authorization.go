package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// NetrcOverridesAuthorization: a line of .netrc takes the place of the credential that was given.
var NetrcOverridesAuthorization = &cause.Cause{
	ID:      "netrc-overrides-authorization",
	Title:   "a .netrc entry takes the place of the credential that was given",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   append([]string{"wrong-password", "stale-cached-credentials", "authorization-scheme-wrong"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(cause.Weightier(netrcIn(v), netrcRecorded(v)), storedShadowed(v, true))
	},
}

// netrcIn judges the request itself.
func netrcIn(v *cause.View) *cause.Suspicion {
	if v.Intent == nil || unsent(v) || !refusedOrBad(v) || v.Answer.Status() == 407 {
		return nil
	}
	s := &cause.Suspicion{}
	entry, has := netrcEntry(v)
	basic, onWire := v.Credential("basic")
	switch {
	case v.Intent.Login.From == ".netrc" && urlLoginIgnored(v):
		s.Grade, s.Weight = cause.Strong, 0.9
		s.Because = []fact.Fact{
			fact.Given("curl command", "A login stands in the URL, and --netrc makes curl leave it out."),
			v.Asked("What was sent and refused is the login of .netrc."),
		}
	case netrcAgent(v.Request) && onWire && basic.In == cred.InHeader && has:
		// The wire shows Basic from a library that puts .netrc before the header of the caller.
		s.Grade, s.Weight = cause.Likely, 0.7
		s.Because = []fact.Fact{entry, v.Asked("The request shows Basic and the User-Agent of a Python library that reads .netrc for every host.")}
		if v.Challenges.Has("Bearer") && !v.Challenges.Has("Basic") {
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Because = append(s.Because, v.Saw("The server asks for Bearer and not for Basic."))
		}
	case netrcAgent(v.Request) && onWire && empty(basic):
		s.Grade, s.Weight = cause.Likely, 0.6
		s.Because = []fact.Fact{v.Asked("The request shows Basic with an empty user name and password, as a default line of .netrc gives it, and the User-Agent of a Python library that reads .netrc.")}
	default:
		return nil
	}
	s.Raise = []cause.Raise{{Command: "grep -n -E '^(machine " + cause.QuoteWord(v.Request.URL.Host) + "|default)' ~/.netrc | cut -d' ' -f1,2", Where: "on the machine and as the user where the program runs",
		Would: "name the entry that is used for this host"}}
	s.Remedies = []cause.Remedy{{
		ID: "ignore-netrc", Title: "leave .netrc out of this program", For: "client",
		Effect: "the credential that was given is sent", Opens: "nothing",
		Steps:  []string{"curl: without -n, --netrc and --netrc-file", "requests: session.trust_env = False; httpx: Client(trust_env=False)", "any program: NETRC=/dev/null"},
		Verify: "the request shows the credential that was given and answers 2xx", Undo: "take the setting out again",
	}, {
		ID: "fix-netrc-entry", Title: "correct or remove the entry of this host", For: "client",
		Effect: "no program uses the old login any more", Opens: "nothing",
		Steps:  []string{"cp ~/.netrc ~/.netrc.bak", "edit the line machine " + cause.QuoteWord(v.Request.URL.Host) + " (or default) of ~/.netrc", "requests: pass auth=... in place of a header; it is not replaced"},
		Verify: "the same request answers 2xx", Undo: "mv ~/.netrc.bak ~/.netrc",
	}}
	return s
}

// netrcEntry is the note that a .netrc has a login for this host.
func netrcEntry(v *cause.View) (fact.Fact, bool) {
	for _, f := range v.Facts {
		if strings.HasSuffix(strings.ToLower(f.From.File), "netrc") {
			return f, true
		}
	}
	return fact.Fact{}, false
}

// urlLoginIgnored reports the reader's note that curl leaves the login of the URL out.
func urlLoginIgnored(v *cause.View) bool {
	for _, f := range v.Facts {
		if strings.Contains(f.Text, "ignore the login in the URL") {
			return true
		}
	}
	return false
}

// netrcAgent reports a library that reads .netrc for every request.
func netrcAgent(r exchange.Request) bool {
	agent := strings.ToLower(r.Header.Get("User-Agent"))
	return strings.HasPrefix(agent, "python-requests/") || strings.HasPrefix(agent, "python-httpx/")
}
