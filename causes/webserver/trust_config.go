package webserver

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
)

// judge is one judgement about certificates of clients, with a place where it holds.
type judge struct {
	*conf.Trust
	scope       *conf.Scope
	authorities []*x509.Certificate
	whole       bool // all that it names was read
}

// judges gives every judgement of c that refuses certificates, once.
func judges(c *conf.Config) []judge {
	var out []judge
	seen := map[*conf.Trust]bool{}
	for _, s := range c.Scopes {
		t := s.Trust
		if t == nil || seen[t] || t.Asks == "optional_no_ca" {
			continue
		}
		seen[t] = true
		j := judge{Trust: t, scope: s, whole: !t.Folder}
		for _, f := range t.Authorities {
			if f.Seen == nil || f.Seen.Papers == nil || f.Seen.Papers.Broken > 0 {
				j.whole = false
				continue
			}
			j.authorities = append(j.authorities, f.Seen.Papers.Certificates...)
		}
		out = append(out, j)
	}
	return out
}

// untrusting are servers that ask for a client certificate and can accept none, or not those of an authority that they name.
func untrusting(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, j := range judges(c) {
		add := func(at conf.Place, g cause.Grade, command, would, format string, args ...any) {
			if !at.Known() {
				at = j.Place
			}
			s := cause.Sighting{Place: at, Scope: j.scope, Grade: g, Says: fmt.Sprintf(format, args...)}
			if g < cause.Proved {
				s.Raise = []cause.Raise{{Command: command, Where: "on the web server", Would: would}}
			}
			out = append(out, s)
		}
		if len(j.Authorities) == 0 && !j.Folder {
			then := "none is accepted"
			if access.Is(c, "nginx") {
				then = "nginx does not start with this line"
			}
			add(j.Place, cause.Proved, "", "", "A client certificate is asked for, and no authority is named whose certificates count: %s.", then)
			continue
		}
		if missing(j, add) || !j.whole || len(j.authorities) == 0 {
			continue
		}
		at, now := j.Authorities[0].Place, j.Authorities[0].Seen.Papers.At
		show := "openssl crl2pkcs7 -nocrl -certfile " + cause.QuoteWord(j.Authorities[0].Path) + " | openssl pkcs7 -print_certs -noout"
		usable := slices.DeleteFunc(slices.Clone(j.authorities), func(a *x509.Certificate) bool { return now.After(a.NotAfter) })
		switch {
		case len(usable) == 0:
			last := slices.MaxFunc(j.authorities, func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) })
			add(at, cause.Proved, "", "", "Every authority in %s has ended, the last one on %s: no client certificate is accepted.", j.Authorities[0].Path, last.NotAfter.UTC().Format("2 January 2006"))
			continue
		case !slices.ContainsFunc(usable, isAuthority):
			add(at, cause.Strong, show, "show that the file holds no authority", "%s holds no certificate of an authority: no certificate that was signed by another one is accepted.", j.Authorities[0].Path)
			continue
		}
		for _, a := range usable {
			switch length, rooted := chainOf(a, usable); {
			case !isAuthority(a):
			case !rooted && !slices.ContainsFunc(usable, func(r *x509.Certificate) bool { return isAuthority(r) && selfSigned(r) }):
				add(at, cause.Strong, show, "show an issuer that is no subject", "%s has the authority %q without the one that signed it (%q): the chain does not end, and its certificates are refused.", j.Authorities[0].Path, a.Subject.CommonName, a.Issuer.CommonName)
			case rooted && length-deeper(c) > j.Depth:
				add(j.DepthAt, cause.Strong, show, "show the chain", "Certificates of the authority %q need a chain of %d, and the depth is %d: they are refused as too long.", a.Subject.CommonName, length-deeper(c), j.Depth)
			}
		}
		out = append(out, revoking(j, usable)...)
	}
	return out
}

