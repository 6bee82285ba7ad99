package settings

import (
	"strings"
	"unicode/utf8"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var (
	credName = lazyregexp.New(`(?i)pass(wor[dt]|wd|phrase)?|pwd|secret|token|api[-_.]?key|(^|[-_.:])key($|[-_.:0-9])|[a-z]Key$|_KEY|auth|cred|cookie|salt|signing|private|bearer|jwt|dsn|connection[-_.]?string|webhook|consumer|license`)

	// plainName are names with such a word in them that say how, where or whether, never what the credential is.
	plainName = lazyregexp.New(`(?i)(authority|issuer|audience|auth[-_.]?(type|url|uri|mode|method|scheme|name|realm|provider|enabled|domain|server|endpoint)|` +
		`author(ization)?[-_.]?(type|uri|url|enabled|endpoint|prefix|code)|token[-_.]?(type|url|uri|endpoint|lifetime|expir\w*|ttl|location|prefix|name|header)|(cookie|session)[-_.]?(name|domain|path|secure|samesite|httponly|lifetime|expire\w*|age)|` +
		`tokenfile|token[-_.]file|auth[-_.]file|(key|secret|pass\w*|cred\w*)[-_.]?(file|path|store|helpers?|name|id[-_.]?name)|credsstore|credhelpers|jwks?[-_.]?(uri|url|set[-_.]?uri)|jwk-set-uri|issuer-uri|expires?|ttl|timeout|algorithms?|enabled?|secure|same[-_]?site|http[-_]?only|classes|validate\w*|require\w*|always-auth|author|authors|authorizer|keepalive\w*|bearer[-_]?format|registry_auth|url|uri|urls|uris|endpoint|host|hostname|port)$`)
	keyFile  = lazyregexp.New(`(?i)(key|cert(ificate)?|file|path)$`)
	filePath = lazyregexp.New(`^(~?/|\.{1,2}/|[A-Za-z]:\\)[\w .\\/@-]+$`)

	// identifier are names whose value may hold a GUID that is no secret: a tenant, a client.
	identifier = lazyregexp.New(`(?i)(authority|issuer|audience|tenant|instance|(client|app|application|project|subscription|realm|pool|tenant|directory)[-_.]?(id|name))s?$`)
	guid       = lazyregexp.New(`(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

	boolean  = lazyregexp.New(`(?i)^(true|false|yes|no|on|off|none|null|enabled?|disabled?|basic|bearer|digest|ntlm|lax|strict|\{\}|\[\]|[0-9]{1,5}(ms|s|m|h|d)?)$`)
	truth    = lazyregexp.New(`(?i)^(true|false|yes|no|on|off|[0-9]{1,5}(ms|s|m|h|d)?|\{\}|\[\])$`)
	variable = lazyregexp.New(`^(\$[A-Za-z_][A-Za-z0-9_]*|\$\{[A-Za-z_][A-Za-z0-9_.]*\}|%[A-Za-z_][A-Za-z0-9_]*%|\$\{\{ ?[A-Za-z_.]+ ?\}\}|\{\{[ .A-Za-z_]+\}\}|\$env:[A-Za-z_][A-Za-z0-9_]*)$`)
	capitals = lazyregexp.New(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$`) // the name of a variable
	userinfo = lazyregexp.New(`(?i)[a-z][a-z0-9+.-]{1,20}://[^/\s@]*:[^/\s@]*@|[a-z][a-z0-9+.-]{1,20}://[^/\s@:]{1,200}@`)
	schemed  = lazyregexp.New(`(?i)\b(basic|bearer|token|digest|negotiate|apikey|jwt|splunk|key)\s+[a-z0-9+/=_~.-]{4,}`)
	inQuery  = lazyregexp.New(`(?i)[?&;\s](access_token|api_?key|token|key|secret|password|pass|pwd|sig|signature|code|accountkey|sharedaccesskey)=[^&\s]`)
)

// credentialName reports a name whose value is likely a credential.
func credentialName(name string) bool {
	return credName.MatchString(name) && !plainName.MatchString(name)
}

// closePair makes the value of name = value: closed unless it is harmless.
func closePair(name, value string) secret.Text {
	switch {
	case value == "" || variable.MatchString(value) || boolean.MatchString(value) && !(isNumber(value) && credentialName(name)):
		return secret.Public(value)
	case keyFile.MatchString(name) && filePath.MatchString(value) && !looksSecret(value):
		return secret.Public(value)
	case credentialName(name):
		return secret.New(value)
	case identifier.MatchString(name):
		return closeValue(guid.ReplaceAllString(value, "id")).Map(func(string) string { return value })
	}
	return closeValue(value)
}

// closeValue makes a value of a harmless name: closed when it holds what looks like a credential.
func closeValue(value string) secret.Text {
	if looksSecret(value) {
		return secret.New(value)
	}
	return secret.Public(value)
}

// looksSecret reports a credential inside value: userinfo of a URL, a scheme word with what follows, a parameter of a
// query, a word that looks like a token.
func looksSecret(value string) bool {
	if len(value) < 4 || variable.MatchString(value) {
		return false
	}
	if !utf8.ValidString(value) || len(value) > 4096 {
		return true
	}
	if userinfo.MatchString(value) || inQuery.MatchString(value) {
		return true
	}
	if m := schemed.FindString(value); m != "" && !strings.Contains(m, "=\"") {
		if _, rest, _ := strings.Cut(m, " "); !plainWord(strings.TrimSpace(rest)) {
			return true
		}
	}
	for _, w := range strings.FieldsFunc(value, separator) {
		if cred.VendorOf(secret.Public(w)).Known() || len(w) > 64 && !strings.Contains(w, ".") {
			return true
		}
		for part := range strings.SplitSeq(w, ".") {
			// A word of that length without a digit is a name: chance leaves the ten digits out of 20 letters rarely.
			if secret.Looks(part) && strings.ContainsAny(part, "0123456789") && !capitals.MatchString(part) {
				return true
			}
		}
	}
	return jwt.LooksLike(secret.Public(value))
}

// plainWord is a word of a sentence ("Basic authentication"), not an encoded pair.
func plainWord(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c < 'a' || c > 'z' }) < 0
}

