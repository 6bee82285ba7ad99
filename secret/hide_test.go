package secret

import (
	"fmt"
	"testing"
)

// TestHideIsClosedButNotLookedFor: a hidden text prints as a number and leaves other text alone, until the same bytes
// are known to be a secret.
func TestHideIsClosedButNotLookedFor(t *testing.T) {
	t.Cleanup(Forget)
	const s = "https://be.example/callback"
	h := Hide(s)
	if got := fmt.Sprint(h); got != "secret#1" {
		t.Errorf("shown as %q", got)
	}
	if got := Scrub("go to " + s); got != "go to "+s {
		t.Errorf("scrubbed: %q", got)
	}
	if got := h.Trim(); !got.Closed() || Scrub("go to "+s) != "go to "+s {
		t.Errorf("trimmed: %v, %q", got, Scrub("go to "+s))
	}
	New(s)
	if got := Scrub("go to " + s); got != "go to secret#1" {
		t.Errorf("not scrubbed: %q", got)
	}
	if Hide("").Closed() {
		t.Error("an empty text is closed")
	}
}
