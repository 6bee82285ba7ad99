package client

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
)

// uncomputable are Digest rules that name algorithms for which the password file holds no hash, or that no client knows.
func uncomputable(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	seen := map[conf.Place]bool{}
	for _, s := range c.Scopes {
		for _, a := range s.Auth {
			if a.Scheme != conf.Digest || len(a.Algorithms) == 0 || seen[a.Place] {
				continue
			}
			seen[a.Place] = true
			names := strings.Join(a.Algorithms, ", ")
			digits := map[int]bool{} // of the hashes that the rule can use
			for _, n := range a.Algorithms {
				if d, known := digestDigits[strings.ToLower(n)]; known {
					digits[d] = true
				}
			}
			if len(digits) == 0 {
				out = append(out, cause.Sighting{Place: a.Place, Scope: s, Grade: cause.Proved,
					Says: fmt.Sprintf("This rule asks for Digest with %s, which no client knows (RFC 7616 3.3).", names)})
				continue
			}
			if made := madeFor(a); len(made) > 0 && !slices.ContainsFunc(made, func(n int) bool { return digits[n] }) {
				out = append(out, cause.Sighting{Place: a.Place, Scope: s, Grade: cause.Proved,
					Says: fmt.Sprintf("This rule asks for Digest with %s, and the hashes of the password file have %d digits, those of another algorithm: no password fits.", names, made[0])})
			}
		}
	}
	return out
}

// madeFor are the lengths of the hashes in a's files; nil when a file was not read to its end.
func madeFor(a conf.Auth) []int {
	var out []int
	for _, f := range a.Files {
		if f.Seen == nil || f.Seen.Missing || f.Seen.Problem != "" || f.Seen.Users.Cut {
			return nil
		}
		for _, l := range f.Seen.Users.Lines {
			if l.Kind == htpasswd.Digest && !slices.Contains(out, l.Hash.Len()) {
				out = append(out, l.Hash.Len())
			}
		}
	}
	return out
}
