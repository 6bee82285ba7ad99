package credential

import (
	"fmt"
	"strconv"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/site"
)

func init() { AccountLockedOrDisabled.Installed = lockedInMagento }

// lockedInMagento finds names that Magento's token endpoint refuses whatever password they bring. The panel keeps a lock of its
// own, and admin:user:unlock clears only that.
func lockedInMagento(in *site.Installation) []cause.Sighting {
	if in.Platform != site.Magento || in.Stored == nil || in.Stored.Magento == nil {
		return nil
	}
	m := in.Stored.Magento
	most := 6
	if set, ok := m.Get("oauth/authentication_lock/max_failures_count"); ok {
		if n, err := strconv.Atoi(set); err == nil {
			most = n
		}
	}
	var out []cause.Sighting
	for _, l := range m.Locked {
		if n, _ := strconv.Atoi(l.Failures); n < most || !l.Until.After(m.Now) {
			continue
		}
		out = append(out, cause.Sighting{Place: conf.Place{File: m.Prefix + "oauth_token_request_log"}, Grade: cause.Strong,
			Says: fmt.Sprintf("%q failed %s times at the token endpoint: until %s the right password is refused with 401, too.", l.Name, l.Failures, l.Until.Format("2006-01-02 15:04 UTC")),
			Remedies: []cause.Remedy{{ID: "wait-or-clear-lock", Title: "wait for the end of the lock, or clear it as a person who knows who failed", For: "server",
				Effect: "the right password counts again", Opens: "further tries for whoever guessed", Verify: "the token endpoint answers 200", Undo: "nothing has to be undone",
				Steps: []string{"find out first who failed: the access log names the addresses", "wait until " + l.Until.Format("15:04 UTC"),
					"or, in the database:  DELETE FROM `" + m.Prefix + "oauth_token_request_log` WHERE user_name = ... AND user_type = ...;  (bin/magento admin:user:unlock does not clear it)"}}}})
	}
	for _, a := range m.Admins {
		if !a.Until.After(m.Now) {
			continue
		}
		out = append(out, cause.Sighting{Place: conf.Place{File: m.Prefix + "admin_user"}, Grade: cause.Strong,
			Says: fmt.Sprintf("The administrator %q is locked in the panel until %s; tokens of the API are not concerned.", a.Name, a.Until.Format("2006-01-02 15:04 UTC")),
			Remedies: []cause.Remedy{{ID: "unlock-administrator", Title: "unlock the administrator", For: "server", Effect: "the panel takes the login again", Opens: "further tries for whoever guessed",
				Steps: []string{"bin/magento admin:user:unlock NAME"}, Verify: "the panel's login opens", Undo: "nothing has to be undone"}}})
	}
	return out
}
