package real

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// TestSigV4Server holds the verifier against the signer of the AWS SDK: what it signs is let in, and refused as soon as a
// signed part differs.
func TestSigV4Server(t *testing.T) {
	srv := httptest.NewServer(SigV4Server{AccessKey: accessKey, SecretKey: accessPass, Echo: true})
	defer srv.Close()
	ask := func(service, method, path, body string, change func(*http.Request)) int {
		t.Helper()
		r, err := http.NewRequest(method, srv.URL+path, bytes.NewReader([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(body))
		hash := hex.EncodeToString(sum[:])
		r.Header.Set("X-Amz-Content-Sha256", hash)
		r.Header.Set("X-Amz-Meta-Two", "a   b")
		signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == "s3" })
		creds := aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: accessPass, SessionToken: "session-token"}
		if err := signer.SignHTTP(context.Background(), creds, r, hash, service, "eu-west-1", time.Now()); err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(r)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		if resp.StatusCode == http.StatusForbidden && !strings.Contains(string(b), "<CanonicalRequest>") {
			t.Errorf("no canonical request shown: %s", b)
		}
		return resp.StatusCode
	}
	for _, service := range []string{"s3", "execute-api"} {
		for _, path := range []string{"/", "/a/b", "/a%20b/c%2Bd", "/a?b=c&a=d&empty&x=%2F%20", "/%E2%82%AC?%E2%82%AC=1", "/a~b-c_d.e"} {
			for _, method := range []string{"GET", "PUT"} {
				if got := ask(service, method, path, "some body", nil); got != http.StatusOK {
					t.Errorf("%s %s %s: %d", service, method, path, got)
				}
			}
		}
		for name, change := range map[string]func(*http.Request){
			"host":   func(r *http.Request) { r.Host = "other.example" },
			"path":   func(r *http.Request) { r.URL.Path += "x" },
			"query":  func(r *http.Request) { r.URL.RawQuery = "a=b" },
			"header": func(r *http.Request) { r.Header.Set("X-Amz-Meta-Two", "c") },
			"method": func(r *http.Request) { r.Method = "DELETE" },
		} {
			if got := ask(service, "GET", "/a", "", change); got != http.StatusForbidden {
				t.Errorf("%s: another %s: %d", service, name, got)
			}
		}
	}
}

// TestOAuth1App holds python3-oauthlib against dghubble/oauth1: a signature passes once, and not for another address.
func TestOAuth1App(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	w.Python("front", oauth1App, Settings{"CLIENT": oauth1Secret})
	target := w.URL("front", "orders?a=b%20c&d=%2B")
	header := "Authorization: " + OAuth1Header(target)
	for i, want := range []int{200, 401} {
		r, err := w.Curl(context.Background(), curl("-H", header, target))
		if err != nil || r.Status != want {
			t.Errorf("time %d: %v %v", i+1, r, err)
		}
	}
	if r, _ := w.Curl(context.Background(), curl("-H", "Authorization: "+OAuth1Header(target+"x"), target)); r.Status != 401 {
		t.Errorf("another address: %v", r)
	}
}
