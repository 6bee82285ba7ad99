package platform

import (
	"net/url"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// GCPIDTokenAudience: Cloud Run, Cloud Functions and IAP want an ID token that was made for them.
var GCPIDTokenAudience = &cause.Cause{
	ID:        "gcp-id-token-audience",
	Title:     "Google's front end wants an ID token for this service",
	Family:    family,
	RefusedBy: exchange.Gateway,
	FaultAt:   exchange.Client,
	Partial:   true,
	Hides: []string{"token-aud-mismatch", "access-token-where-id-token-wanted", "credential-type-wrong", "opaque-token-to-jwt-validator", "no-credentials-sent",
		"missing-www-authenticate", "user-lacks-role-or-group", "session-not-shared-between-backends", "cors-credentials-not-included", "unsolicited-authorization-sent", "id-token-as-access-token", "401-means-403", "wrong-endpoint-or-host", "token-wrong-environment"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		host := strings.ToLower(v.Request.URL.Host)
		if v.Answer.Status() != 401 && v.Answer.Status() != 0 || !googleFront(host) {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.88}
		for _, t := range bearers(v) {
			j, err := jwt.Decode(t)
			switch {
			case err != nil && t.HasPrefix("ya29."):
				s.Because = []fact.Fact{v.Asked("The token is an access token of Google's (ya29.); this host wants an ID token.")}
				return s
			case err != nil || j.Claims == nil || !j.Claims.Issuer.Text.Contains("accounts.google.com") || len(j.Claims.Audience) == 0:
				continue
			}
			for _, a := range j.Claims.Audience {
				if what, off := audienceOff(a.Text, host, v.Request.URL.ShownPath()); off {
					s.Because = []fact.Fact{v.Asked("%s", what)}
					return s
				}
			}
		}
		return nil
	},
}

// googleFront reports a host of Cloud Run or Cloud Functions.
func googleFront(host string) bool {
	return strings.HasSuffix(host, ".run.app") || strings.HasSuffix(host, ".cloudfunctions.net")
}

// audienceOff holds an audience against the address asked for. A function's audience (1st generation) is its URL with the
// function's name; Cloud Run takes its URL with or without a path behind.
func audienceOff(aud secret.Text, host, path string) (what string, off bool) {
	var u *url.URL
	aud.Map(func(s string) string { u, _ = url.Parse(s); return "" })
	switch {
	case aud.HasSuffix(".apps.googleusercontent.com"): // gcloud's own client, and IAP's, are taken too
		return "", false
	case u == nil || u.Host == "":
		return "The token's audience is no URL: it was made for a client, not for this service.", true
	case !strings.EqualFold(u.Hostname(), host):
		return "The token's audience is another host than the one asked for.", true
	case strings.HasSuffix(host, ".cloudfunctions.net") && strings.Trim(u.Path, "/") == "" && strings.Trim(path, "/") != "":
		return "The token's audience lacks the function's name; the audience of a Cloud Function is its URL with the name.", true
	}
	return "", false
}

// bearers are the bearer tokens of the request, and those that stand alone in the case.
func bearers(v *cause.View) []secret.Text {
	var out []secret.Text
	for _, c := range v.Credentials {
		out = append(out, c.Value)
	}
	for _, t := range v.Tokens {
		out = append(out, t.Value)
	}
	return out
}
