package app

import (
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// recordedTurns looks in a record for the same request with the same credential that was let in once and refused once.
// Handshakes, caches and limits answer so as well, and so does a credential that ended in between: they end the search.
func recordedTurns(v *cause.View) *cause.Suspicion {
	type told struct {
		ok bool
		x  *exchange.Exchange
	}
	byRequest := map[string][]told{}
	var order []string
	for _, x := range v.Exchanges[:min(len(v.Exchanges), 200)] {
		if x.Given == "" || x.Response == nil || x.Status() == 429 || x.Status()/100 == 3 || x.Status()/100 == 5 {
			continue
		}
		if x.Header().Has("Age") || x.Header().Has("X-Cache") || x.Header().Has("X-Cache-Status") || x.Header().Has("CF-Cache-Status") {
			return nil
		}
		key, ok := sameness(x)
		if !ok {
			continue
		}
		passed, known := outcome(x)
		if !known {
			continue
		}
		if byRequest[key] == nil {
			order = append(order, key)
		}
		byRequest[key] = append(byRequest[key], told{passed, x})
	}
	for _, key := range order {
		ts, changes := byRequest[key], 0
		for i := range ts[1:] {
			if ts[i].ok != ts[i+1].ok {
				changes++
			}
		}
		if changes == 0 || apart(ts[0].x, ts[len(ts)-1].x) {
			continue
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.72, Remedies: sharedRemedies(v), Because: []fact.Fact{
			fact.At(ts[len(ts)-1].x.N, "The same request with the same credential stands in the record %d times, and was let in and refused.", len(ts))}}
		if changes >= 2 {
			s.Grade, s.Weight = cause.Strong, 0.9
		}
		return s
	}
	return nil
}

// sameness names a request by its address and credential; ok is false when it carries none that several servers could
// know, or when it is unsafe to compare.
func sameness(x *exchange.Exchange) (string, bool) {
	r := x.Request
	if x.Unseen&exchange.RequestLine != 0 || r.URL.Host == "" || !r.Safe() || r.Method == "OPTIONS" {
		return "", false
	}
	var parts []string
	for _, c := range cred.Of(r) {
		switch c.Kind {
		case cred.Digest, cred.NTLM, cred.Negotiate:
			return "", false
		}
		parts = append(parts, c.Place+"="+c.Whole.String())
	}
	if len(parts) == 0 {
		return "", false
	}
	slices.Sort(parts)
	return r.URL.String() + " " + strings.Join(parts, " "), true
}

// outcome says whether x was let in, and whether the record tells.
func outcome(x *exchange.Exchange) (passed, known bool) {
	switch {
	case x.Status() == 0:
		return false, len(x.Body()) > 0 && strings.Contains(strings.ToLower(string(x.Body()[:min(len(x.Body()), 4096)])), "unauthorized")
	case cause.Refused(x):
		return false, true
	}
	return cause.Passed(x), x.OK()
}

// apart reports that more time lies between two answers than a token may live.
func apart(a, b *exchange.Exchange) bool {
	at, ok1 := a.Date()
	bt, ok2 := b.Date()
	return ok1 && ok2 && bt.Sub(at) > 10*time.Minute
}
