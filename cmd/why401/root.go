package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/why401/why401"
	"github.com/why401/why401/input/curl"
)

const intro = `why401 says why an HTTP request was refused, by whom, and what to do about it.

  why401 https://api.example.com/v1/me        a URL
  why401 curl -u alice https://example.com/   a curl command, as you run it
  why401 -                                    a request that you pasted

  why401 demo             see it work on a server that fails on purpose
  why401 explain ID       what a cause means; why401 causes lists them

It sends few requests, safe ones, and your password at most once.
Help: why401 --help, and https://github.com/why401/why401
`

// run is the program: it gives the exit code.
func (a *app) run(args []string) (code int) {
	defer func() {
		if p := recover(); p != nil {
			code = a.exit(crashed(p))
		}
		if a.forget != nil {
			a.forget()
		}
	}()
	root := a.root()
	root.SetArgs(a.verbatim(root, args))
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	return a.exit(root.Execute())
}

func (a *app) root() *cobra.Command {
	d := &diagnosis{app: a}
	root := &cobra.Command{
		Use:   "why401 [flags] URL | curl ... | FILE | -",
		Short: "Why was this HTTP request refused, and by whom?",
		Long:  strings.TrimSuffix(intro, "\n"),
		Args:  cobra.ArbitraryArgs,
		RunE:  d.run,

		Version:           why401.Version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		hint := c.CommandPath() + " --help"
		if c == root {
			hint = "options of curl go behind the word curl: why401 curl -k https://..."
		}
		return usage(hint, "%w", err)
	})
	a.show.register(root)
	d.register(root.Flags())
	root.AddCommand(a.explain(), a.causes(), a.lab(), a.demo(), a.redact(), a.token(), a.compare(), a.config(), a.fixCommand(), a.undoCommand(),
		a.logs(), a.guard(), a.watch(), a.vaccine(), a.schema(), a.version())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// verbatim puts "--" before a curl command, so that its options stay its own. The word curl is looked for in the place
// of the first argument that is neither a flag of ours nor the value of one.
func (a *app) verbatim(root *cobra.Command, args []string) []string {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--", arg == "-", !strings.HasPrefix(arg, "-"):
			if isCurl(arg) {
				return slices.Insert(slices.Clone(args), i, "--")
			}
			return args
		case takesValue(root, arg):
			i++
		}
	}
	return args
}

func isCurl(word string) bool { return curl.IsCurl(word) }

// takesValue reports that the word behind arg is its value.
func takesValue(root *cobra.Command, arg string) bool {
	lookup := func(f *pflag.Flag) bool { return f != nil && f.NoOptDefVal == "" }
	both := func(find func(*pflag.FlagSet) *pflag.Flag) *pflag.Flag {
		if f := find(root.Flags()); f != nil {
			return f
		}
		return find(root.PersistentFlags())
	}
	if name, ok := strings.CutPrefix(arg, "--"); ok {
		return !strings.Contains(name, "=") && lookup(both(func(s *pflag.FlagSet) *pflag.Flag { return s.Lookup(name) }))
	}
	last := arg[len(arg)-1:]
	if len(arg) > 2 && takesValue(root, arg[:2]) {
		return false // -uname: the value is in the same word
	}
	return lookup(both(func(s *pflag.FlagSet) *pflag.Flag { return s.ShorthandLookup(last) }))
}
