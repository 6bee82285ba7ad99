package replay

import (
	"maps"
	"net/netip"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// addresses tells clients apart as far as a configuration can: two addresses that lie in the same of its networks are one.
type addresses struct {
	exact    bool // every address is one of its own: the configuration looks at its text
	prefixes []netip.Prefix
	bounds   []netip.Addr // of ranges
	known    map[netip.Addr]string
}

// Limits: of networks that are compared one by one, and of addresses that are remembered.
const (
	maxPrefixes  = 1024
	maxAddresses = 1 << 16
)

// addressesOf gathers every network that stands in the files of the configurations.
func addressesOf(o Options) *addresses {
	a := &addresses{known: map[netip.Addr]string{}}
	a.read(&o.New)
	if o.Before != nil {
		a.read(o.Before)
	}
	if len(a.prefixes)+len(a.bounds) > maxPrefixes {
		a.exact = true
	}
	return a
}

func (a *addresses) clone() *addresses {
	b := *a
	b.known = maps.Clone(a.known)
	return &b
}

func (a *addresses) read(c *Configuration) {
	for _, f := range c.Files {
		b, err := c.Source.ReadFile(f)
		if err != nil {
			continue
		}
		text := strings.ToLower(string(b))
		for l := range strings.Lines(text) {
			a.exact = a.exact || looksAtText(strings.TrimSpace(l))
		}
		for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n;{}()\"'`,=!|", r) }) {
			a.word(w)
		}
	}
}

// looksAtText reports a line for which two addresses of one network may differ: a pattern over the address, a hash of it, and
// Apache's leave to have rules in files that are looked at request by request.
func looksAtText(l string) bool {
	if rest, ok := strings.CutPrefix(l, "allowoverride"); ok {
		return strings.TrimSpace(rest) != "none"
	}
	if strings.HasPrefix(l, "split_clients") || strings.HasPrefix(l, "ip_hash") {
		return true
	}
	if !strings.Contains(l, "remote_addr") {
		return false
	}
	for _, word := range []string{"#", "'", "\"", "log_format", "logformat", "access_log", "proxy_set_header", "fastcgi_param", "uwsgi_param", "scgi_param", "grpc_set_header", "add_header", "requestheader"} {
		if strings.HasPrefix(l, word) {
			return false
		}
	}
	return true
}

// word takes what may be an address, a network, a part of an address (Apache's "10.1"), or a range.
func (a *addresses) word(w string) {
	if len(w) > 90 || strings.Trim(w, "0123456789abcdef:./-[]") != "" {
		return
	}
	if p, ok := conf.ParsePrefix(w); ok {
		a.prefixes = append(a.prefixes, p)
		return
	}
	if from, to, ok := strings.Cut(w, "-"); ok {
		x, err1 := netip.ParseAddr(from)
		y, err2 := netip.ParseAddr(to)
		if err1 == nil && err2 == nil {
			a.bounds = append(a.bounds, x, y.Next())
		}
		return
	}
	head, mask, masked := strings.Cut(w, "/")
	if ip, err := netip.ParseAddr(head); err == nil && masked {
		if m, err := netip.ParseAddr(mask); err == nil && m.Is4() && ip.Is4() {
			bits := 0
			for _, b := range m.As4() {
				for ; b&0x80 != 0; b <<= 1 {
					bits++
				}
			}
			a.prefixes = append(a.prefixes, netip.PrefixFrom(ip, bits).Masked())
		}
		return
	}
	octets := strings.Split(strings.TrimSuffix(w, "."), ".")
	if len(octets) > 3 {
		return
	}
	var ip [4]byte
	for i, o := range octets {
		n, err := strconv.ParseUint(o, 10, 8)
		if err != nil {
			return
		}
		ip[i] = byte(n)
	}
	a.prefixes = append(a.prefixes, netip.PrefixFrom(netip.AddrFrom4(ip), 8*len(octets)))
}

// class gives the address of a line, and what is the same for all addresses that are treated alike.
func (a *addresses) class(b []byte) (netip.Addr, []byte) {
	ip, err := netip.ParseAddr(string(b))
	if err != nil {
		return netip.Addr{}, nil
	}
	ip = ip.Unmap().WithZone("")
	if a.exact {
		return ip, b
	}
	if c, ok := a.known[ip]; ok {
		return ip, []byte(c)
	}
	class := []byte{byte(ip.BitLen())}
	if ip.IsLoopback() { // "local" needs no number
		class = append(class, 'l')
	}
	for _, p := range a.prefixes {
		class = append(class, bit(p.Contains(ip)))
	}
	for _, x := range a.bounds {
		class = append(class, bit(ip.Compare(x) >= 0))
	}
	if len(a.known) < maxAddresses {
		a.known[ip] = string(class)
	}
	return ip, class
}

func bit(b bool) byte {
	if b {
		return '1'
	}
	return '0'
}
