package apache

import (
	"path"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// builder makes settings of the tree.
type builder struct {
	*reader
	main    *server
	hosts   []*server // virtual hosts as written, before merging
	user    string
	listens []conf.Listen
	aliases map[string]*dirConf // <AuthnProviderAlias>
	authz   map[string]*requires
	noticed *noticed
	mimes   *mimeTypes
}

// context is where a directive stands.
type context struct {
	srv      *server
	dir      *dirConf
	sec      *section  // nil outside of sections
	limited  methods   // <Limit>, <LimitExcept>
	override *override // of an .htaccess; nil in the server's own files
	group    *requires // the <Require...> that is open
	depth    int
	wrong    *[]conf.Unread  // of the .htaccess: what httpd answers with 500
	denied   *[]*node        // of the .htaccess: what AllowOverride leaves out
	conds    *[]*rewriteCond // RewriteCond lines that wait for their rule
}

// begin makes the settings of a module that count as a whole, where a directive of it is passed over: httpd makes them before it
// asks whether the directive may stand there, and what stands further out does not count any more.
func (c *context) begin(module string) {
	switch module {
	case "rewrite":
		c.rewriteConf()
	case "access_compat":
		c.dir.compatConf()
	case "auth_digest":
		c.dir.digestConf()
	case "authn_anon":
		c.dir.anonConf()
	}
}

// inside reports a section for a folder, a URL, a file or a condition, or an .htaccess.
func (c *context) inside() bool { return c.sec != nil }

func newServer() *server {
	return &server{dir: &dirConf{}}
}

// build walks the tree of the whole configuration.
func (b *builder) build(tree []*node) {
	b.main = newServer()
	b.main.main = true
	b.walk(tree, &context{srv: b.main, dir: b.main.dir})
	b.main.sortDirs()
	for i, h := range b.hosts {
		b.hosts[i] = mergeServer(b.main, h)
		b.hosts[i].sortDirs()
	}
}

func (b *builder) walk(nodes []*node, c *context) {
	if c.conds == nil {
		c.conds = new([]*rewriteCond)
	}
	for _, n := range nodes {
		b.one(n, c)
	}
}

// refused says that a directive is not allowed where it stands; in an .htaccess the request fails.
func (b *builder) refuse(n *node, c *context, what string) {
	if c.override != nil {
		*c.wrong = append(*c.wrong, conf.Unread{Place: n.head, What: what})
		return
	}
	b.miss(n.head, "%s", what)
}

func (b *builder) one(n *node, c *context) {
	key := n.name
	if n.section {
		key = "<" + key
	}
	cmd, known := commands()[key]
	switch {
	case !known:
		if c.override != nil && strings.Contains(c.override.nonfatal, "?") {
			return
		}
		b.refuse(n, c, "invalid command "+strconv.Quote(n.as)+", perhaps misspelled or defined by a module that is not known here")
		return
	case c.override != nil && !b.has(cmd.module+"_module"):
		if !strings.Contains(c.override.nonfatal, "?") {
			b.refuse(n, c, "invalid command "+strconv.Quote(n.as)+": mod_"+cmd.module+" is not loaded")
		}
		return
	case c.override != nil && !cmd.allowed(c.override):
		if strings.Contains(c.override.nonfatal, "*") || cmd.override != "" && strings.ContainsAny(cmd.override, c.override.nonfatal) {
			c.begin(cmd.module)
			return
		}
		if cmd.override != "" {
			*c.denied = append(*c.denied, n)
		}
		b.refuse(n, c, n.as+" is not allowed here: AllowOverride does not include it")
		return
	case c.override == nil && c.inside() && cmd.where == 'S', c.override == nil && !c.inside() && cmd.where == 'D':
		b.refuse(n, c, n.as+" is not allowed here")
		return
	case !strings.HasPrefix(cmd.module, "mpm_") && !b.has(cmd.module+"_module"):
		b.refuse(n, c, n.as+": mod_"+cmd.module+" is not loaded")
		return
	}
	if n.section {
		b.section(n, c)
		return
	}
	w := b.words(n)
	b.noticed.look(n, w, c)
	d := dirDirectives[n.name]
	s := serverDirectives[n.name]
	bad := ""
	switch {
	case s != nil && !c.inside():
		bad = s(b, c, n, w)
	case d != nil:
		bad = d(b, c, n, w)
	}
	if bad != "" {
		b.refuse(n, c, n.as+": "+bad)
	}
}

// section opens what a section opens.
func (b *builder) section(n *node, c *context) {
	if c.depth > maxNested {
		b.miss(n.head, "sections are nested too deep")
		return
	}
	in := *c
	in.depth++
	switch n.name {
	case "virtualhost":
		b.virtualHost(n, c)
	case "limit", "limitexcept":
		m := methods{except: n.name == "limitexcept", names: []string{}}
		for _, w := range b.words(n) {
			if strings.EqualFold(w, "HEAD") {
				w = "GET"
			}
			m.names = append(m.names, w)
		}
		if len(m.names) == 0 {
			b.refuse(n, c, "<"+n.as+"> takes methods")
			return
		}
		in.limited = m
		b.walk(n.kids, &in)
	case "requireall", "requireany", "requirenone":
		b.requireGroup(n, c)
	case "directory", "directorymatch", "location", "locationmatch", "files", "filesmatch", "if", "elseif", "else", "proxy", "proxymatch":
		if s := b.newSection(n, c); s != nil {
			in.sec, in.dir = s, s.conf
			in.limited, in.group = methods{}, nil
			in.conds = new([]*rewriteCond)
			b.walk(n.kids, &in)
		}
	case "authnprovideralias", "authzprovideralias":
		b.providerAlias(n, c)
	}
}

func (b *builder) virtualHost(n *node, c *context) {
	s := newServer()
	s.place = n.head
	s.place.End = n.place.End
	for _, w := range b.words(n) {
		s.addrs = append(s.addrs, readVhostAddr(w))
	}
	if len(s.addrs) == 0 {
		b.miss(n.head, "<VirtualHost> takes an address")
	}
	b.walk(n.kids, &context{srv: s, dir: s.dir, depth: c.depth + 1})
	b.hosts = append(b.hosts, s)
}

// newSection makes the section and puts it where httpd looks for it.
func (b *builder) newSection(n *node, c *context) *section {
	s := &section{as: "<" + n.as + " " + b.fill(n.args) + ">", place: n.head, outer: c.sec, conf: &dirConf{opened: n.head}}
	s.place.End = n.place.End
	name := strings.TrimSuffix(n.name, "match")
	match := name != n.name
	switch name {
	case "if", "elseif", "else":
		return b.ifSection(n, c, s)
	}
	w := b.words(n)
	if len(w) > 1 && w[0] == "~" {
		match, w = true, w[1:]
	}
	if len(w) == 0 {
		b.refuse(n, c, "<"+n.as+"> takes a path")
		return nil
	}
	s.path = w[0]
	if match {
		re, err := compile(s.path, false)
		if err != nil {
			s.bad = err.Error()
			b.miss(n.head, "%s %v: requests are traced as if it did not hold", s.as, err)
			re, _ = compile(`\z.`, false)
		}
		s.re = re
	}
	s.glob = !match && conf.HasMeta(s.path)
	switch name {
	case "directory":
		s.kind = kDirectory
		if !match {
			if !path.IsAbs(s.path) {
				s.path = path.Join(b.root, s.path)
			}
			s.path = cleanDir(s.path)
			s.parts = strings.Count(s.path, "/")
		}
		c.srv.dirs = append(c.srv.dirs, s)
	case "location":
		s.kind = kLocation
		c.srv.urls = append(c.srv.urls, s)
	case "files":
		s.kind = kFiles
		c.dir.files = append(c.dir.files, s)
	case "proxy":
		s.kind = kProxy
		c.srv.proxies = append(c.srv.proxies, s)
	}
	c.srv.inner = append(c.srv.inner, s)
	return s
}

func (b *builder) ifSection(n *node, c *context, s *section) *section {
	s.kind = kIf
	s.els = n.name != "if"
	s.sure = n.name == "else"
	if s.els && len(c.dir.ifs) == 0 {
		b.refuse(n, c, "<"+n.as+"> without an <If> before it")
		return nil
	}
	if s.sure {
		s.as = "<" + n.as + ">"
	} else {
		arg := strings.Trim(b.fill(n.args), blanks)
		if w, rest := word(arg); rest == "" {
			arg = w
		}
		s.cond = parseExpr(arg)
		if s.cond.bad != "" {
			b.refuse(n, c, "cannot parse condition clause: "+s.cond.bad)
			return nil
		}
	}
	c.dir.ifs = append(c.dir.ifs, s)
	c.srv.inner = append(c.srv.inner, s)
	return s
}

// cleanDir is a folder's path as httpd compares it: without . and .., with one slash at its end.
func cleanDir(p string) string {
	p = path.Clean(p)
	if !strings.HasSuffix(p, "/") {
		p += "/"
	}
	return p
}
