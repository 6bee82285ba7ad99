package session

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// wordPressEnded is a login cookie to which WordPress gives no nonce any more.
func wordPressEnded(v *cause.View) *cause.Suspicion {
	nonce, n, known := site.Session(v)
	if !known || !nonce.Empty() || !site.Live(v) {
		return nil
	}
	if _, other := site.OtherAddress(v); other {
		return nil // it may well live, under another name
	}
	s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, RefusedBy: exchange.Application, FaultAt: exchange.Client,
		Title: "WordPress knows this login cookie no more",
		Because: []fact.Fact{v.Asked("The request brings WordPress's login cookie."),
			fact.At(n, "WordPress gives this cookie no nonce: to it nobody is logged in.")},
		Raise: []cause.Raise{{Command: "wp user session list USER", Where: "on the web server", Would: "show no session of that age: it ended, was logged out everywhere, or the salts in wp-config.php were changed"}},
		Remedies: []cause.Remedy{{
			ID: "log-in-again", Title: "log in again and load the page anew", For: "client",
			Effect: "cookie and nonce belong to a living session", Opens: "nothing",
			Steps:  []string{"log in at /wp-login.php, reload the page that makes the call"},
			Verify: "the call is let in; in a private window it is still refused", Undo: "log out",
		}, {
			ID: "application-password-for-programs", Title: "give programs an application password in place of a copied cookie", For: "client",
			Effect: "no session ends", Opens: "nothing; it can be revoked by itself",
			Steps:  []string{"Users, Profile, Application Passwords; send it by Basic, without cookie and nonce"},
			Verify: "the call is let in; with a made-up password it is refused", Undo: "revoke it on the same page",
		}}}
	if _, indexed := site.Indexed(v); !indexed {
		s.Trials = []cause.Trial{site.Index(v)} // it may tell that the cookie is of another address
		s.Grade, s.Weight = cause.Strong, 0.8
	}
	return s
}

// otherAddress is a login cookie whose name carries the mark of another address of the site: WordPress looks for it under
// the present one's (COOKIEHASH is the MD5 of siteurl).
func otherAddress(v *cause.View) *cause.Suspicion {
	at, other := site.OtherAddress(v)
	nonce, n, known := site.Session(v)
	if !other || !known || !nonce.Empty() || !site.Live(v) {
		return nil
	}
	return &cause.Suspicion{Grade: cause.Strong, Weight: 0.93, RefusedBy: exchange.Application, FaultAt: exchange.Application,
		Title: "the WordPress login cookie is of another address of the site",
		Because: []fact.Fact{
			v.Asked("The login cookie's name ends in the MD5 of the address that it was made for."),
			fact.At(at.N, "The site calls itself %q, and that has another MD5: WordPress looks for a cookie of another name.", at.URL),
			fact.At(n, "To this cookie WordPress gives no nonce."),
		},
		Raise: []cause.Raise{{Command: "wp option get siteurl; wp option get home; wp config get COOKIEHASH", Where: "on the web server", Would: "show the address that the cookie's name is made of"}},
		Remedies: []cause.Remedy{{
			ID: "log-in-at-the-present-address", Title: "log in again at the address that the site has now", For: "client",
			Effect: "the cookie gets the present name", Opens: "nothing", Steps: []string{"open " + cause.QuoteWord(at.URL) + "/wp-login.php and log in"},
			Verify: "the page opens; in a private window the login still comes", Undo: "log out",
		}, {
			ID: "right-siteurl", Title: "where the site was copied: give it its own address", For: "server",
			Effect: "links, cookies and redirects name this host", Opens: "nothing",
			Steps:  []string{"wp option update siteurl https://THIS-HOST && wp option update home https://THIS-HOST", "wp search-replace https://OLD-HOST https://THIS-HOST --skip-columns=guid --dry-run"},
			Verify: "log in: the next page is on this host and knows the user", Undo: "set the former values the same way",
		}}}
}
