package settings

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

var npmrcForm = form.Form{
	Kind: "npmrc", Also: []string{".npmrc"}, What: "an .npmrc",
	Files: []string{".npmrc", "npmrc", "*.npmrc"},
	Is: func(text string) int {
		ls := head(text)
		scoped, hits := share(ls, ";#", npmrcOwn.MatchString)
		all, _ := share(ls, ";#", npmrcAny.MatchString)
		switch {
		case hits == 0 || all < 70:
			return 0
		case scoped >= 50:
			return 96
		}
		return 88
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "npmrc", ".npmrc", (*reader).npmrc)
	},
}

var (
	npmrcOwn = lazyregexp.New(`^(//[^\s=]+:(_authToken|_auth|username|_password|email|certfile|keyfile|always-auth|tokenHelper)|//[^\s=]+/?_authToken|(@[\w.-]+:)?registry|always-auth|_auth|_authToken|_password|strict-ssl|cafile|npmScopes|hoist|shamefully-hoist|auto-install-peers|save-exact|engine-strict|package-lock|legacy-peer-deps|node-linker|npm_config_\w+)\s*(=|$)`)
	npmrcAny = lazyregexp.New(`^(//[^\s=]+|@?[A-Za-z_][\w.:@/-]*)(\[\])?\s*(=|$)`)
	nerfDart = lazyregexp.New(`^//([^/\s:]+(?::[0-9]+)?)(/\S*?)?:([A-Za-z_-]+)$`)
)

// npmrc reads npm's ini: one key = value a line, ; and # begin comments at the beginning of a line (npm's ini package).
func (r *reader) npmrc(text string) {
	for i, l := range lines(text) {
		n, t := i+1, strings.TrimSpace(l)
		if t == "" || t[0] == ';' || t[0] == '#' || t[0] == '[' {
			continue
		}
		k, v, eq := strings.Cut(t, "=")
		k, v = strings.TrimSpace(k), strings.TrimSpace(v)
		if !npmrcAny.MatchString(t) {
			r.say(n, "a line that is neither a comment nor key=value")
			continue
		}
		if inner, mark := unquote(v); mark != 0 {
			r.say(n, "%s: npm takes the quotation marks off", shown(k))
			v = inner
		}
		r.pair(n, nil, k, v)
		r.npmrcFacts(n, k, v, eq)
	}
}

func (r *reader) npmrcFacts(n int, k, v string, eq bool) {
	m := nerfDart.FindStringSubmatch(k)
	switch {
	case !eq:
		r.say(n, "%s stands without = and a value: npm takes it for true", shown(k))
	case m != nil && m[2] == "":
		r.say(n, "%s has no / between the registry and the colon: npm 6 and earlier do not find it", shown(k))
	case m != nil && !strings.HasSuffix(m[2], "/"):
		r.say(n, "%s: the registry's path does not end in /: npm 6 and earlier look it up with the / that ends it", shown(k))
	case strings.HasPrefix(k, "//") && m == nil:
		r.say(n, "%s is not of the form //host/path/:_authToken", shown(k))
	case strings.HasPrefix(k, "http:") || strings.HasPrefix(k, "https:"):
		r.say(n, "%s begins with a scheme: npm's keys begin with //", shown(k))
	case k == "_authToken" || k == "_auth" || k == "_password" || k == "username":
		r.say(n, "%s is bound to no registry: npm 9 and later refuse it, earlier ones send it to the default registry", k)
	}
	if strings.HasSuffix(k, "registry") && v != "" && !strings.HasSuffix(v, "/") && strings.Contains(v, "://") {
		r.say(n, "%s: the address does not end in /", shown(k))
	}
}
