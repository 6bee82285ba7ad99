package apache

import (
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// rewriting is one run through a list of rules.
type rewriting struct {
	v      *visit
	perdir string   // the folder of the rules, with a slash at its end; "" for a server's
	folder bool     // the rules are a folder's
	subj   string   // what the rule's pattern was matched against
	rule   []string // groups of the rule
	cond   []string // groups of the last condition that matched
	status int      // of F, G, R=...
	force  int      // of a redirect
	plain  bool     // NE
	passed bool     // P: the rule has escaped the URL by itself
	ended  bool
	at     conf.Place
	raw    bool // the substitution begins with a variable: it is no path of the disk
	unsafe bool // a question mark came in from the request's path
}

// Limits of mod_rewrite's loops.
const maxRounds = 200

// outcome of a list.
type outcome int

const (
	untouched outcome = iota
	answered          // a status
	rewritten
)

// apply runs the rules and changes filename and args of the visit.
func (w *rewriting) apply(rules []*rewriteRule) outcome {
	changed := untouched
	rounds := 0
again:
	for i := 0; i < len(rules); i++ {
		r := rules[i]
		if w.v.main != nil && (r.noSubreq || r.status != 0 && r.status/100 == 3) {
			continue
		}
		met, sub := w.one(r)
		if !met {
			for i < len(rules) && rules[i].chain {
				i++
			}
			continue
		}
		if r.forbidden || r.gone || r.status != 0 && r.status/100 != 3 {
			w.status = r.status
			if r.forbidden {
				w.status = 403
			} else if r.gone {
				w.status = 410
			}
			w.at = r.place
			return answered
		}
		if w.unsafe {
			w.status, w.at = 403, r.place
			return answered
		}
		if sub {
			changed = rewritten
			w.plain = r.noEscape
			w.at = r.place
		}
		if r.passThrough {
			w.v.filename = "passthrough:" + w.v.filename
			changed = rewritten
			w.at = r.place
			w.ended = w.ended || r.end
			break
		}
		if r.end {
			w.ended = true
		}
		if r.end || r.proxy && sub || r.last || r.proxy {
			break
		}
		if r.next > 0 {
			if rounds++; rounds >= min(r.next, maxRounds) {
				if rounds >= r.next { // AH02596
					w.status, w.at = 500, r.place
					return answered
				}
				w.v.open("a loop of rewrite rules (N) that takes more than " + strconv.Itoa(maxRounds) + " rounds")
				return changed
			}
			goto again
		}
		i += r.skip
	}
	if changed == rewritten && w.unsafeQuery() {
		w.status = 403
		return answered
	}
	return changed
}

// one tries a rule; met says that pattern and conditions hold, sub that the path was replaced.
func (w *rewriting) one(r *rewriteRule) (met, sub bool) {
	v := w.v
	proxied := v.proxied && strings.HasPrefix(v.filename, "proxy:")
	w.subj = v.filename
	if w.folder {
		w.subj += v.pathInfo
		if rest, ok := strings.CutPrefix(w.subj, w.perdir); ok && !v.proxied {
			w.subj = rest
		}
	}
	if r.bad != "" {
		v.open("whether the rule at " + r.place.String() + " matches: " + r.bad)
		return false, false
	}
	m := r.re.match(w.subj)
	if (m != nil) == r.not {
		return false, false
	}
	w.rule, w.cond = m, nil
	for i := 0; i < len(r.conds); i++ {
		c := r.conds[i]
		ok := w.condition(c)
		if c.or {
			if !ok {
				continue
			}
			for i < len(r.conds) && r.conds[i].or {
				i++
			}
		} else if !ok {
			return false, false
		}
	}
	to := ""
	if !r.dash {
		to = w.expand(r.to, r)
	}
	for _, e := range r.env {
		w.setEnv(e)
	}
	if len(r.cookies) > 0 {
		v.errOut.add("Set-Cookie", "set by a rule")
	}
	plain := r.dash || r.forbidden || r.gone || r.status != 0 && r.status/100 != 3
	if plain {
		w.typed(r)
		return true, false
	}
	v.step(r.place, "rewrite", conf.Changes, "the rule replaces the path")
	w.unsafe = w.unsafeQuestion(r, to)
	v.filename = to
	w.raw = r.to != "" && (r.to[0] == '$' || r.to[0] == '%') && !r.unsafe
	if w.folder && r.discardPath {
		v.pathInfo = ""
	}
	if w.folder && !proxied && !strings.HasPrefix(v.filename, "/") && absolute(v.filename) == 0 {
		v.filename = w.perdir + v.filename // of <DirectoryMatch> that is the pattern, which may hold a question mark
	}
	w.query(r)
	switch {
	case r.proxy:
		if w.folder && !r.noEscape {
			v.filename = escapeKeep(v.filename)
		}
		w.qualify()
		w.passed = true
		v.filename = "proxy:" + v.filename
		return true, true
	case r.status != 0:
		w.qualify()
		w.force = r.status
		return true, true
	}
	w.reduce()
	if absolute(v.filename) > 0 {
		w.force = 302
		return true, true
	}
	w.typed(r)
	return true, true
}

// unsafeQuestion reports a question mark that a group of the pattern brought in from %3F in the request: httpd answers 403
// (AH10508), unless the rule has UnsafeAllow3F.
func (w *rewriting) unsafeQuestion(r *rewriteRule, to string) bool {
	return !r.allow3F && !strings.Contains(r.to, "?") && strings.Contains(to, "?") && strings.Contains(strings.ToLower(w.v.unparsed), "%3f")
}

// unsafeQuery reports a blank or a control character in the query that rules made: httpd answers 403 (AH10410, AH10411).
func (w *rewriting) unsafeQuery() bool {
	return strings.ContainsFunc(w.v.args, func(c rune) bool { return c <= ' ' || c == 0x7f })
}

func escapeKeep(u string) string {
	if n := absolute(u); n > 0 {
		return u[:n] + escapePath(u[n:])
	}
	return escapePath(u)
}

func (w *rewriting) typed(r *rewriteRule) {
	if r.handler != "" {
		w.v.forced = setting{strings.ToLower(w.expand(r.handler, r)), r.place}
	}
}

// setEnv carries out E=NAME:value and E=!NAME.
func (w *rewriting) setEnv(e string) {
	depends := w.v.hidden.Watch()
	e = w.expand(e, nil)
	field, _ := depends()
	name, value, has := strings.Cut(e, ":")
	if rest, ok := strings.CutPrefix(e, "!"); ok {
		w.v.env.unset(rest)
		return
	}
	if !has {
		value = ""
	}
	w.v.hidden.Make(name, field)
	w.v.env.set(name, value)
}

// query parts the query from what a rule gave.
func (w *rewriting) query(r *rewriteRule) {
	v := w.v
	if n := absolute(v.filename); n > 0 && strings.HasPrefix(strings.ToLower(v.filename), "mailto:") {
		v.args, v.hasArgs = "", false
		return
	}
	if r.discardQuery {
		v.args, v.hasArgs = "", false
	}
	i := strings.IndexByte(v.filename, '?')
	if r.lastQuery {
		i = strings.LastIndexByte(v.filename, '?')
	}
	if i < 0 {
		return
	}
	q := v.filename[i+1:]
	v.filename = v.filename[:i]
	if r.appendQuery && v.hasArgs {
		if q != "" {
			q += "&" + v.args
		} else {
			q = v.args
		}
	}
	v.args = strings.TrimSuffix(q, "&")
	v.hasArgs = v.args != ""
}

// qualify makes an absolute URL of a path.
func (w *rewriting) qualify() {
	v := w.v
	if absolute(v.filename) > 0 {
		return
	}
	if !strings.HasPrefix(v.filename, "/") {
		v.filename = "/" + v.filename
	}
	v.filename = v.full(v.filename)
}

// reduce takes this server's own scheme and name off.
func (w *rewriting) reduce() {
	v := w.v
	rest, ok := strings.CutPrefix(v.filename, v.scheme()+"://")
	if !ok {
		return
	}
	host, path := rest, "/"
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	name, port, _ := strings.Cut(host, ":")
	own := map[bool]string{true: "443", false: "80"}[v.tls]
	if port == "" {
		port = own
	}
	known := strings.EqualFold(name, v.srv.name.or("")) || v.srv.answersTo(strings.ToLower(name))
	if known && port == strconv.Itoa(v.serverPort()) {
		v.filename = path
	}
}

// condition tries a RewriteCond.
func (w *rewriting) condition(c *rewriteCond) bool {
	v := w.v
	if c.bad != "" {
		v.open("whether the condition at " + c.place.String() + " holds: " + c.bad)
		return false
	}
	if c.expr != nil {
		return v.holds(c.expr) != c.not
	}
	depends := v.hidden.Watch()
	ok := w.compare(c)
	field, password := depends()
	if field == "" && password && c.op != "" && c.operand != "" && c.operand != `""` {
		field = "Authorization"
	}
	return v.hidden.Either(c.place, field, ok != c.not)
}

// compare holds what a RewriteCond looks at against what it wants.
func (w *rewriting) compare(c *rewriteCond) (ok bool) {
	v := w.v
	s := w.expand(c.test, nil)
	switch c.op {
	case "":
		m := c.re.match(s)
		if ok = m != nil; ok && !c.not {
			w.cond = m
		}
	case "-f", "-d", "-s":
		ok = v.fileTest(c.op, s)
	case "-l", "-L", "-h":
		ok = false
		if k, err := v.w.stat(s); err == nil && k != noFile || v.assumed {
			v.open("whether " + c.test + " is a symbolic link")
		}
	case "-x":
		if v.assumed {
			v.open("what stands at a path on the server's disk (-x)")
		} else if info, err := v.w.src.Stat(s); err == nil {
			ok = info.Mode&0o111 != 0
		}
	case "-F", "-U", "-H":
		v.open("the outcome of " + c.op + " in the condition at " + c.place.String())
	case "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
		ok = numbers(c.op, integer(s), integer(w.expand(c.operand, nil)))
	default:
		ok = lexical(c.op, s, w.expand(c.operand, nil), c.fold)
	}
	return ok
}

// lexical compares as mod_rewrite does for < and >: the longer text is the greater one.
func lexical(op, a, b string, fold bool) bool {
	if fold {
		a, b = strings.ToLower(a), strings.ToLower(b)
	}
	cmp := len(a) - len(b)
	if cmp == 0 {
		cmp = strings.Compare(a, b)
	}
	switch op {
	case "=":
		return a == b
	case "<":
		return cmp < 0
	case ">":
		return cmp > 0
	case "<=":
		return cmp <= 0
	}
	return cmp >= 0
}

// expand fills in $N, %N, %{VARIABLE} and ${map:key}.
func (w *rewriting) expand(s string, r *rewriteRule) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if b.Len() > maxFilled {
			break
		}
		c := s[i]
		if c == '\\' && i+1 < len(s) {
			i++
			b.WriteByte(s[i])
			continue
		}
		if c != '$' && c != '%' || i+1 >= len(s) {
			b.WriteByte(c)
			continue
		}
		next := s[i+1]
		if next >= '0' && next <= '9' {
			groups := w.rule
			if c == '%' {
				groups = w.cond
			}
			if n := int(next - '0'); n < len(groups) {
				g := groups[n]
				if r != nil && r.escapeBack {
					g = escapeBut(g, "_")
				}
				b.WriteString(g)
			}
			i++
			continue
		}
		if next != '{' {
			b.WriteByte(c)
			continue
		}
		end := closing(s, i+1)
		if end < 0 {
			b.WriteString(s[i:])
			break
		}
		inner := s[i+2 : end]
		i = end
		if c == '$' {
			b.WriteString(w.mapped(inner))
			continue
		}
		b.WriteString(w.lookup(inner))
	}
	return b.String()
}

