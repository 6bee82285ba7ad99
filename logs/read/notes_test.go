package read

import (
	"testing"
	"time"
)

// TestZoneName: an access log names no zone, only an offset.
func TestZoneName(t *testing.T) {
	for want, z := range map[string]*time.Location{"UTC": time.FixedZone("", 0), "UTC+02:00": time.FixedZone("", 7200), "CET": time.FixedZone("CET", 3600)} {
		if got := zoneName(z); got != want {
			t.Errorf("%q, expected %q", got, want)
		}
	}
}
