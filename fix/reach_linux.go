package fix

import (
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
)

// readForEachRequest reports a file that its program opens anew for each request: .htaccess, and a password or group file.
// HAProxy, Caddy and the like keep users in the configuration itself, which is read once.
func readForEachRequest(path string, c *conf.Config) bool {
	if filepath.Base(path) == ".htaccess" {
		return true
	}
	if c == nil {
		return false
	}
	for _, s := range c.Scopes {
		for _, a := range s.Auth {
			for _, f := range append(slices.Clone(a.Files), a.Groups...) {
				if f.Path == path && f.Kind != conf.Inline && !slices.Contains(c.Files, path) {
					return true
				}
			}
		}
	}
	return false
}

// reachOf finds the scopes in whose text the edits stand, and those that use an edited file.
func reachOf(p *Plan, a About) Reach {
	r := Reach{Names: slices.Clone(a.Hosts)}
	for _, d := range p.Databases {
		r.Scopes = append(r.Scopes, fmt.Sprintf("the database %s at %s", d.Name, d.Address))
	}
	if a.Config == nil {
		r.Public = publicly(r.Names, nil)
		for _, d := range p.Databases {
			if host, _, err := net.SplitHostPort(d.Address); err == nil {
				if why := LiveName(host); why != "" {
					r.Public = append(r.Public, "the database is reached by a public name or address: "+why)
				}
			}
		}
		return r
	}
	var listens []conf.Listen
	add := func(s *conf.Scope) {
		name := strings.TrimSpace(s.Path)
		if name == "" {
			name = "the whole site"
		}
		if what := fmt.Sprintf("%s (%s)", name, s.Place); !slices.Contains(r.Scopes, what) {
			r.Scopes = append(r.Scopes, what)
		}
		for _, n := range s.Server.Names {
			if n != "" && n != "_" && !slices.Contains(r.Names, n) {
				r.Names = append(r.Names, n)
			}
		}
		listens = append(listens, s.Server.Listen...)
	}
	for _, s := range a.Config.Scopes {
		if s == a.Scope || p.holds(a.Config, s) || p.names(s) {
			add(s)
		}
	}
	r.Public = publicly(r.Names, listens)
	return r
}

// holds reports that an edit stands in s or in a block around it which is the innermost one of the edit, or changes a line
// that is in force in s.
func (p *Plan) holds(c *conf.Config, s *conf.Scope) bool {
	for _, f := range p.Files {
		for _, e := range f.Edits {
			in := innermost(c, f.Path, e)
			if in != nil && (in == s || slices.Contains(s.Within, in)) {
				return true
			}
			for _, at := range placesOf(s) {
				if at.File == f.Path && at.Known() && at.End > at.Start && at.Start < e.End && e.Start < at.End {
					return true
				}
			}
		}
	}
	return false
}

// innermost is the smallest scope in whose text the edit stands.
func innermost(c *conf.Config, path string, e Edit) *conf.Scope {
	var in *conf.Scope
	for _, s := range c.Scopes {
		if at := s.Place; at.File == path && at.Start <= e.Start && e.End <= at.End && at.End > at.Start &&
			(in == nil || at.End-at.Start < in.Place.End-in.Place.Start) {
			in = s
		}
	}
	return in
}

// names reports that s asks for users of a file that the plan changes.
func (p *Plan) names(s *conf.Scope) bool {
	for _, f := range p.Files {
		for _, auth := range s.Auth {
			for _, c := range append(slices.Clone(auth.Files), auth.Groups...) {
				if c.Path == f.Path || c.Path == f.Real {
					return true
				}
			}
		}
	}
	return false
}

// placesOf are the places of what is in force in s, inherited settings included.
func placesOf(s *conf.Scope) []conf.Place {
	var out []conf.Place
	for _, a := range s.Auth {
		out = append(out, a.Place)
	}
	for _, r := range s.Rules {
		out = append(out, r.Place)
	}
	if s.Pass != nil {
		out = append(out, s.Pass.Place)
		for _, f := range s.Pass.Set {
			out = append(out, f.Place)
		}
	}
	if s.Cache != nil {
		out = append(out, s.Cache.Place)
	}
	return out
}

// publicly says, in words, what speaks for production: a live name, or an address that strangers reach.
func publicly(names []string, listens []conf.Listen) []string {
	var out []string
	live := false
	for _, n := range names {
		if why := LiveName(n); why != "" {
			out = append(out, why)
			live = true
		}
	}
	if live || len(names) > 0 {
		return out
	}
	for _, l := range listens {
		switch a, err := netip.ParseAddr(strings.Trim(l.Address, "[]")); {
		case strings.HasPrefix(l.Address, "unix:"):
		case err == nil && public(a):
			out = append(out, "it listens on the public address "+a.String())
		case l.Address == "" || l.Address == "*" || err == nil && a.IsUnspecified():
			if own := publicAddress(); own != "" {
				out = append(out, "it listens on every address of this machine, of which "+own+" is public")
			}
		}
	}
	return slices.Compact(out)
}

// closedEnds are names that nobody outside resolves (RFC 6761, RFC 6762, RFC 8375, RFC 9476), and what companies use so.
var closedEnds = []string{"localhost", "test", "example", "invalid", "local", "internal", "lan", "home", "corp", "intranet", "home.arpa", "localdomain", "onion"}

// rehearsal are parts of names by which sites that are not live are known.
var rehearsal = []string{"staging", "stage", "stg", "dev", "develop", "development", "test", "testing", "qa", "uat", "demo", "sandbox",
	"preprod", "preview", "pre", "lab", "local", "int", "integration", "ci", "beta", "tst", "acc", "acceptance", "nonprod"}

// LiveName says why a host name, with or without a port, looks like a live one, or "".
func LiveName(name string) string {
	n := strings.ToLower(strings.Trim(strings.TrimPrefix(name, "."), "[]"))
	if host, _, err := net.SplitHostPort(n); err == nil {
		n = host
	}
	n = strings.TrimSuffix(n, ".")
	if a, err := netip.ParseAddr(n); err == nil {
		if public(a) {
			return n + " is a public address"
		}
		return ""
	}
	if strings.HasPrefix(n, "~") {
		return "the name is a pattern (" + name + "), so live names may be among those that it fits"
	}
	if n == "" || n == "_" || !strings.Contains(n, ".") {
		return ""
	}
	for _, end := range closedEnds {
		if n == end || strings.HasSuffix(n, "."+end) {
			return ""
		}
	}
	for word := range strings.FieldsFuncSeq(n, func(r rune) bool { return r == '.' || r == '-' || r == '_' }) {
		if slices.Contains(rehearsal, strings.TrimRight(word, "0123456789")) {
			return ""
		}
	}
	return n + " looks like a live name"
}

func public(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !sharedNet.Contains(a) && !documentation(a)
}

var sharedNet = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598

// documentation reports an address that is never assigned (RFC 5737, RFC 3849).
func documentation(a netip.Addr) bool {
	for _, p := range []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"} {
		if netip.MustParsePrefix(p).Contains(a) {
			return true
		}
	}
	return false
}

// publicAddress is a public address of this machine's own interfaces, or "".
func publicAddress() string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && public(p.Addr()) {
			return p.Addr().String()
		}
	}
	return ""
}
