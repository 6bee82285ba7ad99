package logs

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/why401/why401/logs/line"
	"github.com/why401/why401/logs/tally"
)

// day is a site's day with negotiations, a guesser and an account that stops working at noon.
func day() []line.Line {
	r := rand.New(rand.NewPCG(9, 9))
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	var all []line.Line
	add := func(at int, client, user, target string, status int) {
		all = append(all, line.Line{N: int64(len(all) + 1), Time: start.Add(time.Duration(at) * time.Second), Client: []byte(client), User: []byte(user), Method: []byte("GET"), Target: []byte(target), Status: status, Size: 17, Took: -1, Agent: []byte("curl/8.5.0")})
	}
	for at := 0; at < 86400; at += 20 {
		k := r.IntN(12)
		client, user, target := fmt.Sprintf("198.51.100.%d", k), fmt.Sprintf("user%d", k), fmt.Sprintf("/files/%d", r.IntN(50))
		status := 200
		if k == 3 && at > 43200 {
			status = 401
		}
		if r.IntN(3) == 0 {
			add(at, client, "", target, 401)
			at++
		}
		add(at, client, user, target, status)
	}
	for i := range 120 {
		add(30000+i, "192.0.2.66", fmt.Sprintf("name%d", i), "/files/", 401)
	}
	return all
}

// TestMergedReportsAreTheSame: the report of merged parts is the report of the whole, also where a negotiation's two halves
// lie in different parts.
func TestMergedReportsAreTheSame(t *testing.T) {
	all := day()
	whole := tally.New("access.log")
	for i := range all {
		whole.Add(&all[i])
	}
	want := Of(context.Background(), whole, nil, Options{})
	if len(want.Incidents) != 2 || want.Apart.Negotiations < 500 {
		t.Fatalf("%d incidents, %d negotiations: %+v", len(want.Incidents), want.Apart.Negotiations, want.Incidents)
	}
	r := rand.New(rand.NewPCG(4, 4))
	for n := 2; n < 6; n++ {
		parts := make([]*tally.Tally, n)
		for i := range parts {
			parts[i] = tally.New("access.log")
		}
		for _, i := range r.Perm(len(all)) {
			parts[r.IntN(n)].Add(&all[i])
		}
		for _, p := range parts[1:] {
			p.Merge(parts[0])
			parts[0] = p
		}
		if d := cmp.Diff(want, Of(context.Background(), parts[0], nil, Options{})); d != "" {
			t.Fatalf("%d parts: %s", n, d)
		}
	}
}

// TestNamesAreMasked: no name of a user stands in a report unless it was asked for.
func TestNamesAreMasked(t *testing.T) {
	all := day()
	for _, shown := range []bool{false, true} {
		whole := tally.New("access.log")
		for i := range all {
			whole.Add(&all[i])
		}
		r := Of(context.Background(), whole, nil, Options{ShowUsers: shown})
		found := false
		for _, i := range r.Incidents {
			for _, p := range i.Who["user"] {
				found = found || p.Value == "user3"
			}
		}
		if found != shown {
			t.Errorf("shown %v: found %v", shown, found)
		}
	}
	if Mask("anna") == Mask("arno") || Mask("") != "" {
		t.Error("masks do not tell names apart")
	}
}
