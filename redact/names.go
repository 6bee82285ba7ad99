package redact

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/why401/why401/internal/lazyregexp"
)

// secretName reports the name of a field, parameter, setting or member whose value is a secret.
func secretName(name string) bool {
	if len(name) > 120 || !maySpeak(name) {
		return false
	}
	last := &lately[maphash.String(seed, name)%uint64(len(lately))]
	if l := last.Load(); l != nil && l.name == name {
		return l.secret
	}
	secret := speaks.MatchString(name) && !about.MatchString(name) && !openNames[strings.ToLower(name)]
	last.Store(&judged{name, secret})
	return secret
}

// judged is a name that was looked at; a text has the same few in all of its lines.
type judged struct {
	name   string
	secret bool
}

var (
	lately [512]atomic.Pointer[judged]
	seed   = maphash.MakeSeed()
)

// maySpeak is a quick look that spares most names the patterns: false only for names that speaks does not match.
func maySpeak(name string) bool {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return true // perhaps a letter that (?i) takes for another
		}
		for _, w := range speakers[name[i]|0x20] {
			if hasFold(name, i, w) {
				return true
			}
		}
	}
	return false
}

// speakers are such that every name that speaks matches holds one of them; by their first letters.
var speakers = func() (out [256][]string) {
	for w := range strings.FieldsSeq(`auth assertion bearer connection cookie credential crumb csrf jwt key licen mac nonce otp pass
		phpsessid pin pw saml secret session sid sig token verifier webhook xsrf`) {
		out[w[0]] = append(out[w[0]], w)
	}
	return out
}()

var (
	speaks = lazyregexp.New(`(?i)(^|[^a-z])(auth|_auth|sid|key|sig|pass|pwd|pw|otp|pin|jwt|csrf|xsrf|crumb|nonce|saml\w*|mac|code_verifier|assertion)$|authorization$|` +
		`token|secret|passw|passphrase|api_?-?key|access_?-?key|private_?-?key|session_?-?id|phpsessid|signature|credential|authkey|auth_?-?key|` +
		`cookie$|cookies$|connection_?-?string|webhook_?-?url|hmac_?-?key|master_?-?key|encryption_?-?key|shared_?-?key|subscription_?-?key|licen[cs]e_?-?key|bearer$`)
	about = lazyregexp.New(`(?i)([-_. ]|[a-z])(type|types|url|uri|name|endpoint|file|path|method|methods|alg|algorithm|algorithms|header|headers|expires?|expiry|expiration|expires_?-?(in|at|on)|` +
		`lifetime|ttl|policy|mode|enabled|required|count|length|format|scheme|prefix|provider|class|store|samesite|timeout|audience|issuer|status|error|errors|` +
		`description|hint|handler|size|version|valid|validity|validation|validator|refresh_?interval|domain|signedheaders|supported|source|command|field|claim|claims|model|limit|limits|usage|duration)$`)
	openNames = set("token_type tokentype id_token_signing_alg_values_supported signature_method oauth_signature_method key_ops x-csrf_ passwordauthentication secretname secretkeyref authorization-type token_use session_state_ keyid tokens max_tokens prompt_tokens completion_tokens total_tokens input_tokens output_tokens csrf-token-required primary_key foreign_key sort_key cookies_")
)

// sortOf says what a secret of that name is.
func sortOf(name string) Sort {
	n := strings.ToLower(name)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(n, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("pass", "pwd", "pin", "otp"):
		return Password
	case has("signature", "sig", "hmac", "mac"):
		return Signature
	case has("cookie", "session", "sessid", "sid"):
		return Cookie
	case has("key"):
		return Key
	case has("token", "auth", "bearer", "jwt", "secret", "assertion", "code", "nonce", "csrf", "xsrf"):
		return Token
	}
	return Value
}
