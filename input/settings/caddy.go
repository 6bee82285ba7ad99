package settings

import (
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var caddyForm = form.Form{
	Kind: "config-caddy", Also: []string{"caddy", "caddyfile"}, What: "a Caddyfile",
	Files: []string{"Caddyfile", "Caddyfile.*", "*.caddyfile"},
	Is: func(text string) int {
		ls := head(text)
		own, hits := share(ls, "#}", func(t string) bool { return caddyOwn[firstWord(t)] && !strings.HasSuffix(t, ";") })
		ends, _ := share(ls, "#", func(t string) bool { return strings.HasSuffix(t, ";") })
		sites, _ := share(ls, "#", caddyIn.MatchString)
		switch {
		case ends > 0 || hits == 0:
			return 0
		case sites > 0 && own >= 20:
			return 93
		case own >= 60:
			return 70
		}
		return 30
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "caddy", "Caddyfile", (*reader).caddy)
	},
}

var (
	caddyOwn = wordSet(`reverse_proxy basicauth basic_auth forward_auth file_server php_fastcgi handle handle_path handle_errors
		header_up header_down encode tls respond redir rewrite uri try_files route import request_header copy_headers transport
		reverse_proxy/* log jwtauth authorize authenticate abort vars acme_server templates metrics tls_insecure_skip_verify trusted_proxies
		strip_prefix to auto_https admin email debug remote_ip path header method`)
	caddyUser = lazyregexp.New(`^\S+\s+(\$2[aby]\$|\$argon2|JDJ[hi5])\S*`)
)

// caddy reads a Caddyfile: words, quotation marks and backquotes, { at the end of a line opens a block.
func (r *reader) caddy(text string) {
	var context []string
	for i, l := range lines(text) {
		n, t := i+1, strings.TrimSpace(l)
		if t == "" || t[0] == '#' {
			continue
		}
		if t == "}" {
			if len(context) > 0 {
				context = context[:len(context)-1]
			}
			continue
		}
		open := strings.HasSuffix(t, "{") && (t == "{" || strings.HasSuffix(t, " {") || strings.HasSuffix(t, "\t{"))
		ws := caddyWords(strings.TrimSpace(strings.TrimSuffix(t, "{")))
		if !open {
			ws = caddyWords(t)
		}
		switch {
		case len(ws) > 0 && inBasicAuth(context) && len(ws) > 1:
			r.add(n, context, "user", closeValue(ws[0]), secret.New(ws[1]))
			if !caddyUser.MatchString(t) {
				r.say(n, "the password of a user is not a bcrypt or argon2 hash as Caddy wants it")
			}
		case len(ws) > 0:
			args := make([]secret.Text, 0, len(ws)-1)
			for j := range ws[1:] {
				args = append(args, closeCaddy(ws, j+1))
			}
			r.add(n, context, ws[0], args...)
		}
		if open && len(context) < maxDepth {
			name := shown(strings.Join(ws, " "))
			if name == "" {
				name = "{"
			}
			context = append(slices.Clone(context), name)
		} else if open {
			r.say(n, "blocks are nested deeper than %d: the names of the inner ones are left out", maxDepth)
		}
	}
	if len(context) > 0 {
		r.say(1, "%d blocks are not closed in the paste", len(context))
	}
}

func inBasicAuth(context []string) bool {
	if len(context) == 0 {
		return false
	}
	w := firstWord(context[len(context)-1])
	return w == "basicauth" || w == "basic_auth"
}

func closeCaddy(ws []string, i int) secret.Text {
	v := ws[i]
	if i >= 2 && credentialName(ws[i-1]) && !strings.Contains(v, "{") && (ws[0] == "header_up" || ws[0] == "request_header" || ws[0] == "header") {
		return secret.New(v)
	}
	if strings.Contains(v, "{") && !userinfo.MatchString(v) && !schemed.MatchString(v) {
		return secret.Public(v) // a placeholder of Caddy
	}
	return closeValue(v)
}

func caddyWords(t string) []string {
	var out []string
	for t = strings.TrimLeft(t, " \t"); t != "" && t[0] != '#' && len(out) < maxArgs; t = strings.TrimLeft(t, " \t") {
		if c := t[0]; c == '"' || c == '`' {
			if end := strings.IndexByte(t[1:], c); end >= 0 {
				out = append(out, t[1:end+1])
				t = t[end+2:]
				continue
			}
		}
		end := strings.IndexAny(t, " \t")
		if end < 0 {
			end = len(t)
		}
		out = append(out, t[:end])
		t = t[end:]
	}
	return out
}
