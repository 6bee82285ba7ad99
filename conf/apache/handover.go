package apache

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/internal/lazyregexp"
)

// noticed is what is gathered while directives are read, for questions about the whole. nil while a request is traced.
type noticed struct {
	handing []handing
	heeded  bool // some line reads what came of a client's certificate
	byAgent []conf.Place
}

func (o *noticed) look(n *node, w []string, c *context) {
	if o == nil {
		return
	}
	o.heeded = o.heeded || heedsCertificate(n)
	if strings.HasPrefix(n.name, "browsermatch") || !strings.HasSuffix(n.name, "log") && n.name != "logformat" && userAgent.MatchString(n.args) {
		o.byAgent = append(o.byAgent, n.place)
	}
	if !handsOver(n, w) {
		return
	}
	h := handing{node: n, srv: c.srv, sec: c.sec}
	if n.name == "rewriterule" {
		h.rule, _ = readRule(n, w)
		if h.rule == nil {
			return
		}
		h.rule.conds = slices.Clone(*c.conds)
	}
	o.handing = append(o.handing, h)
}

// handing is a line that is there to hand Authorization to a program, where it was written.
type handing struct {
	node *node
	srv  *server
	sec  *section
	rule *rewriteRule // of a RewriteRule
}

// handsOver reports such a line. A constant that SetEnv puts into the variable is another purpose.
func handsOver(n *node, w []string) bool {
	switch n.name {
	case "rewriterule":
		return slices.ContainsFunc(w, func(a string) bool { return handingFlag.MatchString(a) })
	case "setenvif", "setenvifnocase", "setenvifexpr":
		return slices.ContainsFunc(w, func(a string) bool { return handingVariable.MatchString(a) })
	case "setenv":
		return len(w) == 2 && strings.EqualFold(w[0], "HTTP_AUTHORIZATION") && strings.ContainsAny(w[1], "%$")
	}
	return false
}

var (
	userAgent       = lazyregexp.New(`(?i)user[-_]agent`)
	handingFlag     = lazyregexp.New(`(?i)(^|[\[,\t ])(E|env)=HTTP_AUTHORIZATION:`)
	handingVariable = lazyregexp.New(`(?i)^HTTP_AUTHORIZATION=`)
)

// handovers describes the lines that were found while reading, each once for the first site that it is for.
func (w *world) handovers() []conf.Handover {
	var out []conf.Handover
	seen := map[conf.Place]bool{}
	for _, h := range w.noticed.handing {
		if seen[h.node.place] {
			continue
		}
		seen[h.node.place] = true
		for _, s := range w.sitesOf(h) {
			o := conf.Handover{Place: h.node.place, Name: h.node.as, Server: w.siteOf(s), Samples: w.programsFor(s, h.sec), Why: w.idle(s, h)}
			if h.sec != nil {
				o.Path = name(h.sec)
				o.Alone = (h.rule == nil || len(h.rule.conds) == 0) && (h.sec.kind == kHtaccess || h.sec.kind == kDirectory)
			}
			if len(o.Samples) > 0 {
				out = append(out, o)
			}
		}
	}
	return out
}

// sitesOf are the servers whose requests h is for: the virtual host that it stands in, or all of them when it stands outside.
func (w *world) sitesOf(h handing) []*server {
	if !h.srv.main {
		for _, s := range w.hosts {
			if s.place == h.srv.place {
				return []*server{s}
			}
		}
	}
	if len(w.hosts) == 0 {
		return []*server{w.main}
	}
	return w.hosts
}

// Limits of the look for programs that a line is for.
const (
	maxPrograms  = 4
	maxProgramIn = 40 // folders
)

// programsFor names URL paths of programs that a line in sec is for: files that a server runs, below the folder of sec, and one
// that is no file, for a front controller.
func (w *world) programsFor(s *server, sec *section) []string {
	for sec != nil && sec.kind != kDirectory && sec.kind != kHtaccess && sec.kind != kLocation {
		sec = sec.outer
	}
	roots := []string{}
	switch {
	case sec == nil:
		if s.docRoot != nil {
			roots = append(roots, cleanDir(s.docRoot.value))
		}
		for _, a := range s.alias {
			if a.re == nil {
				roots = append(roots, cleanDir(a.to))
			}
		}
	case sec.re != nil || sec.glob:
		return nil
	case sec.kind == kLocation:
		file, _ := w.fileOf(s, sec.path)
		if file == "" {
			return nil
		}
		roots = append(roots, cleanDir(file))
	default:
		roots = append(roots, sec.path)
	}
	var out []string
	for i := 0; i < len(roots) && i < maxProgramIn && len(out) < maxPrograms; i++ {
		names, _ := w.src.ReadDir(strings.TrimSuffix(roots[i], "/"))
		for _, n := range names {
			switch k, err := w.stat(roots[i] + n); {
			case err != nil:
			case k == folder && !strings.HasPrefix(n, "."):
				roots = append(roots, roots[i]+n+"/")
			case k == regular && isProgram(n) && len(out) < maxPrograms:
				if u := w.urlOf(s, roots[i]); u != "" {
					out = append(out, path.Join(u, n))
				}
			}
		}
	}
	if len(roots) > 0 {
		if u := w.urlOf(s, roots[0]); u != "" {
			out = append(out, path.Join(u, "why401-asks"))
		}
	}
	return out
}

// isProgram reports the name of a file that servers run as a rule. The trace decides whether this one does.
func isProgram(file string) bool {
	switch e := strings.ToLower(path.Ext(file)); e {
	case ".php", ".phtml", ".cgi", ".fcgi", ".pl", ".py", ".rb", "":
		return !strings.HasPrefix(file, ".")
	}
	return false
}

// idle says what keeps a rule from being carried out in s, "" when nothing that can be named does.
func (w *world) idle(s *server, h handing) string {
	r := h.rule
	if r == nil {
		if h.node.name == "setenv" {
			return "SetEnv takes its value as it stands, without the request's fields"
		}
		return ""
	}
	if len(words(h.node.args)) == 2 {
		return "its flags stand where the path belongs: a dash is missing before them"
	}
	var rules []*rewriteRule
	if h.sec == nil {
		switch {
		case s.rewrite == nil || !s.rewrite.engine.on():
			if h.srv.main && !s.main {
				return "a <VirtualHost> does not take over the rewrite rules that stand outside of it"
			}
			return "RewriteEngine is not on beside it"
		case !slices.ContainsFunc(s.rewrite.rules, r.same):
			return "a <VirtualHost> does not take over the rewrite rules that stand outside of it"
		}
		rules = s.rewrite.rules
	} else {
		d := h.sec.conf.rewrite
		if d == nil || !d.engine.on() {
			return "RewriteEngine is not on in its block"
		}
		rules = d.rules
	}
	for _, o := range rules {
		if o.same(r) {
			break
		}
		if o.last && !o.forbidden && !o.gone {
			return "the rule in line " + strconv.Itoa(o.place.Line) + " above it ends the list for the paths that it matches"
		}
	}
	if n := len(r.conds); strings.Contains(strings.Join(r.env, ","), "%1") && (n == 0 || !strings.Contains(strings.ToLower(r.conds[n-1].test), "authorization")) {
		return "%1 is what the condition above it has found, and that is none about Authorization"
	}
	return ""
}

func (r *rewriteRule) same(o *rewriteRule) bool { return r.place == o.place }
