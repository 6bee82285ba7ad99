package edge

import (
	"fmt"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// programs are what HTTP libraries and tools call themselves when nobody tells them another name.
var programs = []string{"curl/8.5.0", "python-requests/2.31.0", "Go-http-client/1.1", "okhttp/4.12.0", "Java/17.0.9"}

// maxSites bounds for how many sites requests are followed: one rule for all of them is seen at the first.
const maxSites = 200

const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

// unwelcomePrograms are sites that refuse a program by its name alone: a browser's request for the same page is not refused.
func unwelcomePrograms(c *conf.Config) []cause.Sighting {
	if len(c.ByAgent) == 0 {
		return nil
	}
	var out []cause.Sighting
	for i, site := range access.Sites(c) {
		if i == maxSites {
			break
		}
		if !access.Turns(c, site.Server, "GET", "/", "User-Agent") {
			continue
		}
		agent := func(name string) *conf.Trace {
			return access.Ask(c, site.Server, "GET", "/", exchange.Field{Name: "User-Agent", Value: secret.Public(name)})
		}
		t := agent(browser)
		if refused(t) {
			continue
		}
		for _, p := range programs {
			if t = agent(p); !refused(t) || t.Refusing == nil || !t.Refusing.Place.Known() {
				continue
			}
			out = append(out, cause.Sighting{Place: t.Refusing.Place, Scope: t.Scope, Grade: cause.Likely,
				Says:  fmt.Sprintf("A request that calls itself %s is answered with %d here, and a browser's is not: programs that are meant to come are refused by their name alone.", p, t.Status),
				Raise: []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' -A " + cause.QuoteWord(p) + " URL", Where: "anywhere, and once with a browser's name", Would: fmt.Sprintf("print %d, and another status for the browser's", t.Status)}}})
			break
		}
	}
	return out
}

func refused(t *conf.Trace) bool {
	return t != nil && (t.Status == 401 || t.Status == 403 || t.Status == 444)
}
