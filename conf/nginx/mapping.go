package nginx

import (
	"net/netip"
	"slices"
	"strings"
)

// mapping is a map block.
type mapping struct {
	dir       *Directive
	source    string // the value that is looked up
	hostnames bool
	volatile  bool
	fallback  string
	exact     map[string]string // by the text in lower case
	names     []mapEntry        // with hostnames: *.name, .name, name.*
	patterns  []mapEntry
}

type mapEntry struct {
	text    string
	pattern *pattern
	value   string
}

// readMaps reads the map and geo blocks of an http block.
func (m *model) readMaps(h *level) {
	for _, d := range h.own["map"] {
		if v, ok := strings.CutPrefix(d.Arg(1), "$"); ok {
			m.maps[v] = m.readMap(d)
		}
	}
	for _, d := range h.own["geo"] {
		if v, ok := strings.CutPrefix(d.Arg(len(d.Args)-1), "$"); ok && len(d.Args) > 0 {
			m.geos[v] = m.readGeo(d)
		}
	}
}

func (m *model) readMap(d *Directive) *mapping {
	p := &mapping{dir: d, source: d.Arg(0), exact: map[string]string{}}
	for _, e := range d.Body {
		if len(e.Args) == 0 && e.Name == "hostnames" {
			p.hostnames = true
		}
		if len(e.Args) == 0 && e.Name == "volatile" {
			p.volatile = true
		}
	}
	for _, e := range d.Body {
		if len(e.Args) != 1 {
			continue
		}
		key, v := e.Name, e.Arg(0)
		text, regex := strings.CutPrefix(key, "~")
		switch {
		case key == "default":
			p.fallback = v
		case regex:
			text, fold := strings.CutPrefix(text, "*")
			c, err := m.pattern(text, fold)
			if err != nil {
				m.unread(e, "map %s: %v", d.Arg(1), err)
			}
			p.patterns = append(p.patterns, mapEntry{pattern: c, value: v})
		case p.hostnames && (strings.HasPrefix(key, "*.") || strings.HasPrefix(key, ".") || strings.HasSuffix(key, ".*")):
			p.names = append(p.names, mapEntry{text: lower(key), value: v})
		default:
			key = lower(strings.TrimPrefix(key, `\`))
			if _, twice := p.exact[key]; !twice {
				p.exact[key] = v
			}
		}
	}
	return p
}

// look gives the value for r. Where what is looked up depends on a field that is not shown, each of the map's values is a way.
func (p *mapping) look(r *run) string {
	depends := r.hidden.Watch()
	in := r.value(p.source)
	field, password := depends()
	natural := p.find(r, in)
	ways := []string{natural}
	for key, v := range p.exact {
		if field != "" || password && strings.Contains(key, "basic ") {
			ways = append(ways, v)
		}
	}
	for _, e := range slices.Concat(p.names, p.patterns) {
		if field != "" {
			ways = append(ways, e.value)
		}
	}
	if field != "" {
		ways = append(ways, p.fallback)
	}
	slices.Sort(ways)
	ways = slices.Compact(ways)
	if field == "" {
		field = "Authorization"
	}
	if i := slices.Index(ways, natural); len(ways) > 1 {
		natural = ways[r.hidden.Way(p.dir.Place, field, len(ways), i)]
	}
	return r.value(natural)
}

// find gives the value for the text as it is written: exact, with hostnames the longest *.name and then name.*, then the first pattern.
func (p *mapping) find(r *run, in string) string {
	if p.hostnames {
		in = strings.TrimSuffix(in, ".")
	}
	if v, ok := p.host(lower(in)); ok {
		return v
	}
	if in != "" {
		for _, e := range p.patterns {
			if ok, err := r.matches(e.pattern, in); err != nil {
				break
			} else if ok {
				return e.value
			}
		}
	}
	return p.fallback
}

// host looks for a text in lower case among those without a pattern: exact ones, then the longest *.name, then the longest
// name.* (ngx_hash_find_combined).
func (p *mapping) host(key string) (string, bool) {
	if v, ok := p.exact[key]; ok {
		return v, true
	}
	best, value := 0, ""
	for _, e := range p.names {
		end := strings.TrimPrefix(e.text, "*")
		if strings.HasPrefix(end, ".") && len(end) > best && (strings.HasSuffix(key, end) && len(key) > len(end) || end == e.text && key == end[1:]) {
			best, value = len(end), e.value
		}
	}
	if best == 0 {
		for _, e := range p.names {
			if begin, ok := strings.CutSuffix(e.text, "*"); ok && len(begin) > best && strings.HasPrefix(key, begin) && len(key) > len(begin) {
				best, value = len(begin), e.value
			}
		}
	}
	return value, best > 0
}

// geo is a geo block.
type geo struct {
	source   string // "" for the client's address, which is then asked for without $remote_addr
	fallback string
	nets     []geoNet
	unsure   string // what it has that is not followed
}

type geoNet struct {
	from, to netip.Addr
	bits     int
	value    string
}

func (m *model) readGeo(d *Directive) *geo {
	g := &geo{}
	if len(d.Args) > 1 {
		g.source = d.Arg(0)
	}
	ranges := false
	for _, e := range d.Body {
		if e.Name == "ranges" && len(e.Args) == 0 {
			ranges = true
			continue
		}
		switch e.Name {
		case "default":
			g.fallback = e.Arg(0)
			continue
		case "proxy", "proxy_recursive", "delete":
			g.unsure = e.Name
			continue
		}
		if ranges {
			a, b, _ := strings.Cut(e.Name, "-")
			from, err1 := netip.ParseAddr(a)
			to, err2 := netip.ParseAddr(b)
			if err1 == nil && err2 == nil {
				g.nets = append(g.nets, geoNet{from: from, to: to, value: e.Arg(0)})
			}
			continue
		}
		if p, _ := network(e.Name); p.IsValid() {
			g.nets = append(g.nets, geoNet{from: p.Addr(), to: last(p), bits: p.Bits(), value: e.Arg(0)})
		}
	}
	return g
}

// last is the last address of a network.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

func (g *geo) look(r *run) string {
	if g.unsure != "" {
		r.open("geo with " + g.unsure)
	}
	a := r.client.Unmap()
	if g.source != "" {
		var err error
		if a, err = netip.ParseAddr(r.value(g.source)); err != nil {
			a = netip.AddrFrom4([4]byte{255, 255, 255, 255}) // INADDR_NONE
		}
	}
	best, v := -1, g.fallback
	for _, n := range g.nets {
		if n.from.BitLen() == a.BitLen() && n.from.Compare(a) <= 0 && a.Compare(n.to) <= 0 && n.bits >= best {
			best, v = n.bits, n.value
		}
	}
	return v
}
