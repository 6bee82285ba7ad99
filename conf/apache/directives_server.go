package apache

import (
	"strconv"
	"strings"
)

// serverDirectives are those that mean a whole server; where a name stands in both tables, this one is asked first outside of
// sections.
var serverDirectives map[string]handler

func init() {
	serverDirectives = map[string]handler{
		"servername":                serverName,
		"serveralias":               serverAlias,
		"listen":                    listen,
		"user":                      user,
		"documentroot":              documentRoot,
		"accessfilename":            accessFileName,
		"usecanonicalname":          srv(func(s *server) **setting { return &s.canonical }),
		"usecanonicalphysicalport":  srv(func(s *server) **setting { return &s.physical }),
		"traceenable":               srv(func(s *server) **setting { return &s.trace }),
		"mergeslashes":              srv(func(s *server) **setting { return &s.slashes }),
		"allowencodedslashes":       srv(func(s *server) **setting { return &s.encoded }),
		"sslengine":                 srv(func(s *server) **setting { return &s.tls }),
		"sslverifyclient":           srv(func(s *server) **setting { return &s.verify }),
		"proxyrequests":             srv(func(s *server) **setting { return &s.proxyReq }),
		"proxyvia":                  srv(func(s *server) **setting { return &s.via }),
		"typesconfig":               srv(func(s *server) **setting { return &s.mimeTypes }),
		"stricthostcheck":           srv(func(s *server) **setting { return &s.strict }),
		"alias":                     aliasLine,
		"aliasmatch":                aliasLine,
		"scriptalias":               aliasLine,
		"scriptaliasmatch":          aliasLine,
		"wsgiscriptalias":           aliasLine,
		"wsgiscriptaliasmatch":      aliasLine,
		"redirect":                  redirectLine,
		"redirectmatch":             redirectLine,
		"redirecttemp":              redirectLine,
		"redirectpermanent":         redirectLine,
		"proxypass":                 passLine,
		"proxypassmatch":            passLine,
		"proxypassreverse":          passReverse,
		"rewriteengine":             rewriteEngine,
		"rewriteoptions":            rewriteOption,
		"rewritecond":               rewriteCondition,
		"rewriterule":               rewriteRuleLine,
		"rewritemap":                rewriteMap,
		"balancermember":            balancerMember,
		"cacheenable":               cacheLine,
		"remoteipheader":            remoteIPLine,
		"remoteipinternalproxy":     remoteIPLine,
		"remoteiptrustedproxy":      remoteIPLine,
		"remoteipinternalproxylist": remoteIPLine,
		"remoteiptrustedproxylist":  remoteIPLine,
		"remoteipproxiesheader":     remoteIPLine,
		"remoteipproxyprotocol":     remoteIPLine,
	}
}

func srv(field func(*server) **setting) handler {
	return func(b *builder, c *context, n *node, w []string) string {
		if len(w) == 0 {
			return "takes a value"
		}
		*field(c.srv) = &setting{w[0], n.place}
		return ""
	}
}

func serverName(b *builder, c *context, n *node, w []string) string {
	if len(w) != 1 {
		return "takes one name"
	}
	name := w[0]
	if scheme, rest, ok := strings.Cut(name, "://"); ok {
		c.srv.scheme, name = strings.ToLower(scheme), rest
	}
	if host, port, ok := strings.Cut(name, ":"); ok {
		p, err := strconv.Atoi(port)
		if err != nil || p < 0 || p > 65535 {
			return "invalid ServerName " + strconv.Quote(w[0])
		}
		name, c.srv.port = host, p
	}
	c.srv.name = &setting{name, n.place}
	return ""
}

func serverAlias(b *builder, c *context, n *node, w []string) string {
	for _, a := range w {
		if strings.ContainsAny(a, "*?") {
			c.srv.wild = append(c.srv.wild, a)
		} else {
			c.srv.aliases = append(c.srv.aliases, a)
		}
	}
	return ""
}

func listen(b *builder, c *context, n *node, w []string) string {
	l, ok := readListen(n, w)
	if !ok {
		return "port must be specified"
	}
	b.listens = append(b.listens, l)
	return ""
}

