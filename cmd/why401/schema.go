package main

import (
	"github.com/spf13/cobra"
	"github.com/why401/why401/logs/show"
	"github.com/why401/why401/report"
)

func (a *app) schema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema [logs]",
		Short: "Print the JSON Schema of what --json writes",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 1 && args[0] != "logs" {
				return usage("why401 schema > why401.schema.json", "schema: expected nothing, or the word logs")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.print(string(show.SchemaJSON))
			}
			return a.print(string(report.SchemaJSON))
		},
	}
}
