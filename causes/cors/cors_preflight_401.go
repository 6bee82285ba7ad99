package cors

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// CORSPreflight401: the server asks the preflight for a credential, which browsers never put on it (Fetch standard,
// CORS-preflight fetch), so the real request is never sent.
var CORSPreflight401 = &cause.Cause{
	ID:      "cors-preflight-401",
	Title:   "the browser's preflight is asked for a credential it cannot carry",
	Family:  family,
	FaultAt: exchange.Application,
	Hides: []string{"no-credentials-sent", "missing-www-authenticate",
		"403-means-401", "401-means-403", "benign-challenge"},
	Partial: true,
	Audit:   refusedPreflights,
	Traced:  tracedPreflight,
	Suspect: recorded("cors-preflight-401", preflight401),
}

func preflight401(v *cause.View) *cause.Suspicion {
	c, ok := callOf(v)
	if !ok || !c.preflighted() {
		return nil
	}
	s := &cause.Suspicion{Because: []fact.Fact{c.page(v)}}
	pre := c.preflight(v)
	switch {
	case c.own != nil && !refusesAll(pre):
		return nil
	case c.own != nil:
		s.Grade, s.Weight = cause.Strong, 0.85
		if pre.Browser != nil {
			// Who wrote it stands in the body, which the browser does not show: asked for once more.
			s.Trials = []cause.Trial{c.trial("401, or the way to a login", asksLogin)}
		} else if pre.Status() == 401 && !bears(pre.Request) {
			// The refused request is the preflight itself, as a browser sends it: nothing is left to find out.
			s.Grade, s.Weight = cause.Proved, 0.95
		}
	case pre == nil:
		s.Grade, s.Weight = cause.Likely, 0.35
	case !refusesAll(pre):
		return nil
	default:
		s.Grade, s.Weight = cause.Strong, 0.85
	}
	if pre != nil {
		s.Because = append(s.Because, fact.At(pre.N, "The preflight (OPTIONS without a credential) is answered %d.", pre.Status()))
		s.FaultAt, s.RefusedBy, s.Where = fault(pre), layerOf(pre), cause.Location{Hop: pre.N}
	}
	if c.own == nil {
		s.Trials = []cause.Trial{c.trial("401, or the way to a login", asksLogin)}
		if pre != nil && pre.Status() == 403 {
			s.Trials = []cause.Trial{c.trial("403", refusesAll).Carrying(cause.Strong)}
		}
		s.Independent = pre != nil && !cause.Passed(v.Answer)
	}
	s.Raise = []cause.Raise{{Command: c.ask(v), Where: "here, or wherever the page's users are", Would: "be answered 401 or 403 in place of 204 with Access-Control-Allow-Origin"}}
	s.Remedies = preflightRemedies(c, v)
	return s
}

func preflightRemedies(c call, v *cause.View) []cause.Remedy {
	verify := c.ask(v) + " answers 204 or 200 with Access-Control-Allow-Origin: " + c.origin + "; the GET without a credential is still refused"
	return []cause.Remedy{{
		ID: "cors-before-auth", Title: "let CORS answer before authentication runs", For: "server",
		Effect: "a preflight is answered by the CORS layer; every other request is still authenticated",
		Opens:  "OPTIONS answers without a credential; it gives out no content, only which origins, methods and headers may be used",
		Steps: []string{
			"Spring Security: http.cors(Customizer.withDefaults()), and a CorsConfigurationSource bean",
			"ASP.NET Core: app.UseRouting(); app.UseCors(); app.UseAuthentication(); app.UseAuthorization(); in this order",
			"Express: app.use(cors({origin: '" + plainOrigin(c.origin) + "', allowedHeaders: ['Authorization', 'Content-Type']})) before the auth middleware",
			"Django: CorsMiddleware at the top of MIDDLEWARE",
		},
		Verify: verify, Undo: "put the former order back",
	}, {
		ID: "gateway-answers-options", Title: "where a server in front asks for the credential: answer preflights there", For: "server",
		Effect: "OPTIONS is answered without a login, everything else as before",
		Opens:  "OPTIONS answers without a credential; content stays closed",
		Steps: []string{
			"nginx, in the location: if ($request_method = OPTIONS) { add_header Access-Control-Allow-Origin " + plainOrigin(c.origin) + "; add_header Access-Control-Allow-Headers \"Authorization, Content-Type\"; add_header Access-Control-Allow-Methods \"GET, POST, PUT, PATCH, DELETE\"; return 204; }",
			"Apache: <LimitExcept OPTIONS> Require valid-user </LimitExcept>",
			"oauth2-proxy: --skip-auth-preflight=true",
		},
		Verify: verify, Undo: "take the lines out again",
	}}
}

// plainOrigin is the origin for a line of configuration; what is no plain origin is left for the reader to fill in.
func plainOrigin(s string) string {
	if u, err := exchange.ParseURL(s); err == nil && u.ShownPath() == "" {
		// Host names may hold what a shell or a configuration reads; such a one is not written into a line to paste.
		if o := u.Origin().String(); strings.Trim(o, "abcdefghijklmnopqrstuvwxyz0123456789.-:/[]") == "" {
			return o
		}
	}
	return "https://app.example.com"
}
