package client

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// readsFrom are places in which a gateway's configuration, a framework's declaration or a server's code looks for a key,
// each with the name in its last group: Kong's key-auth, APISIX and Tyk, FastAPI, passport-jwt, AWS API Gateway, and the
// reading of one request header in JavaScript, Python, Java, Go and PHP.
var readsFrom = []*lazyregexp.Regexp{
	lazyregexp.New(`\bkey_names["']?\s*[:=]\s*\[?\s*(?:-\s*)?["']?([\w.-]{2,60})`),
	lazyregexp.New(`"key-auth"\s*:\s*\{[^}]{0,200}"header"\s*:\s*"([\w-]{2,60})"`),
	lazyregexp.New(`"auth_header_name"\s*:\s*"([\w-]{2,60})"`),
	lazyregexp.New(`\bAPIKey(?:Header|Query|Cookie)\(\s*name\s*=\s*["']([\w-]{2,60})["']`),
	lazyregexp.New(`\bfrom(?:Header|UrlQueryParameter|BodyField)\(\s*["']([\w-]{2,60})["']`),
	lazyregexp.New(`\bmethod\.request\.(?:header|querystring)\.([\w-]{2,60})`),
	lazyregexp.New(`\b(?:req|request|ctx|c)\.(?:headers\[|headers?\.get\(|headers?\(|get\(|getHeader\(|Header\.Get\(|GetHeader\()\s*["']([\w-]{2,60})["']`),
	lazyregexp.New(`\$_SERVER\[["']HTTP_([A-Z_]{2,60})["']\]`),
}

// underOther finds a credential that was sent under another name than the one under which the server looks for it.
func underOther(v *cause.View) *cause.Suspicion {
	if !v.Recorded() || v.Unseen(exchange.RequestHeader|exchange.RequestCredentials) || v.Request.URL.Host == "" {
		return nil
	}
	c, ok := misplaced(v)
	if !ok || c.Has(cred.Placeholder) || strings.EqualFold(c.Place, "Authorization") && c.Scheme != "" && len(v.Challenges) > 0 {
		return nil
	}
	for _, t := range v.Heard() {
		var names []string
		for _, re := range readsFrom {
			for _, g := range re.FindAllStringSubmatch(string(t.Text), 10) {
				if n := strings.ReplaceAll(g[1], "_", "-"); keyNameRead(n, re) {
					names = append(names, n)
				}
			}
		}
		if len(names) == 0 || slices.ContainsFunc(names, func(n string) bool { return carries(v, n) }) {
			continue
		}
		return cause.SuspectAt(cause.Strong, 0.88, t.From, "The server looks for its key under the name "+shownName(names[0])+"; the request carries one in "+place(c)+" alone.")
	}
	return nil
}

// keyNameRead reports a name under which a key is kept. A gateway that is told to look somewhere means it, whatever the name.
func keyNameRead(name string, re *lazyregexp.Regexp) bool {
	return slices.Index(readsFrom, re) < 6 || credentialName.MatchString(name) && !strings.EqualFold(name, "User-Agent")
}

// carries reports that the request holds something under the name, as a header or in its query.
func carries(v *cause.View, name string) bool {
	same := func(n string) bool { return strings.EqualFold(strings.ReplaceAll(n, "_", "-"), name) }
	return slices.ContainsFunc(v.Request.Header, func(f exchange.Field) bool { return same(f.Name) }) ||
		slices.ContainsFunc(v.Request.URL.Query, func(p exchange.Param) bool { return same(p.Name) })
}

func shownName(n string) string { return n[:min(len(n), 40)] }
