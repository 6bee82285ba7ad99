package clock

import (
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

var hawkTime = lazyregexp.New(`(?i)^hawk\b.{0,400}?\bts="(\d{9,11})"`)

// hawkStale reads the two times of a Hawk refusal: the challenge's ts is the server's (github.com/mozilla/hawk, Replay
// Protection), that of Authorization is the client's.
func hawkStale(v *cause.View) *cause.Suspicion {
	c := v.Challenges.Find("Hawk")
	if c == nil {
		return nil
	}
	server, told := seconds(c.Value("ts"))
	stale := strings.EqualFold(c.Value("error"), "Stale timestamp")
	var client time.Time
	for _, a := range v.Answer.Request.Header.Values("Authorization") {
		a.Map(func(s string) string {
			if g := hawkTime.FindStringSubmatch(s); g != nil {
				client, _ = seconds(g[1])
			}
			return ""
		})
	}
	d := client.Sub(server)
	apart := told && !client.IsZero() && (d > time.Minute || d < -time.Minute)
	if !stale && !apart {
		return nil
	}
	s := cause.SuspectAt(cause.Strong, 0.88, fact.Source{Exchange: v.Answer.N}, "The challenge of Hawk says that the time of the request is stale.")
	if apart {
		s.Weight = 0.93
		s.Because = append(s.Because, v.Saw("The request is signed at %s, and the challenge gives %s as the server's time.", stamp(client), stamp(server)))
	}
	return s
}

func seconds(s string) (time.Time, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return time.Unix(n, 0), err == nil && n > 0
}
