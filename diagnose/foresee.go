package diagnose

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// Foreseen is a request that a diagnosis may send.
type Foreseen struct {
	Purpose string           // "your request", or the change: "no credential at all"
	When    string           // the answer after which it may be sent; "" for always
	Request exchange.Request // as it would go out
}

// Foresee lists what a diagnosis of in may send, before anything is sent: the user's own request, then every
// experiment that a cause would ask for after one of the usual refusals. A run sends a few of them, never more than
// its limit; which ones depends on what comes back.
func Foresee(causes []*cause.Cause, in *exchange.Intent) []Foreseen {
	out := []Foreseen{{Purpose: "your request", Request: in.Request}}
	seen := map[string]bool{}
	for _, a := range usualRefusals {
		c := &exchange.Case{Intent: in}
		reply := a.reply
		c.Add(&exchange.Exchange{Purpose: "your request", Request: in.Request.Clone(), Response: &reply})
		v := cause.NewView(c)
		for _, k := range causes {
			s := k.Look(v)
			if s == nil {
				continue
			}
			for _, t := range s.Trials {
				if !seen[t.Key] {
					seen[t.Key] = true
					purpose := "with " + t.Change
					if t.Asks != cause.TheRequest {
						purpose = t.Change
					}
					out = append(out, Foreseen{Purpose: purpose, When: a.name, Request: t.Edit(in.Request.Clone())})
				}
			}
		}
	}
	return out
}

// usualRefusals are the answers that experiments are foreseen for.
var usualRefusals = []struct {
	name  string
	reply exchange.Response
}{
	{"401 asking for Basic", refusal(401, "WWW-Authenticate", `Basic realm="restricted"`)},
	{"401 asking for Bearer", refusal(401, "WWW-Authenticate", "Bearer")},
	{"401 without a challenge", refusal(401, "Content-Type", "application/json")},
	{"403", refusal(403, "Content-Type", "text/html")},
	{"407", refusal(407, "Proxy-Authenticate", `Basic realm="proxy"`)},
	{"a redirect to a login page", refusal(302, "Location", "/login")},
}

func refusal(status int, name, value string) exchange.Response {
	return exchange.Response{Proto: "HTTP/1.1", Status: status, Header: exchange.Header{exchange.ResponseField(name, value)}}
}
