package credential

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
)

// login is the user name and password that the answering hop was sent, as far as they may be shown.
type login struct {
	cred cred.Credential
	pair basic.Pair
	name string // quoted, or "the user"
}

// basicLogin gives the Basic pair that arrived, when it decodes.
func basicLogin(v *cause.View) (login, bool) {
	c, ok := v.Arrived(cred.Basic)
	if !ok || c.Place != "Authorization" {
		return login{}, false
	}
	l := login{cred: c, name: "the user"}
	pair, err := basic.Decode(c.Value)
	if err != nil {
		return login{}, false
	}
	l.pair = pair
	if u := pair.User; !u.Closed() && !u.Empty() {
		l.name = fmt.Sprintf("%q", u.String())
	}
	return l, true
}

// logCommand is how the reason is read in the log of the server that refused; ok is false for a product whose log does
// not tell.
func logCommand(product, user string) (command, would string, ok bool) {
	grep := cause.QuoteWord(strings.Trim(user, `"`))
	if user == "the user" {
		grep = "user"
	}
	switch {
	case strings.HasPrefix(product, "nginx"), product == "OpenResty", product == "Tengine":
		return "sudo grep " + grep + " /var/log/nginx/error.log | tail -2",
			`say "password mismatch" (wrong password) or "was not found in" (no such user), with the file`, true
	case strings.HasPrefix(product, "Apache"):
		return "sudo grep -E 'AH016(17|18|31)|AH017(90|88)' /var/log/apache2/error.log | grep " + grep + " | tail -2",
			"say AH01617 (wrong password), AH01618 (no such user) or AH01631 (right password, not in the required list)", true
	case product == "lighttpd":
		return "sudo grep " + grep + " /var/log/lighttpd/error.log | tail -2", "say that the password does not match, or that the user is not in the list", true
	}
	return "", "", false
}
