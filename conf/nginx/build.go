package nginx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
)

// model is the configuration as nginx holds it after reading.
type model struct {
	src     conf.Source
	config  *conf.Config
	options Options
	base    string
	real    bool // the files that the configuration names are on src as well
	main    *level
	https   []*level
	servers []*server
	seen    map[string]*conf.Seen // password files by their path
	levels  map[*conf.Scope]*level

	maps      map[string]*mapping // by the variable that they set
	geos      map[string]*geo
	settable  map[string]bool         // variables of set, auth_request_set and named groups: "" until they are set
	grouped   map[string]bool         // those of named groups
	unknown   map[string]string       // variables whose value a module gives, by the directive that sets them
	patterns  map[*Directive]*pattern // of rewrite, if, fastcgi_split_path_info
	compiled  map[string]compiled     // patterns by their text, behind c or, where case does not count, i
	upstreams map[string]bool         // names that need no resolver

	users  conf.Users
	noted  map[*Directive]*conf.Line
	trusts map[*server]*conf.Trust
}

// server is a server block.
type server struct {
	level   *level
	names   []string // as written, in lower case, without quotes
	listens []listen
	model   conf.Server
	named   map[string]*level

	m    *model
	slow bool // a pattern took too long while samples were looked for
}

// build makes the model of the main context's directives and writes its scopes into the configuration.
func build(r *reader, o Options, body []*Directive) {
	m := &model{
		src: r.src, config: r.config, options: o, base: r.base, real: !r.dump && conf.Whole(r.src),
		seen: map[string]*conf.Seen{}, levels: map[*conf.Scope]*level{},
		maps: map[string]*mapping{}, geos: map[string]*geo{}, settable: map[string]bool{}, grouped: map[string]bool{}, unknown: map[string]string{},
		trusts: map[*server]*conf.Trust{}, patterns: map[*Directive]*pattern{}, compiled: map[string]compiled{}, upstreams: map[string]bool{},
	}
	if m.real {
		m.users = conf.ReadUsers(m.src)
	}
	m.main = newLevel(kindMain, nil, nil, body)
	if u := m.main.one("user"); u != nil {
		m.config.Worker = u.Arg(0)
	}
	for _, d := range m.main.own["http"] {
		h := newLevel(kindHTTP, d, m.main, d.Body)
		m.https = append(m.https, h)
		m.readMaps(h)
		m.prepare(h.dir.Body)
		for _, s := range h.own["server"] {
			m.server(h, s)
		}
	}
	m.byAgent(body)
	m.chooseDefaults()
	for _, s := range m.servers {
		m.scopes(s.level)
	}
	for _, s := range m.servers {
		m.ready(s)
		m.samples(s)
	}
	m.config.Tracer = &tracer{m}
}

func newLevel(k kind, d *Directive, parent *level, body []*Directive) *level {
	l := &level{kind: k, dir: d, parent: parent, own: map[string][]*Directive{}, blocks: map[*Directive]*level{}}
	if parent != nil {
		l.server = parent.server
	}
	for _, c := range body {
		l.own[c.Name] = append(l.own[c.Name], c)
	}
	return l
}

// byAgent notes the lines that look at User-Agent.
func (m *model) byAgent(body []*Directive) {
	for _, d := range body {
		if d.Name != "log_format" && slices.ContainsFunc(d.Args, func(a Word) bool { return strings.Contains(a.Text, "http_user_agent") }) {
			m.config.ByAgent = append(m.config.ByAgent, d.Place)
		}
		m.byAgent(d.Body)
	}
}

func (m *model) unread(d *Directive, format string, args ...any) {
	m.config.Unread = append(m.config.Unread, conf.Unread{Place: d.Place, What: fmt.Sprintf(format, args...)})
}

func (m *model) server(h *level, d *Directive) {
	s := &server{named: map[string]*level{}, m: m}
	l := newLevel(kindServer, d, h, d.Body)
	l.server, s.level = s, l
	m.servers = append(m.servers, s)
	for _, n := range l.own["server_name"] {
		for _, t := range n.Texts() {
			if !strings.HasPrefix(t, "~") {
				t = strings.ToLower(t)
			}
			s.names = append(s.names, t)
		}
	}
	for _, n := range l.own["listen"] {
		if a, err := readListen(n); err != nil {
			m.unread(n, "%v", err)
		} else {
			s.listens = append(s.listens, a)
		}
	}
	if len(s.listens) == 0 { // as root; another user gets 8000
		s.listens = []listen{{Listen: conf.Listen{Place: d.Place, Port: 80}}}
	}
	s.model = conf.Server{Place: d.Place, Names: slices.Clone(s.names)}
	for _, a := range s.listens {
		s.model.Listen = append(s.model.Listen, a.Listen)
	}
	if l.own["ssl"] != nil && strings.EqualFold(l.own["ssl"][0].Arg(0), "on") {
		for i := range s.model.Listen {
			s.model.Listen[i].TLS = true
		}
	}
	m.children(l, d.Body)
}

// children reads the locations and other blocks that stand in l.
func (m *model) children(l *level, body []*Directive) {
	for _, d := range body {
		switch {
		case !d.HasBlock:
		case d.Name == "location":
			m.location(l, d)
		case d.Name == "if":
			c := newLevel(kindIf, d, l, d.Body)
			l.blocks[d] = c
			m.children(c, d.Body)
		case d.Name == "limit_except" && l.kind == kindLocation:
			c := newLevel(kindLimitExcept, d, l, d.Body)
			c.methods = d.Texts()
			l.except, l.blocks[d] = c, c
		}
	}
}

func (m *model) location(parent *level, d *Directive) {
	l := newLevel(kindLocation, d, parent, d.Body)
	if !l.readName(d) {
		m.unread(d, `location takes a path, or one of = ^~ ~ ~* and a path`)
		return
	}
	if l.mod == "~" || l.mod == "~*" {
		p, err := m.pattern(l.name, l.mod == "~*")
		if err != nil {
			m.unread(d, "location %s: %v", l.path(), err)
		}
		l.pattern = p
	}
	parent.blocks[d] = l
	switch l.mod {
	case "@":
		parent.server.named[l.name] = l
	case "=":
		parent.exact = append(parent.exact, l)
	case "~", "~*":
		parent.regexes = append(parent.regexes, l)
	default:
		parent.prefixes = append(parent.prefixes, l)
	}
	m.children(l, d.Body)
}

// readName takes modifier and name apart as ngx_http_core_location does; the two may be written together.
func (l *level) readName(d *Directive) bool {
	switch a := d.Texts(); len(a) {
	case 2:
		l.mod, l.name = a[0], a[1]
		return slices.Contains([]string{"=", "^~", "~", "~*"}, l.mod)
	case 1:
		l.name = a[0]
		for _, mod := range []string{"=", "^~", "~*", "~", "@"} {
			if rest, ok := strings.CutPrefix(l.name, mod); ok {
				l.mod, l.name = mod, rest
				break
			}
		}
		return true
	}
	return false
}

// full is the path of a file that the configuration names: relative ones count from nginx.conf's folder.
func (m *model) full(p string) string { return fullName(m.base, p) }

func fullName(base, p string) string {
	if strings.HasPrefix(p, "/") || base == "" || base == "." {
		return p
	}
	return strings.TrimSuffix(base, "/") + "/" + p
}

// ready builds what a search needs, so that traces may run at the same time.
func (m *model) ready(s *server) {
	hasGroups(s)
	var walk func(l *level)
	walk = func(l *level) {
		l.nodes = buildTree(l.entries(), 0)
		for _, c := range l.blocks {
			walk(c)
		}
	}
	walk(s.level)
}