func separator(c rune) bool {
	return c <= ' ' || strings.ContainsRune(`/?&;,:"'()<>[]{}|@=$\^*`, c)
}

// aToken reports a credential that can stand alone: a JWT, a key of a known vendor, a value whose name says token or key.
func aToken(name string, v secret.Text) bool {
	if jwt.LooksLike(v) || cred.VendorOf(v).Known() {
		return true
	}
	low := strings.ToLower(name)
	return v.Len() >= 8 && !strings.Contains(low, "secret") && !strings.Contains(low, "pass") &&
		(strings.Contains(low, "token") || strings.Contains(low, "apikey") || strings.Contains(low, "api_key") || strings.Contains(low, "api-key"))
}

// shown makes a name that may be printed: names are public, but a paste may put a credential where a name belongs.
func shown(name string) string {
	name = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, name)
	if len(name) > 200 || userinfo.MatchString(name) {
		return secret.New(name).String()
	}
	for _, w := range strings.FieldsFunc(name, func(c rune) bool { return c == '.' || separator(c) }) {
		if cred.VendorOf(secret.Public(w)).Known() || secret.Looks(w) && strings.ContainsAny(w, "0123456789") && !capitals.MatchString(w) {
			return secret.New(name).String()
		}
	}
	return name
}

// closeExpression makes the value of a name that is set in code without quotation marks: a call or a name may be shown
// when no literal that could be a credential stands in it.
func closeExpression(name, value string) secret.Text {
	if credentialName(name) && strings.ContainsAny(value, "\"'`") {
		return secret.New(value)
	}
	return closeValue(value)
}
