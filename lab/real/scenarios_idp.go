package real

import (
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// at is the origin of the server called name, as issuers and resources are written.
func (w *World) at(name string) string { return "http://" + w.Addr(name) }

// api is a Go API that trusts the provider idp, and says no more than that the token is invalid.
func (w *World) api() GoAPI {
	return GoAPI{Issuer: w.at("idp"), Keys: w.at("idp") + "/jwks", Audience: w.at("front"), Says: "invalid_token"}
}

// described is api with metadata of its own (RFC 9728).
func (w *World) described() GoAPI {
	a := w.api()
	a.Metadata = map[string]any{"resource": w.at("front"), "authorization_servers": []string{w.at("idp")}, "scopes_supported": []string{"read:orders", "read:reports"}}
	return a
}

// carrying is the request with a token.
func carrying(w *World, token string, path ...string) []string {
	if path == nil {
		path = []string{"orders"}
	}
	return curl("-H", "Authorization: Bearer "+token, w.URL("front", path...))
}

// grant is the request with a token for this API.
func grant(w *World) []string {
	return carrying(w, w.Grant("idp", w.at("front"), "read:orders"))
}

// goWorld starts the provider and the API that make gives.
func goWorld(make func(*World) GoAPI, settings ...Settings) func(*World) {
	return func(w *World) {
		s := Settings{}
		if len(settings) > 0 {
			s = settings[0]
		}
		w.Provider("idp", 0, "key-1", s)
		w.GoAPI("front", make(w))
	}
}

// expressWorld starts the provider and the API of node/oauth.js, which trusts it.
func expressWorld(w *World) {
	w.Provider("idp", 0, "key-1", nil)
	w.Node("front", "oauth.js", Settings{"ISS": w.at("idp"), "AUD": w.at("front"), "JWKS_URI": w.at("idp") + "/jwks"})
}

func naming(names ...string) func(*World) []exchange.Issuer {
	return func(w *World) (out []exchange.Issuer) {
		for _, n := range names {
			out = append(out, w.Issuer(n))
		}
		return out
	}
}

func asking(w *World) []exchange.Issuer { return []exchange.Issuer{w.Asking("idp")} }

// changed is a world's API with one thing changed.
func changed(api func(*World) GoAPI, change func(*World, *GoAPI)) func(*World) GoAPI {
	return func(w *World) GoAPI {
		a := api(w)
		change(w, &a)
		return a
	}
}

// want is what every scenario here wants of the verdict.
func want(cause, grade string, fault exchange.Layer, accept ...string) Want {
	return Want{Cause: cause, Grade: grade, Accept: accept, RefusedBy: exchange.Application, FaultAt: fault, Product: "Go"}
}

// forged is a token with the provider's name that another key signed.
func forged(w *World) string {
	return RS256(RSAKey(1), "key-1", Claims{"iss": w.at("idp"), "aud": w.at("front"), "sub": user, "iat": -time.Minute, "exp": time.Hour, "scope": "read:orders"})
}

// aged is a token that the provider's own key signed and that ended some time ago.
func aged(w *World, ago time.Duration) string {
	return RS256(RSAKey(0), "key-1", Claims{"iss": w.at("idp"), "aud": w.at("front"), "sub": user, "iat": -ago - time.Hour, "exp": -ago, "scope": "read:orders"})
}

// mendAPI replaces the API and repeats the request.
func mendAPI(make func(*World) GoAPI) func(*World) []string {
	return func(w *World) []string {
		w.GoAPI("front", make(w))
		return grant(w)
	}
}

func says(text string) func(*World, *GoAPI) { return func(_ *World, a *GoAPI) { a.Says = text } }

// wrongIssuer is an API whose issuer is written otherwise than the provider writes it; the user names it as the API has it.
func wrongIssuer(name string, issuer func(w *World) string, how string) Scenario {
	return Scenario{Name: name, Servers: goWorld(changed((*World).api, func(w *World, a *GoAPI) { a.Issuer, a.Says = issuer(w), how })), Input: grant,
		Issuers: func(w *World) []exchange.Issuer { return []exchange.Issuer{w.issuer(issuer(w))} },
		Want:    want("token-iss-mismatch", "strong", exchange.Application), Mend: mendAPI((*World).api)}
}

var idpScenarios = []Scenario{
	wrongIssuer("idp-issuer-slash", func(w *World) string { return w.at("idp") + "/" }, "invalid_token"),
	wrongIssuer("idp-issuer-slash-no-reason", func(w *World) string { return w.at("idp") + "/" }, ""),
	wrongIssuer("idp-issuer-https", func(w *World) string { return strings.Replace(w.at("idp"), "http:", "https:", 1) }, "invalid_token"),
	wrongIssuer("idp-issuer-inside-name", func(w *World) string { return strings.Replace(w.at("idp"), "127.0.0.1", "localhost", 1) }, "invalid_token"),
	{
		Name: "idp-issuer-of-another-provider",
		Servers: func(w *World) {
			goWorld((*World).described)(w)
			w.Provider("other", 1, "key-9", nil)
		},
		Input: func(w *World) []string { return carrying(w, w.Grant("other", w.at("front"), "read:orders")) },
		Want:  want("token-iss-mismatch", "strong", exchange.Client, "token-wrong-environment"), Mend: grant,
	},
	{
		Name: "idp-issuer-of-another-provider-said",
		Servers: func(w *World) {
			goWorld(changed((*World).described, says("why")))(w)
			w.Provider("other", 1, "key-9", nil)
		},
		Input: func(w *World) []string { return carrying(w, w.Grant("other", w.at("front"), "read:orders")) },
		Want:  want("token-iss-mismatch", "strong", exchange.Client, "token-wrong-environment"), Mend: grant,
	},
	{
		Name: "idp-audience-no-reason", Servers: goWorld((*World).described), Issuers: naming("idp"),
		Input: func(w *World) []string {
			return carrying(w, w.Grant("idp", "https://billing.example.test", "read:orders"))
		},
		Want: want("token-aud-mismatch", "strong", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-audience-slash", Servers: goWorld((*World).described), Issuers: naming("idp"),
		Input: func(w *World) []string { return carrying(w, w.Grant("idp", w.at("front")+"/", "read:orders")) },
		Want:  want("token-aud-mismatch", "strong", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-audience-said", Servers: goWorld(changed((*World).described, says("why"))),
		Input: func(w *World) []string {
			return carrying(w, w.Grant("idp", "https://billing.example.test", "read:orders"))
		},
		Want: want("token-aud-mismatch", "proved", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-key-withdrawn", Servers: goWorld((*World).api), Issuers: naming("idp"),
		Input: func(w *World) []string {
			old := w.Grant("idp", w.at("front"), "read:orders")
			w.Rotate("idp", 1, "key-2")
			return carrying(w, old)
		},
		Want: want("jwks-kid-not-found", "strong", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-key-withdrawn-said", Servers: expressWorld, Issuers: naming("idp"),
		Input: func(w *World) []string {
			old := w.Grant("idp", w.at("front"), "read:orders")
			w.Rotate("idp", 1, "key-2")
			return carrying(w, old)
		},
		Want: want("jwks-kid-not-found", "proved", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-key-new-api-copy-old", Servers: expressWorld, Issuers: naming("idp"),
		Input: func(w *World) []string {
			w.warm(grant(w)) // the API takes its copy of the keys
			w.Rotate("idp", 1, "key-2")
			return grant(w)
		},
		Want: want("jwks-kid-not-found", "proved", exchange.Application),
		Mend: func(w *World) []string { w.Server("front").Restart(); return grant(w) },
	},
	{
		Name: "idp-signature-of-another-environment", Servers: goWorld((*World).api), Issuers: naming("idp"),
		Input: func(w *World) []string { return carrying(w, forged(w)) },
		Want:  want("jwt-signature-invalid-wrong-key", "strong", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-signature-no-reason", Servers: goWorld(changed((*World).described, says(""))),
		Input: func(w *World) []string { return carrying(w, forged(w)) },
		Want:  want("jwt-signature-invalid-wrong-key", "strong", exchange.Client), Mend: grant,
		Issuers: naming("idp"),
	},
	{
		Name: "idp-api-has-another-key",
		Servers: func(w *World) {
			w.Provider("other", 1, "key-1", nil)
			goWorld(changed((*World).api, func(w *World, a *GoAPI) { a.Keys, a.Says = w.at("other")+"/jwks", "why" }))(w)
		},
		Input: grant, Issuers: naming("idp"),
		Want: want("jwt-signature-invalid-wrong-key", "proved", exchange.Application), Mend: mendAPI((*World).api),
	},
	{
		Name: "idp-signature-of-another-environment-said", Servers: expressWorld, Issuers: naming("idp"),
		Input: func(w *World) []string { return carrying(w, forged(w)) },
		Want:  want("jwt-signature-invalid-wrong-key", "proved", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-api-cannot-fetch-keys", Issuers: naming("idp"),
		Servers: goWorld(changed((*World).api, func(w *World, a *GoAPI) { a.Keys, a.Says = w.at("closed")+"/jwks", "why" })),
		Input:   grant, Want: want("jwks-unreachable", "strong", exchange.Application), Mend: mendAPI((*World).api),
	},
	{
		Name: "idp-algorithm-not-taken", Servers: goWorld(changed((*World).api, says("why")), Settings{"ALG": "PS256"}), Issuers: naming("idp"),
		Input: grant, Want: want("jwt-alg-mismatch", "strong", exchange.Application),
		Mend: mendAPI(changed((*World).api, func(_ *World, a *GoAPI) { a.Algs = []string{"PS256"} })),
	},
	{
		Name: "idp-shared-secret-token", Servers: goWorld((*World).api), Issuers: naming("idp"),
		Input: func(w *World) []string {
			return carrying(w, HS256(signingKey, Claims{"iss": w.at("idp"), "aud": w.at("front"), "sub": user, "iat": -time.Minute, "exp": time.Hour}))
		},
		Want: want("jwt-alg-mismatch", "strong", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-opaque-token-to-jwt-api", Servers: goWorld((*World).api, Settings{"OPAQUE": "1"}), Issuers: asking, Input: grant,
		Want: want("opaque-token-to-jwt-validator", "strong", exchange.Client),
		Mend: mendAPI(func(w *World) GoAPI {
			return GoAPI{Introspect: w.at("idp") + "/token/introspection", Audience: w.at("front")}
		}),
	},
	{
		Name: "idp-opaque-token-revoked", Issuers: asking,
		Servers: goWorld(func(w *World) GoAPI {
			return GoAPI{Introspect: w.at("idp") + "/token/introspection", Audience: w.at("front"), Says: "invalid_token"}
		}, Settings{"OPAQUE": "1"}),
		Input: func(w *World) []string {
			old := w.Grant("idp", w.at("front"), "read:orders")
			w.Revoke("idp", old)
			return carrying(w, old)
		},
		Want: want("token-revoked", "strong", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-opaque-token-revoked-no-reason", Issuers: asking,
		Servers: goWorld(func(w *World) GoAPI {
			return GoAPI{Introspect: w.at("idp") + "/token/introspection", Audience: w.at("front")}
		}, Settings{"OPAQUE": "1"}),
		Input: func(w *World) []string {
			old := w.Grant("idp", w.at("front"), "read:orders")
			w.Revoke("idp", old)
			return carrying(w, old)
		},
		Want: want("token-revoked", "strong", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-opaque-token-for-another-api", Issuers: asking,
		Servers: goWorld(changed((*World).described, func(w *World, a *GoAPI) { a.Introspect = w.at("idp") + "/token/introspection" }), Settings{"OPAQUE": "1"}),
		Input: func(w *World) []string {
			return carrying(w, w.Grant("idp", "https://billing.example.test", "read:orders"))
		},
		Want: want("token-aud-mismatch", "strong", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-scope-missing", Servers: goWorld((*World).described), Status: 403,
		Input: func(w *World) []string { return carrying(w, w.Grant("idp", w.at("front"), "read:orders"), "reports") },
		Want:  want("scope-missing-401", "strong", exchange.Client, "user-lacks-role-or-group"),
		Mend: func(w *World) []string {
			return carrying(w, w.Grant("idp", w.at("front"), "read:orders read:reports"), "reports")
		},
	},
	{
		Name: "idp-dpop-required",
		Servers: goWorld(changed((*World).described, func(_ *World, a *GoAPI) {
			a.DPoP, a.Metadata["dpop_bound_access_tokens_required"] = true, true
		})),
		Input: grant, Want: want("dpop-or-token-binding", "proved", exchange.Client),
		Mend: mendAPI((*World).described),
	},
	{
		Name: "idp-id-token", Servers: goWorld((*World).described), Issuers: naming("idp"),
		Input: func(w *World) []string { return carrying(w, w.LogIn("idp", w.at("front")).ID) },
		Want:  want("id-token-as-access-token", "strong", exchange.Client, "token-aud-mismatch"),
		Mend:  func(w *World) []string { return carrying(w, w.LogIn("idp", w.at("front")).Access) },
	},
	{
		Name: "idp-token-expired", Servers: goWorld((*World).api), Issuers: naming("idp"),
		Input: func(w *World) []string { return carrying(w, aged(w, time.Hour)) },
		Want:  want("token-expired", "proved", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-token-just-expired", Servers: goWorld((*World).described), Issuers: naming("idp"),
		Input: func(w *World) []string { return carrying(w, aged(w, 30*time.Second)) },
		Want:  want("token-expired", "strong", exchange.Client), Mend: grant,
	},
	{
		Name: "idp-clock-of-the-api-ahead", Servers: goWorld(changed((*World).api, func(_ *World, a *GoAPI) { a.Later = 2 * time.Hour })), Issuers: naming("idp"),
		Input: grant, Want: want("clock-skew-generic", "strong", exchange.Application), Mend: mendAPI((*World).api),
	},
}

var idpHealthy = []Scenario{
	knowing(healthy("idp-jwt", goWorld((*World).api), grant)),
	knowing(healthy("idp-jwt-with-metadata", goWorld((*World).described), grant)),
	knowing(healthy("idp-express", expressWorld, grant)),
	knowing(healthy("idp-login", goWorld((*World).described), func(w *World) []string { return carrying(w, w.LogIn("idp", w.at("front")).Access) })),
	knowing(healthy("idp-opaque-introspected", goWorld(func(w *World) GoAPI {
		return GoAPI{Introspect: w.at("idp") + "/token/introspection", Audience: w.at("front")}
	}, Settings{"OPAQUE": "1"}), grant)),
	knowing(healthy("idp-after-rotation", goWorld((*World).api), func(w *World) []string {
		w.warm(grant(w))
		w.Rotate("idp", 1, "key-2")
		return grant(w)
	})),
}

// knowing names the provider with a client in a healthy scenario: neither documents nor introspection are needed there.
func knowing(sc Scenario) Scenario {
	sc.Issuers = asking
	return sc
}
