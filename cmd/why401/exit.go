package main

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/why401/why401/diagnose"
	"github.com/why401/why401/fix"
	"github.com/why401/why401/input"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// The exit codes that are no outcome of a report; those are in report.Outcome.ExitCode.
const (
	exitOK          = 0
	exitUsage       = 2
	exitUnreadable  = 4
	exitRolledBack  = 5 // a fix did not hold and was taken back
	exitPerson      = 6 // a fix did not hold, and a person has to look
	exitWithheld    = 7
	exitCrashed     = 70 // EX_SOFTWARE of sysexits.h: a mistake of ours
	exitInterrupted = 130
)

// failure is an error with an exit code and a hint what to do.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func usage(hint, format string, args ...any) error {
	return &failure{exitUsage, fmt.Errorf(format, args...), hint}
}

func unreadable(err error, hint string) error { return &failure{exitUnreadable, err, hint} }

// crashed is a mistake of our own. It must not look like a usage error, which a panic's exit code 2 would; the stack is
// written for the people who mend it, and holds addresses, no values.
func crashed(p any) error {
	return &failure{exitCrashed, fmt.Errorf("a mistake in why401 itself: %v\n%s", p, debug.Stack()), "please report it with the lines above: https://github.com/why401/why401/issues"}
}

// ended is a run that showed its report; only the exit code is left to say.
type ended int

func (e ended) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// exit says err on the standard error stream and gives the exit code.
func (a *app) exit(err error) int {
	if err == nil {
		return exitOK
	}
	var e ended
	if errors.As(err, &e) {
		return int(e)
	}
	f := classify(err)
	for i, line := range strings.Split(strings.TrimSuffix(f.Error(), "."), "\n") {
		if i == 0 {
			line = "why401: " + line
		}
		a.say("%s", strings.ReplaceAll(line, "\t", "  "))
	}
	if f.hint != "" {
		a.say("hint: %s", f.hint)
	}
	return f.code
}

// classify gives an error of another package its exit code.
func classify(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	var in *input.Error
	var held diagnose.Withheld
	switch {
	case errors.As(err, &in) && in.Kind == input.Unreadable:
		return &failure{exitUnreadable, err, "give a URL, a curl command, or a file that holds one"}
	case errors.As(err, &in):
		return &failure{exitUsage, err, "for example: why401 https://api.example.com/ or why401 curl -u alice https://api.example.com/"}
	case fixFailure(err) != nil:
		return fixFailure(err)
	case errors.As(err, &held):
		return &failure{exitWithheld, err, "why401 --help names the option that allows it"}
	}
	return &failure{exitUsage, err, "why401 --help"}
}

// say writes a line for people beside the report. Foreign text in it cannot drive the terminal.
func (a *app) say(format string, args ...any) {
	fmt.Fprintln(a.err, report.Terminal(secret.Scrub(fmt.Sprintf(format, args...))))
}

// fixFailure gives an error of package fix its exit code and the way on; nil for any other error.
func fixFailure(err error) *failure {
	var refused *fix.Refused
	var back *fix.RolledBack
	var person *fix.NeedsPerson
	switch {
	case errors.As(err, &refused):
		hint := ""
		switch {
		case refused.Patch != "":
			hint = "the change as a patch: patch -p0 < " + report.ShellQuote(refused.Patch) + ", as somebody who may"
		case refused.Host != "":
			hint = "to go on, type its name: --host " + report.ShellQuote(refused.Host)
		}
		return &failure{exitWithheld, err, hint}
	case errors.As(err, &back):
		return &failure{exitRolledBack, err, "the files are what they were; why401 fix --status says so"}
	case errors.As(err, &person):
		return &failure{exitPerson, err, "why401 fix --status " + person.ID}
	}
	return nil
}
