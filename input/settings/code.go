package settings

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

var propertiesForm = form.Form{
	Kind: "properties", Also: []string{"application.properties"}, What: "application properties",
	Files: []string{"application.properties", "application-*.properties", "*.properties", "gradle.properties"},
	Is: func(text string) int {
		ls := head(text)
		own, hits := share(ls, "#!", dottedKey.MatchString)
		all, n := share(ls, "#!", propLine.MatchString)
		switch {
		case hits > 0 && all >= 80 && own >= 30:
			return 90
		case all == 100 && n >= 2:
			return 63
		}
		return 0
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "code", "application properties", func(r *reader, text string) {
			for i, l := range lines(text) {
				t := strings.TrimSpace(l)
				if t == "" || t[0] == '#' || t[0] == '!' || !anyKey.MatchString(t) {
					continue
				}
				at := strings.IndexAny(t, "=:")
				k, v := strings.TrimSpace(t[:at]), strings.TrimLeft(t[at+1:], " \t")
				if _, mark := unquote(v); mark != 0 {
					r.say(i+1, "%s: in properties the quotation marks are part of the value", shown(k))
				}
				if tail := l[len(strings.TrimRight(l, " \t")):]; tail != "" && credentialName(lastKey(k)) {
					r.say(i+1, "%s: the blank at the end of the line is part of the value", shown(k))
					v += tail
				}
				r.pairAs(i+1, nil, k, lastKey(k), v)
			}
		})
	},
}

var propLine = lazyregexp.New(`^[a-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_\[\]-]+)+\s*[=:]`)

// pairAs is pair for a name of which only the last key says whether the value is a credential.
func (r *reader) pairAs(n int, context []string, name, key, value string) {
	v := closePair(key, value)
	r.add(n, context, name, v)
	r.flaws(n, shown(key), v)
}

var codeForm = form.Form{
	Kind: "code-settings", Also: []string{"code"}, What: "settings in code",
	Files: []string{"settings.py", "wp-config.php", "Startup.cs", "Program.cs", "sanctum.php"},
	Is: func(text string) int {
		ls := head(text)
		good, hits := share(ls, "#/", isCodeLine)
		switch {
		case hits == 0:
			return 0
		case good >= 60:
			return 80
		case hits >= 2 && good >= 25:
			return 64
		}
		return 35
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "code", "settings in code", (*reader).code)
	},
}

var (
	codeAssign = lazyregexp.New(`^(?:(?:var|let|const|public|private|static|final|string|String)\s+){0,4}([A-Za-z_][\w]*(?:(?:\.|->|::)[A-Za-z_]\w*)+)\s*=\s*(.+?);?(?:\s+//.*)?$`)
	codeShouts = lazyregexp.New(`^([A-Z][A-Z0-9_]{3,})\s*=\s*(["'\[({bTFN0-9].*?)\s*(#.*)?$`)
	codeDefine = lazyregexp.New(`^define\(\s*['"]([A-Za-z_0-9]+)['"]\s*,\s*(.*?)\s*\)\s*;`)
	codeMember = lazyregexp.New(`^['"]?([A-Za-z_][A-Za-z_0-9.-]*)['"]?\s*(?:=>|:|=)\s*(.+?),?$`)
	codeKnown  = lazyregexp.New(`(?i)^(options|opt|opts|o|x|config|cfg|builder|jwt\w*|cookie\w*|tokenValidationParameters|services|app|axios|http|settings)\b`)
	codeNames  = lazyregexp.New(`(?i)^(authority|audience|issuer|valid(ate)?(issuers?|audiences?|lifetime|issuersigningkey)|clockskew|requirehttpsmetadata|metadataaddress|nameclaimtype|roleclaimtype|mapinboundclaims|savetoken|default_authentication_classes|default_permission_classes|auth_header_types|algorithm|signing_key|verifying_key|sessiondriver|stateful|guard|driver|withcredentials|credentials|samesite|secure|httponly|domain|origin|allowedheaders|secret|secretorkey|jwtfromrequest|ignoreexpiration|passreqtocallback|algorithms|jwksuri|clientid|clientsecret|apikey|curlopt_\w+|tokenurl|cache|ratelimit)$`)
)

