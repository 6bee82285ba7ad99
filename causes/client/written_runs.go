package client

import (
	"cmp"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// run is one command of a pasted terminal and what it printed.
type run struct {
	command string
	without string // what takes variables away from it: "sudo", "env -u NAME", "unset NAME"; "" when nothing does
	output  strings.Builder
	from    fact.Source
}

var (
	prompt = lazyregexp.New(`^[ \t]*(?:[\w.@:~/()-]{0,60}[ \t]?[$#%❯]|PS [^>\n]{0,80}>)[ \t]+(\S.*)$`)
	// lesser are words before a command that start it without variables of this shell. sudo clears them, unless told not to.
	lesser     = lazyregexp.New(`^(sudo(?: -[HinSu]+(?: root)?)*|env(?: -i| -u \w+)+|(?:\w+=(?:""|'')? +)+)\s*`)
	unset      = lazyregexp.New(`^(?:unset [\w ]+|set \w+=|\$env:\w+ ?= ?(?:""|''|\$null)|Remove-Item Env:\\?\w+)\s*(?:(?:&&|;)\s*(\S.*))?$`)
	turnedAway = lazyregexp.New(`(?i)\b40[13]\b|unauthori[sz]ed|bad credentials|forbidden|access denied|authentication failed|invalid (?:api key|token|credentials)|InvalidClientTokenId`)
)

// runs reads the commands of a terminal out of the record, in the order in which they stand there.
func runs(v *cause.View) []*run {
	ts := slices.Clone(v.Heard())
	slices.SortStableFunc(ts, func(a, b cause.Passage) int {
		return cmp.Or(cmp.Compare(a.From.Input, b.From.Input), cmp.Compare(a.From.Line, b.From.Line))
	})
	var out []*run
	gone := ""
	for _, t := range ts {
		for _, line := range strings.Split(string(t.Text), "\n") {
			g := prompt.FindStringSubmatch(line)
			if g == nil {
				if len(out) > 0 {
					out[len(out)-1].output.WriteString(line + "\n")
				}
				continue
			}
			r := &run{command: strings.TrimSpace(g[1]), without: gone, from: t.From}
			if u := unset.FindStringSubmatch(r.command); u != nil {
				gone = "the variable unset"
				if r.command = u[1]; r.command == "" {
					continue
				}
				r.without = gone
			}
			if l := lesser.FindStringSubmatch(r.command); l != nil && len(l[0]) < len(r.command) {
				r.without, r.command = strings.Fields(l[1])[0], r.command[len(l[0]):]
			}
			out = append(out, r)
		}
	}
	return out
}

// environmentDecides finds a command that is refused, and let in where the variables of the shell are taken from it. What a
// command printed has to be there: of two lines alike a record keeps one.
func environmentDecides(v *cause.View) *cause.Suspicion {
	rs := runs(v)
	for _, a := range rs {
		if a.without != "" || !turnedAway.MatchString(a.output.String()) {
			continue
		}
		for _, b := range rs {
			if b.without == "" || b.command != a.command || strings.TrimSpace(b.output.String()) == "" || turnedAway.MatchString(b.output.String()) {
				continue
			}
			if b.without == "sudo" { // root has files of its own as well
				return cause.SuspectAt(cause.Likely, 0.78, b.from, "The same command is let in with sudo, which takes the variables of the shell away.")
			}
			return cause.SuspectAt(cause.Strong, 0.9, b.from, "The same command is let in once a variable of the shell is taken away.")
		}
	}
	return nil
}

// optionDollar is the value of an option for a credential, in double quotes and with a $ behind other characters of it. Who
// means a variable begins the value, or the password behind the colon, with it.
var optionDollar = lazyregexp.New(`(?:^|\s)(?:-p|-u|--pass(?:word|wd)?|--user|--token|--secret|--api-key)[= ]?"[^"\n]*[A-Za-z0-9!%&*+]\$[A-Za-z_][^"\n]*"`)

// dollarInOption finds a command of a terminal whose shell replaces a part of the credential, whatever the program.
func dollarInOption(v *cause.View) *cause.Suspicion {
	for _, r := range runs(v) {
		if optionDollar.MatchString(r.command) {
			return cause.SuspectAt(cause.Strong, 0.86, r.from, "A $ stands amid a credential in double quotes, where the shell replaces it and what follows.")
		}
	}
	return nil
}