func user(b *builder, c *context, n *node, w []string) string {
	if len(w) > 0 {
		b.user = w[0]
	}
	return ""
}

func documentRoot(b *builder, c *context, n *node, w []string) string {
	if len(w) != 1 {
		return "takes a folder"
	}
	c.srv.docRoot = &setting{strings.TrimSuffix(cleanDir(b.underRoot(w[0])), "/"), n.place}
	return ""
}

func accessFileName(b *builder, c *context, n *node, w []string) string {
	c.srv.access = w
	return ""
}

func aliasLine(b *builder, c *context, n *node, w []string) string {
	if len(w) < 2 {
		return "takes a URL path and a file path"
	}
	a := aliasOp{place: n.place, from: w[0], to: b.underRoot(w[1]), script: strings.HasPrefix(n.name, "script")}
	if strings.HasSuffix(n.name, "match") {
		re, err := compile(w[0], false)
		if err != nil {
			a.bad = err.Error()
		}
		a.re, a.to = re, w[1]
	}
	if strings.HasPrefix(n.name, "wsgi") {
		c.srv.wsgi = append(c.srv.wsgi, a)
	} else {
		c.srv.alias = append(c.srv.alias, a)
	}
	return ""
}

// redirectLine reads Redirect [status] [URL-path] URL and its like, for a server or a section.
func redirectLine(b *builder, c *context, n *node, w []string) string {
	r := redirect{place: n.place, status: 302}
	switch n.name {
	case "redirectpermanent":
		r.status = 301
	case "redirect", "redirectmatch":
		if len(w) == 0 {
			return "takes a URL"
		}
		switch s := strings.ToLower(w[0]); {
		case s == "permanent":
			r.status, w = 301, w[1:]
		case s == "temp":
			w = w[1:]
		case s == "seeother":
			r.status, w = 303, w[1:]
		case s == "gone":
			r.status, w = 410, w[1:]
		case len(s) == 3 && s[0] >= '1' && s[0] <= '9':
			if k, err := strconv.Atoi(s); err == nil {
				r.status, w = k, w[1:]
			}
		}
	}
	carries := r.status/100 == 3
	match := n.name == "redirectmatch"
	switch {
	case len(w) == 2:
		r.from, r.to = w[0], w[1]
	case len(w) == 1 && !carries:
		r.from = w[0]
	case len(w) == 1 && c.sec != nil && c.sec.kind == kLocation && !match:
		r.toExpr = parseText(w[0])
		r.to = w[0]
	case len(w) == 0 && !carries && c.sec != nil && c.sec.kind == kLocation:
	default:
		return "takes a URL path and a URL"
	}
	if match {
		re, err := compile(r.from, false)
		if err != nil {
			r.bad = err.Error()
		}
		r.re = re
	} else if r.from != "" && !strings.HasPrefix(r.from, "/") {
		return "the path must begin with a slash"
	}
	if carries && !match && r.to != "" && r.toExpr == nil && !strings.HasPrefix(r.to, "/") && !strings.Contains(r.to, "://") {
		return "redirect to non-URL"
	}
	if r.from == "" {
		c.dir.redirect = &r
	} else if c.inside() {
		c.dir.redirects = append(c.dir.redirects, r)
	} else {
		c.srv.redirects = append(c.srv.redirects, r)
	}
	return ""
}

func passLine(b *builder, c *context, n *node, w []string) string {
	p, bad := readPass(n, w, nil)
	if bad != "" {
		return bad
	}
	c.srv.pass = append(c.srv.pass, p)
	return ""
}

func passReverse(b *builder, c *context, n *node, w []string) string {
	if len(w) < 2 {
		return "takes a path and a URL"
	}
	c.srv.reverse = append(c.srv.reverse, setting{w[0] + " " + w[1], n.place})
	return ""
}

func (s *server) rewriteConf() *rewriteServer {
	if s.rewrite == nil {
		s.rewrite = &rewriteServer{}
	}
	return s.rewrite
}

