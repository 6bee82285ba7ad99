package nginx

import (
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// trust says how the certificates of clients are judged in the server of l, nil when none is asked for. The handshake is
// done before there is a location, so that the server's own lines count.
func (m *model) trust(l *level) *conf.Trust {
	at := l.server.level
	d := at.one("ssl_verify_client")
	if d == nil || d.Arg(0) == "off" || !l.server.speaksTLS() {
		return nil
	}
	if t := m.trusts[l.server]; t != nil {
		return t
	}
	t := &conf.Trust{Place: d.Place, Asks: d.Arg(0), Depth: 1, Chain: true, Heeded: m.heedsCertificates(l.server)}
	m.trusts[l.server] = t
	file := func(name string, kind conf.FileKind) []*conf.CredFile {
		d := at.one(name)
		if d == nil || d.Arg(0) == "" {
			return nil
		}
		return []*conf.CredFile{{Path: m.full(d.Arg(0)), Place: d.Place, Kind: kind}}
	}
	t.Authorities = append(file("ssl_client_certificate", conf.Authorities), file("ssl_trusted_certificate", conf.Authorities)...)
	t.Lists = file("ssl_crl", conf.Revocations)
	if n := at.one("ssl_verify_depth"); n != nil {
		if v, err := strconv.Atoi(n.Arg(0)); err == nil {
			t.Depth, t.DepthAt = v, n.Place
		}
	}
	return t
}

func (s *server) speaksTLS() bool {
	for _, a := range s.model.Listen {
		if a.TLS {
			return true
		}
	}
	return false
}

// heedsCertificates reports that some directive of the server, or of the http block around it, reads what came of a client's
// certificate. One of another server is no matter.
func (m *model) heedsCertificates(s *server) bool {
	found := false
	var walk func(ds []*Directive)
	walk = func(ds []*Directive) {
		for _, d := range ds {
			if found || d.Name == "server" || d.Name == "log_format" {
				continue
			}
			for _, a := range append(d.Texts(), d.Name) {
				found = found || strings.Contains(a, "$ssl_client_") || strings.Contains(a, "${ssl_client_") || strings.HasSuffix(d.Name, "_by_lua_block")
			}
			walk(d.Body)
		}
	}
	walk(s.level.dir.Body)
	walk(s.level.parent.dir.Body)
	return found
}
