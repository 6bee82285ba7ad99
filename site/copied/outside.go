package copied

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/site"
)

// Outside says what the answers of a copy show of the live site: addresses, cookies, and an AuthX that reads the prompt's login.
// live may be nil; then the live site's hosts are not known.
func Outside(live *Live, here Here, answers []*exchange.Exchange) []Note {
	to, err := url.Parse(here.URL)
	if err != nil {
		return nil
	}
	c := &comparison{live: live, here: here, to: to, out: &Outcome{}}
	if live == nil {
		c.live = &Live{}
	}
	for _, x := range answers {
		if x == nil || x.Response == nil {
			continue
		}
		c.leads(x)
		c.foreignCookies(x)
		if here.Prompt && x.Status() == 401 && strings.HasPrefix(string(x.Body()), "HTTP 401 ") {
			c.out.note("AuthX", "cv vset 'authx_header_cred=[]' (CiviCRM 5.50 to 6.13), or keep the prompt's login from PHP",
				"AuthX judges the login of the password prompt and refuses it: authx_header_cred came along from the live site.")
		}
	}
	return c.out.Notes
}

// leads finds a live host in where an answer sends its reader: a redirect, or the target of a form.
func (c *comparison) leads(x *exchange.Exchange) {
	for _, host := range c.lives() {
		if host == c.to.Host {
			continue
		}
		where := ""
		if to, ok, err := x.Location(); ok && err == nil && strings.EqualFold(to.Authority(), host) {
			where = "redirects to it"
		}
		for _, scheme := range []string{"http", "https"} {
			if bytes.Contains(x.Body(), []byte(fmt.Sprintf("action=\"%s://%s/", scheme, host))) {
				where = "has a form that is sent there"
			}
		}
		if where != "" {
			c.out.note("address", "why401 after-sync DIR --from FILE --url "+c.here.URL+" on the server moves the addresses", "%s is the live site, and the answer to %s %s.", host, x.Request.URL.Path, where)
		}
	}
}

// foreignCookies finds cookies that browsers refuse from here.
func (c *comparison) foreignCookies(x *exchange.Exchange) {
	said := map[string]bool{}
	for _, f := range x.Header().Values("Set-Cookie") {
		k := cookie.Parse(f)
		if !k.HasDomain || k.Domain == "" || covers(k.Domain, c.to.Hostname()) || said[k.Domain] {
			continue
		}
		said[k.Domain] = true
		c.out.note("cookies", "COOKIE_DOMAIN of "+string(site.WordPress)+", web/cookie/cookie_domain of "+string(site.Magento)+", cookie_domain of "+string(site.Drupal),
			"%s sets a cookie for %q, which browsers refuse from %s: every login ends at the login page.", x.Request.URL.Path, k.Domain, c.to.Hostname())
	}
}
