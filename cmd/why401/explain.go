package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/why401/why401/cause/sign"
	"github.com/why401/why401/report"
)

func (a *app) explain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain ID",
		Short: "Show the page of a cause, and by what it is known, without the network",
		Args:  exactly(1, "why401 explain wrong-password, with an id from why401 causes"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			known, err := a.catalogue()
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return ids(known), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			known, err := a.catalogue()
			if err != nil {
				return err
			}
			p, ok := known.Page(args[0])
			if !ok {
				hint := "why401 causes lists all"
				if near := nearest(args[0], ids(known)); near != "" {
					hint = "did you mean: why401 explain " + near
				}
				return usage(hint, "there is no cause %q", args[0])
			}
			o := a.options()
			return a.print(pageText(p.Text, o) + knownBy(known.Signs.Signs(args[0]), o))
		},
	}
}

// knownBy shows the signs of a cause, the strongest first, in at most 100 columns: how much each tells, its sentence, and
// as many of its wordings as the line holds.
func knownBy(signs []sign.Sign, o report.TextOptions) string {
	if len(signs) == 0 {
		return ""
	}
	escape := escaper(o)
	width := min(max(o.Width, 20), 100)
	if o.Plain {
		width = 100
	}
	signs = slices.Clone(signs)
	slices.SortStableFunc(signs, func(a, b sign.Sign) int {
		return cmp.Or(cmp.Compare(b.Strong, a.Strong), cmp.Compare(b.Likely, a.Likely), cmp.Compare(b.Against, a.Against))
	})
	title := "Known by, in what somebody pastes"
	if o.Color {
		title = "\x1b[1m" + title + "\x1b[0m"
	}
	out := []string{"", title}
	for _, s := range signs {
		first := fmt.Sprintf("- %-8s  ", tells(s))
		line := escape(strings.TrimSpace(s.Because))
		for _, w := range conditions(s) {
			longer := strings.TrimSpace(line + " " + escape(w))
			if line != "" && len(report.Wrap(first, longer, width)) > 1 {
				continue // a shorter one may fit
			}
			line = longer
		}
		out = append(out, report.Wrap(first, line, width)...)
	}
	return strings.Join(out, "\n") + "\n"
}

// tells says in a word how much a sign says.
func tells(s sign.Sign) string {
	switch {
	case s.Against > 0:
		return "against"
	case s.Strong > 0:
		return "strong"
	case s.Likely >= 0.5:
		return "likely"
	}
	return "a hint"
}

// conditions are the things that a sign asks for, in words; wordings first.
func conditions(s sign.Sign) []string {
	var out []string
	for _, phrases := range [][]string{s.Says, s.Told, s.Text} {
		for _, p := range phrases {
			out = append(out, `"`+p+`"`)
		}
	}
	for _, c := range []struct {
		what  string
		items []string
	}{
		{"idea", s.Idea}, {"reply field", s.Header}, {"request field", s.Request}, {"challenge", s.Challenge}, {"URL with", s.URL},
		{"method", s.Method}, {"JSON", s.JSON}, {"claim", s.Claim}, {"credential", s.Token}, {"setting", s.Setting}, {"from", s.Who},
	} {
		for _, i := range c.items {
			out = append(out, "["+c.what+" "+i+"]")
		}
	}
	for _, n := range s.Status {
		out = append(out, fmt.Sprintf("[status %d]", n))
	}
	return out
}

// exactly is cobra.ExactArgs with a hint.
func exactly(n int, hint string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return usage(hint, "%s: expected %d word behind it, got %d", c.CommandPath(), n, len(args))
		}
		return nil
	}
}
