//go:build !linux

package main

import (
	"errors"

	"github.com/spf13/cobra"
)

var linuxOnly = errors.New("fix and undo know the files and processes of Linux only")

func (a *app) fixCommand() *cobra.Command  { return a.elsewhere("fix") }
func (a *app) undoCommand() *cobra.Command { return a.elsewhere("undo") }

func (a *app) afterSync() *cobra.Command { return a.elsewhere("after-sync") }

func (a *app) elsewhere(name string) *cobra.Command {
	return &cobra.Command{
		Use:                name,
		Short:              "Change a server's configuration, or put it back (on Linux)",
		DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error {
			return &failure{exitWithheld, linuxOnly, "the report's own steps say what to change by hand"}
		},
	}
}
