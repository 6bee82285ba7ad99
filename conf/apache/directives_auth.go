package apache

import (
	"net/netip"
	"strconv"
	"strings"
)

func sendForbidden(b *builder, c *context, n *node, w []string) string {
	if len(w) != 1 {
		return "must be On or Off"
	}
	c.dir.authzConf().forbidden = &setting{strings.ToLower(w[0]), n.place}
	return ""
}

func (d *dirConf) authzConf() *authz {
	if d.authz == nil {
		d.authz = &authz{}
	}
	return d.authz
}

func authMerging(b *builder, c *context, n *node, w []string) string {
	if len(w) != 1 || !isOneOf(strings.ToLower(w[0]), "off", "and", "or") {
		return "must be one of: Off | And | Or"
	}
	a := c.dir.authzConf()
	a.merging, a.mergingAt = strings.ToLower(w[0]), n.place
	return ""
}

// requireGroup opens <RequireAll>, <RequireAny> or <RequireNone>.
func (b *builder) requireGroup(n *node, c *context) {
	g := &requires{place: n.head, all: n.name == "requireall", negate: n.name == "requirenone", limited: methods{names: []string{}}}
	in := *c
	in.group = g
	in.depth++
	b.walk(n.kids, &in)
	if len(g.kids) == 0 {
		return
	}
	if g.all && !strings.EqualFold(n.as, "") && onlyNegative(g) {
		b.refuse(n, c, "<"+n.as+"> directive contains only negative authorization directives")
		return
	}
	b.addRequire(n, c, g)
}

func onlyNegative(g *requires) bool {
	for _, k := range g.kids {
		if !k.negate {
			return false
		}
	}
	return true
}

func (b *builder) addRequire(n *node, c *context, q *requires) {
	if c.group != nil {
		if q.negate && !c.group.all {
			b.refuse(n, c, "negative Require directive has no effect in a group that asks for any")
			return
		}
		c.group.append(q)
		return
	}
	a := c.dir.authzConf()
	if a.tree == nil {
		a.tree = group()
	}
	if q.negate {
		b.refuse(n, c, "negative Require directive has no effect where any Require is enough: put it into <RequireAll>")
		return
	}
	a.tree.append(q)
}

func require(b *builder, c *context, n *node, w []string) string {
	q := &requires{place: n.place, limited: c.limited}
	raw := strings.Trim(b.fill(n.args), blanks)
	first, rest := word(raw)
	if strings.EqualFold(first, "not") {
		q.negate = true
		first, rest = word(rest)
	}
	if first == "" {
		return "takes at least one word"
	}
	q.provider, q.args = strings.ToLower(first), rest
	q.words = words(rest)
	if bad := q.parse(); bad != "" {
		return bad
	}
	if alias := b.authz[q.provider]; alias != nil {
		k := *alias
		k.place, k.negate, k.limited = n.place, q.negate, q.limited
		q = &k
	}
	b.addRequire(n, c, q)
	return ""
}

// parse reads what stands behind the provider's name, as the provider does when httpd starts.
func (q *requires) parse() string {
	switch q.provider {
	case "all":
		if !isOneOf(strings.ToLower(q.args), "granted", "denied") {
			return `expected "granted" or "denied"`
		}
	case "ip":
		if len(q.words) == 0 {
			return "ip takes addresses"
		}
		if strings.Contains(q.args, "%{") {
			q.bad = "addresses that an expression gives"
			return ""
		}
		for _, w := range q.words {
			p, ok := readNet(w)
			if !ok {
				return "ip address " + strconv.Quote(w) + " appears to be invalid"
			}
			q.nets = append(q.nets, p...)
		}
	case "expr":
		arg := q.args
		if w, rest := word(arg); rest == "" {
			arg = w
		}
		q.cond = parseExpr(arg)
		if q.cond.bad != "" {
			return "cannot parse expression: " + q.cond.bad
		}
	case "valid-user", "user", "group", "env", "method", "local", "host", "forward-dns", "file-owner", "file-group":
	default:
		q.bad = "whether " + q.String() + " holds is decided by a module that cannot be read from here"
	}
	return ""
}

