package main

import (
	"github.com/spf13/cobra"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/logs/show"
	"github.com/why401/why401/report"
)

// schemas are those beside the report's own.
var schemas = map[string][]byte{"logs": show.SchemaJSON, "guard": report.GuardSchemaJSON, "contract": contract.SchemaJSON,
	"plugins": report.PluginsSchemaJSON, "plan": report.FixPlanSchemaJSON, "fix": report.FixOutcomeSchemaJSON}

func (a *app) schema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema [logs | guard | contract | plugins | plan | fix]",
		Short: "Print the JSON Schema of what --json writes, or of a contract",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 1 && schemas[args[0]] == nil {
				return usage("why401 schema > why401.schema.json", "schema: expected nothing, or one of the words logs, guard, contract, plugins, plan, fix")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.print(string(schemas[args[0]]))
			}
			return a.print(string(report.SchemaJSON))
		},
	}
}
