package idp

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/internal/lazyregexp"
)

const stateValue = `state\b["']?\s*(?:is|was|=|:)?\s*["']?([A-Za-z0-9+/=_.~%-][A-Za-z0-9+/=_.~% -]{5,200})`

var (
	stateSent = lazyregexp.New(`(?i)\b(?:sent|expected|stored|saved|session|original|local|generated|wanted)(?: the)?[ _-]{1,3}` + stateValue)
	stateBack = lazyregexp.New(`(?i)\b(?:got|received|returned|actual|response|callback|came|echoed)(?: back)?(?: the)?[ _-]{1,3}` + stateValue)
)

// statesHeard compares the two values of a login's state that a record shows: what was sent and what came back
// (RFC 6749 4.1.2 wants the exact value). A + that comes back as a space was not encoded on the way.
func statesHeard(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	heard := v.Heard()
	sent, _, ok := heard.First(stateSent)
	back, from, both := heard.First(stateBack)
	if !ok || !both {
		return nil
	}
	a, b := trimState(sent[1]), trimState(back[1])
	switch {
	case a == b || !strings.ContainsAny(a, "0123456789+/=") || len(a) < 6 || len(b) < 6:
		return nil // the same, or words and no value
	case strings.ReplaceAll(a, "+", " ") == b:
		s := cause.SuspectAt(cause.Strong, 0.9, from, "The state that came back has spaces where the one that was sent has plus signs: somebody did not encode it.")
		s.Title = "a + in the login's state comes back as a space"
		return s
	}
	return cause.SuspectAt(cause.Strong, 0.85, from, "The state that came back is not the one that was sent.")
}

func trimState(s string) string { return strings.TrimRight(s, " .,;") }
