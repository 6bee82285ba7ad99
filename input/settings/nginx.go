package settings

import (
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/secret"
)

var nginxForm = form.Form{
	Kind: "config-nginx", Also: []string{"nginx", "nginx.conf"}, What: "nginx configuration",
	Files: []string{"nginx.conf", "*.nginx", "*.vhost"},
	Is:    isNginx, Read: readNginx,
}

// isNginx counts lines that begin with a directive and end as one does.
func isNginx(text string) int {
	ls := head(text)
	if strings.Contains(text, annotationPrefix) {
		return 40 // an Ingress, read by its own reader
	}
	strong, known, weak, other := 0, 0, 0, 0
	lua := -1 // the indentation of a block in another language
	for _, l := range ls {
		t := strings.TrimSpace(l)
		if lua >= 0 && indent(l) > lua {
			continue
		}
		lua = -1
		if strings.HasSuffix(t, "_by_lua_block {") {
			lua = indent(l)
		}
		switch {
		case t[0] == '#' || t == "}" || t == "{" || t == "});" || strings.HasPrefix(t, "<%"):
		case nginxLine(t) && nginxOwn[firstWord(t)]:
			strong++
		case nginxLine(t):
			known++
		case strings.HasSuffix(t, ";") || strings.HasSuffix(t, "{") || !strings.ContainsAny(t, ":=<>()"):
			weak++
		default:
			other++
		}
	}
	switch n := strong + known; {
	case n == 0 || other > n:
		return 0
	case strong >= 2 && other == 0:
		return 95
	case strong >= 1 && other == 0:
		return 88
	case known >= 1 && other == 0 && weak <= n:
		return 75
	case strong > other:
		return 60
	}
	return 30
}

// nginxLine reports a line that is a directive of nginx, up to its ; or {.
func nginxLine(t string) bool {
	if !nginxDirectives[firstWord(t)] {
		return false
	}
	if i := strings.Index(t, " #"); i > 0 {
		t = strings.TrimSpace(t[:i])
	}
	return strings.HasSuffix(t, ";") || strings.HasSuffix(t, "{") || strings.HasSuffix(t, "}")
}

func firstWord(t string) string {
	if i := strings.IndexAny(t, " \t;{"); i >= 0 {
		return t[:i]
	}
	return t
}

func readNginx(text string, o form.Options) (exchange.Evidence, error) {
	if strings.Contains(text, annotationPrefix) {
		return readIngress(text, o)
	}
	if f, ok := misnamed(text, o, isNginx); ok {
		return f.Read(text, o)
	}
	return read(text, o, "nginx", "nginx configuration", func(r *reader, text string) { r.nginx(text, 1, nil) })
}

// misnamed finds the form of a text that was called by a kind that it does not have the look of, when another is sure
// of it: people say nginx for whatever stands in front.
func misnamed(text string, o form.Options, is func(string) int) (best form.Form, ok bool) {
	if !o.Sure || is(text) >= 50 {
		return best, false
	}
	o.Sure = false
	top := 79
	for _, f := range serverAndClient() {
		if n := f.Is(text); n > top {
			best, top, ok = f, n, true
		}
	}
	return best, ok
}

// nginx reads text, whose first line is the reader's line first, inside the blocks of context.
func (r *reader) nginx(text string, first int, context []string) {
	p := nginxParser{s: text, line: first}
	var words []nginxWord
	flush := func(semicolon bool) {
		if len(words) == 0 {
			return
		}
		r.nginxDirective(words, context, semicolon)
		words = nil
	}
	depth, tooDeep := len(context), false
	for {
		w, kind := p.next()
		switch kind {
		case nginxEnd:
			flush(false)
			return
		case nginxComment:
			r.nginxCommented(w, context)
		case nginxText:
			if len(words) > 0 && w.fresh && !w.quoted && nginxDirectives[w.text] && !nginxDirectives[words[0].text+" "+w.text] && p.endsLine() {
				r.say(words[0].line, "%s has no ; at its end: nginx reads the next line as part of it", shown(words[0].text))
				flush(false)
			}
			if len(words) < maxArgs {
				words = append(words, w)
			}
		case nginxSemicolon:
			flush(true)
		case nginxOpen:
			if len(words) > 0 && strings.HasSuffix(words[0].text, "_by_lua_block") {
				p.skipBlock()
				r.addTo("nginx", words[0].line, context, words[0].text)
				words = nil
				continue
			}
			name := nginxBlock(words)
			if len(words) > 0 {
				r.nginxDirective(words, context, true)
			}
			words = nil
			if len(context) >= maxDepth {
				if !tooDeep {
					r.say(w.line, "blocks are nested deeper than %d: the inner ones are left out", maxDepth)
				}
				tooDeep = true
				p.skipBlock()
				continue
			}
			context = append(slices.Clone(context), name)
		case nginxClose:
			flush(false)
			if len(context) > depth {
				context = context[:len(context)-1]
			} else {
				r.say(w.line, "a } without a {: the paste begins inside a block")
			}
		}
	}
}

// nginxDirective adds one directive.
func (r *reader) nginxDirective(words []nginxWord, context []string, _ bool) {
	name := words[0].text
	args := make([]secret.Text, 0, len(words)-1)
	for i, w := range words[1:] {
		args = append(args, closeNginx(name, words[1:], i))
		if strings.ContainsAny(w.text, "“”‘’") {
			r.say(w.line, "%s has typographic quotation marks, which nginx takes for letters", shown(name))
		}
	}
	r.addTo("nginx", words[0].line, context, name, args...)
}

// closeNginx makes argument i of a directive: the value of a header field that carries credentials is closed unless it
// is made of variables.
func closeNginx(name string, args []nginxWord, i int) secret.Text {
	v := args[i].text
	header := name == "proxy_set_header" || name == "add_header" || name == "more_set_headers" || name == "more_set_input_headers" ||
		name == "fastcgi_param" || name == "uwsgi_param" || name == "grpc_set_header" || name == "set" || name == "auth_request_set"
	if header && i > 0 && !strings.Contains(v, "$") && credentialName(args[0].text) && !boolean.MatchString(v) && v != "" {
		return secret.New(v)
	}
	if name == "secure_link_secret" || name == "ssl_password" {
		return secret.New(v)
	}
	if strings.Contains(v, "$") && !userinfo.MatchString(v) {
		return closeValue(dropVariables.ReplaceAllString(v, " ")).Map(func(string) string { return v })
	}
	return closeValue(v)
}

// nginxCommented adds a directive that stands in a comment: what somebody has tried, or switched off.
func (r *reader) nginxCommented(c nginxWord, context []string) {
	t := strings.TrimSpace(strings.TrimLeft(c.text, "#"))
	if !nginxLine(t) || !strings.HasSuffix(t, ";") {
		return
	}
	sub := nginxParser{s: t, line: c.line}
	var args []nginxWord
	for {
		w, kind := sub.next()
		if kind != nginxText {
			break
		}
		args = append(args, w)
	}
	if len(args) == 0 {
		return
	}
	vals := make([]secret.Text, 0, len(args))
	for i := range args[1:] {
		vals = append(vals, closeNginx(args[0].text, args[1:], i))
	}
	r.addTo("nginx-comment", c.line, context, args[0].text, vals...)
}

// nginxBlock names a block as Context does: "server", "location ^~ /api".
func nginxBlock(words []nginxWord) string {
	if len(words) == 0 {
		return "{"
	}
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = w.text
	}
	return shown(strings.Join(parts, " "))
}
