package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	// returnShown is a credential behind which cat -A or cat -v shows a carriage return.
	returnShown = lazyregexp.New(`(?im)^[^\n]{0,80}(?:token|secret|passw|api_?key|_auth)[a-z0-9_]{0,40}["']?[ \t]*[:=][^\n]{1,300}\^M\$?[ \t]*$`)
	returnLast  = lazyregexp.New(`\^M\$?$`)
	// escapeShown is a credential as a language prints it, with an escape for a line break before the closing mark.
	escapeShown = lazyregexp.New(`(?i)(?:authorization|api[-_]?key|token|secret)["']?[ \t]*(?:[:=]|=>)[ \t]*\[?[ \t]*b?["'][^"'\n\\]{6,900}\\[rn](?:\\n)?["']`)
	// nothing is an empty value; cat -A shows a $ where its line ends.
	nothing = lazyregexp.New(`^\$?$`)
	lone    = lazyregexp.New(`^\s*[A-Za-z0-9_.~+/=-]{16,}\$?\s*(?:\n|$)`)
)

// breakShown finds a credential whose line break can be seen in what was pasted.
func breakShown(v *cause.View) *cause.Suspicion {
	ts := v.Heard()
	if _, from, ok := ts.First(returnShown); ok {
		return cause.SuspectAt(cause.Strong, 0.9, from, "A carriage return (^M) ends the line of the credential: it becomes part of the value.")
	}
	if _, from, ok := ts.First(escapeShown); ok {
		return cause.SuspectAt(cause.Strong, 0.9, from, "The credential is printed with a line break before its closing mark.")
	}
	for _, t := range v.Tokens {
		ts = ts.AddValue(t.Value, t.From)
	}
	for _, set := range v.Settings {
		if !credentialName.MatchString(tail(set.Name)) || len(set.Args) == 0 {
			continue
		}
		if set.Args[len(set.Args)-1].Match(returnLast) {
			return cause.SuspectAt(cause.Strong, 0.9, set.From, "A carriage return (^M) ends the value of "+lastName(set.Name)+".")
		}
		if !set.Args[0].Match(nothing) {
			continue
		}
		for _, t := range ts {
			if behind(set.From, t.From) && lone.MatchString(string(t.Text)) {
				return cause.SuspectAt(cause.Strong, 0.88, set.From,
					"The value of "+lastName(set.Name)+" is empty, and the line behind it holds nothing but a long word: the value begins with a line break.")
			}
		}
	}
	return nil
}

// behind reports that b is the line after a.
func behind(a, b fact.Source) bool {
	return a.Line > 0 && b.Line == a.Line+1 && a.Input == b.Input && a.File == b.File
}
