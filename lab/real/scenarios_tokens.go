package real

import (
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

const (
	signingKey = "lab-signing-key-0f6c2b"
	issuer     = "https://id.example.test/"
	audience   = "https://orders.example.test"
)

// good are claims that every token application here accepts.
func good() Claims {
	return Claims{"sub": user, "iss": issuer, "aud": audience, "iat": -time.Minute, "exp": time.Hour}
}

func (c Claims) with(more Claims) Claims {
	for k, v := range more {
		c[k] = v
	}
	return c
}

// jwtApp starts express-jwt alone.
func jwtApp(settings Settings) func(*World) {
	return func(w *World) {
		s := Settings{"KEY": signingKey, "AUD": audience, "ISS": issuer, "JSON": "1"}
		for k, v := range settings {
			s[k] = v
		}
		w.Node("front", "jwt.js", s)
	}
}

// ask sends the given value of Authorization, none when it is empty.
func ask(value string) func(*World) []string {
	return func(w *World) []string {
		if value == "" {
			return curl(w.URL("front", "orders"))
		}
		return curl("-H", "Authorization: "+value, w.URL("front", "orders"))
	}
}

func askGood(w *World) []string { return ask("Bearer " + HS256(signingKey, good()))(w) }

// rejected is a scenario in which express-jwt refuses what make gives as the value of Authorization.
func rejected(name, cause, grade string, make func() string, accept ...string) Scenario {
	return Scenario{
		Name: name, Servers: jwtApp(nil),
		Input: func(w *World) []string { return ask(make())(w) },
		Want: Want{Cause: cause, Accept: accept, RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: grade,
			Product: "Express"},
		Mend: askGood,
	}
}

// claims is rejected for a token with other claims.
func claims(name, cause, grade string, c Claims, accept ...string) Scenario {
	return rejected(name, cause, grade, func() string { return "Bearer " + HS256(signingKey, good().with(c)) }, accept...)
}

// mendedBy is the scenario with the fault at another layer than the client.
func mendedBy(l exchange.Layer, sc Scenario) Scenario {
	sc.Want.FaultAt = l
	return sc
}

// oauthApp starts express-oauth2-jwt-bearer with its own key set.
func oauthApp(w *World) {
	w.File("jwks.json", JWKS(RSAKey(0), "key-1"))
	w.Node("front", "oauth.js", Settings{"ISS": issuer, "AUD": audience, "JWKS": "@dir@/jwks.json"})
}

func askOAuth(kid string, key int, path string, c Claims) func(*World) []string {
	return func(w *World) []string {
		return curl("-H", "Authorization: Bearer "+RS256(RSAKey(key), kid, good().with(c)), w.URL("front", path))
	}
}

func tokenApp(w *World) { w.Node("front", "tokens.js", Settings{"TOKEN": token}) }

var tokenScenarios = []Scenario{
	rejected("jwt-no-token", "no-credentials-sent", "proved", func() string { return "" }, "missing-www-authenticate"),
	claims("jwt-expired", "token-expired", "proved", Claims{"iat": -2 * time.Hour, "exp": -time.Hour}),
	claims("jwt-not-yet-valid", "token-not-yet-valid", "proved", Claims{"nbf": time.Hour}, "clock-skew-generic"),
	mendedBy(exchange.IdentityProvider, claims("jwt-times-in-milliseconds", "jwt-claim-unit-wrong", "proved", Claims{"nbf": time.Now().UnixMilli()}, "token-not-yet-valid")),
	claims("jwt-other-audience", "token-aud-mismatch", "proved", Claims{"aud": "https://billing.example.test"}),
	// The issuers differ in the last slash: the API's setting and the issuer's own name do not agree.
	mendedBy(exchange.Application, claims("jwt-other-issuer", "token-iss-mismatch", "proved", Claims{"iss": "https://id.example.test"}, "token-wrong-environment")),
	claims("jwt-of-staging", "token-wrong-environment", "strong", Claims{"iss": "https://id.staging.example.test/"}, "token-iss-mismatch"),
	rejected("jwt-signed-with-another-key", "jwt-signature-invalid-wrong-key", "likely",
		func() string { return "Bearer " + HS256("another key", good()) }, "token-wrong-environment", "token-truncated"),
	rejected("jwt-other-algorithm", "jwt-alg-mismatch", "strong",
		func() string { return "Bearer " + RS256(RSAKey(0), "key-1", good()) }),
	rejected("jwt-cut-off", "token-truncated", "strong", func() string {
		t := HS256(signingKey, good())
		return "Bearer " + t[:len(t)-30]
	}),
	rejected("jwt-without-signature-part", "token-truncated", "proved", func() string {
		t := HS256(signingKey, good())
		return "Bearer " + t[:strings.LastIndex(t, ".")-4]
	}),
	rejected("jwt-opaque-token", "opaque-token-to-jwt-validator", "strong", func() string { return "Bearer 9f8b1c0d4e7a4c55b1de" }, "token-truncated", "credential-type-wrong"),
	rejected("jwt-scheme-missing", "authorization-scheme-missing", "proved", func() string { return HS256(signingKey, good()) }),
	rejected("jwt-scheme-doubled", "authorization-scheme-doubled", "proved", func() string { return "Bearer Bearer " + HS256(signingKey, good()) }),
	rejected("jwt-scheme-with-colon", "authorization-scheme-colon", "proved", func() string { return "Bearer: " + HS256(signingKey, good()) }),
	rejected("jwt-scheme-token", "authorization-scheme-wrong", "proved", func() string { return "Token " + HS256(signingKey, good()) }),
	rejected("jwt-in-quotes", "token-quoted", "proved", func() string { return `Bearer "` + HS256(signingKey, good()) + `"` }),
	rejected("jwt-two-spaces", "token-whitespace-or-newline", "proved", func() string { return "Bearer  " + HS256(signingKey, good()) }),
	rejected("jwt-placeholder-shell", "token-placeholder-unexpanded", "proved", func() string { return "Bearer $TOKEN" }),
	rejected("jwt-placeholder-undefined", "token-placeholder-unexpanded", "proved", func() string { return "Bearer undefined" }),
	rejected("jwt-placeholder-braces", "token-placeholder-unexpanded", "proved", func() string { return "Bearer {{access_token}}" }),
	rejected("jwt-password-instead", "authorization-scheme-wrong", "strong", func() string { return Basic(user, password) }, "credential-type-wrong"),
	{
		Name:    "jwt-expired-with-challenge",
		Servers: jwtApp(Settings{"CHALLENGE": "1"}),
		Input: func(w *World) []string {
			return ask("Bearer " + HS256(signingKey, good().with(Claims{"exp": -time.Minute})))(w)
		},
		Want:    Want{Cause: "token-expired", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend:    askGood,
		Refused: has("WWW-Authenticate", "jwt expired"),
	},
	{
		Name:    "jwt-expired-html-page",
		Servers: jwtApp(Settings{"JSON": ""}),
		Input: func(w *World) []string {
			return ask("Bearer " + HS256(signingKey, good().with(Claims{"exp": -time.Minute})))(w)
		},
		Want: Want{Cause: "token-expired", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend: askGood,
	},
	{
		Name:    "oauth-key-id-unknown",
		Servers: oauthApp,
		Input:   askOAuth("key-2", 1, "orders", nil),
		Want: Want{Cause: "jwks-kid-not-found", Accept: []string{"jwt-signature-invalid-wrong-key", "token-wrong-environment"},
			RefusedBy: exchange.Application, FaultAt: exchange.Application, FaultAlso: []exchange.Layer{exchange.IdentityProvider, exchange.Client}, Grade: "strong", Product: "Express"},
		Mend: askOAuth("key-1", 0, "orders", nil),
	},
	{
		Name:    "oauth-signed-with-another-key",
		Servers: oauthApp,
		Input:   askOAuth("key-1", 1, "orders", nil),
		Want: Want{Cause: "jwt-signature-invalid-wrong-key", RefusedBy: exchange.Application, FaultAt: exchange.Client,
			Grade: "strong", Product: "Express"},
		Mend: askOAuth("key-1", 0, "orders", nil),
	},
	{
		Name:    "oauth-other-audience",
		Servers: oauthApp,
		Input:   askOAuth("key-1", 0, "orders", Claims{"aud": "https://billing.example.test"}),
		Want:    Want{Cause: "token-aud-mismatch", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "strong", Product: "Express"},
		Mend:    askOAuth("key-1", 0, "orders", nil),
	},
	{
		Name:    "oauth-id-token",
		Servers: oauthApp,
		Input: askOAuth("key-1", 0, "orders", Claims{"aud": "client-7d1", "nonce": "n-0S6_WzA2Mj", "at_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng",
			"auth_time": -time.Minute, "email": "alice@example.test", "name": "Alice"}),
		Want: Want{Cause: "id-token-as-access-token", Accept: []string{"token-aud-mismatch"},
			RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend: askOAuth("key-1", 0, "orders", nil),
	},
	{
		Name:    "oauth-refresh-token",
		Servers: oauthApp,
		Input:   askOAuth("key-1", 0, "orders", Claims{"aud": issuer, "typ": "Refresh", "exp": 30 * 24 * time.Hour}),
		Want: Want{Cause: "refresh-token-as-access-token", Accept: []string{"token-aud-mismatch"},
			RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend: askOAuth("key-1", 0, "orders", nil),
	},
	{
		Name:    "oauth-scope-missing",
		Servers: oauthApp,
		Input:   askOAuth("key-1", 0, "reports", Claims{"scope": "read:orders"}),
		Want: Want{Cause: "scope-missing-401", Accept: []string{"user-lacks-role-or-group"},
			RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend:   askOAuth("key-1", 0, "reports", Claims{"scope": "read:orders read:reports"}),
		Status: 403,
	},
	{
		Name:    "oauth-no-token",
		Servers: oauthApp,
		Input:   func(w *World) []string { return curl(w.URL("front", "orders")) },
		Want:    Want{Cause: "no-credentials-sent", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend:    askOAuth("key-1", 0, "orders", nil),
	},
	{
		Name:    "bearer-token-in-another-header",
		Servers: tokenApp,
		Input:   func(w *World) []string { return curl("-H", "X-Auth-Token: "+token, w.URL("front", "private")) },
		Want: Want{Cause: "token-wrong-location", Accept: []string{"no-credentials-sent"},
			RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend: askPrivate,
	},
	{
		Name:    "bearer-token-unknown",
		Servers: tokenApp,
		Input: func(w *World) []string {
			return curl("-H", "Authorization: Bearer t-00000c0a97be4e3fb2c6", w.URL("front", "private"))
		},
		Want: Want{Cause: "token-revoked", Accept: []string{"token-wrong-environment", "token-expired", "token-truncated", "credential-type-wrong"},
			RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "likely", Product: "Express"},
		Mend:    askPrivate,
		Refused: has("WWW-Authenticate", "invalid_token"),
	},
	{
		Name:    "bearer-stale-token-on-a-public-page",
		Servers: tokenApp,
		Input: func(w *World) []string {
			return curl("-H", "Authorization: Bearer t-00000c0a97be4e3fb2c6", w.URL("front", "open"))
		},
		Want: Want{Cause: "unsolicited-authorization-sent", Accept: []string{"token-revoked"},
			RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: "proved", Product: "Express"},
		Mend: func(w *World) []string { return curl(w.URL("front", "open")) },
	},
}
