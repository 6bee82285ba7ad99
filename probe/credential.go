package probe

import (
	"encoding/base64"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

type credentialKind int

const (
	noCredential credentialKind = iota
	canary
	token // a token, key or cookie: refused at most three times
	login // a password: one try
)

// credential is what the rules need to know of a request: how dear a refusal of it is, and whose it is.
type credential struct {
	kind credentialKind
	who  string // the principal of a login; never shown, never written down in the clear
}

func (c credential) String() string {
	switch c.kind {
	case noCredential:
		return "none"
	case canary:
		return "canary"
	}
	return "yours"
}

// carriesNothing are closed request fields that say nothing about who asks.
var carriesNothing = []string{"referer", "if-none-match", "if-match", "if-range", "traceparent", "tracestate",
	"x-request-id", "x-correlation-id", "save-data", "x-why401"}

var passwordInBody = lazyregexp.New(`(?i)(?:^|[&"'{,\s<:])(?:user_?)?(?:password|passwd|passphrase|pwd|pass|j_password)["']?\s*(?:=|:|>)`)
var userInBody = lazyregexp.New(`(?i)(?:^|[&"'{,\s])(?:user(?:_?name)?|login|email|log|uid|j_username)["']?\s*[=:]\s*["']?([^&"',\s}]+)`)

// classify says what r carries. ours is the user whose handshake answer we made, "" otherwise.
func classify(r exchange.Request, ours string) credential {
	if ofProgram(r) {
		return credential{kind: token}
	}
	if auth := r.Header.Text("Authorization"); !auth.Empty() {
		if auth.HasPrefix("Why401-Canary") {
			return credential{kind: canary}
		}
		c := challenge.Split(auth)
		switch strings.ToLower(c.Scheme) {
		case "basic":
			user, _, ok := decodeBasic(c.Rest)
			if !ok {
				user = c.Rest
			}
			return credential{login, user.Reveal()}
		case "digest":
			if ours != "" {
				return credential{login, ours}
			}
			user, _ := c.Param("username")
			return credential{login, user.Reveal()}
		case "ntlm", "negotiate":
			if ours != "" {
				return credential{login, ours}
			}
			if ntlmMessage(c.Rest.Reveal()) == 1 {
				return credential{} // the opening names nobody
			}
			return credential{login, "ticket"}
		}
		return credential{kind: token}
	}
	if body := r.Body.Reveal(); passwordInBody.MatchString(body) {
		who := body
		if m := userInBody.FindStringSubmatch(body); m != nil {
			who = m[1]
		}
		return credential{login, who}
	}
	if m := clientInBody.FindStringSubmatch(r.Body.Reveal()); m != nil {
		return credential{login, m[1]} // RFC 6749 2.3.1: a client's secret is a password
	}
	for _, f := range r.Header {
		name := strings.ToLower(f.Name)
		if f.Value.Closed() && name != "proxy-authorization" && !slices.Contains(carriesNothing, name) {
			return credential{kind: token}
		}
	}
	kind := noCredential
	for _, p := range r.URL.Query {
		n := strings.ToLower(p.Name)
		if (n == "password" || n == "passwd" || n == "pwd" || n == "pass") && !p.Value.Empty() {
			user, _ := r.URL.Param("user")
			if user.Empty() {
				user, _ = r.URL.Param("username")
			}
			return credential{login, user.Reveal()}
		}
		if p.Value.Closed() && (secretName(n) || secret.Looks(p.Value.Reveal())) {
			kind = token
		}
	}
	return credential{kind: kind}
}

var clientInBody = lazyregexp.New(`(?:^|&)client_id=([^&]+)&(?:[^&]*&)*client_secret=[^&]`)
var clientCredentials = lazyregexp.New(`(?:^|&)grant_type=client_credentials(?:&|$)`)
var secretInBody = lazyregexp.New(`(?:^|&)client_secret=[^&]`)

// ofProgram reports a client credentials grant (RFC 6749 4.4): the secret in it is the key of a program, which no person
// chose and no account is locked for, so it counts as a key, not as a password.
func ofProgram(r exchange.Request) bool {
	body := r.Body.Reveal()
	if r.Method != "POST" || !clientCredentials.MatchString(body) || passwordInBody.MatchString(body) {
		return false
	}
	scheme := strings.ToLower(challenge.Split(r.Header.Text("Authorization")).Scheme)
	return scheme == "basic" || scheme == "" && r.Header.Text("Authorization").Empty() && secretInBody.MatchString(body)
}

func decodeBasic(t secret.Text) (user, password secret.Text, ok bool) {
	s := strings.TrimRight(strings.TrimSpace(t.Reveal()), "=")
	raw, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		if raw, err = base64.RawURLEncoding.DecodeString(s); err != nil {
			return user, password, false
		}
	}
	name, pass, ok := strings.Cut(string(raw), ":")
	// A closed user name would be scrubbed out of the report that is to name it.
	if user = secret.Public(name); secret.Looks(name) {
		user = secret.New(name)
	}
	return user, secret.New(pass), ok
}

// ntlmMessage is the message type (1, 2, 3) of a base64 NTLM token, 0 when it is none (MS-NLMP 2.2.1).
func ntlmMessage(b64 string) int {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(b64))
	if err != nil || len(raw) < 12 || string(raw[:8]) != "NTLMSSP\x00" {
		return 0
	}
	return int(raw[8])
}

// account is the key under which tries at host are counted. An account is usually the same on every port of a
// machine, but not on the developer's own, where each port is another program.
func account(u exchange.URL) string {
	host := strings.TrimSuffix(u.Host, ".")
	if a, err := netip.ParseAddr(host); err == nil && a.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return net.JoinHostPort(host, u.Port)
	}
	return host
}
