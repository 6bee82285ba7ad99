package logs

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/why401/why401/logs/line"
	"github.com/why401/why401/logs/tally"
)

// chance is traffic in which who is refused is thrown with dice, of more clients than a tally keeps.
func chance() *tally.Tally {
	r := rand.New(rand.NewPCG(4, 1))
	t := tally.New("access.log")
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	add := func(n int, client, user string, status int) {
		t.Add(&line.Line{N: int64(n), Time: start.Add(time.Duration(n/40) * time.Second), Client: []byte(client), User: []byte(user), Method: []byte("GET"), Target: []byte("/items"),
			Status: status, Size: 17, Took: -1, Agent: []byte("okhttp/4.12.0")})
	}
	for n := range 80_000 {
		status := []int{200, 200, 200, 200, 200, 200, 200, 401, 403}[r.IntN(9)]
		add(n, fmt.Sprintf("10.%d.%d.%d", r.IntN(4), r.IntN(60), r.IntN(250)), fmt.Sprintf("user%d", r.IntN(300)), status)
	}
	return t
}

// TestChanceIsNoIncident: refusals that have nothing to do with who asks are no attack and no token that dies at intervals,
// though most clients came once or twice and many of them were never let in.
func TestChanceIsNoIncident(t *testing.T) {
	for _, i := range Of(context.Background(), chance(), nil, Options{}).Incidents {
		t.Errorf("%s since %v, %d refused: %s %v", i.Verdict.Cause, i.Since, i.Refused, i.Pattern, i.Traits)
	}
}
