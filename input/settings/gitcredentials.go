package settings

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// storedLogin is a line of .git-credentials: the address of a host with a login, and hardly ever a path
// (git-credential-store(1), STORAGE FORMAT).
var storedLogin = lazyregexp.New(`^https?://[^\s/:@]+:[^\s/@]+@[^\s/@]+(/[^\s?#]*)?$`)

var gitCredentialsForm = form.Form{
	Kind: "git-credentials", Also: []string{".git-credentials"}, What: "git's stored logins",
	Files: []string{".git-credentials", "git/credentials"},
	Is: func(text string) int {
		// One such line alone is a URL to be asked.
		if good, hits := share(head(text), "#", storedLogin.MatchString); hits > 1 && good == 100 {
			return 93
		}
		return 0
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "git-credentials", "git's stored logins", (*reader).gitCredentials)
	},
}

func (r *reader) gitCredentials(text string) {
	for i, l := range lines(text) {
		t := strings.TrimSpace(l)
		switch {
		case t == "" || t[0] == '#':
		case storedLogin.MatchString(t):
			r.add(i+1, nil, "login", secret.New(t))
		default:
			r.say(i+1, "a line that is not https://user:password@host: git passes it over")
		}
	}
}
