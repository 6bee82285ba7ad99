package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/why401/why401/report"
)

func (a *app) causes() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "causes",
		Short: "List every cause that why401 knows, by family",
		Args:  exactly(0, "why401 explain ID shows one"),
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return a.print(causesJSON())
			}
			return a.print(causesText(a.options()))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write the list as JSON")
	return c
}

func causesJSON() string {
	type one struct {
		ID     string `json:"id"`
		Title  string `json:"title"`
		Family string `json:"family"`
	}
	list := []one{}
	for _, e := range catalogue() {
		list = append(list, one{e.id, e.title, e.family})
	}
	b, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		panic(err) // strings only
	}
	return string(b) + "\n"
}

func causesText(o report.TextOptions) string {
	var b strings.Builder
	list := catalogue()
	longest := 0
	for _, e := range list {
		longest = max(longest, len(e.id))
	}
	family := ""
	for _, e := range list {
		if o.Plain || o.Quiet {
			fmt.Fprintf(&b, "%s: %s (%s)\n", e.id, e.title, e.family)
			continue
		}
		if e.family != family {
			if family != "" {
				b.WriteByte('\n')
			}
			family = e.family
			b.WriteString(family + "\n")
		}
		first := fmt.Sprintf("  %-*s  ", longest, e.id)
		if o.Width < longest+30 {
			b.WriteString("  " + e.id + "\n")
			first = "      "
		}
		b.WriteString(strings.Join(report.Wrap(first, e.title, o.Width), "\n") + "\n")
	}
	fmt.Fprintf(&b, "\n%d causes. One in full: why401 explain ID\n", len(list))
	return b.String()
}
