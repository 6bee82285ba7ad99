package probe

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// permit applies the rules that depend on the request alone.
func (s *Sender) permit(r exchange.Request, own bool, p *pass) error {
	if s.o.Offline {
		return &Refusal{Rule: RuleOffline, Why: "nothing is sent in offline mode"}
	}
	if s.expired() {
		return &Refusal{Rule: RuleBudget, Why: "the time for one run is used up"}
	}
	if err := sendable(r); err != nil {
		return err
	}
	if a, err := netip.ParseAddr(r.URL.Host); err == nil && isMetadata(a) && !s.typed(a) {
		return metadataRefusal(a)
	}
	if !s.o.AllowUnsafe && p.how.Kind != Introspection {
		if why := unsafe(r); why != "" {
			return &Refusal{Rule: RuleMethod, Why: why, Yes: "--replay-unsafe"}
		}
		if why := dangerous(r.URL); why != "" {
			return &Refusal{Rule: RuleDangerous, Why: why, Yes: "--replay-unsafe"}
		}
	}
	// On a later hop the values are fresh ones that the server has just made for this chain; those of the user's input
	// are caught below when they turn up elsewhere, and here when they are repeated.
	if why := oneTime(r, p.ours != "" || r.Anew && !s.spent(r)); why != "" && (p.hop == 0 || s.repeats(r)) {
		return &Refusal{Rule: RuleOneTime, Why: why}
	}
	if !own && p.how.Kind != Introspection && s.carries(r) {
		return &Refusal{Rule: RuleOtherOrigin, Why: "the request to " + r.URL.Origin().String() + " would carry a secret of yours that belongs to " + s.intent.Request.URL.Origin().String()}
	}
	return nil
}

// signatureFields are where a signature stands that is made for one sending.
var signatureFields = []string{"Authorization", "Signature-Input", "Signature"}

// spent reports that a signature which was made for one sending has gone out; spend notes that it does now.
func (s *Sender) spent(r exchange.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone[signatureOf(r)]
}

func (s *Sender) spend(r exchange.Request) {
	if !r.Anew {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone[signatureOf(r)] = true
}

func signatureOf(r exchange.Request) string {
	var b strings.Builder
	for _, name := range signatureFields {
		b.WriteString(r.Header.Text(name).Reveal() + "\n")
	}
	return b.String()
}

// repeats reports that a one-time value in r is one that the user's input held.
func (s *Sender) repeats(r exchange.Request) bool {
	for _, p := range r.URL.Query {
		if v, ok := s.intent.Request.URL.Param(p.Name); ok && v.Equal(p.Value) {
			return true
		}
	}
	return !r.Body.Empty() && r.Body.Equal(s.intent.Request.Body)
}

// unsafe gives the reason why r's method needs consent (RFC 9110 9.2.1), or "".
func unsafe(r exchange.Request) string {
	if !slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, r.Method) {
		if r.Method == "TRACE" {
			return "TRACE is not used: its reply would repeat the credential"
		}
		return "the method " + safeWord(r.Method) + " may change something at the server"
	}
	override := r.Header.Without() // a copy is enough: only read
	for _, f := range override {
		switch strings.ToLower(f.Name) {
		case "x-http-method-override", "x-http-method", "x-method-override":
			if m := strings.ToUpper(strings.TrimSpace(f.Value.Reveal())); m != "GET" && m != "HEAD" && m != "OPTIONS" {
				return "the header field " + f.Name + " turns it into a method that may change something"
			}
		}
	}
	return ""
}

func safeWord(m string) string {
	if len(m) <= 12 && strings.IndexFunc(m, func(r rune) bool { return r < 'A' || r > 'Z' }) < 0 {
		return m
	}
	return "given"
}

// acts are words that, as a path segment's first or last word or as the value of an action parameter, make a GET do
// something.
var acts = []string{"delete", "destroy", "remove", "purge", "erase", "wipe", "truncate", "revoke", "unsubscribe",
	"logout", "logoff", "signout", "signoff", "shutdown", "reboot", "restart", "terminate", "deactivate", "uninstall",
	"cancel", "unlink", "reset", "disable", "approve", "transfer", "trash", "empty", "flush", "kill", "stop", "rotate", "regenerate"}

