package settings

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/secret"
)

var haproxyForm = form.Form{
	Kind: "config-haproxy", Also: []string{"haproxy"}, What: "HAProxy configuration",
	Files: []string{"haproxy.cfg", "*haproxy*.cfg"},
	Is: func(text string) int {
		ls := head(text)
		sections, _ := share(ls, "#", haproxyIn.MatchString)
		known, hits := share(ls, "#", func(t string) bool {
			return haproxyWords[firstWord(t)] && !strings.HasSuffix(t, ";") && !strings.HasSuffix(t, "{") || haproxyIn.MatchString(t)
		})
		own, _ := share(ls, "#", func(t string) bool { return haproxyOwn[firstWord(t)] })
		switch {
		case hits == 0 || known < 60:
			return 0
		case sections > 0 && own > 0 && known >= 85:
			return 96
		case own > 0 && known >= 85 && (hits > 1 || strings.Contains(text, "http_auth") || strings.Contains(text, "http-request")):
			return 88
		case sections > 0 && known >= 80 && hits >= 3:
			return 80
		}
		return 30
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "haproxy", "HAProxy configuration", (*reader).haproxy)
	},
}

var haproxyOwn = wordSet(`http-request http-response http-after-response reqadd reqdel reqrep rspadd rspdel rspirep reqidel use_backend
	default_backend userlist insecure-password forwardfor httpchk http-check stick-table stats-auth tcp-request tcp-response errorfile errorloc
	block reqirep httpclose nbproc tune.bufsize maxconn`)

var haproxyWords = func() map[string]bool {
	m := wordSet(`acl bind server option timeout mode balance stats log user group password groups users cookie redirect capture
		description default-server email-alert filter http-errors http-reuse monitor-uri retries source stick use-server no
		compression chroot daemon ca-base crt-base ssl-default-bind-ciphers ssl-default-bind-options pidfile nbthread hash-type
		unique-id-format unique-id-header declare rate-limit fullconn id disabled enabled lua-load master-worker setenv presetenv`)
	for w := range haproxyOwn {
		m[w] = true
	}
	return m
}()

func (r *reader) haproxy(text string) {
	var context []string
	for i, l := range lines(text) {
		n, t := i+1, strings.TrimSpace(l)
		if t == "" || t[0] == '#' {
			continue
		}
		ws := haproxyArgs(t)
		if len(ws) == 0 {
			continue
		}
		if haproxyIn.MatchString(t) || ws[0] == "peers" || ws[0] == "resolvers" || ws[0] == "listen" || ws[0] == "frontend" || ws[0] == "backend" {
			context = []string{shown(strings.Join(ws, " "))}
			r.add(n, nil, ws[0], publicAll(ws[1:])...)
			continue
		}
		args := make([]secret.Text, 0, len(ws)-1)
		for j := range ws[1:] {
			args = append(args, closeHAProxy(ws, j+1))
		}
		r.add(n, context, ws[0], args...)
		if ws[0] == "user" && len(ws) > 3 && ws[2] == "password" && !strings.HasPrefix(ws[3], "$") {
			r.say(n, "password takes a hash: this value has not the form of one and is read as a DES hash; insecure-password takes plain text")
		}
	}
}

// closeHAProxy makes word i of a line: passwords of users and statistics, and literal values of credential headers.
func closeHAProxy(ws []string, i int) secret.Text {
	v, before := ws[i], ws[i-1]
	switch {
	case before == "password", before == "insecure-password", ws[0] == "stats" && before == "auth":
		return secret.New(v)
	case i == 3 && strings.HasSuffix(ws[1], "-header") && credentialName(before) && !strings.Contains(v, "%["), (ws[0] == "setenv" || ws[0] == "presetenv") && i == 2 && credentialName(before):
		return secret.New(v)
	case strings.ContainsAny(v, "%[(") && !schemed.MatchString(v):
		return secret.Public(v)
	}
	return closeValue(v)
}

func publicAll(ws []string) []secret.Text {
	out := make([]secret.Text, len(ws))
	for i, w := range ws {
		out[i] = closeValue(w)
	}
	return out
}

// haproxyArgs splits a line: quotation marks hold, a backslash keeps the next character, # ends it.
func haproxyArgs(t string) []string {
	var out []string
	var b strings.Builder
	in, mark := false, byte(0)
	for i := 0; i < len(t) && len(out) < maxArgs; i++ {
		c := t[i]
		switch {
		case mark == 0 && c == '\\' && i+1 < len(t):
			i++
			b.WriteByte(t[i])
			in = true
		case mark != 0 && c == mark:
			mark = 0
		case mark == 0 && (c == '"' || c == '\''):
			mark, in = c, true
		case mark == 0 && (c == ' ' || c == '\t'):
			if in {
				out = append(out, b.String())
				b.Reset()
				in = false
			}
		case mark == 0 && c == '#':
			i = len(t)
		default:
			b.WriteByte(c)
			in = true
		}
	}
	if in {
		out = append(out, b.String())
	}
	return out
}
