package main

import (
	"github.com/spf13/cobra"
)

func (a *app) explain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain ID",
		Short: "Show the page of a cause, without the network",
		Args:  exactly(1, "why401 explain wrong-password, with an id from why401 causes"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return ids(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			ps, err := pages()
			if err != nil {
				return err
			}
			p, ok := ps[args[0]]
			if !ok {
				hint := "why401 causes lists all"
				if near := nearest(args[0], ids()); near != "" {
					hint = "did you mean: why401 explain " + near
				}
				return usage(hint, "there is no cause %q", args[0])
			}
			return a.print(pageText(p.Text, a.options()))
		},
	}
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
