package access

import (
	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
)

// servers are the names under which package htpasswd knows programs.
var servers = []struct {
	word   string
	server htpasswd.Server
}{{"nginx", htpasswd.Nginx}, {"ingress", htpasswd.Nginx}, {"apache", htpasswd.Apache}, {"lighttpd", htpasswd.Lighttpd},
	{"haproxy", htpasswd.HAProxy}, {"caddy", htpasswd.Caddy}, {"traefik", htpasswd.Traefik}}

func support(c *conf.Config, kind htpasswd.Kind) htpasswd.Support {
	for _, s := range servers {
		if Is(c, s.word) {
			return htpasswd.CanVerify(s.server, kind)
		}
	}
	return htpasswd.NotSaid
}

// Checks says whether c's program can check hashes of kind, with the C library of its machine: "yes", "no" or "unknown".
func Checks(c *conf.Config, kind htpasswd.Kind) string {
	switch support(c, kind) {
	case htpasswd.Always:
		return "yes"
	case htpasswd.Never:
		return "no"
	case htpasswd.ByLibc:
		switch {
		case c.Libc == "" && kind != htpasswd.Argon2:
			return "unknown"
		case c.Libc.Knows(kind):
			return "yes"
		}
		return "no"
	}
	return "unknown"
}

// Library names the C library where it is the one that decides about kind: " with musl"; "" otherwise.
func Library(c *conf.Config, kind htpasswd.Kind) string {
	if support(c, kind) == htpasswd.ByLibc && c.Libc != "" {
		return " with " + string(c.Libc)
	}
	return ""
}
