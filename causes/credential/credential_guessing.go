package credential

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// CredentialGuessing: a log shows many logins of one address refused, of users that do not exist or that bots try.
var CredentialGuessing = &cause.Cause{
	ID:      "credential-guessing",
	Title:   "somebody is guessing logins",
	Family:  family,
	FaultAt: exchange.Client,
	Partial: true,
	Hides:   []string{"wrong-password", "stale-cached-credentials", "wrong-username-form", "benign-challenge", "rate-limit-lockout"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		var best tries
		byAddress, order := map[string]*tries{}, []string(nil)
		for _, m := range v.Messages {
			t, ok := tryOf(m)
			if !ok {
				continue
			}
			a := byAddress[t.address]
			if a == nil {
				a = &tries{first: m.From}
				byAddress[t.address], order = a, append(order, t.address)
			}
			a.add(t)
		}
		for _, o := range order {
			if a := byAddress[o]; len(a.suspect) > len(best.suspect) || len(a.suspect) == len(best.suspect) && len(a.names) > len(best.names) {
				best = *a
			}
		}
		s := &cause.Suspicion{Grade: cause.Likely, Because: []fact.Fact{fact.Given("", "One address tried %d names, %d of them unknown or of the kind that bots try.", len(best.names), len(best.suspect))}}
		s.Because[0].From = best.first
		switch {
		case len(best.suspect) >= 3:
			s.Grade, s.Weight = cause.Strong, 0.88
		case len(best.suspect) == 2 && best.count >= 4, len(best.names) >= 5:
			s.Weight = 0.6
		case len(best.suspect) == 1 && best.count >= 3 && len(best.names) == 1:
			s.Weight = 0.4
			s.Because[0].Text = "A name that bots try, or that does not exist, is tried again and again."
		default:
			return nil
		}
		return s
	},
}

// try is one refused login that a log tells of.
type try struct {
	address, name string
	unknown       bool // the server does not know the name
}

// tries are those of one address.
type tries struct {
	first   fact.Source
	count   int
	names   []string
	suspect []string // names that do not exist or that bots try
}

func (a *tries) add(t try) {
	a.count++
	if !slices.Contains(a.names, t.name) && len(a.names) < 1000 {
		a.names = append(a.names, t.name)
	}
	if (t.unknown || slices.Contains(botNames, t.name)) && !slices.Contains(a.suspect, t.name) && len(a.suspect) < 1000 {
		a.suspect = append(a.suspect, t.name)
	}
}

// botNames are tried on every server that is reachable: default accounts of systems, cameras, phones and routers.
var botNames = strings.Fields("admin administrator root test guest oracle postgres ftp ftpuser ubuntu pi mysql support plcmspip ubnt nagios user demo tomcat jenkins git backup www www-data deploy")

var (
	userNotFound = lazyregexp.New(`(?i)\buser "?([^\s":]{1,64})"? (?:was )?not found|\binvalid user "?([^\s":]{1,64})"? from|unknown user(?:name)?:? "?([^\s":]{1,64})`)
	userRefused  = lazyregexp.New(`(?i)\buser "?([^\s":]{1,64})"?: (?:password mismatch|authentication failure)|login failed:? (?:for )?(?:user )?['"]?([^\s'":,]{1,64})|failed (?:login|password)(?: attempt)? (?:for|by|of)(?: user)? ['"]?([^\s'":,]{1,64})|authentication failed for (?:user )?['"]?([^\s'":,]{1,64})`)
	fromAddress  = lazyregexp.New(`(?i)(?:client:? |remote ip:? ?'?|\bfrom:? |rip=|ip[:=] ?)['"\[]?([0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f:]{3,45})`)
)

// tryOf reads a refused login out of a message.
func tryOf(m exchange.Message) (try, bool) {
	text := string(m.Text)
	text = text[:min(len(text), 1000)]
	t := try{address: m.Fields["client"]}
	if a, _, ok := strings.Cut(t.address, ":"); ok && strings.Contains(a, ".") {
		t.address = a // Apache names the port, too, and it is another one each time
	}
	if g := first(userNotFound.FindStringSubmatch(text)); g != "" {
		t.name, t.unknown = g, true
	} else if g := first(userRefused.FindStringSubmatch(text)); g != "" {
		t.name = g
	} else if m.Kind == "access" && (m.Status == 401 || m.Status == 403) {
		t.name = m.Fields["user"]
	}
	if t.name == "" || t.name == "-" {
		return t, false
	}
	t.name = strings.ToLower(t.name)
	if t.address == "" {
		if g := fromAddress.FindStringSubmatch(text); g != nil {
			t.address = g[1]
		}
	}
	return t, true
}

// first gives the group of a match that is not empty.
func first(groups []string) string {
	for _, g := range groups[min(1, len(groups)):] {
		if g != "" {
			return g
		}
	}
	return ""
}