// isCodeLine reports a line that sets something in a program: options.Authority = "...", define('AUTH_KEY', ...),
// REST_FRAMEWORK = {.
func isCodeLine(t string) bool {
	if len(t) > 1000 {
		return false
	}
	if m := codeAssign.FindStringSubmatch(t); m != nil {
		name := m[1][strings.LastIndexAny(m[1], ".>:")+1:]
		return (codeKnown.MatchString(t) || codeNames.MatchString(name)) && (strings.HasSuffix(t, ";") || strings.ContainsAny(m[2][:1], `"'tfTFn[{`))
	}
	if codeDefine.MatchString(t) {
		return true
	}
	if m := codeShouts.FindStringSubmatch(t); m != nil {
		return djangoNames[m[1]]
	}
	if m := codeMember.FindStringSubmatch(t); m != nil {
		return codeNames.MatchString(m[1]) && (strings.HasSuffix(t, ",") || strings.Contains(t, "=>") || strings.HasSuffix(t, "[")) && !strings.HasPrefix(t, `"`)
	}
	return false
}

var djangoNames = wordSet(`REST_FRAMEWORK SIMPLE_JWT JWT_AUTH CORS_ALLOW_CREDENTIALS CORS_ALLOWED_ORIGINS CORS_ORIGIN_WHITELIST CORS_ALLOW_HEADERS
	SESSION_COOKIE_SECURE SESSION_COOKIE_SAMESITE SESSION_COOKIE_DOMAIN SESSION_COOKIE_AGE SESSION_ENGINE CSRF_COOKIE_SECURE
	CSRF_TRUSTED_ORIGINS CSRF_COOKIE_DOMAIN CSRF_COOKIE_SAMESITE AUTHENTICATION_BACKENDS MIDDLEWARE SECRET_KEY ALLOWED_HOSTS
	SECURE_PROXY_SSL_HEADER USE_X_FORWARDED_HOST USE_TZ AUTH_USER_MODEL OAUTH2_PROVIDER JWT_SECRET_KEY JWT_TOKEN_LOCATION
	JWT_HEADER_TYPE JWT_COOKIE_SECURE JWT_COOKIE_CSRF_PROTECT JWT_ACCESS_TOKEN_EXPIRES`)

// code reads the lines that set something; everything else in the code is passed.
func (r *reader) code(text string) {
	var context []string // of nested members
	var margins []int
	for i, l := range lines(text) {
		n, t := i+1, strings.TrimSpace(l)
		if t == "" || t[0] == '#' || strings.HasPrefix(t, "//") || strings.HasPrefix(t, "*") {
			continue
		}
		in := indent(l)
		for len(margins) > 0 && in <= margins[len(margins)-1] {
			margins, context = margins[:len(margins)-1], context[:len(context)-1]
		}
		name, value := codePair(t)
		if name == "" {
			if len(context) > 0 && (t[0] == '\'' || t[0] == '"') {
				v, _ := unquote(strings.TrimRight(t, ", "))
				r.add(n, context[:len(context)-1], context[len(context)-1], closePair(context[len(context)-1], v))
			}
			continue
		}
		if v := strings.TrimSpace(value); v == "{" || v == "[" || v == "(" || strings.HasSuffix(v, "(") || v == "array(" || strings.HasSuffix(v, "{") || strings.HasSuffix(v, "[") {
			if len(context) < maxDepth {
				context, margins = append(context[:len(context):len(context)], shown(name)), append(margins, in)
			}
			continue
		}
		inner, mark := unquote(strings.TrimSpace(value))
		key := name[strings.LastIndexAny(name, ".>:")+1:]
		if mark == 0 {
			r.add(n, context, name, closeExpression(key, inner))
			continue
		}
		r.pairAs(n, context, name, key, inner)
	}
}

func codePair(t string) (name, value string) {
	if m := codeDefine.FindStringSubmatch(t); m != nil {
		return m[1], m[2]
	}
	if m := codeAssign.FindStringSubmatch(t); m != nil {
		return m[1], strings.TrimSuffix(m[2], ";")
	}
	if m := codeShouts.FindStringSubmatch(t); m != nil {
		return m[1], m[2]
	}
	if m := codeMember.FindStringSubmatch(t); m != nil && !strings.HasSuffix(t, ";") {
		return m[1], m[2]
	}
	return "", ""
}
