package main

import (
	"github.com/spf13/pflag"
	"github.com/why401/why401/guard"
	logins "github.com/why401/why401/guard/login"
)

// loggingIn holds the flags for rows of kind login: each is one login in a real Chromium.
type loggingIn struct {
	path      string
	noSandbox bool
	dir       string
	secrets   bool
}

func (l *loggingIn) register(f *pflag.FlagSet) {
	f.StringVar(&l.path, "browser-path", "", "for rows of kind login: the Chromium to start")
	f.BoolVar(&l.noSandbox, "no-sandbox", false, "for rows of kind login: without its sandbox; trusted pages only")
	f.StringVar(&l.dir, "keep-logins", "", "keep a redacted HAR and a picture of each login in `FOLDER`")
	f.BoolVar(&l.secrets, "keep-secrets", false, "with --keep-logins: do not redact the HAR")
}

func (l *loggingIn) check() error {
	if l.secrets && l.dir == "" {
		return usage("why401 guard --keep-logins FOLDER --keep-secrets contract.yaml", "--keep-secrets goes with --keep-logins")
	}
	return nil
}

func (l *loggingIn) browser() guard.Browser {
	return &logins.Browser{Path: l.path, NoSandbox: l.noSandbox, Dir: l.dir, KeepSecrets: l.secrets}
}
