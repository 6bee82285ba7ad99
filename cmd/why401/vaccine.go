package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/why401/why401/conf/vaccine"
)

// vaccine prints the lines of configuration that make a product's next refusal explain itself in the log.
func (a *app) vaccine() *cobra.Command {
	var names []string
	for _, v := range vaccine.All() {
		names = append(names, v.Product)
	}
	return &cobra.Command{
		Use:   "vaccine PRODUCT",
		Short: "Print the log lines that make a server's next refusal explain itself",
		Long: "Prints what to add to a server's configuration so that its log says of the next\n" +
			"refusal who answered, what kind of credential arrived and what the upstream\n" +
			"said; never a credential's value. docs/vaccines.md has more.\n\nProducts: " + strings.Join(names, ", "),
		Args:      exactly(1, "why401 vaccine nginx"),
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			v, ok := vaccine.For(args[0])
			if !ok {
				return usage("why401 vaccine nginx", "no log lines are known for %q: expected one of %s", args[0], strings.Join(names, ", "))
			}
			var b strings.Builder
			fmt.Fprintf(&b, "# %s\n%s\n", v.Where, strings.Trim(v.Snippet, "\n"))
			fmt.Fprintf(&b, "# then: %s && %s\n# read: %s\n", v.Test, v.Reload, v.Log)
			for _, f := range v.Fields {
				fmt.Fprintf(&b, "#   %s: %s\n", f.Name, f.Says)
			}
			if v.Note != "" {
				fmt.Fprintf(&b, "# %s\n", v.Note)
			}
			if !v.Tried {
				b.WriteString("# These lines are from the manual; no test has loaded them.\n")
			}
			return a.print(b.String())
		},
	}
}