// pathActs are those of acts that are rarely anything but a verb in a path.
var pathActs = acts[:19]

var actionNames = []string{"action", "do", "op", "operation", "cmd", "command", "act", "task", "method", "_method", "mode", "func", "function", "event", "oper", "a", "act_id", "rest_route"}

// words splits at everything that is neither letter nor digit, and at a change from lower to upper case.
func words(s string) []string {
	if d, err := url.PathUnescape(s); err == nil {
		s = d
	}
	var out []string
	var cur strings.Builder
	flush := func() {
		if cur.Len() > 0 {
			out = append(out, strings.ToLower(cur.String()))
			cur.Reset()
		}
	}
	var last rune
	for _, r := range s {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
		default:
			if unicode.IsUpper(r) && unicode.IsLower(last) {
				flush()
			}
			cur.WriteRune(r)
		}
		last = r
	}
	flush()
	return out
}

// verb finds one of list as the first or last word of s, "log out" and "sign off" written apart included.
func verb(s string, list []string) string {
	w := words(s)
	for i := 0; i+1 < len(w); i++ {
		if (w[i] == "log" || w[i] == "sign") && (w[i+1] == "out" || w[i+1] == "off") {
			return w[i] + w[i+1]
		}
	}
	if len(w) == 0 {
		return ""
	}
	if len(w) > 1 && (w[len(w)-1] == "php" || w[len(w)-1] == "aspx" || w[len(w)-1] == "jsp" || w[len(w)-1] == "html" || w[len(w)-1] == "do" || w[len(w)-1] == "action" || w[len(w)-1] == "cgi") {
		w = w[:len(w)-1]
	}
	for _, c := range []string{w[0], w[len(w)-1]} {
		if slices.Contains(list, c) {
			return c
		}
	}
	return ""
}

var graphMutation = lazyregexp.New(`^\s*mutation\b`)

// dangerous gives the reason why a GET of u needs consent, or "".
func dangerous(u exchange.URL) string {
	const ask = "the URL says that it does something (%), not only shows it"
	why := func(v string) string { return strings.Replace(ask, "%", v, 1) }
	for seg := range strings.SplitSeq(u.Path, "/") {
		if v := verb(seg, pathActs); v != "" {
			return why(v)
		}
	}
	for _, p := range u.Query {
		value := p.Value.Reveal()
		if d, err := url.QueryUnescape(value); err == nil {
			value = d
		}
		name := strings.ToLower(p.Name)
		switch {
		case name == "_method" && !slices.Contains([]string{"", "GET", "HEAD", "OPTIONS"}, strings.ToUpper(value)):
			return "the parameter _method turns it into another method"
		case name == "query" && graphMutation.MatchString(value):
			return "the GraphQL query is a mutation"
		case slices.Contains(actionNames, name):
			if v := verb(value, acts); v != "" {
				return why(v)
			}
		}
		if v := verb(p.Name, pathActs); v != "" && value != "0" && !strings.EqualFold(value, "false") {
			return why(v)
		}
	}
	return ""
}

// onceNames are query and form parameters whose values work once.
var onceNames = []string{"samlresponse", "samlart", "wresult", "otp", "totp", "otc", "passcode", "one_time_code",
	"onetimecode", "one_time_password", "mfa_code", "mfacode", "mfa_token", "2fa", "tfa_code", "two_factor_code", "verification_code",
	"verificationcode", "sms_code", "recovery_code", "backup_code", "oauth_verifier", "oauth_nonce", "code_verifier",
	"device_code", "client_assertion", "assertion", "magic", "magic_token", "magic_link", "magiclink", "login_token",
	"logintoken", "reset_token", "resettoken", "reset_password_token", "confirmation_token", "invitation_token", "invite_token",
	"activation_token", "activation_key", "unlock_token", "email_token", "refresh_token", "oobcode", "nonce_token", "authorization_code"}

var onceHeaders = []string{"dpop", "x-otp", "x-otp-code", "x-github-otp", "x-gitlab-otp", "x-totp", "x-mfa-code", "x-mfa-token",
	"x-2fa-code", "x-twilio-verify", "x-wsse", "npm-otp", "x-one-time-password"}