// closing finds the brace that closes the one at i.
func closing(s string, i int) int {
	deep := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '{':
			deep++
		case '}':
			if deep--; deep == 0 {
				return i
			}
		}
	}
	return -1
}

// lookup is a variable of mod_rewrite. A name that it does not know is empty.
func (w *rewriting) lookup(name string) string {
	v := w.v
	kind, arg, ok := strings.Cut(name, ":")
	if ok {
		switch strings.ToUpper(kind) {
		case "ENV":
			if v.env.has(arg) {
				return v.variableOf(arg)
			}
			return ""
		case "HTTP":
			return v.field(arg)
		case "LA-U":
			return w.lookAhead(arg)
		case "SSL":
			if v.tls {
				v.open("the TLS variable " + arg)
			}
			return ""
		}
		v.open("the value of %{" + name + "}")
		return ""
	}
	switch n := strings.ToUpper(name); n {
	case "TIME", "TIME_YEAR", "TIME_MON", "TIME_DAY", "TIME_HOUR", "TIME_MIN", "TIME_SEC", "TIME_WDAY", "REMOTE_PORT", "REMOTE_HOST",
		"REMOTE_IDENT", "SERVER_SOFTWARE", "SERVER_ADMIN", "API_VERSION", "SERVER_ADDR", "REQUEST_LOG_ID", "CONN_REMOTE_ADDR":
		if n == "CONN_REMOTE_ADDR" || n == "SERVER_ADDR" {
			return v.variable(n)
		}
		v.open("the value of %{" + n + "}")
		return ""
	case "HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_COOKIE", "HTTP_FORWARDED", "HTTP_HOST", "HTTP_PROXY_CONNECTION", "HTTP_ACCEPT",
		"REQUEST_METHOD", "REQUEST_SCHEME", "REQUEST_URI", "REQUEST_FILENAME", "SCRIPT_FILENAME", "PATH_INFO", "QUERY_STRING",
		"THE_REQUEST", "REMOTE_ADDR", "REMOTE_USER", "AUTH_TYPE", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "DOCUMENT_ROOT",
		"HTTPS", "IPV6", "IS_SUBREQ", "CONTEXT_PREFIX", "CONTEXT_DOCUMENT_ROOT":
		return v.variable(n)
	}
	return ""
}
