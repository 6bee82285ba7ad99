//go:build !linux

package main

import (
	"errors"

	"github.com/spf13/pflag"
	"github.com/why401/why401/site"
)

// pluginSearch is there on Linux only.
type pluginSearch struct {
	app  *app
	json bool
}

func (*pluginSearch) register(*pflag.FlagSet) {}
func (*pluginSearch) asked() bool             { return false }
func (*pluginSearch) run(*site.Installation) error {
	return &failure{exitWithheld, errors.New("plugins are searched on Linux only"), ""}
}