// missing tells of files that are not there: the server does not start with them.
func missing(j judge, add func(at conf.Place, g cause.Grade, command, would, format string, args ...any)) bool {
	found := false
	for _, f := range slices.Concat(j.Authorities, j.Lists) {
		switch {
		case f.Seen == nil || !f.Seen.Missing:
			continue
		case f.Seen.Here:
			add(f.Place, cause.Proved, "", "", "%s, by which client certificates are judged, is not there: the server does not start with this line.", f.Path)
		default:
			add(f.Place, cause.Likely, "ls -l "+cause.QuoteWord(f.Path), "say that it is not there", "%s, by which client certificates are judged, is not on this machine; if it is missing on the server's as well, that does not start.", f.Path)
		}
		found = true
	}
	return found
}

func isAuthority(c *x509.Certificate) bool {
	return c.IsCA || !c.BasicConstraintsValid && selfSigned(c)
}

func selfSigned(c *x509.Certificate) bool { return bytes.Equal(c.RawIssuer, c.RawSubject) }

// chainOf is how many authorities a certificate that a signed has above it, up to and with a root, and whether there is one.
func chainOf(a *x509.Certificate, known []*x509.Certificate) (length int, rooted bool) {
	for length = 1; length <= len(known); length++ {
		if selfSigned(a) {
			return length, true
		}
		i := slices.IndexFunc(known, func(k *x509.Certificate) bool { return bytes.Equal(k.RawSubject, a.RawIssuer) && isAuthority(k) })
		if i < 0 {
			return length, false
		}
		a = known[i]
	}
	return length, false
}

// deeper is what a program leaves out when it counts a chain: OpenSSL counts the authorities between the client and the root
// (SSL_CTX_set_verify_depth), mod_ssl the root as well.
func deeper(c *conf.Config) int {
	if access.Is(c, "apache") {
		return 0
	}
	return 1
}

// revoking tells of lists of revoked certificates that have ended, or that an authority has none of: OpenSSL then refuses all of
// its certificates.
func revoking(j judge, usable []*x509.Certificate) []cause.Sighting {
	var out []cause.Sighting
	for _, f := range j.Lists {
		if f.Seen == nil || f.Seen.Papers == nil || f.Seen.Papers.Broken > 0 {
			return nil
		}
	}
	for _, f := range j.Lists {
		p := f.Seen.Papers
		for _, a := range usable {
			if !isAuthority(a) {
				continue
			}
			var last *x509.RevocationList
			for _, l := range p.Lists {
				if bytes.Equal(l.RawIssuer, a.RawSubject) && (last == nil || l.NextUpdate.After(last.NextUpdate)) {
					last = l
				}
			}
			s := cause.Sighting{Place: f.Place, Scope: j.scope, Grade: cause.Proved, Remedies: []cause.Remedy{renewList(f)}}
			switch {
			case last != nil && !last.NextUpdate.IsZero() && p.At.After(last.NextUpdate):
				s.Says = fmt.Sprintf("The list of revoked certificates of %q was due to be renewed on %s: until it is, every certificate of that authority is refused.", a.Subject.CommonName, last.NextUpdate.UTC().Format("2 January 2006"))
			case last == nil && (j.Chain || len(p.Lists) == 0):
				s.Grade = cause.Strong
				s.Raise = []cause.Raise{{Command: "openssl crl -noout -issuer -nextupdate -in " + cause.QuoteWord(f.Path), Where: "on the web server", Would: "show other issuers than this authority"}}
				s.Says = fmt.Sprintf("Certificates are held against %s, and it has no list of the authority %q: all of its certificates are refused.", f.Path, a.Subject.CommonName)
			default:
				continue
			}
			out = append(out, s)
		}
	}
	return out
}

func renewList(f *conf.CredFile) cause.Remedy {
	return cause.Remedy{ID: "renew-list", Title: "fetch the authority's present list, and do so by a timer", For: "server", Effect: "certificates that were not revoked are accepted",
		Opens: "nothing: what was revoked stays out", Steps: []string{"put the authority's present list at " + cause.QuoteWord(f.Path) + ", and reload the server"},
		Verify: "a certificate that is good passes; a revoked one, and none, is refused", Undo: "put the old file back"}
}
