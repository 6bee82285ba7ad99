package expiry_test

import (
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard/expiry"
	"github.com/why401/why401/lab/real"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/secret"
)

// TestProvider looks at the key set and the token of a running OpenID provider, before and after it signs with another key.
func TestProvider(t *testing.T) {
	t.Cleanup(secret.Forget)
	w := real.NewWorld(t)
	w.Provider("idp", 0, "first", nil)
	set := func() jose.Set {
		t.Helper()
		r, err := http.Get(w.URL("idp", "jwks"))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		var in expiry.Input
		if !in.Bytes("jwks", b, time.Now()) || len(in.KeySets) != 1 {
			t.Fatalf("not read as a key set: %s", b)
		}
		return in.KeySets[0].Set
	}
	before := set()
	bearer := expiry.NamedToken{Source: "token", Value: secret.New(w.Grant("idp", w.URL("api"), "read"))}
	at := time.Now()
	look := func(k expiry.KeySet) (token, keys []expiry.Ending) {
		k.Source = "jwks"
		for _, e := range expiry.Of(expiry.Input{Now: at, Tokens: []expiry.NamedToken{bearer}, KeySets: []expiry.KeySet{k}}) {
			if e.Kind == expiry.Token {
				token = append(token, e)
			} else {
				keys = append(keys, e)
			}
		}
		return token, keys
	}
	token, keys := look(expiry.KeySet{Set: before})
	if len(token) != 1 || token[0].At.Before(at) || token[0].At.After(at.Add(24*time.Hour)) {
		t.Errorf("the token's end: %v", token)
	}
	if len(keys) != 1 || !strings.Contains(keys[0].What, "one signing key") {
		t.Errorf("one key: %v", keys)
	}
	w.Rotate("idp", 1, "second")
	token, keys = look(expiry.KeySet{Set: set(), Before: &before})
	if len(token) != 2 || token[0].Severity != expiry.Ended || !strings.Contains(token[0].What, "kid first") {
		t.Errorf("the token whose key is gone: %v", token)
	}
	if len(keys) != 2 || !strings.Contains(keys[0].What, "the key first is not published any more") || !strings.Contains(keys[0].What, "no overlap") {
		t.Errorf("the rotation: %v", keys)
	}
}

// TestHandshake looks at the certificates of a running nginx: as it shows them, and as its configuration names them.
func TestHandshake(t *testing.T) {
	t.Cleanup(secret.Forget)
	w := real.NewWorld(t)
	end := time.Now().Add(5 * 24 * time.Hour).Truncate(time.Second)
	cert, key := w.CertLike("ca", "short", func(c *x509.Certificate) { c.DNSNames, c.NotAfter = append(c.DNSNames, "short.test"), end })
	s := w.Nginx("front", "server { listen @front@ ssl; ssl_certificate "+cert+"; ssl_certificate_key "+key+"; return 204; }")
	u, err := exchange.ParseURL("https://" + w.Addr("front") + "/")
	if err != nil {
		t.Fatal(err)
	}
	intent := &exchange.Intent{Agent: exchange.Agent{Name: "why401"}, Request: exchange.Request{Method: "HEAD", URL: u}}
	sender, err := probe.New(intent, probe.Options{MaxRequests: 1})
	if err != nil {
		t.Fatal(err)
	}
	got, err := sender.Do(t.Context(), intent.Request, probe.How{Purpose: "the certificate"})
	if err != nil {
		t.Fatal(err)
	}
	in := expiry.Input{Exchanges: got}
	if err := in.Read(s.Conf); err != nil {
		t.Fatal(err)
	}
	if err := in.Read(cert); err != nil {
		t.Fatal(err)
	}
	all := expiry.Of(in)
	if len(all) != 3 {
		t.Fatalf("want what the handshake shows, what the configuration names, and the file: %v", all)
	}
	for _, e := range all {
		if e.Kind != expiry.Certificate || e.Severity != expiry.Soon || !e.At.Equal(end) {
			t.Errorf("%+v, want the end %v", e, end)
		}
	}
}
