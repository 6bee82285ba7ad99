package nginx

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// listen is a listen directive.
type listen struct {
	conf.Listen
	isDefault bool
	proxy     bool // PROXY protocol: the client's address comes from there
}

// readListen reads what listen takes (ngx_http_core_listen).
func readListen(d *Directive) (listen, error) {
	l := listen{Listen: conf.Listen{Place: d.Place, Port: 80}}
	if len(d.Args) == 0 {
		return l, fmt.Errorf("listen without an address or port")
	}
	a := d.Arg(0)
	switch host, port, colon := cutPort(a); {
	case strings.HasPrefix(a, "unix:"):
		l.Address, l.Port = a, 0
	case colon:
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return l, fmt.Errorf("listen %s: %q is no port", a, port)
		}
		l.Address, l.Port = host, int(n)
	default:
		if n, err := strconv.ParseUint(a, 10, 16); err == nil {
			l.Port = int(n)
		} else {
			l.Address = a
		}
	}
	if l.Address == "*" || l.Address == "0.0.0.0" {
		l.Address = ""
	}
	for _, o := range d.Args[1:] {
		switch o.Text {
		case "default_server", "default":
			l.isDefault = true
		case "ssl", "quic":
			l.TLS = true
		case "proxy_protocol":
			l.proxy = true
		}
	}
	return l, nil
}

// cutPort cuts host:port; the brackets of an IPv6 address stay.
func cutPort(a string) (host, port string, ok bool) {
	if strings.HasPrefix(a, "[") {
		end := strings.IndexByte(a, ']')
		if end < 0 || end+1 >= len(a) || a[end+1] != ':' {
			return a, "", false
		}
		return a[:end+1], a[end+2:], true
	}
	i := strings.IndexByte(a, ':')
	if i < 0 {
		return a, "", false
	}
	return a[:i], a[i+1:], true
}

// address is the listen address as an IP; the zero Addr for every address of the machine.
func (l listen) address() netip.Addr {
	a := strings.Trim(l.Address, "[]")
	if a == "localhost" {
		a = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(a)
	if err != nil || ip.IsUnspecified() {
		return netip.Addr{}
	}
	return ip
}

// chooseDefaults says which server gets the requests that name none, for each address and port.
func (m *model) chooseDefaults() {
	type key struct {
		address string
		port    int
	}
	first := map[key]*server{}
	said := map[key]*server{}
	for _, s := range m.servers {
		for _, l := range s.listens {
			k := key{l.Address, l.Port}
			if first[k] == nil {
				first[k] = s
			}
			if l.isDefault && said[k] == nil {
				said[k] = s
			}
		}
	}
	for k, s := range first {
		if said[k] != nil {
			s = said[k]
		}
		s.model.Default = true
	}
}
