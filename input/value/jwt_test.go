package value_test

import (
	"testing"
	"time"

	"github.com/why401/why401/cred/jwt"
)

// TestClaims: what is pasted as claims decodes as the token it came from.
func TestClaims(t *testing.T) {
	for _, c := range []struct{ text, alg, iss, aud string }{
		{`{"iss":"https://a.example/","aud":"api","exp":1700000000}`, "", "https://a.example/", "api"},
		{`{'iss': 'https://a.example/', 'aud': ['api', 'other'], 'exp': 1700000000, 'x': None}`, "", "https://a.example/", "api"},
		{"{iss: 'https://a.example/', aud: \"api\", exp: 1700000000, // soon\n}", "", "https://a.example/", "api"},
		{`{"alg":"RS256","typ":"JWT"}.{"iss":"https://a.example/","aud":"api","exp":1700000000}`, "RS256", "https://a.example/", "api"},
		{"\"iss\": \"https://a.example/\",\n\"aud\": \"api\",\n\"exp\": 1700000000", "", "https://a.example/", "api"},
		{`{"header":{"alg":"ES256"},"payload":{"iss":"https://a.example/","aud":"api","exp":1700000000}}`, "ES256", "https://a.example/", "api"},
		{"{\n ...\n \"iss\": \"https://a.example/\", ...\n \"aud\": \"api\", \"exp\": 1700000000\n", "", "https://a.example/", "api"},
		{"iss: https://a.example/\naud: api\nexp: 1700000000", "", "https://a.example/", "api"},
	} {
		ev := readers(t, "jwt", c.text)
		if len(ev.Tokens) != 1 || ev.Tokens[0].Whole {
			t.Errorf("%s: %d tokens", c.text, len(ev.Tokens))
			continue
		}
		k, err := jwt.Decode(ev.Tokens[0].Value)
		if err != nil || k.Claims == nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if k.Header.Alg != c.alg || !k.Claims.Issuer.Text.Is(c.iss) || len(k.Claims.Audience) == 0 || !k.Claims.Audience[0].Text.Is(c.aud) || !k.Claims.Exp.Time.Equal(time.Unix(1700000000, 0)) {
			t.Errorf("%s: %+v", c.text, k)
		}
	}
}

// TestWrapped: a token over several lines is the token.
func TestWrapped(t *testing.T) {
	const whole = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.ZmFrZS1zaWduYXR1cmUtZmFrZS1zaWduYXR1cmUtZmE"
	for _, text := range []string{
		whole, "Bearer " + whole, `"` + whole + `"`, whole[:40] + "\n" + whole[40:], whole[:30] + "\r\n  " + whole[30:70] + "\r\n  " + whole[70:],
		"\"" + whole[:40] + "\" +\n\"" + whole[40:] + "\"", "token: " + whole + "\n", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\n.\neyJzdWIiOiIxMjM0NTY3ODkwIn0\n.\nZmFrZS1zaWduYXR1cmUtZmFrZS1zaWduYXR1cmUtZmE",
	} {
		ev := readers(t, "jwt", text)
		if len(ev.Tokens) != 1 || !ev.Tokens[0].Value.Is(whole) || !ev.Tokens[0].Whole {
			t.Errorf("%q: %d tokens", text, len(ev.Tokens))
		}
	}
}
