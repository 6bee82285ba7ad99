package access

import (
	"github.com/why401/why401/cause"
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

// Fatal says whether a problem of a line in a password file keeps its user out, how sure that is for c's program, and what
// becomes of the line; cause.Unknown when it does no harm. CR LF is harmless on all that were measured; Apache strips blanks at
// both ends of a line (ap_cfg_getline), nginx takes them as they are.
func Fatal(c *conf.Config, p htpasswd.Problem) (grade cause.Grade, who string) {
	nginx, apache := Is(c, "nginx"), Is(c, "apache")
	sure := cause.Strong
	if nginx || apache {
		sure = cause.Proved
	}
	switch p {
	case htpasswd.ByteOrderMark, htpasswd.BlankAtColon:
		return sure, "the user of this line is never found"
	case htpasswd.BlankInFront:
		if nginx {
			return sure, "the user of this line is never found"
		}
	case htpasswd.BlankAtEnd:
		if nginx {
			return sure, "no password fits the hash"
		}
	case htpasswd.BlankAfterColon, htpasswd.EmptyHash, htpasswd.HashCut, htpasswd.HashLong, htpasswd.HashAlphabet, htpasswd.DollarEaten, htpasswd.DollarDoubled:
		return sure, "no password fits the hash"
	case htpasswd.NoHash:
		return sure, "the server takes it for a hash, and no password fits it"
	case htpasswd.Quoted:
		return sure, "the marks become part of the name and the hash"
	case htpasswd.NoColon:
		return cause.Likely, "whoever it is meant for cannot log in"
	case htpasswd.CarriageReturn:
		if !nginx && !apache && !Is(c, "lighttpd", "squid", "traefik", "caddy", "haproxy") {
			return cause.Likely, "a server that does not cut it off takes it for a part of the hash"
		}
	}
	return cause.Unknown, ""
}
