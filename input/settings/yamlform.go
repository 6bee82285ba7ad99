package settings

import (
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var yamlForm = form.Form{
	Kind: "yaml", Also: []string{"yml"}, What: "YAML settings",
	Files: []string{"*.yml", "*.yaml"},
	Is:    isYAML,
	Read:  readYAML,
}

var jsonForm = form.Form{
	Kind: "json-settings", Also: []string{"appsettings", "daemon.json"}, What: "JSON settings",
	Files: []string{"appsettings.json", "appsettings.*.json", "daemon.json", "settings.json", "mcp.json", "local.settings.json", "launchsettings.json"},
	Is: func(text string) int {
		t := strings.TrimSpace(strings.TrimPrefix(text[:min(len(text), peek)], "\ufeff"))
		if strings.HasPrefix(t, "{") && jsonKeys.MatchString(t) {
			return 82
		}
		if strings.HasPrefix(t, `"`) && jsonKeys.MatchString("{"+t) {
			return 70
		}
		return 0
	},
	Read: readYAML,
}

var jsonKeys = lazyregexp.New(`[{,]\s*"(ConnectionStrings|AzureAd|AzureAdB2C|AllowedHosts|Logging|Jwt|JwtSettings|JwtBearer|JWT|Authentication|IdentityServer|IdentityServerAuthentication|Keycloak|Serilog|registry-mirrors|insecure-registries|log-driver|mcpServers|Kestrel|ReverseProxy|Auth0|Okta|AppSettings|Cors|IsEncrypted|iisSettings)"\s*:`)

var (
	yamlKnown = lazyregexp.New(`(?m)^\s*(output\.elasticsearch|services|spring|quarkus|provider|functions|scrape_configs|filebeat\.inputs|xpack\.security|server|management|securityDefinitions|components|security|image|ingress|environment|env|volumes|jobs|receivers|clients|apiVersion|version|metadata|datasources|auth|monitoring|remote_write|replicaCount|configMapGenerator|on|steps|plugins|routes|upstreams|keycloak|jwt|kind)(\.[a-z_]+)*:`)
	yamlPlain = lazyregexp.New(`^(- )*["']?[A-Za-z_$<.][A-Za-z0-9_.$<@*/-]*["']?\s*:(\s|$)|^- `)
	headerish = lazyregexp.New(`^[A-Z][a-z0-9]*(-[A-Z][A-Za-z0-9]*)+:|^(Host|Accept|Cookie|Server|Date|Via|Age|Allow|Location|Vary|Authorization|Origin|Referer|Error|Warning|Note|Expected|Actual|Caused|Steps|Version): ?\S`)
	sentence  = lazyregexp.New(`^- [A-Z][a-z]+ [a-z]+ |^[A-Z][a-z]+ [a-z]+ [a-z]+`)
)

// isYAML wants lines of YAML's grammar, with nesting: "Name: value" lines alone are a header or prose as likely.
func isYAML(text string) int {
	ls := head(text)
	if len(ls) == 0 || strings.HasPrefix(strings.TrimSpace(ls[0]), "{") || strings.HasPrefix(strings.TrimSpace(ls[0]), "<") {
		return 0
	}
	good, hits, headers, nested, known, block := 0, 0, 0, false, false, -1
	total := 0
	for _, l := range ls {
		t := strings.TrimSpace(l)
		if t[0] == '#' || t == "---" || strings.HasPrefix(t, "{{") {
			continue
		}
		if block >= 0 && indent(l) > block {
			continue
		}
		block = -1
		total++
		switch {
		case headerish.MatchString(t), sentence.MatchString(t):
			headers++
		case yamlPlain.MatchString(t), strings.HasPrefix(t, "-"):
			hits++
			nested = nested || indent(l) > 0 && hits > 1
			known = known || yamlKnown.MatchString(t)
		case indent(l) > 0 && hits > 0 && !strings.HasSuffix(t, ";"):
			good++
		}
		if strings.HasSuffix(t, "|") || strings.HasSuffix(t, "|-") || strings.HasSuffix(t, ">") || strings.HasSuffix(t, ">-") {
			block = indent(l)
		}
	}
	switch {
	case total == 0 || hits == 0 || headers*3 > hits || (hits+good)*100 < 85*total:
		return 0
	case nested && known && hits >= 2:
		return 78
	case nested && hits >= 3:
		return 64
	case nested:
		return 50
	case known && hits >= 3 && headers == 0:
		return 60
	}
	return 20
}

func readYAML(text string, o form.Options) (exchange.Evidence, error) {
	var fail error
	ev, err := read(text, o, "yaml", "YAML or JSON settings", func(r *reader, text string) {
		if t := strings.TrimSpace(text); strings.HasPrefix(t, `"`) && jsonKeys.MatchString("{"+t) {
			text = "{" + text + "}"
		}
		entries, err := yamlEntries(text, r.say)
		switch {
		case err != nil && len(entries) == 0:
			fail = err
		case err != nil:
			r.say(1, "%v", err)
		}
		r.yaml(entries)
	})
	if fail != nil {
		return exchange.Evidence{}, fail
	}
	return ev, err
}

// yaml adds the flattened entries: the keys with dots between are the name.
func (r *reader) yaml(entries []yamlEntry) {
	names := map[string]string{} // of lists of name and value, as Kubernetes has them
	secrets := map[int]bool{}    // documents that are a Secret
	for _, e := range entries {
		if n := len(e.path); n > 0 && e.path[n-1] == "name" {
			names[joinPath(e.path[:n-1])] = e.value
		}
		if len(e.path) == 1 && e.path[0] == "kind" && e.value == "Secret" {
			secrets[e.doc] = true
		}
	}
	for _, e := range entries {
		n := len(e.path)
		if n > 0 && e.path[n-1] == "<<" {
			continue
		}
		last := ""
		if n > 0 {
			last = e.path[n-1]
		}
		if k, v, ok := strings.Cut(e.value, "="); ok && strings.HasPrefix(last, "[") && slices.ContainsFunc(e.path, envList) && envName.MatchString(k) {
			r.listedVariable(e, k, v)
			continue
		}
		for i := n - 1; i > 0 && strings.HasPrefix(last, "["); i-- {
			last = e.path[i-1]
		}
		v := closePair(last, e.value)
		if last == "key" && n > 1 && strings.HasSuffix(e.path[n-2], "KeyRef") {
			v = closeValue(e.value) // the name of a key
		}
		if last == "value" && names[joinPath(e.path[:n-1])] != "" {
			v = closePair(names[joinPath(e.path[:n-1])], e.value)
		}
		if secrets[e.doc] && n > 1 && (e.path[0] == "data" || e.path[0] == "stringData") || e.mark == '|' && !v.Closed() && e.value != "" {
			v = secret.New(e.value)
		}
		r.add(e.line, nil, e.name(), v)
		if v.Closed() || !v.Empty() {
			r.flaws(e.line, shown(last), v)
		}
		r.yamlNested(e)
	}
}

var envName = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_]*$`)

func envList(k string) bool { return k == "environment" || k == "env" }

// listedVariable is an element NAME=value of a compose file's environment.
func (r *reader) listedVariable(e yamlEntry, k, v string) {
	if _, mark := unquote(v); mark != 0 {
		r.say(e.line, "%s: in a list of NAME=value the quotation marks are part of the value", shown(k))
	}
	path := append(slices.Clone(e.path[:len(e.path)-1]), k)
	r.pair(e.line, nil, joinPath(path), v)
}

// yamlNested says when a key repeats the keys that it stands under: written so, it is another setting than was meant.
func (r *reader) yamlNested(e yamlEntry) {
	if len(e.path) < 2 {
		return
	}
	last, above := e.path[len(e.path)-1], joinPath(e.path[:len(e.path)-1])
	if strings.Contains(above, ".") && strings.HasPrefix(last, above+".") || !strings.Contains(above, "[") && strings.Contains(last, ".") && strings.HasPrefix(last, above+".") {
		r.say(e.line, "%s stands under %s and repeats its name: read as written, it is %s", shown(last), shown(above), shown(e.name()))
	}
}
