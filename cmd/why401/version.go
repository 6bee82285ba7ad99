package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/why401/why401"
	"github.com/why401/why401/report"
)

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which version this is",
		Args:  exactly(0, "why401 version"),
		RunE: func(*cobra.Command, []string) error {
			return a.print(fmt.Sprintf("why401 %s (%s, %s/%s, %s)\n", why401.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, report.Schema))
		},
	}
}