// oncePath are words of a path under which a token= parameter or a token-like segment is a link to be used once.
var oncePath = lazyregexp.New(`(?i)(^|[/_-])(reset|reset-?password|password-?reset|recover|recovery|magic|magic-?link|verify|verify-?email|confirm|confirmation|activate|activation|invite|invitation|invitations|accept-?invite|otp|passwordless|one-?time|login-?link|token-?login|unlock|email-?login)([/_-]|\.|$)`)

var grantType = lazyregexp.New(`(?i)grant_type["']?\s*[=:]\s*["']?(refresh_token|authorization_code|device_code|urn(:|%3a)[^&"']*(device_code|jwt-bearer|saml2-bearer|token-exchange|ciba))`)

var onceBody = lazyregexp.New(`(?i)(^|[&"'{,\s])(` + strings.Join(onceNames, "|") + `)["']?\s*[=:]\s*["']?[^&"'\s]`)

// oneTime gives the reason why r must never be replayed, or "". fresh says that its Digest or NTLM answer, or its signature,
// was made by us for this request and has not gone out.
func oneTime(r exchange.Request, fresh bool) string {
	if auth := r.Header.Text("Authorization"); !auth.Empty() && !fresh {
		c := challenge.Split(auth)
		_, nonce := c.Param("nonce")
		switch scheme := strings.ToLower(c.Word.Reveal()); {
		case scheme == "digest" && nonce:
			return "a Digest answer belongs to one nonce and count"
		case scheme == "oauth" && c.Rest.Contains("oauth_nonce"):
			return "an OAuth 1 signature belongs to one nonce"
		case scheme == "dpop":
			return "a DPoP-bound token needs a fresh proof for each request"
		case scheme == "hawk", scheme == "mac":
			return "a " + scheme + " signature belongs to one nonce"
		case scheme == "negotiate", scheme == "ntlm":
			if ntlmMessage(c.Rest.Reveal()) != 1 && !c.Rest.Trim().Empty() {
				return "a Negotiate or NTLM token works once"
			}
		case scheme == "signature" && nonce:
			return "a signature with a nonce works once"
		}
	}
	for _, f := range r.Header {
		name := strings.ToLower(f.Name)
		if slices.Contains(onceHeaders, name) {
			return "the header field " + f.Name + " holds a value that works once"
		}
		if name == "signature-input" && f.Value.Contains("nonce=") && !fresh {
			return "a signature with a nonce works once"
		}
	}
	link := oncePath.MatchString(r.URL.Path)
	for _, p := range r.URL.Query {
		name := strings.ToLower(unescapeLoosely(p.Name))
		v := p.Value
		switch {
		case v.Empty():
		case name == "grant_type" && grantType.MatchString("grant_type="+v.Reveal()):
			return "the grant works once, and its reuse may count as theft"
		case slices.Contains(onceNames, name):
			return "the parameter " + name + " holds a value that works once"
		case name == "code" && v.Len() >= 5:
			return "the parameter code looks like an authorization code, which works once"
		case name == "ticket" && v.HasPrefix("ST-"):
			return "a CAS service ticket works once"
		case name == "request_uri" && v.Contains("request_uri"):
			return "a pushed authorization request works once"
		case link && (name == "token" || name == "t" || name == "key" || name == "signature" || name == "k" || name == "hash" || name == "id_token"):
			return "the link looks like one that works once"
		}
	}
	if link {
		for seg := range strings.SplitSeq(r.URL.Path, "/") {
			if secret.Looks(seg) {
				return "the link looks like one that works once"
			}
		}
	}
	if body := r.Body.Reveal(); body != "" {
		switch {
		case grantType.MatchString(body):
			return "the grant in the body works once, and its reuse may count as theft"
		case onceBody.MatchString(body):
			return "the body holds a value that works once"
		case codeInBody.MatchString(body):
			return "the body holds an authorization code or one-time code"
		}
	}
	return ""
}

var codeInBody = lazyregexp.New(`(?i)(^|[&"'{,\s])code["']?\s*[=:]\s*["']?[A-Za-z0-9._/%-]{5,}`)
