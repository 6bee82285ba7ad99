package redirect

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// KeySlash is the experiment that asks for the path the slash redirect means, at the first origin.
const keySlash = "slash"

// RedirectTrailingSlash: the framework answers the path without (or with) its slash with a redirect to the other form,
// and the credential, the method or the scheme gets lost on the way.
var RedirectTrailingSlash = &cause.Cause{
	ID:      "redirect-trailing-slash",
	Title:   "the path needs its trailing slash; without it there is a redirect",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"no-credentials-sent", "redirect-cross-host-drops-auth", "wrong-password", "missing-www-authenticate", "forwarded-proto-missing",
		"redirect-to-login-instead-of-401"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(recorded("redirect-trailing-slash", trailingSlash)(v), slashTold(v))
	},
}

func trailingSlash(v *cause.View) *cause.Suspicion {
	d, ok := detourOf(v)
	if !ok || d.from.Host != d.to.Host && !slashOnTheWay(v, d.from) || d.from.Scheme == "http" && d.to.Scheme == "https" {
		return nil // another host and the upgrade to https are causes of their own
	}
	exact, turn, ok := slashForm(v, d.from)
	if !ok {
		return nil
	}
	s := &cause.Suspicion{Where: cause.Location{Hop: turn.N}}
	if d.from.Path == strings.TrimSuffix(exact.Path, "/") {
		s.Because = []fact.Fact{fact.At(turn.N, "The path without a slash at its end is answered %d, and leads to the one with it.", turn.Status())}
	} else {
		s.Title = "the path must not end in a slash; with it there is a redirect"
		s.Because = []fact.Fact{fact.At(turn.N, "The path with a slash at its end is answered %d, and leads to the one without it.", turn.Status())}
	}
	trial := cause.At(keySlash, "the path that the slash redirect means", exact)
	switch {
	case !d.followed: // the user sees the redirect itself
		s.Grade, s.Weight = cause.Strong, 0.8
		s.Trials = []cause.Trial{trial.Predicting("an answer in place of the redirect", func(failing, seen *exchange.Exchange) bool {
			return failing.Status()/100 == 3 && (seen.OK() || seen.Status() == 401 || seen.Status() == 403)
		}).OrOut()}
		if x := v.Trial(keySlash); cause.Refused(x) {
			s.Because = append(s.Because, fact.At(x.N, "The exact path is refused as well (%d): a second fault stands behind the redirect.", x.Status()))
		}
	case d.arrived || cause.Passed(v.Answer):
		return nil // the slash cost nothing
	default:
		to, _, _ := turn.Location()
		if sameOrigin(to, turn.Request.URL) {
			return nil
		}
		s.Grade, s.Weight, s.FaultAt = cause.Strong, 0.9, exchange.Application
		if w, ok := signature.Writer(turn); ok {
			s.FaultAt = w.Layer // whoever wrote the redirect wrote the foreign origin into it
		}
		s.Because = append(s.Because, fact.At(turn.N, "It leads to %s, where %s does not take the credential of %s.", to.Origin(), program(v), d.from.Origin()))
		s.Trials = []cause.Trial{trial.Passing().OrOut()}
	}
	s.Raise = []cause.Raise{{Command: command(d.carried, exact), Where: "here", Would: "be let in if the slash is all that is wrong"}}
	s.Remedies = slashRemedies(d.carried, d.from, exact)
	return s
}

// slashForm finds the redirect that toggles the slash at the end of from's path, and gives the URL it means at from's
// own origin.
func slashForm(v *cause.View, from exchange.URL) (exact exchange.URL, turn *exchange.Exchange, ok bool) {
	for _, x := range v.Hops() {
		to, has, err := x.Location()
		if x.Status()/100 == 3 && has && err == nil && slashed(from, to) && (to.Host == from.Host || wwwTwins(to.Host, from.Host)) {
			exact = from
			exact.Path = to.Path
			return exact, x, true
		}
	}
	return exact, nil, false
}

// slashOnTheWay reports that the chain first toggles the slash on its own host, whatever comes after.
func slashOnTheWay(v *cause.View, from exchange.URL) bool {
	_, turn, ok := slashForm(v, from)
	if !ok {
		return false
	}
	to, _, _ := turn.Location()
	return to.Host == from.Host
}

func slashRemedies(c cred.Credential, from, exact exchange.URL) []cause.Remedy {
	return []cause.Remedy{{
		ID: "exact-path", Title: "call the exact path", For: "client",
		Effect: "there is no redirect left that could cost the credential, the method or the scheme", Opens: "nothing",
		Steps:  []string{command(c, exact)},
		Verify: "the same request is not redirected any more; without the credential it is refused", Undo: "call the former path",
	}, {
		ID: "serve-both-forms", Title: "answer both forms of the path, and know the public scheme", For: "server",
		Effect: "neither form is redirected; where a redirect remains it keeps https", Opens: "nothing: both forms run the same checks",
		Steps: []string{
			"FastAPI: app = FastAPI(redirect_slashes=False), and register both paths on the handler",
			"Django REST framework: DefaultRouter(trailing_slash=False) or APPEND_SLASH = False; Flask: @app.route(..., strict_slashes=False)",
			"behind TLS termination: uvicorn --proxy-headers --forwarded-allow-ips=<address of the proxy>, and in the proxy: proxy_set_header X-Forwarded-Proto $scheme;",
		},
		Verify: "both forms answer the same; without a credential both are refused", Undo: "take the setting back",
	}}
}
