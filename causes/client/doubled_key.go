package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// doubledKey finds a credential among settings whose dotted key repeats the blocks around it: "output.x.username" below
// "output.x:" is read as output.x.output.x.username (Beats, Spring and others that take dots for blocks), which nobody knows.
func doubledKey(v *cause.View) *cause.Suspicion {
	for _, s := range v.Settings {
		if block := doubled(s); block != "" {
			return cause.SuspectAt(cause.Strong, 0.88, s.From, "The key of "+lastName(s.Name)+" stands inside the block "+block+" and names that block once more, so it is another setting, which is not read.")
		}
	}
	return nil
}

// doubled gives the block whose name a credential's key repeats, "" when it repeats none.
func doubled(s exchange.Setting) string {
	if !credentialName.MatchString(lastName(s.Name)) {
		return ""
	}
	for i, c := range s.Name {
		if c == '.' && i <= 60 && strings.HasPrefix(s.Name[i+1:], s.Name[:i+1]) {
			return s.Name[:i]
		}
	}
	return ""
}
