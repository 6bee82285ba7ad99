package real

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401"
	"github.com/why401/why401/input"
)

// TestProgramOutputOffline pastes what the clients printed, with their configuration, and nothing is sent: the same cause as
// in the live diagnosis must come first, or none.
func TestProgramOutputOffline(t *testing.T) {
	named, all := 0, 0
	for _, sc := range packageScenarios {
		if sc.Want.Cause == "" {
			continue
		}
		all++
		t.Run(sc.Name, func(t *testing.T) {
			w := NewWorld(t)
			sc.Servers(w)
			asked, err := ask401(sc.Input(w))
			if err != nil {
				t.Fatal(err)
			}
			r := sc.Program(w)
			args := []string{w.File("output.txt", r.Body)}
			args = append(args, asked.files...)
			got, err := input.Read(args, nil, input.Options{})
			if err != nil {
				t.Fatalf("%v\n%s", err, r.Body)
			}
			rep, err := why401.Diagnose(context.Background(), why401.Input{Evidence: got.Evidence, Read: got.What})
			if err != nil {
				t.Fatal(err)
			}
			if len(rep.Sent) > 0 {
				t.Errorf("sent %d requests", len(rep.Sent))
			}
			v := rep.Verdict
			t.Logf("%s %s at %s:%d, %v", v.Cause, v.Grade, filepath.Base(v.Location.File), v.Location.Line, rep.Suspects)
			switch {
			case v.Cause == sc.Want.Cause:
				named++
			case v.Grade.String() == "proved":
				t.Errorf("proved %s; want %s\n%s", v.Cause, sc.Want.Cause, r.Body)
			default:
				t.Logf("missed; the client printed\n%s", strings.TrimSpace(r.Body))
			}
		})
	}
	if named*10 < all*8 {
		t.Errorf("named in %d of %d", named, all)
	}
}
