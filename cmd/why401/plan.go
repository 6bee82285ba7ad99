package main

import (
	"fmt"
	"strings"

	"github.com/why401/why401"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/report"
)

// plan says what would be sent: the first request as it would go out, with secrets by number, and the rules for those
// that may follow.
func plan(in why401.Input, most int, introspect bool, o report.TextOptions) string {
	s := report.NewSheet(o)
	line := func(format string, args ...any) { s.Verbatim(fmt.Sprintf(format, args...)) }
	r := in.Intent.Request
	line("Read %s. Nothing is sent.", in.Read)
	line("")
	line("Request 1, to %s, as %s sends it:", r.URL.Origin(), in.Intent.Agent.Name)
	path := r.URL.ShownPath()
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	line("  %s %s", r.Method, path)
	for _, f := range r.Header {
		line("  %s: %s", f.Name, f.Value)
	}
	if !r.Body.Empty() {
		line("  (%d bytes of body)", r.Body.Len())
	}
	line("")
	switch n := len(cred.Of(r)); {
	case !r.Safe():
		line("%s may change something: without --replay-unsafe a GET goes out in its place.", r.Method)
	case n > 0 && introspect:
		line("It carries your credentials. They go to %s; a token also to its issuer, below.", r.URL.Origin())
	case n > 0, !in.Intent.Login.Empty():
		line("It carries your credentials. They go to %s and nowhere else.", r.URL.Origin())
	default:
		line("It carries no credentials.")
	}
	if in.Intent.Login.NeedPassword {
		line("The password would be asked for first.")
	}
	if most > 1 {
		line("At most %d more may follow, chosen by what the answers tell: safe methods only,", most-1)
		line("a password that was refused not a second time, nothing altered or guessed.")
	}
	return s.String()
}
