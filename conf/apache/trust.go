package apache

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// certificates are the directives of mod_ssl by which certificates of clients are judged.
type certificates struct {
	file, folder, depth, lists, listFolder, check *setting
}

func mergeCertificates(base, add *certificates) *certificates {
	if base == nil || add == nil {
		return cmp.Or(add, base)
	}
	out := *base
	for _, p := range []struct{ to, from **setting }{
		{&out.file, &add.file}, {&out.folder, &add.folder}, {&out.depth, &add.depth}, {&out.lists, &add.lists}, {&out.listFolder, &add.listFolder}, {&out.check, &add.check},
	} {
		if *p.from != nil {
			*p.to = *p.from
		}
	}
	return &out
}

// certificate carries out one of them.
func certificate(of func(*certificates) **setting) handler {
	return func(_ *builder, c *context, n *node, w []string) string {
		if len(w) == 0 {
			return "takes a value"
		}
		if c.dir.certificates == nil {
			c.dir.certificates = &certificates{}
		}
		*of(c.dir.certificates) = &setting{strings.Join(w, " "), n.place}
		return ""
	}
}

// trustKey is what a judgement is made of; many places share one.
type trustKey struct {
	verify *setting
	by     *certificates
}

// trust says how the certificates of clients are judged where d is in force, nil when none is asked for.
func (w *world) trust(s *server, d *dirConf) *conf.Trust {
	v := d.sslVerify
	if v == nil {
		v = s.verify
	}
	if v == nil || v.is("none") || !s.tls.on() {
		return nil
	}
	c := d.certificates
	if t := w.trusts[trustKey{v, c}]; t != nil {
		return t
	}
	t := &conf.Trust{Place: v.place, Asks: strings.ToLower(v.value), Depth: 1}
	w.trusts[trustKey{v, c}] = t
	if c == nil {
		return t
	}
	if f := w.credFile(c.file, conf.Authorities); f != nil {
		t.Authorities = append(t.Authorities, f)
	}
	t.Folder = c.folder != nil
	if n, err := strconv.Atoi(c.depth.or("")); err == nil {
		t.Depth, t.DepthAt = n, c.depth.place
	}
	// Lists are consulted when SSLCARevocationCheck says so, and not by default.
	if check := strings.Fields(strings.ToLower(c.check.or("none"))); len(check) > 0 && check[0] != "none" {
		t.Chain = check[0] == "chain"
		if f := w.credFile(c.lists, conf.Revocations); f != nil && c.listFolder == nil {
			t.Lists = append(t.Lists, f)
		}
	}
	return t
}

// heedsCertificate reports a directive that reads what came of a client's certificate, or lets the application read it.
func heedsCertificate(n *node) bool {
	low := strings.ToLower(n.args)
	return strings.Contains(low, "ssl_client") || strings.Contains(low, "ssl-verify-client") || n.name == "sslusername" ||
		n.name == "ssloptions" && (strings.Contains(low, "stdenvvars") || strings.Contains(low, "fakebasicauth") || strings.Contains(low, "exportcertdata"))
}