// readNet reads an address, a network, a network with a mask, or the first bytes of an IPv4 address ("10.1").
func readNet(s string) ([]netip.Prefix, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.Unmap()
		return []netip.Prefix{netip.PrefixFrom(a, a.BitLen())}, true
	}
	base, mask, cut := strings.Cut(s, "/")
	addr, bits, ok := partial(base)
	if !ok {
		return nil, false
	}
	if !cut {
		return []netip.Prefix{netip.PrefixFrom(addr, bits).Masked()}, true
	}
	if n, err := strconv.Atoi(mask); err == nil && n >= 0 && n <= addr.BitLen() {
		return []netip.Prefix{netip.PrefixFrom(addr, n).Masked()}, true
	}
	m, err := netip.ParseAddr(mask)
	if err != nil || !m.Is4() || !addr.Is4() {
		return nil, false
	}
	n, b4 := 0, m.As4()
	v := uint32(b4[0])<<24 | uint32(b4[1])<<16 | uint32(b4[2])<<8 | uint32(b4[3])
	for ; n < 32 && v&(1<<(31-n)) != 0; n++ {
	}
	if v<<n != 0 {
		return nil, false // a mask with holes
	}
	return []netip.Prefix{netip.PrefixFrom(addr, n).Masked()}, true
}

func partial(s string) (netip.Addr, int, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a, a.BitLen(), true
	}
	parts := strings.Split(strings.TrimSuffix(s, "."), ".")
	if len(parts) > 4 || s == "" {
		return netip.Addr{}, 0, false
	}
	var b4 [4]byte
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 || n > 255 || len(p) > 3 {
			return netip.Addr{}, 0, false
		}
		b4[i] = byte(n)
	}
	return netip.AddrFrom4(b4), 8 * len(parts), true
}

func (d *dirConf) compatConf() *compat {
	if d.compat == nil {
		d.compat = &compat{}
	}
	return d.compat
}

func order(b *builder, c *context, n *node, w []string) string {
	if len(w) != 1 || !isOneOf(strings.ToLower(w[0]), "allow,deny", "deny,allow", "mutual-failure") {
		return "unknown order: expected allow,deny or deny,allow without a blank"
	}
	d := c.dir.compatConf()
	d.orders = append(d.orders, orderOp{strings.ToLower(w[0]), c.limited, n.place})
	return ""
}

func satisfy(b *builder, c *context, n *node, w []string) string {
	if len(w) != 1 || !isOneOf(strings.ToLower(w[0]), "all", "any") {
		return "either 'any' or 'all' is expected"
	}
	d := c.dir.compatConf()
	d.satisfies = append(d.satisfies, satisfyOp{strings.EqualFold(w[0], "any"), c.limited, n.place})
	return ""
}

func allowDeny(b *builder, c *context, n *node, w []string) string {
	if len(w) < 2 || !strings.EqualFold(w[0], "from") {
		return "must be followed by 'from'"
	}
	d := c.dir.compatConf()
	for _, what := range w[1:] {
		r := hostRule{allow: n.name == "allow", what: what, limited: c.limited, place: n.place}
		switch lower := strings.ToLower(what); {
		case strings.HasPrefix(lower, "env="):
			r.env = what[4:]
		case lower == "all":
			r.all = true
		default:
			if p, ok := readNet(what); ok {
				r.net = p[0]
			} else if strings.Contains(what, "/") {
				return "an IP address was expected: " + what
			} else {
				r.host = lower
			}
		}
		d.rules = append(d.rules, r)
	}
	return ""
}

// providerAlias keeps what stands in <AuthnProviderAlias> and <AuthzProviderAlias>.
func (b *builder) providerAlias(n *node, c *context) {
	w := b.words(n)
	if len(w) < 2 {
		b.miss(n.head, "<%s> takes a provider and a name", n.as)
		return
	}
	d := &dirConf{}
	if n.name == "authzprovideralias" {
		q := &requires{place: n.head, provider: strings.ToLower(w[0]), args: strings.Join(w[2:], " ")}
		q.words = words(q.args)
		if bad := q.parse(); bad != "" {
			b.miss(n.head, "<%s>: %s", n.as, bad)
			return
		}
		b.authz[strings.ToLower(w[1])] = q
		return
	}
	s := &section{kind: kDirectory, conf: d}
	b.walk(n.kids, &context{srv: newServer(), dir: d, sec: s, depth: c.depth + 1})
	d.providers = []setting{{w[0], n.head}}
	b.aliases[w[1]] = d
}
