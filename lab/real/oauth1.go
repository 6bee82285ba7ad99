package real

import (
	"io"
	"net/http"
	"strings"

	"github.com/dghubble/oauth1"
)

// oauth1App is an API behind python3-oauthlib, which computes the base string from what WSGI says of the request.
//
//	APP_FORWARDED  believe X-Forwarded-Proto
//	APP_QUIET      the refusal does not say why
const oauth1App = `
import os, sys
from wsgiref.simple_server import make_server, WSGIRequestHandler
from wsgiref.util import request_uri
from oauthlib.oauth1 import SignatureOnlyEndpoint, RequestValidator

class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass

class Keys(RequestValidator):
    enforce_ssl = False
    nonces = set()
    @property
    def safe_characters(self): return set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789=+/")
    @property
    def client_key_length(self): return 2, 60
    @property
    def nonce_length(self): return 2, 80
    @property
    def access_token_length(self): return 2, 80
    @property
    def dummy_client(self): return "dummy"
    @property
    def allowed_signature_methods(self): return ("HMAC-SHA1", "HMAC-SHA256")
    def validate_client_key(self, key, request): return key == "shop"
    def get_client_secret(self, key, request): return os.environ["APP_CLIENT"]
    def validate_timestamp_and_nonce(self, key, timestamp, nonce, request, request_token=None, access_token=None):
        if nonce in self.nonces:
            return False
        self.nonces.add(nonce)
        return True

endpoint = SignatureOnlyEndpoint(Keys())

def app(env, start):
    if os.environ.get("APP_FORWARDED") and env.get("HTTP_X_FORWARDED_PROTO"):
        env["wsgi.url_scheme"] = env["HTTP_X_FORWARDED_PROTO"]
    length = int(env.get("CONTENT_LENGTH") or 0)
    body = env["wsgi.input"].read(length).decode() if length else None
    headers = {"Authorization": env.get("HTTP_AUTHORIZATION", "")}
    ok = False
    try:
        ok, request = endpoint.validate_request(request_uri(env), env["REQUEST_METHOD"], body, headers)
    except Exception as error:
        print(error, file=sys.stderr)
    status = "200 OK" if ok else "401 Unauthorized"
    print(status[:3], env["REQUEST_METHOD"], env["PATH_INFO"], headers["Authorization"] or "-", "-", "-", "-", sep="\t")
    start(status, [("Content-Type", "application/x-www-form-urlencoded")])
    return [b"orders=0" if ok else b"denied" if os.environ.get("APP_QUIET") else b"oauth_problem=signature_invalid"]

make_server("127.0.0.1", int(os.environ["PORT"]), app, handler_class=Quiet).serve_forever()
`

// The client's key and secret.
const (
	oauth1Key    = "shop"
	oauth1Secret = "oauth-client-secret-31d0"
)

// OAuth1Header is the Authorization value that dghubble/oauth1 makes for a GET of url.
func OAuth1Header(url string) string {
	var value string
	c := oauth1.NewConfig(oauth1Key, oauth1Secret)
	taken := roundTripper(func(r *http.Request) (*http.Response, error) {
		value = r.Header.Get("Authorization")
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
	})
	ctx := oauth1.NoContext
	client := c.Client(ctx, oauth1.NewToken("", ""))
	client.Transport.(*oauth1.Transport).Base = taken
	resp, err := client.Get(url)
	if err != nil {
		panic(err) // the transport above answers every request
	}
	resp.Body.Close()
	return value
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
