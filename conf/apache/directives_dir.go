package apache

import (
	"path"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// handler carries out one directive and says in words what is wrong with it, "" when nothing is.
type handler func(b *builder, c *context, n *node, w []string) string

// dirDirectives are those that set something for a folder, a URL, a file, or outside of any section for everything.
var dirDirectives map[string]handler

func init() {
	dirDirectives = map[string]handler{
		"allowoverride":     allowOverride,
		"allowoverridelist": allowOverrideList,
		"options":           setOptions,
		"sethandler":        one(func(d *dirConf) **setting { return &d.handler }),
		"errordocument":     errorDocument,
		"cgipassauth":       flag(func(d *dirConf) **setting { return &d.passAuth }),
		"acceptpathinfo":    one(func(d *dirConf) **setting { return &d.pathInfo }),

		"authtype":                      one(func(d *dirConf) **setting { return &d.authType }),
		"authname":                      one(func(d *dirConf) **setting { return &d.authName }),
		"authuserfile":                  one(func(d *dirConf) **setting { return &d.userFile }),
		"authgroupfile":                 one(func(d *dirConf) **setting { return &d.groupFile }),
		"authbasicauthoritative":        flag(func(d *dirConf) **setting { return &d.authoritative }),
		"authbasicfake":                 basicFake,
		"authbasicusedigestalgorithm":   one(func(d *dirConf) **setting { return &d.digestAlgorithm }),
		"authbasicprovider":             list(func(d *dirConf) *[]setting { return &d.providers }),
		"authdigestprovider":            digestLine,
		"authdigestqop":                 digestLine,
		"authdigestdomain":              digestLine,
		"authdigestnccheck":             digestLine,
		"authdigestnoncelifetime":       digestLine,
		"authdigestalgorithm":           digestLine,
		"session":                       flag(func(d *dirConf) **setting { return &d.session }),
		"anonymous":                     list(func(d *dirConf) *[]setting { return &d.anonConf().users }),
		"anonymous_mustgiveemail":       flag(func(d *dirConf) **setting { return &d.anonConf().must }),
		"anonymous_logemail":            anonymousLog,
		"anonymous_verifyemail":         flag(func(d *dirConf) **setting { return &d.anonConf().verify }),
		"anonymous_nouserid":            flag(func(d *dirConf) **setting { return &d.anonConf().noUser }),
		"authformloginrequiredlocation": one(func(d *dirConf) **setting { return &d.formLogin }),
		"authzsendforbiddenonfailure":   sendForbidden,
		"authmerging":                   authMerging,
		"require":                       require,
		"order":                         order,
		"allow":                         allowDeny,
		"deny":                          allowDeny,
		"satisfy":                       satisfy,
		"header":                        header,
		"requestheader":                 header,
		"setenv":                        env,
		"unsetenv":                      env,
		"passenv":                       env,
		"setenvif":                      envIf,
		"setenvifnocase":                envIf,
		"setenvifexpr":                  envIf,
		"browsermatch":                  envIf,
		"browsermatchnocase":            envIf,
		"rewriteengine":                 rewriteEngine,
		"rewritebase":                   rewriteBase,
		"rewriteoptions":                rewriteOption,
		"rewritecond":                   rewriteCondition,
		"rewriterule":                   rewriteRuleLine,
		"redirect":                      redirectLine,
		"redirectmatch":                 redirectLine,
		"redirecttemp":                  redirectLine,
		"redirectpermanent":             redirectLine,
		"alias":                         aliasInLocation,
		"scriptalias":                   aliasInLocation,
		"directoryindex":                directoryIndex,
		"directoryslash":                flag(func(d *dirConf) **setting { return &d.slash }),
		"fallbackresource":              one(func(d *dirConf) **setting { return &d.fallback }),
		"directoryindexredirect":        one(func(d *dirConf) **setting { return &d.indexRedirect }),
		"directorycheckhandler":         flag(func(d *dirConf) **setting { return &d.checkHandler }),
		"addhandler":                    addHandler,
		"removehandler":                 removeHandler,
		"addtype":                       addType,
		"addlanguage":                   extension(func(t *mimeType, v string) { t.language = v }),
		"addencoding":                   extension(func(t *mimeType, v string) { t.encoding = v }),
		"addcharset":                    extension(func(t *mimeType, v string) { t.charset = v }),
		"defaultlanguage":               one(func(d *dirConf) **setting { return &d.language }),
		"forcetype":                     one(func(d *dirConf) **setting { return &d.forcedType }),
		"multiviewsmatch":               one(func(d *dirConf) **setting { return &d.multiMatch }),
		"languagepriority":              languagePriority,
		"forcelanguagepriority":         forcePriority,
		"action":                        action,
		"proxypass":                     passInLocation,
		"proxypassmatch":                passInLocation,
		"balancermember":                balancerMember,
		"proxypreservehost":             flag(func(d *dirConf) **setting { return &d.preserveHost }),
		"proxyaddheaders":               flag(func(d *dirConf) **setting { return &d.addHeaders }),
		"proxyerroroverride":            joined(func(d *dirConf) **setting { return &d.overrideErr }),
		"allowmethods":                  allowMethods,
		"sslverifyclient":               one(func(d *dirConf) **setting { return &d.sslVerify }),
		"sslcacertificatefile":          certificate(func(c *certificates) **setting { return &c.file }),
		"sslcacertificatepath":          certificate(func(c *certificates) **setting { return &c.folder }),
		"sslverifydepth":                certificate(func(c *certificates) **setting { return &c.depth }),
		"sslcarevocationfile":           certificate(func(c *certificates) **setting { return &c.lists }),
		"sslcarevocationpath":           certificate(func(c *certificates) **setting { return &c.listFolder }),
		"sslcarevocationcheck":          certificate(func(c *certificates) **setting { return &c.check }),
		"sslrequiressl":                 requireTLS,
		"sslrequire":                    requireTLS,
		"wsgipassauthorization":         flag(func(d *dirConf) **setting { return &d.wsgiAuth }),
		"cacheenable":                   list2(func(d *dirConf) *[]setting { return &d.cache }),
		"authldapurl":                   foreign,
		"authnzfcgidefineprovider":      foreign,
		"wsgiaccessscript":              foreign,
		"wsgiauthuserscript":            foreign,
		"fcgidaccesschecker":            foreign,
		"fcgidauthenticator":            foreign,
		"fcgidauthorizer":               foreign,
		"luahookaccesschecker":          foreign,
		"luahookauthchecker":            foreign,
		"luahookcheckuserid":            foreign,
		"luahooktranslatename":          foreign,
		"authdbduserpwquery":            nothing,
		"authdbmuserfile":               nothing,
		"requestheaderearly":            nothing,
	}
}

func nothing(*builder, *context, *node, []string) string { return "" }

func one(field func(*dirConf) **setting) handler {
	return func(b *builder, c *context, n *node, w []string) string {
		if len(w) == 0 {
			return "takes a value"
		}
		*field(c.dir) = &setting{w[0], n.place}
		return ""
	}
}

func joined(field func(*dirConf) **setting) handler {
	return func(b *builder, c *context, n *node, w []string) string {
		if len(w) == 0 {
			return "takes a value"
		}
		*field(c.dir) = &setting{strings.Join(w, " "), n.place}
		return ""
	}
}

func flag(field func(*dirConf) **setting) handler {
	return func(b *builder, c *context, n *node, w []string) string {
		if len(w) != 1 || !strings.EqualFold(w[0], "on") && !strings.EqualFold(w[0], "off") {
			return "must be On or Off"
		}
		*field(c.dir) = &setting{strings.ToLower(w[0]), n.place}
		return ""
	}
}

func list(field func(*dirConf) *[]setting) handler {
	return func(b *builder, c *context, n *node, w []string) string {
		if len(w) == 0 {
			return "takes a value"
		}
		for _, v := range w {
			*field(c.dir) = append(*field(c.dir), setting{v, n.place})
		}
		return ""
	}
}

func list2(field func(*dirConf) *[]setting) handler {
	return func(b *builder, c *context, n *node, w []string) string {
		*field(c.dir) = append(*field(c.dir), setting{strings.Join(w, " "), n.place})
		return ""
	}
}

func foreign(b *builder, c *context, n *node, w []string) string {
	c.dir.foreign = append(c.dir.foreign, setting{n.as, n.place})
	return ""
}

func allowOverride(b *builder, c *context, n *node, w []string) string {
	if c.sec == nil || c.sec.kind != kDirectory || c.sec.re != nil {
		return "only allowed in <Directory> without regular expressions"
	}
	o := &override{classesSet: true}
	if c.dir.allow != nil {
		o.list = c.dir.allow.list
	}
	for _, v := range w {
		name, arg, _ := strings.Cut(strings.ToLower(v), "=")
		switch {
		case name == "none":
			o.classes = ""
		case name == "nonfatal":
			switch arg {
			case "all":
				o.nonfatal = "*?"
			case "override":
				o.nonfatal = "*"
			case "unknown":
				o.nonfatal = "?"
			default:
				o.nonfatal += overrideNames[arg]
			}
		case overrideNames[name] != "":
			o.classes = letters(o.classes, overrideNames[name], "")
			switch {
			case arg != "":
				o.options = strings.Split(arg, ",")
			case name == "options":
				o.options = []string{"All"} // what All stands for: not MultiViews
			}
		default:
			return "illegal override option " + v
		}
	}
	c.dir.allow, c.dir.allowAt = o, n.place
	return ""
}

func allowOverrideList(b *builder, c *context, n *node, w []string) string {
	if c.sec == nil || c.sec.kind != kDirectory || c.sec.re != nil {
		return "only allowed in <Directory> without regular expressions"
	}
	o := &override{}
	if c.dir.allow != nil {
		o = c.dir.allow
	}
	if o.list = []string{}; len(w) != 1 || !strings.EqualFold(w[0], "none") {
		for _, v := range w {
			o.list = append(o.list, strings.ToLower(v))
		}
	}
	c.dir.allow, c.dir.allowAt = o, n.place
	return ""
}

func setOptions(b *builder, c *context, n *node, w []string) string {
	o := &options{place: n.place}
	if c.dir.options != nil {
		*o = *c.dir.options
	}
	first := true
	for _, v := range w {
		sign := byte(0)
		if v != "" && (v[0] == '+' || v[0] == '-') {
			sign, v = v[0], v[1:]
		} else if first {
			o.set, o.full = "", true
		}
		first = false
		l, known := optionLetters[strings.ToLower(v)]
		if !known {
			return "illegal option " + v
		}
		if c.override != nil && c.override.options != nil && l != "" && !strings.ContainsAny(l, c.override.optionLetters()) {
			return "option " + v + " not allowed here"
		}
		switch sign {
		case '+':
			o.add, o.remove, o.set = letters(o.add, l, ""), letters(o.remove, "", l), letters(o.set, l, "")
		case '-':
			o.remove, o.add, o.set = letters(o.remove, l, ""), letters(o.add, "", l), letters(o.set, "", l)
		default:
			o.set = letters(o.set, l, "")
		}
	}
	c.dir.options = o
	return ""
}

func errorDocument(b *builder, c *context, n *node, w []string) string {
	if len(w) < 2 {
		return "takes a status and a document"
	}
	status, err := strconv.Atoi(w[0])
	if err != nil || status < 100 || status > 599 {
		return "unsupported HTTP response code " + w[0]
	}
	if status == 401 && absolute(w[1]) > 0 {
		c.dir.ignored = &setting{w[1], n.place}
		return ""
	}
	if c.dir.errors == nil {
		c.dir.errors = map[int]setting{}
	}
	c.dir.errors[status] = setting{w[1], n.place}
	return ""
}

func header(b *builder, c *context, n *node, w []string) string {
	op, always, bad := readHeader(n, w)
	switch {
	case bad != "":
		return bad
	case op.early && c.inside():
		return "early is only allowed outside of sections"
	case n.name == "requestheader":
		c.dir.requestFields = append(c.dir.requestFields, op)
	case always:
		c.dir.errorFields = append(c.dir.errorFields, op)
	default:
		c.dir.fields = append(c.dir.fields, op)
	}
	return ""
}

func env(b *builder, c *context, n *node, w []string) string {
	if len(w) == 0 {
		return "takes a variable"
	}
	if c.dir.vars == nil {
		c.dir.vars = &envConf{}
	}
	e := c.dir.vars
	switch n.name {
	case "setenv":
		v := varOp{place: n.place, name: w[0]}
		if len(w) > 1 {
			v.value = w[1]
		}
		e.sets = append(e.sets, v)
	case "unsetenv":
		e.unset = append(e.unset, w...)
	default:
		for _, name := range w {
			e.sets = append(e.sets, varOp{place: n.place, name: name, pass: true})
		}
	}
	return ""
}

func envIf(b *builder, c *context, n *node, w []string) string {
	ops, bad := readVarIf(n, w)
	if bad != "" {
		return bad
	}
	if c.inside() {
		c.dir.varsIf = append(c.dir.varsIf, ops...)
	} else {
		c.srv.varsIf = append(c.srv.varsIf, ops...)
	}
	return ""
}

func directoryIndex(b *builder, c *context, n *node, w []string) string {
	if len(w) == 0 {
		return "takes file names"
	}
	c.dir.indexAt = n.place
	if len(w) == 1 && strings.EqualFold(w[0], "disabled") {
		c.dir.index = []string{}
		return ""
	}
	c.dir.index = append(c.dir.index, w...)
	return ""
}

// ext is a file name's extension as mod_mime keeps it.
func ext(s string) string { return strings.ToLower(strings.TrimPrefix(s, ".")) }

func (d *dirConf) setType(e string, f func(*mimeType)) {
	if d.types == nil {
		d.types = map[string]mimeType{}
	}
	t := d.types[e]
	f(&t)
	d.types[e] = t
}

func addHandler(b *builder, c *context, n *node, w []string) string {
	if len(w) < 2 {
		return "takes a handler and extensions"
	}
	for _, e := range w[1:] {
		c.dir.setType(ext(e), func(t *mimeType) { t.handler = setting{w[0], n.place} })
	}
	return ""
}

func removeHandler(b *builder, c *context, n *node, w []string) string {
	for _, e := range w {
		c.dir.setType(ext(e), func(t *mimeType) { t.handler = setting{"", n.place} })
	}
	return ""
}

func addType(b *builder, c *context, n *node, w []string) string {
	if len(w) < 2 {
		return "takes a type and extensions"
	}
	for _, e := range w[1:] {
		c.dir.setType(ext(e), func(t *mimeType) { t.mime = w[0] })
	}
	return ""
}

func action(b *builder, c *context, n *node, w []string) string {
	if len(w) < 2 {
		return "takes a handler or type and a script"
	}
	if c.dir.actions == nil {
		c.dir.actions = map[string]setting{}
	}
	c.dir.actions[strings.ToLower(w[0])] = setting{strings.Join(w[1:], " "), n.place}
	return ""
}

func allowMethods(b *builder, c *context, n *node, w []string) string {
	c.dir.methodsAt = n.place
	c.dir.methods = []string{}
	for _, m := range w {
		if strings.EqualFold(m, "reset") {
			c.dir.methods = []string{"reset"}
			return ""
		}
		c.dir.methods = append(c.dir.methods, m)
	}
	return ""
}

func requireTLS(b *builder, c *context, n *node, w []string) string {
	c.dir.sslRequire = append(c.dir.sslRequire, setting{n.String(), n.place})
	return ""
}

func (b *builder) underRoot(p string) string {
	if p == "" || path.IsAbs(p) {
		return p
	}
	return path.Join(b.root, p)
}

func aliasInLocation(b *builder, c *context, n *node, w []string) string {
	if c.sec == nil || c.sec.kind != kLocation || len(w) != 1 {
		return "takes a URL path and a file path"
	}
	c.dir.alias = &setting{b.underRoot(w[0]), n.place}
	c.dir.cgiAlias = n.name == "scriptalias"
	return ""
}

func passInLocation(b *builder, c *context, n *node, w []string) string {
	p, bad := readPass(n, w, c.sec)
	if bad != "" {
		return bad
	}
	c.dir.pass = p
	return ""
}

// readPass reads ProxyPass and ProxyPassMatch; inside a section the section's path is the first word.
func readPass(n *node, w []string, sec *section) (*proxyPass, string) {
	p := &proxyPass{place: n.place, match: n.name == "proxypassmatch"}
	if sec != nil {
		if sec.kind != kLocation {
			return nil, "only allowed in <Location>"
		}
		p.from, p.re = sec.path, sec.re
		p.match = p.match || sec.re != nil
	} else {
		if len(w) < 2 {
			return nil, "takes a path and a URL"
		}
		p.from, w = w[0], w[1:]
		if p.match {
			re, err := compile(p.from, false)
			if err != nil {
				p.bad = err.Error()
			}
			p.re = re
		}
	}
	for _, v := range w {
		if p.to == "" {
			p.to = v
			continue
		}
		p.params = append(p.params, v)
	}
	if p.to == "" {
		return nil, "takes a URL"
	}
	return p, ""
}

func (b *builder) credFile(s *setting, kind conf.FileKind) *conf.CredFile {
	if s == nil {
		return nil
	}
	return &conf.CredFile{Path: b.underRoot(s.value), Place: s.place, Kind: kind}
}