func (c *context) rewriteConf() *rewriteDir {
	if c.override == nil {
		c.srv.rewrites = true
	}
	if c.dir.rewrite == nil {
		c.dir.rewrite = &rewriteDir{}
		if c.sec != nil {
			c.dir.rewrite.folder, c.dir.rewrite.kind = strings.TrimSuffix(c.sec.path, "/")+"/", c.sec.kind
			if c.sec.kind == kIf {
				c.dir.rewrite.folder = "*If/" // httpd's own name for it: no path begins so
			}
		}
	}
	return c.dir.rewrite
}

func rewriteEngine(b *builder, c *context, n *node, w []string) string {
	if len(w) != 1 || !isOneOf(strings.ToLower(w[0]), "on", "off") {
		return "must be On or Off"
	}
	s := &setting{strings.ToLower(w[0]), n.place}
	c.rewriteConf().engine = s
	if !c.inside() {
		c.srv.rewriteConf().engine = s // and for the folders of this server, too
	}
	return ""
}

func rewriteBase(b *builder, c *context, n *node, w []string) string {
	if len(w) != 1 {
		return "takes a URL path"
	}
	if !c.inside() {
		return "only valid in per-directory config files"
	}
	if !strings.HasPrefix(w[0], "/") {
		return "argument must begin with a slash"
	}
	c.rewriteConf().base = &setting{w[0], n.place}
	return ""
}

func rewriteOption(b *builder, c *context, n *node, w []string) string {
	bad := c.rewriteConf().options.read(n, w)
	if !c.inside() {
		c.srv.rewriteConf().options = c.rewriteConf().options
	}
	return bad
}

func rewriteCondition(b *builder, c *context, n *node, w []string) string {
	k, bad := readCond(n, w)
	if bad != "" {
		return bad
	}
	*c.conds = append(*c.conds, k)
	return ""
}

func rewriteRuleLine(b *builder, c *context, n *node, w []string) string {
	r, bad := readRule(n, w)
	if bad != "" {
		return bad
	}
	c.srv.rewrites = c.srv.rewrites || c.override == nil
	r.conds = *c.conds
	*c.conds = nil
	if c.inside() {
		c.rewriteConf().rules = append(c.rewriteConf().rules, r)
	} else {
		c.srv.rewriteConf().rules = append(c.srv.rewriteConf().rules, r)
	}
	return ""
}

func rewriteMap(b *builder, c *context, n *node, w []string) string {
	if len(w) < 2 {
		return "takes a name and a source"
	}
	c.srv.rewrites = true
	if c.srv.maps == nil {
		c.srv.maps = map[string]string{}
	}
	c.srv.maps[w[0]] = w[1]
	return ""
}

func cacheLine(b *builder, c *context, n *node, w []string) string {
	if len(w) == 0 {
		return "takes a kind of store"
	}
	c.srv.cache = append(c.srv.cache, setting{strings.Join(w, " "), n.place})
	return ""
}

func remoteIPLine(b *builder, c *context, n *node, w []string) string {
	if len(w) == 0 {
		return "takes a value"
	}
	if c.srv.remoteIP == nil {
		c.srv.remoteIP = &remoteIP{}
	}
	r := c.srv.remoteIP
	switch n.name {
	case "remoteipheader":
		r.header = &setting{w[0], n.place}
	case "remoteipproxyprotocol":
		r.proxy = &setting{w[0], n.place}
	case "remoteipinternalproxy", "remoteiptrustedproxy":
		for _, v := range w {
			p, ok := readNet(v)
			if !ok {
				r.open = append(r.open, n.as+" "+v)
				continue
			}
			if n.name == "remoteipinternalproxy" {
				r.inner = append(r.inner, p...)
			} else {
				r.trusted = append(r.trusted, p...)
			}
		}
	case "remoteipinternalproxylist", "remoteiptrustedproxylist":
		text, err := b.src.ReadFile(b.underRoot(w[0]))
		if err != nil {
			return "cannot read " + strconv.Quote(w[0]) + ": " + because(err)
		}
		for l := range strings.Lines(string(text)) {
			for _, v := range strings.Fields(strings.SplitN(l, "#", 2)[0]) {
				if p, ok := readNet(v); ok && n.name == "remoteipinternalproxylist" {
					r.inner = append(r.inner, p...)
				} else if ok {
					r.trusted = append(r.trusted, p...)
				}
			}
		}
	}
	return ""
}
