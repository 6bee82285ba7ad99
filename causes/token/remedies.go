package token

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
)

// send is the command that sends a token to the place where this one stood.
func (s *sent) send() string {
	u := s.v.Request.URL
	if s.cred.In == cred.InQuery {
		keep := u.Query[:0:0]
		for _, p := range u.Query {
			if !strings.EqualFold(p.Name, s.cred.Place) {
				keep = append(keep, p)
			}
		}
		u.Query, u.HasQuery = keep, len(keep) > 0
		return `curl -G --data-urlencode "` + s.cred.Place + `=$TOKEN" ` + cause.Quote(u)
	}
	scheme := s.cred.Scheme
	if scheme == "" && strings.EqualFold(s.cred.Place, "Authorization") {
		scheme = "Bearer"
	}
	if scheme != "" {
		scheme += " "
	}
	return `curl -i -H "` + s.cred.Place + `: ` + scheme + `$TOKEN" ` + cause.Quote(u)
}

// claimsCommand shows the claims of the token in $TOKEN on the user's own machine.
const claimsCommand = `printf '%s' "$TOKEN" | python3 -c 'import sys,base64;p=sys.stdin.read().split(".")[1];print(base64.urlsafe_b64decode(p+"="*(-len(p)%4)).decode())'`

// newToken is the remedy that helps now for most faults of a token.
func (s *sent) newToken(title, effect string, how ...string) cause.Remedy {
	return cause.Remedy{
		ID: "new-token", Title: title, For: "client", Effect: effect, Opens: "nothing",
		Steps:  append(how, s.send()),
		Verify: "the same request answers 2xx; without the token it is still refused",
		Undo:   "none needed: the former token stays as it was",
	}
}
