package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// HtpasswdHashUnsupported: the stored hash is of a kind that the server, or its C library, cannot check. From outside it
// is a wrong password, so it stays behind that one.
var HtpasswdHashUnsupported = &cause.Cause{
	ID:        "htpasswd-hash-unsupported",
	Title:     "the stored password hash is of a kind the server cannot check",
	Family:    family,
	RefusedBy: exchange.Unknown,
	FaultAt:   exchange.WebServer,
	Partial:   true,
	Audit:     func(c *conf.Config) []cause.Sighting { return append(uncheckable(c), wrongKindOfFile(c)...) },
	Traced:    tracedUncheckable,
	Suspect: directive.Either(hashLines, func(v *cause.View) *cause.Suspicion {
		if _, ok := v.Arrived(cred.Basic); !ok || v.Answer.Status() != 401 && v.Answer.Status() != 500 || !v.Written {
			return nil
		}
		kinds, hash := hashKinds(v.Writer.Product)
		if kinds == "" {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.3,
			Because: []fact.Fact{v.Saw("%s checks %s; any other hash in its file is answered like a wrong password.", v.Writer.Product, kinds)},
			Raise: []cause.Raise{{
				Command: "sudo awk -F: '{print $1, substr($2,1,4)}' FILE      (FILE: the password file that the configuration names)",
				Where:   "on the web server", Would: "show user and kind of each hash, and not the hash: " + kinds + " can be checked",
			}},
			Remedies: []cause.Remedy{{
				ID: "hash-anew", Title: "store the password with a hash that the server knows", For: "server",
				Effect: "this user's hash is made anew", Opens: "nothing: one user, one password",
				Steps: []string{hash}, Verify: "the login passes; without it, and with another password, the answer is 401", Undo: "restore the file from a copy",
			}, {
				ID: "test-entry", Title: "test each new entry on the server that is to use it", For: "server",
				Effect: "a hash it cannot check is noticed at once", Opens: "nothing", Steps: []string{"curl -s -o /dev/null -w '%{http_code}\\n' -u USER " + cause.Quote(v.Request.URL) + "      (asks for the password)"}, Undo: "nothing was changed",
			}}}
		if v.Answer.Status() == 500 {
			if v.Writer.Layer != exchange.WebServer || !strings.HasPrefix(v.Writer.Product, "nginx") && v.Writer.Product != "OpenResty" {
				return nil
			}
			s.Weight = 0.45
			s.Because = []fact.Fact{v.Saw("500 came back with a login: on some C libraries nginx answers so when crypt_r() knows the hash not.")}
			s.Raise = append([]cause.Raise{{Command: "sudo grep crypt_r /var/log/nginx/error.log | tail -1", Where: "on the web server", Would: "say crypt_r() failed (22: Invalid argument)"}}, s.Raise...)
		}
		return s
	}),
}

// hashKinds says which hashes a product checks, and how one is made; empty for products that check every usual kind.
func hashKinds(product string) (kinds, make string) {
	switch p := strings.ToLower(product); {
	case strings.HasPrefix(p, "nginx"), p == "openresty", p == "tengine", p == "angie":
		return "$apr1$, {SSHA} and what its C library knows", "sudo htpasswd -m FILE USER      (or: printf 'USER:%s\\n' \"$(openssl passwd -apr1)\")"
	case p == "haproxy":
		return "what its C library knows after password, and plain text only after insecure-password,", "mkpasswd -m sha-512      and in the userlist: user NAME password HASH"
	case strings.Contains(p, "registry"):
		return "bcrypt ($2y$) only", "htpasswd -Bn USER      and put the line into the file"
	case p == "caddy":
		return "bcrypt and argon2id only", "caddy hash-password      (asks for the password)"
	case p == "lighttpd":
		return "$apr1$ and what its C library knows, by the backend that is named,", "sudo htpasswd -m FILE USER      with auth.backend = \"htpasswd\""
	}
	return "", ""
}
