package apache

import (
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// rewriteDir is what mod_rewrite keeps for a folder or a section; rewriteServer what it keeps for a server.
type rewriteDir struct {
	engine  *setting
	rules   []*rewriteRule
	base    *setting
	options rewriteOptions
	folder  string // that the rules' paths are relative to, with a slash at its end
	kind    kind
}

type rewriteOptions struct {
	set           bool
	inherit       bool
	inheritBefore bool
	inheritDown   bool
	downBefore    bool
	ignoreInherit bool
	mergeBase     bool
	ignoreContext bool
	anyURI        bool
	place         conf.Place
}

// rewriteCond is one RewriteCond.
type rewriteCond struct {
	place   conf.Place
	test    string
	expr    *expr // RewriteCond expr "..."
	not     bool
	op      string // "", "<", ">", "=", "<=", ">=", "-eq" ..., "-d", "-f", "-l", "-s", "-x", "-F", "-U", "-H"
	operand string
	re      *pattern
	fold    bool
	or      bool
	noVary  bool
	bad     string
}

// rewriteRule is one RewriteRule with the conditions above it.
type rewriteRule struct {
	place                                                  conf.Place
	conds                                                  []*rewriteCond
	not                                                    bool
	re                                                     *pattern
	src                                                    string
	to                                                     string
	dash                                                   bool
	bad                                                    string
	env                                                    []string // NAME:value, as written
	cookies                                                []string
	handler                                                string
	mime                                                   string
	status                                                 int // of R; 0 when not
	skip                                                   int
	next                                                   int
	chain, last, end, forbidden, gone, proxy, passThrough  bool
	appendQuery, discardQuery, lastQuery, noCase, noEscape bool
	escapeBack, noSubreq, discardPath, unsafe, allow3F     bool
}

func readCond(n *node, w []string) (*rewriteCond, string) {
	if len(w) < 2 {
		return nil, "expected a test and a pattern"
	}
	c := &rewriteCond{place: n.place, test: w[0]}
	pat := w[1]
	if len(w) > 2 {
		flags, ok := flagsOf(w[2])
		if !ok {
			return nil, "bad flags " + w0(w[2])
		}
		for _, f := range flags {
			switch strings.ToLower(f) {
			case "nc", "nocase":
				c.fold = true
			case "or", "ornext":
				c.or = true
			case "nv", "novary":
				c.noVary = true
			default:
				return nil, "unknown flag " + w0(f)
			}
		}
	}
	if strings.EqualFold(c.test, "expr") {
		c.expr = parseExpr(pat)
		return c, ""
	}
	if rest, ok := strings.CutPrefix(pat, "!"); ok {
		c.not, pat = true, rest
	}
	switch {
	case len(pat) == 2 && pat[0] == '-' && strings.Contains("fsldxhLFUH", pat[1:]):
		c.op = pat
		return c, ""
	case len(pat) > 3 && pat[0] == '-' && isOneOf(pat[:3], "-eq", "-ne", "-lt", "-le", "-gt", "-ge"):
		c.op, c.operand = pat[:3], strings.TrimLeft(pat[3:], blanks)
		return c, ""
	case strings.HasPrefix(pat, "<=") || strings.HasPrefix(pat, ">="):
		c.op, c.operand = pat[:2], pat[2:]
	case pat != "" && strings.Contains("<>=", pat[:1]):
		c.op, c.operand = pat[:1], pat[1:]
	}
	if c.op != "" {
		if c.operand == `""` {
			c.operand = ""
		}
		return c, ""
	}
	re, err := compile(pat, c.fold)
	if err != nil {
		c.bad = err.Error()
	}
	c.re = re
	return c, ""
}

func isOneOf(s string, list ...string) bool {
	for _, l := range list {
		if s == l {
			return true
		}
	}
	return false
}

// flagsOf cuts "[L,R=301,E=a:b]"; a part in quotation marks keeps its commas.
func flagsOf(s string) ([]string, bool) {
	if len(s) < 2 || s[0] != '[' || s[len(s)-1] != ']' {
		return nil, false
	}
	var out []string
	for f := range strings.SplitSeq(s[1:len(s)-1], ",") {
		if f = strings.Trim(f, blanks); f != "" {
			out = append(out, f)
		}
	}
	return out, true
}

func readRule(n *node, w []string) (*rewriteRule, string) {
	if len(w) < 2 {
		return nil, "expected a pattern and a substitution"
	}
	r := &rewriteRule{place: n.place, to: w[1]}
	pat := w[0]
	if len(w) > 2 {
		flags, ok := flagsOf(w[2])
		if !ok {
			return nil, "bad flags " + w0(w[2])
		}
		for _, f := range flags {
			name, value, _ := strings.Cut(f, "=")
			if bad := r.flag(strings.Trim(name, blanks), strings.Trim(value, blanks)); bad != "" {
				return nil, bad
			}
		}
	}
	r.src = pat
	if rest, ok := strings.CutPrefix(pat, "!"); ok {
		r.not, pat = true, rest
	}
	re, err := compile(pat, r.noCase)
	if err != nil {
		r.bad = err.Error()
	}
	r.re = re
	r.dash = r.to == "-"
	return r, ""
}

// flag sets one flag; the names are those of the manual, in their short and long forms.
func (r *rewriteRule) flag(name, value string) string {
	switch strings.ToLower(name) {
	case "b", "escapebackreferences", "bnp", "backrefnoplus", "bctls", "bne":
		r.escapeBack = true
	case "c", "chain":
		r.chain = true
	case "co", "cookie":
		r.cookies = append(r.cookies, value)
	case "dpi", "discardpath":
		r.discardPath = true
	case "e", "env":
		r.env = append(r.env, value)
	case "end":
		r.end, r.last = true, true
	case "f", "forbidden":
		r.forbidden = true
	case "g", "gone":
		r.gone = true
	case "h", "handler":
		r.handler = value
	case "l", "last":
		r.last = true
	case "n", "next":
		r.next = 10000
		if n, err := strconv.Atoi(value); err == nil {
			r.next = n
		}
	case "nc", "nocase":
		r.noCase = true
	case "ne", "noescape":
		r.noEscape = true
	case "ns", "nosubreq":
		r.noSubreq = true
	case "p", "proxy":
		r.proxy = true
	case "pt", "passthrough":
		r.passThrough = true
	case "qsa", "qsappend":
		r.appendQuery = true
	case "qsd", "qsdiscard":
		r.discardQuery = true
	case "qsl", "qslast":
		r.lastQuery = true
	case "r", "redirect":
		return r.redirectTo(value)
	case "s", "skip":
		n, err := strconv.Atoi(value)
		if err != nil {
			return "skip takes a number"
		}
		r.skip = n
	case "t", "type":
		r.mime = value
	case "unsafeallow3f":
		r.unsafe, r.allow3F = true, true
	case "unsafeprefixstat", "unsafepathinfo", "unc":
		r.unsafe = true
	default:
		return "unknown flag " + w0(name)
	}
	return ""
}

func (r *rewriteRule) redirectTo(value string) string {
	switch strings.ToLower(value) {
	case "permanent":
		r.status = 301
	case "temp", "":
		r.status = 302
	case "seeother":
		r.status = 303
	default:
		n, err := strconv.Atoi(value)
		if err != nil || n < 100 || n > 999 {
			return "R takes a status, not " + w0(value)
		}
		r.status = n
	}
	return ""
}

// options reads RewriteOptions.
func (o *rewriteOptions) read(n *node, w []string) string {
	o.set, o.place = true, n.place
	for _, v := range w {
		switch strings.ToLower(v) {
		case "inherit":
			o.inherit = true
		case "inheritbefore":
			o.inheritBefore = true
		case "inheritdown":
			o.inheritDown = true
		case "inheritdownbefore":
			o.inheritDown, o.downBefore = true, true
		case "ignoreinherit":
			o.ignoreInherit = true
		case "allownoslash", "legacyprefixdocroot", "longurloptions":
		case "allowanyuri":
			o.anyURI = true
		case "mergebase":
			o.mergeBase = true
		case "ignorecontextinfo":
			o.ignoreContext = true
		default:
			return "unknown option " + w0(v)
		}
	}
	return ""
}
