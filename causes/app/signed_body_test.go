package app

import (
	stdhmac "crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

func sum(key, body string) []byte {
	h := stdhmac.New(sha256.New, []byte(key))
	h.Write([]byte(body))
	return h.Sum(nil)
}

func TestSignedBodies(t *testing.T) {
	const key, body = "fake-webhook-secret", `{"id": 7, "name": "a"}`
	request := func(signed, arrived string) *exchange.Exchange {
		return &exchange.Exchange{Given: "paste", Request: exchange.Request{Method: "POST", Body: secret.New(arrived),
			Header: exchange.Header{{Name: "X-Hub-Signature-256", Value: secret.New("sha256=" + hex.EncodeToString(sum(key, signed)))}}},
			Response: &exchange.Response{Status: 401}}
	}
	note := func(s string) []exchange.Note { return []exchange.Note{{Text: exchange.Raw(s)}} }
	hexSum, b64 := hex.EncodeToString(sum(key, body)), base64.StdEncoding.EncodeToString(sum(key, body))
	for _, c := range []struct {
		name string
		c    exchange.Case
		want string
	}{
		{"a line break more", exchange.Case{Exchanges: []*exchange.Exchange{request(body+"\n", body)}, Notes: note("secret: " + key)}, "hmac-body-altered"},
		{"right as written", exchange.Case{Exchanges: []*exchange.Exchange{request(body, body)}, Notes: note("webhook_secret=" + key)}, "hmac-body-altered"},
		{"another secret", exchange.Case{Exchanges: []*exchange.Exchange{request("other", body)}, Notes: note("secret: " + key)}, ""},
		{"no secret", exchange.Case{Exchanges: []*exchange.Exchange{request(body+"\n", body)}}, ""},
		{"hex and base64", exchange.Case{Notes: note("computed: " + hexSum + "\nreceived: " + b64)}, "hmac-canonicalisation"},
		{"capitals", exchange.Case{Notes: note("computed: " + strings.ToUpper(hexSum) + "\nreceived: " + hexSum)}, "hmac-canonicalisation"},
		{"the same", exchange.Case{Notes: note("computed: " + hexSum + "\nreceived: " + hexSum)}, ""},
		{"prose only", exchange.Case{Notes: note("secret: " + key + "\nreceived: " + hex.EncodeToString(sum(key, body+"\n")) + "\n" + body)}, "hmac-body-altered"},
		{"brackets", exchange.Case{Notes: note("secret: " + key + "\nreceived: " + hexSum + "\n" + strings.Repeat("{", 1<<20))}, ""},
	} {
		v := cause.NewView(&c.c)
		got := ""
		for _, x := range []*cause.Cause{HMACBodyAltered, HMACCanonicalisation} {
			if s := x.Suspect(v); s != nil {
				got = x.ID
				for _, f := range s.Because {
					if strings.Contains(f.Text, key) || strings.Contains(f.Text, hexSum) {
						t.Errorf("%s: the fact holds a secret: %s", c.name, f.Text)
					}
				}
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
