package session

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/site"
	"github.com/why401/why401/site/db"
)

// cookieDomains are the settings that give a system's cookies their Domain.
var cookieDomains = map[string]bool{"COOKIE_DOMAIN": true, magentoCookieDomain: true, "cookie_domain": true}

const magentoCookieDomain = "web/cookie/cookie_domain"

// foreignCookieDomain names a Domain for cookies that none of the site's own addresses lies in: browsers throw such a cookie away
// (RFC 6265 5.3, step 6), so that no login lasts. It is what a copy of the live site's files, or of its database, leaves behind.
func foreignCookieDomain(in *site.Installation) []cause.Sighting {
	var out []cause.Sighting
	for _, c := range in.Cookies {
		domain, ok := c.Text()
		if !cookieDomains[c.Name] || !ok {
			continue
		}
		host, sure, foreign := outside(in, domain)
		if !foreign {
			continue
		}
		r := dropDomain()
		if in.Platform == site.WordPress {
			r.Edits = in.SetConstant(c.Name, "false") // what WordPress takes without the line (wp-includes/default-constants.php)
		}
		r.Steps = []string{fmt.Sprintf("# remove %s in line %d, or set it to the host %s", c.Name, c.At.Line, host)}
		out = append(out, domainSighting(c.Name, domain, host, c.At, sure && c.Sure(), r))
	}
	return append(out, storedCookieDomain(in)...)
}

// storedCookieDomain is foreignCookieDomain for the rows of a shop. A file that decides leaves them no say.
func storedCookieDomain(in *site.Installation) []cause.Sighting {
	_, fixed := in.MandatorySetting(magentoCookieDomain)
	if in.Stored == nil || in.Stored.Magento == nil || fixed {
		return nil
	}
	m := in.Stored.Magento
	var out []cause.Sighting
	for _, row := range m.Config {
		host, sure, foreign := outside(in, row.Value.Text())
		if row.Path != magentoCookieDomain || !foreign {
			continue
		}
		ch := m.ChangeIn(row.Scope, row.ScopeID, row.Path, db.Bytes(""))
		r := dropDomain()
		r.Steps = []string{"or, when bin/magento does not start:  " + ch.Statement() + "  and clear the configuration cache"}
		if row.Scope == "default" {
			ch.By = []string{"bin/magento", "config:set", row.Path, ""}
			r.Steps = append([]string{"bin/magento config:set " + row.Path + " ''"}, r.Steps...)
		}
		r.Rows = []db.Batch{{Source: in.Source(), Changes: []db.Change{ch}, Dir: in.Root, Clean: []string{"bin/magento", "cache:clean", "config"}}}
		out = append(out, domainSighting(row.Path, row.Value.Text(), host, conf.Place{File: m.Prefix + "core_config_data"}, sure, r))
	}
	return out
}

// outside reports a cookie's domain that none of the site's addresses lies in, with one of their hosts. sure is false where a
// file's address depends on what is not known from here.
func outside(in *site.Installation, domain string) (host string, sure, foreign bool) {
	domain = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(domain), "."))
	hosts, sure := []string{}, true
	for _, u := range in.URLs {
		hosts = append(hosts, u.Host())
		sure = sure && u.Sure()
	}
	if len(hosts) == 0 {
		for _, a := range in.Addresses() {
			u, err := url.Parse(a.Value)
			if err != nil {
				return "", false, false
			}
			hosts = append(hosts, strings.ToLower(u.Hostname()))
		}
	}
	for _, h := range hosts {
		// "" is {{base_url}}, a path, or only known while the program runs.
		if h == "" || h == domain || strings.HasSuffix(h, "."+domain) {
			return "", false, false
		}
	}
	if domain == "" || len(hosts) == 0 {
		return "", false, false
	}
	return hosts[0], sure, true
}

func domainSighting(name, domain, host string, at conf.Place, sure bool, r cause.Remedy) cause.Sighting {
	s := cause.Sighting{Place: at, Grade: cause.Strong,
		Says:     fmt.Sprintf("%s gives cookies the domain %s, and the site's address is %s: browsers throw the cookie away, and no login lasts.", name, strings.TrimPrefix(strings.ToLower(domain), "."), host),
		Raise:    []cause.Raise{{Command: "why401 " + "https://" + host + "/", Where: "anywhere", Would: "show a Set-Cookie with that Domain"}},
		Remedies: []cause.Remedy{r}}
	if !sure {
		s.Grade = cause.Likely
	}
	return s
}

func dropDomain() cause.Remedy {
	return cause.Remedy{ID: "drop-cookie-domain", Title: "take the domain out, so that cookies belong to the host that sets them", For: "server",
		Effect: "browsers keep the cookie", Opens: "nothing", Verify: "log in: the next page knows you", Undo: "write the old value back"}
}
