package client

import (
	"strconv"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// ClientReleaseRegression: a log in which one version of a client is always refused and another never.
var ClientReleaseRegression = &cause.Cause{
	ID:      "client-release-regression",
	Title:   "one version of the client is refused, the others pass",
	Family:  family,
	FaultAt: exchange.Client,
	Partial: true,
	Hides:   []string{"stale-cached-credentials", "wrong-password", "token-expired", "no-credentials-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		seen, order := map[release]*outcome{}, []release(nil)
		for _, m := range v.Messages {
			r, ok := releaseOf(m.Fields["agent"])
			if !ok || m.Kind != "access" || m.Status < 200 || m.Status >= 300 && m.Status != 401 && m.Status != 403 {
				continue
			}
			o := seen[r]
			if o == nil {
				if len(order) >= 500 {
					continue
				}
				o = &outcome{from: m.From}
				seen[r], order = o, append(order, r)
			}
			n := 1
			if c, err := strconv.Atoi(m.Fields["count"]); err == nil && c > 1 {
				n = c
			}
			if m.Status < 300 {
				o.passed += n
			} else {
				o.refused += n
			}
		}
		for _, bad := range order {
			for _, good := range order {
				b, g := seen[bad], seen[good]
				if bad.product != good.product || b.refused < 2 || b.passed > 0 || g.passed < 2 || g.refused > 0 {
					continue
				}
				s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.65, Because: []fact.Fact{
					{Text: "All requests of one version of the client are refused, and none of another version's.", From: b.from}}}
				if b.refused >= 3 && g.passed >= 3 {
					s.Grade, s.Weight = cause.Strong, 0.85
				}
				return s
			}
		}
		return nil
	},
}

// release is a program and its version, as User-Agent names them.
type release struct{ product, version string }

// outcome is what became of a release's requests.
type outcome struct {
	passed, refused int
	from            fact.Source
}

var productVersion = lazyregexp.New(`^([A-Za-z][A-Za-z0-9 ._-]{1,40}?)[/ ]v?([0-9]+(?:\.[0-9]+)+[A-Za-z0-9.-]{0,20})`)

// releaseOf reads the first product of User-Agent (RFC 9110 section 10.1.5). Browsers all call themselves Mozilla/5.0.
func releaseOf(agent string) (release, bool) {
	g := productVersion.FindStringSubmatch(agent)
	if g == nil || g[1] == "Mozilla" {
		return release{}, false
	}
	return release{g[1], g[2]}, true
}
