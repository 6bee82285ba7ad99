package exchange

import (
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/secret"
)

// openParams are parameters of OAuth and OpenID Connect whose values name things and open nothing: what is wrong with a
// login is told in their terms (RFC 6749 2.2: "The client identifier is not a secret"). state, nonce, codes, verifiers,
// hints and whatever else there is stay closed.
var openParams = []string{"response_type", "response_mode", "grant_type", "code_challenge_method", "prompt", "scope",
	"client_id", "client_assertion_type", "token_type", "token_type_hint", "requested_token_type", "subject_token_type",
	"error", "redirect_uri", "post_logout_redirect_uri", "resource", "audience"}

// addressParams are those of openParams that hold an address, which may have a secret in its query.
var addressParams = []string{"redirect_uri", "post_logout_redirect_uri", "resource", "audience"}

// OpenParam reports that a parameter of that name may be shown with that value, encoded or not.
func OpenParam(name, value string) bool {
	name = strings.ToLower(name)
	if !slices.Contains(openParams, name) || len(value) > 512 {
		return false
	}
	if d, err := url.QueryUnescape(value); err == nil {
		value = d
	}
	parts := strings.Fields(value)
	if slices.Contains(addressParams, name) {
		if strings.ContainsAny(value, "?#@") {
			return false
		}
		parts = strings.Split(value, "/")
	}
	return !slices.ContainsFunc(parts, secret.Looks) && strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0
}

// CloseBody closes a request's body. That of a token request may hold nothing but open parameters; then the words of it are
// not looked for in other text, where grant_type=client_credentials says what is to be typed.
func CloseBody(s string) secret.Text {
	for p := range strings.SplitSeq(s, "&") {
		name, value, eq := strings.Cut(p, "=")
		if !eq || !OpenParam(name, value) {
			return secret.New(s)
		}
	}
	return secret.Hide(s)
}
