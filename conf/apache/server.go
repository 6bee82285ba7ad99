package apache

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// server is the main server or a virtual host, after merging: what the main server sets holds in every virtual host that
// does not set it again.
type server struct {
	main    bool
	place   conf.Place
	addrs   []vhostAddr
	name    *setting
	port    int // of ServerName, 0 for none
	scheme  string
	aliases []string
	wild    []string // of ServerAlias, those with * or ?
	docRoot *setting
	dir     *dirConf // what is set outside of any section
	dirs    []*section
	urls    []*section
	proxies []*section
	inner   []*section // every section that stands in this server, in the order of the file, for the list of scopes

	alias     []aliasOp
	redirects []redirect
	varsIf    []varIf
	rewrite   *rewriteServer
	rewrites  bool                // a directive of mod_rewrite stands somewhere in it
	maps      map[string]string   // RewriteMap
	members   map[string][]string // URLs of BalancerMember, by balancer://name in lower case
	pass      []*proxyPass
	reverse   []setting
	access    []string // AccessFileName
	canonical *setting // UseCanonicalName
	physical  *setting // UseCanonicalPhysicalPort
	tls       *setting
	verify    *setting
	trace     *setting
	slashes   *setting // MergeSlashes
	encoded   *setting // AllowEncodedSlashes
	remoteIP  *remoteIP
	proxyReq  *setting // ProxyRequests
	cache     []setting
	wsgi      []aliasOp
	via       *setting
	strict    *setting
	mimeTypes *setting // TypesConfig
}

type rewriteServer struct {
	engine  *setting
	rules   []*rewriteRule
	options rewriteOptions
}

type remoteIP struct {
	header  *setting
	trusted []netip.Prefix
	inner   []netip.Prefix
	proxy   *setting
	open    []string // lists in files and the like
}

// vhostAddr is one address of <VirtualHost>.
type vhostAddr struct {
	as   string
	any  bool // "*" or "_default_"
	addr netip.Addr
	host string // a name, which would have to be looked up
	port int    // 0 for any
}

func readVhostAddr(s string) vhostAddr {
	a := vhostAddr{as: s}
	host, port := s, ""
	if strings.HasPrefix(s, "[") {
		if i := strings.IndexByte(s, ']'); i > 0 {
			host, port = s[1:i], strings.TrimPrefix(s[i+1:], ":")
		}
	} else if i := strings.LastIndexByte(s, ':'); i >= 0 && strings.Count(s, ":") == 1 {
		host, port = s[:i], s[i+1:]
	}
	if port != "*" {
		a.port, _ = strconv.Atoi(port)
	}
	if host == "*" || strings.EqualFold(host, "_default_") {
		a.any = true
	} else if ip, err := netip.ParseAddr(host); err == nil {
		a.addr = ip.Unmap()
	} else {
		a.host = host
	}
	return a
}

// readListen reads Listen's address.
func readListen(n *node, w []string) (conf.Listen, bool) {
	l := conf.Listen{Place: n.place}
	if len(w) == 0 {
		return l, false
	}
	s := w[0]
	host, port := "", s
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		host, port = strings.Trim(s[:i], "[]"), s[i+1:]
	}
	n2, err := strconv.Atoi(port)
	if err != nil {
		return l, false
	}
	l.Address, l.Port = strings.TrimPrefix(host, "*"), n2
	l.TLS = len(w) > 1 && strings.EqualFold(w[1], "https") || len(w) == 1 && n2 == 443
	return l, true
}

// mergeServer adds the main server's settings to a virtual host's.
func mergeServer(base, s *server) *server {
	out := *s
	pick := func(p **setting, q *setting) {
		if *p == nil {
			*p = q
		}
	}
	pick(&out.docRoot, base.docRoot)
	pick(&out.canonical, base.canonical)
	pick(&out.physical, base.physical)
	pick(&out.trace, base.trace)
	pick(&out.slashes, base.slashes)
	pick(&out.tls, base.tls)
	pick(&out.verify, base.verify)
	pick(&out.proxyReq, base.proxyReq)
	pick(&out.via, base.via)
	if out.name == nil {
		out.name, out.port, out.scheme = base.name, base.port, base.scheme
	}
	if out.access == nil {
		out.access = base.access
	}
	out.dir = merge(base.dir, s.dir)
	out.dirs = append(slices.Clone(base.dirs), s.dirs...)
	out.urls = append(slices.Clone(base.urls), s.urls...)
	out.proxies = append(slices.Clone(base.proxies), s.proxies...)
	out.alias = append(slices.Clone(s.alias), base.alias...)
	out.redirects = append(slices.Clone(s.redirects), base.redirects...)
	out.varsIf = append(slices.Clone(base.varsIf), s.varsIf...)
	out.pass = append(slices.Clone(base.pass), s.pass...)
	out.reverse = append(slices.Clone(base.reverse), s.reverse...)
	out.cache = append(slices.Clone(base.cache), s.cache...)
	out.wsgi = append(slices.Clone(s.wsgi), base.wsgi...)
	// A virtual host without any directive of mod_rewrite does not rewrite, whatever the main server says.
	if s.rewrites {
		out.rewrite = mergeRewriteServer(base.rewrite, s.rewrite)
		if out.rewrite.inherits(base.rewrite) {
			out.maps = join(base.maps, s.maps)
		}
	}
	if out.remoteIP == nil {
		out.remoteIP = base.remoteIP
	} else if base.remoteIP != nil && out.remoteIP.header == nil {
		merged := *out.remoteIP
		merged.header = base.remoteIP.header
		out.remoteIP = &merged
	}
	out.members = join(base.members, s.members)
	return &out
}

// inherits reports that the main server's rules and maps are taken over.
func (s *rewriteServer) inherits(base *rewriteServer) bool {
	if s == nil || base == nil {
		return false
	}
	return s.options.inherit || s.options.inheritBefore || base.options.inheritDown && !s.options.ignoreInherit
}

func mergeRewriteServer(base, add *rewriteServer) *rewriteServer {
	if base == nil {
		return add
	}
	if add == nil {
		add = &rewriteServer{}
	}
	out := *add
	if out.engine == nil {
		out.engine = base.engine
	}
	if !add.options.set {
		out.options = base.options
	}
	down := base.options.inheritDown && !out.options.ignoreInherit
	switch {
	case out.options.inherit || down && !base.options.downBefore:
		out.rules = append(slices.Clone(add.rules), base.rules...)
	case out.options.inheritBefore || down:
		out.rules = append(slices.Clone(base.rules), add.rules...)
	}
	return &out
}

// sortDirs puts sections for folders into the order in which httpd tries them: shorter paths first, patterns last, and
// otherwise as they were written.
func (s *server) sortDirs() {
	slices.SortStableFunc(s.dirs, func(a, b *section) int {
		switch {
		case a.re == nil && b.re != nil:
			return -1
		case a.re != nil && b.re == nil:
			return 1
		case a.re != nil:
			return 0
		}
		return a.parts - b.parts
	})
}
