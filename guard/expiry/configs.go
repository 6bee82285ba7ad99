package expiry

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
)

// going are the kinds of hashes that documents say the next crypt(3) may not know.
//
// libxcrypt marks every hash in lib/hashes.conf; those that are not marked STRONG are left out where a distribution builds it
// with --enable-hashes=strong, as NixOS does, and glibc's own crypt, which knew them, is gone since glibc 2.39.
var going = map[htpasswd.Kind]string{
	htpasswd.DES:         "libxcrypt, lib/hashes.conf: descrypt is not marked STRONG",
	htpasswd.MD5Crypt:    "libxcrypt, lib/hashes.conf: md5crypt is not marked STRONG",
	htpasswd.SHA256Crypt: "libxcrypt, lib/hashes.conf: sha256crypt is not marked STRONG",
}

// config looks at what a configuration names: password files, certificates, and Basic without TLS.
func (e *endings) config(c *conf.Config) {
	files := map[string]bool{}
	for _, s := range c.Scopes {
		for _, a := range s.Auth {
			for _, f := range a.Files {
				if f.Seen != nil && !files[f.Path] && f.Kind == conf.Htpasswd {
					files[f.Path] = true
					e.hashes(c, f)
				}
			}
			if a.Scheme == conf.Basic {
				e.plain(s, a)
			}
		}
		for _, l := range s.Lines {
			e.named(c, l)
		}
	}
	if c.Program == "Apache httpd" {
		e.httpd(c)
	}
}

// httpd looks for the lines of certificates in the files themselves: they decide about no access, so that the reader does not
// keep them.
func (e *endings) httpd(c *conf.Config) {
	for _, f := range c.Files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		n := 0
		for l := range strings.Lines(string(b)) {
			n++
			if w := strings.Fields(l); len(w) == 2 {
				e.named(c, conf.Line{Place: conf.Place{File: f, Line: n}, Name: w[0], Args: []string{strings.Trim(w[1], `"`)}})
			}
		}
	}
}

// plain is Basic on a site that listens without TLS, and not on the loopback alone.
func (e *endings) plain(s *conf.Scope, a conf.Auth) {
	for _, l := range s.Server.Listen {
		if !l.TLS && l.Port != 443 && !strings.HasPrefix(l.Address, "unix:") && !local(strings.Trim(l.Address, "[]")) {
			e.cleartext(fmt.Sprintf("auth Basic is asked for on port %d without TLS", l.Port), a.Place.String())
			return
		}
	}
}

var servers = map[string]htpasswd.Server{"nginx": htpasswd.Nginx, "Apache httpd": htpasswd.Apache, "HAProxy": htpasswd.HAProxy, "lighttpd": htpasswd.Lighttpd}

func (e *endings) hashes(c *conf.Config, f *conf.CredFile) {
	kinds := map[htpasswd.Kind][]int{}
	for _, l := range f.Seen.Users.Lines {
		kinds[l.Kind] = append(kinds[l.Kind], l.N)
	}
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		at := kinds[k]
		place := fmt.Sprintf("%s:%d", f.Path, at[0])
		users := "1 user"
		if len(at) > 1 {
			users = fmt.Sprintf("%d users", len(at))
		}
		do := "have the passwords set anew with htpasswd -B (bcrypt)"
		server, known := servers[c.Program]
		if doc, ok := going[k]; ok && (!known || htpasswd.CanVerify(server, k) == htpasswd.ByLibc) {
			e.add(Ending{Kind: PasswordHash, With: "a crypt(3) that is built for strong hashes alone", What: fmt.Sprintf("%s with a hash of the kind %s: a right password is refused then", users, k),
				Do: do, Source: place, Because: doc})
		}
		if (k == htpasswd.SHA1 || k == htpasswd.APR1) && known && htpasswd.CanVerify(server, k) == htpasswd.Always {
			e.add(Ending{Kind: PasswordHash, With: "a move to another server", What: fmt.Sprintf("%s with a hash of the kind %s, which %s checks itself and crypt(3), Caddy and container registries do not know", users, k, c.Program),
				Do: do, Source: place, Because: "httpd: Password Formats; nginx: auth_basic_user_file"})
		}
	}
}

// certLines are the directives that name a certificate, and whether it is a client's.
var certLines = map[string]bool{
	"ssl_certificate": false, "sslcertificatefile": false, "proxy_ssl_certificate": true, "grpc_ssl_certificate": true, "sslproxymachinecertificatefile": true,
}

func (e *endings) named(c *conf.Config, l conf.Line) {
	client, ok := certLines[strings.ToLower(l.Name)]
	if !ok || len(l.Args) == 0 || strings.Contains(l.Args[0], "$") {
		return
	}
	path := l.Args[0]
	if !filepath.IsAbs(path) && len(c.Files) > 0 {
		path = filepath.Join(filepath.Dir(c.Files[0]), path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return
	}
	for _, cert := range readCerts(b) {
		e.certificate(named(path+", named at "+l.Place.String(), cert, client))
		break // the leaf; what it is signed by is the authority's
	}
}

// readCerts reads the certificates of a PEM text.
func readCerts(b []byte) []*x509.Certificate {
	var out []*x509.Certificate
	for len(out) < 100 {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			out = append(out, c)
		}
	}
	return out
}

func named(source string, c *x509.Certificate, client bool) NamedCert {
	return NamedCert{Source: source, Subject: c.Subject.String(), NotBefore: c.NotBefore, NotAfter: c.NotAfter, Client: client}
}
