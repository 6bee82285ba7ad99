package nginx

import (
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// rewrite runs the directives of the rewrite module that stand in l, in their order (ngx_http_rewrite_handler). They are not
// inherited. The result is a status, or declined to go on.
func (r *run) rewrite(l *level) int {
	if l.dir == nil {
		return declined
	}
	e := &script{r: r, quote: true, status: declined}
	e.body(l.dir.Body, l)
	return e.status
}

// script is ngx_http_script_engine_t.
type script struct {
	r      *run
	quote  bool // groups are escaped as they are copied
	status int
	steps  int
}

// maxScript bounds the directives that one run of a script executes.
const maxScript = 100_000

// body runs directives; false stops the script.
func (e *script) body(ds []*Directive, l *level) bool {
	for _, d := range ds {
		if e.steps++; e.steps > maxScript {
			e.r.open("more rewrite directives than are followed")
			return false
		}
		ok := true
		switch d.Name {
		case "rewrite":
			ok = e.rewrite(d)
		case "return":
			if len(d.Args) > 0 {
				e.ret(d)
				ok = false
			}
		case "set":
			e.set(d)
		case "break":
			if e.r.uriChanged {
				e.r.validLocation, e.r.uriChanged = false, false
			}
			e.r.step(conf.Changes, "rewrite", d.Place, "break ends the rewrites here")
			ok = false
		case "if":
			if d.HasBlock && e.test(d) {
				if c := l.blocks[d]; c != nil {
					if l.kind != kindServer && !e.inServer(l) {
						e.r.at = c
						e.r.choose()
					}
					ok = e.body(d.Body, c)
				}
			}
		default:
			if strings.HasPrefix(d.Name, "rewrite_by_lua") || strings.HasPrefix(d.Name, "set_by_lua") {
				e.r.step(conf.Unclear, "rewrite", d.Place, "%s: what Lua code does cannot be known from here", d.Name)
				e.r.open(d.Name + " at " + d.Place.String())
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// inServer reports an if that stands in a server, not in a location: it changes no settings.
func (e *script) inServer(l *level) bool {
	for at := l; at != nil; at = at.parent {
		switch at.kind {
		case kindLocation:
			return false
		case kindServer:
			return true
		}
	}
	return true
}

// text evaluates a value with groups as the script escapes them.
func (e *script) text(s string) string {
	defer e.r.atOnce()()
	parts, ok := split(s)
	if !ok {
		e.r.open("a value that nginx does not take: " + s)
	}
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(e.r.part(p, e.quote))
		if b.Len() > maxValue {
			e.r.open("a value of more than 64 KB")
			return b.String()[:maxValue]
		}
	}
	return b.String()
}

func (e *script) set(d *Directive) {
	name, ok := strings.CutPrefix(d.Arg(0), "$")
	if !ok || len(d.Args) != 2 {
		return
	}
	depends := e.r.hidden.Watch()
	v := e.text(d.Arg(1))
	field, _ := depends()
	e.r.hidden.Make(name, field)
	if name == "args" {
		e.r.args, e.r.validTarget = v, false
	} else {
		e.r.vars[name] = v
	}
	e.r.step(conf.Changes, "rewrite", d.Place, "set $%s", name)
}

func (e *script) ret(d *Directive) {
	r := e.r
	status, err := strconv.Atoi(d.Arg(0))
	text := d.Arg(1)
	if err != nil {
		status, text = 302, d.Arg(0)
	}
	switch {
	case redirects(status):
		r.location = r.value(text)
		r.step(conf.Changes, "rewrite", d.Place, "return %d: redirected", status)
	case status == 444 || status == 408 || status == 499:
		r.step(conf.Refuses, "rewrite", d.Place, "return %d: the connection is closed without an answer", status)
		r.noteRefusal()
	case status >= 400:
		r.step(conf.Refuses, "rewrite", d.Place, "return %d", status)
		r.noteRefusal()
	default:
		r.step(conf.Sends, "rewrite", d.Place, "return %d", status)
	}
	if status < 400 || text != "" {
		r.discardBody()
	}
	if (status < 400 || text != "") && !redirects(status) {
		r.value(text)
		r.send(status)
		e.status = done
		return
	}
	e.status = status
}

// rewrite runs one rewrite directive (ngx_http_script_regex_start_code); false ends the script.
func (e *script) rewrite(d *Directive) bool {
	r := e.r
	if len(d.Args) < 2 {
		return true
	}
	p := r.m.patterns[d]
	ok, err := r.matches(p, r.uri)
	switch {
	case err != nil:
		e.status = 500
		return false
	case !ok:
		r.groups = nil
		return true
	}
	to, keep := strings.CutSuffix(d.Arg(1), "?")
	keep = !keep
	flag := d.Arg(2)
	status := 0
	if strings.HasPrefix(to, "http://") || strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "$scheme") {
		status = 302
	}
	switch flag {
	case "redirect":
		status = 302
	case "permanent":
		status = 301
	}
	parts, _ := split(to)
	r.internal, r.validTarget = true, false // also where it ends in a redirect
	if flag == "break" {
		r.validLocation, r.uriChanged = false, false
	} else {
		r.uriChanged = true
	}
	if status != 0 {
		e.redirect(d, parts, keep, status)
		return false
	}
	e.quote = false
	check := r.atOnce()
	uri, args, cut := replacement(r, parts)
	check()
	switch {
	case cut && keep && r.args != "":
		r.args = args + "&" + r.args
	case cut:
		r.args = args
	case !keep:
		r.args = ""
	}
	if len(r.args) > maxValue || len(uri) > maxValue {
		r.open("a URL of more than 64 KB")
		e.status = 500
		return false
	}
	r.uri = uri
	if uri == "" {
		r.step(conf.Refuses, "rewrite", d.Place, "the rewritten URL is empty: answered with 500")
		e.status = 500
		return false
	}
	r.step(conf.Changes, "rewrite", d.Place, "rewritten to %s", uri)
	return flag != "last" && flag != "break"
}

// replacement evaluates a rewrite's replacement. What stands behind its first question mark are arguments, in which groups
// are escaped; a question mark out of a variable is none.
func replacement(r *run, parts []part) (uri, args string, cut bool) {
	var b strings.Builder
	mark := 0
	for _, p := range parts {
		text := p.text
		if p.name != "" || p.group > 0 {
			text = r.part(p, cut)
		} else if i := strings.IndexByte(text, '?'); i >= 0 && !cut {
			b.WriteString(text[:i])
			mark, cut, text = b.Len(), true, text[i+1:]
		}
		if b.Len() <= 2*maxValue {
			b.WriteString(text)
		}
	}
	if s := b.String(); cut {
		return s[:mark], s[mark:], true
	}
	return b.String(), "", false
}

// redirect answers with a Location (the end of ngx_http_script_regex_end_code).
func (e *script) redirect(d *Directive, parts []part, keep bool, status int) {
	r := e.r
	defer r.atOnce()()
	var b strings.Builder
	mark := byte('?')
	for _, p := range parts {
		if strings.Contains(p.text, "?") {
			mark = '&'
		}
		if b.Len() <= maxValue {
			b.WriteString(r.part(p, true))
		}
	}
	to := unescapeRedirect(b.String())
	if keep && r.args != "" {
		to += string(mark) + r.args
	}
	r.location = to
	r.step(conf.Changes, "rewrite", d.Place, "redirected with %d", status)
	e.status = status
}

// test evaluates the condition of an if (ngx_http_rewrite_if_condition).
func (e *script) test(d *Directive) bool {
	r := e.r
	words := condition(d)
	if len(words) == 0 {
		return false
	}
	known := len(r.t.Open)
	depends := r.hidden.Watch()
	yes, what := e.condition(d, words)
	if field, password := depends(); field != "" {
		yes = r.hidden.Either(d.Place, field, yes)
	} else if password && len(words) == 3 && words[1] != "~" && words[1] != "~*" && words[1] != "!~" && words[1] != "!~*" && words[2] != `""` && words[2] != "" {
		yes = r.hidden.Either(d.Place, "Authorization", yes)
	}
	switch {
	case len(r.t.Open) > known:
		r.step(conf.Unclear, "rewrite", d.Place, "if (%s): cannot be known from here", what)
	case yes:
		r.step(conf.Chooses, "rewrite", d.Place, "if (%s) holds", what)
	}
	return yes
}

// condition gives the words between the brackets.
func condition(d *Directive) []string {
	words := d.Texts()
	if len(words) == 0 || !strings.HasPrefix(words[0], "(") || !strings.HasSuffix(words[len(words)-1], ")") {
		return nil
	}
	if words[0] == "(" {
		words = words[1:]
	} else {
		words[0] = words[0][1:]
	}
	if n := len(words) - 1; n >= 0 {
		if words[n] == ")" {
			words = words[:n]
		} else {
			words[n] = strings.TrimSuffix(words[n], ")")
		}
	}
	return words
}

func (e *script) condition(d *Directive, w []string) (yes bool, what string) {
	r := e.r
	what = strings.Join(w, " ")
	name, variable := strings.CutPrefix(w[0], "$")
	switch {
	case variable && name != "" && len(w) == 1:
		v := r.variable(name)
		return v != "" && v != "0", what
	case variable && name != "" && len(w) == 3:
		v := r.variable(name)
		switch w[1] {
		case "=":
			return v == e.text(w[2]), what
		case "!=":
			return v != e.text(w[2]), what
		case "~", "~*", "!~", "!~*":
			ok, err := r.matches(r.m.patterns[d], v)
			if err != nil {
				r.open("a pattern that takes too long")
			}
			if !ok {
				r.groups = nil
			}
			return ok != (w[1][0] == '!'), what
		}
	case len(w) == 2 && strings.HasPrefix(strings.TrimPrefix(w[0], "!"), "-"):
		return r.fileTest(w[0], e.text(w[1])), what
	}
	r.open("a condition that nginx does not take: " + what)
	return false, what
}
