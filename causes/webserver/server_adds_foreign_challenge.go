package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// ServerAddsForeignChallenge: the server under the application adds a challenge of its own to each 401, and clients
// answer that one.
var ServerAddsForeignChallenge = &cause.Cause{
	ID:        "server-adds-foreign-challenge",
	Title:     "the server adds a challenge that the application does not serve",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.WebServer,
	Hides:     []string{"wrong-password", "no-credentials-sent", "session-expired"},
	Audit:     foreignChallenges,
	Suspect: func(v *cause.View) *cause.Suspicion {
		windows := ""
		for _, s := range []string{"Negotiate", "NTLM"} {
			if v.Challenges.Has(s) {
				windows = s
				break
			}
		}
		if v.Answer.Status() != 401 || windows == "" || !v.Challenges.Has("Bearer") {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.4,
			Because: []fact.Fact{v.Saw("The 401 asks for Bearer and, beside it, for %s: one is the application's, the other may be the server's own.", windows)},
			Raise: []cause.Raise{{
				Command: `powershell -c "Get-WebConfigurationProperty -Filter system.webServer/security/authentication/windowsAuthentication -Name enabled -PSPath 'IIS:\' -Location 'SITE'"`,
				Where:   "on the web server (for HTTP.sys without IIS: look for AuthenticationSchemes in UseHttpSys)",
				Would:   "print True if the server adds the challenge; whether the application serves it is for its developers to say",
			}},
			Remedies: []cause.Remedy{{
				ID: "own-scheme-off", Title: "switch the server's scheme off for the API's site or path", For: "server",
				Effect: "clients see the application's challenge only, and browsers no longer ask for a Windows login",
				Opens:  "nothing on paths that the application guards itself: check that each of them answers 401 without a token",
				Steps: []string{
					`IIS: appcmd set config "SITE/api" -section:windowsAuthentication /enabled:false /commit:apphost`,
					"HTTP.sys: options.Authentication.Schemes = AuthenticationSchemes.None for the API's own host",
				},
				Verify: "401 without a token shows Bearer only; a good token passes", Undo: "set enabled:true again",
			}, {
				ID: "read-bearer-challenge", Title: "take the reason from the Bearer challenge", For: "client",
				Effect: "the real fault, the token's, is looked at", Opens: "nothing",
				Steps: []string{`curl -s -o /dev/null -D - -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL) + " | grep -i www-authenticate"}, Undo: "nothing was changed",
			}}}
		if e := v.Challenges.Find("Bearer").Value("error"); e != "" {
			s.Because = append(s.Because, v.Saw("The Bearer challenge judges the token: error=%q. That is the application's word.", e))
		}
		if server := v.Answer.Header().Get("Server"); strings.HasPrefix(server, "Microsoft-") || server == "Kestrel" {
			s.Weight = 0.45
			s.Because = append(s.Because, v.Saw("Server: %s, which adds challenges of its own where Windows authentication is on.", server))
		}
		return s
	},
}
