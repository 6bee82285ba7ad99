package logs

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/why401/why401/logs/line"
	"github.com/why401/why401/logs/tally"
)

// TestRequestIDsJoin: an application says two things in the same minutes, about as many requests, and names no client. Only
// the ids that the gateway logs too tell which of them is about the requests that were refused.
func TestRequestIDsJoin(t *testing.T) {
	const expired, other = "jwt expired", "jwt issuer invalid. expected: https://id.example.test"
	for _, withIDs := range []bool{true, false} {
		whole := tally.New("access.log", "app.log")
		start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
		n := int64(0)
		add := func(l line.Line) {
			n++
			l.N, l.Size, l.Took = n, 17, -1
			if !withIDs {
				l.RequestID = nil
			}
			whole.Add(&l)
		}
		for at := 0; at < 86400; at += 10 {
			when := start.Add(time.Duration(at) * time.Second)
			id, status := fmt.Appendf(nil, "4f1c%08d", at), 200
			late := at > 43200 && at < 64800
			if late && at%20 == 0 {
				status = 401
			}
			add(line.Line{Kind: line.Access, Time: when, Client: fmt.Appendf(nil, "198.51.100.%d", at%200), Method: []byte("GET"), Target: []byte("/api/orders"), Status: status, Agent: []byte("acme/1.0"), RequestID: id})
			if late { // the second is said of requests that are served: the token of a background call
				said := map[int]string{401: expired, 200: other}[status]
				add(line.Line{Kind: line.Error, File: 1, Time: when.Add(20 * time.Second), Level: []byte("warn"), Message: []byte(said), RequestID: id})
			}
		}
		r := Of(context.Background(), whole, nil, Options{})
		if len(r.Incidents) == 0 {
			t.Fatal("no incident")
		}
		i := r.Incidents[0]
		if withIDs && i.Verdict.Cause != "token-expired" {
			t.Errorf("with ids: %s %v", i.Verdict.Cause, i.Because)
		}
		said := 0
		for _, e := range i.Evidence {
			if e.Source.File == "app.log" {
				said++
			}
		}
		if want := map[bool]int{true: 1, false: 2}[withIDs]; said != want {
			t.Errorf("ids %t: %d sentences belong to the incident, want %d: %v", withIDs, said, want, i.Evidence)
		}
	}
}
