package main

import (
	"github.com/spf13/cobra"
	"github.com/why401/why401/report"
)

func (a *app) schema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of what --json writes",
		Args:  exactly(0, "why401 schema > why401.schema.json"),
		RunE:  func(*cobra.Command, []string) error { return a.print(string(report.SchemaJSON)) },
	}
}
