// Command why401 says why an HTTP request was refused, and by whom. It takes what a person has in hand (a URL, a curl
// command, a file, standard input), asks package why401 and shows the report; standard output is the report and
// nothing else. Every command is one file. The command decides nothing and never sends a request itself.
package main

import (
	"io"
	"os"
	"runtime/debug"

	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/internal/term"
)

func main() {
	forbidCoreDumps()
	// A run lives for milliseconds and needs a few megabytes: collecting them only delays the answer. The limit keeps
	// the memory small when a reply is made to fill it.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(128 << 20)
	a := &app{in: os.Stdin, stdin: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv}
	os.Exit(a.run(os.Args[1:]))
}

// app is the program with its surroundings.
type app struct {
	in       *os.File
	stdin    io.Reader // in, or what was read from it
	out, err io.Writer
	env      term.Env
	show     showFlags
	known    *all.Catalogue // what the program knows, once it was asked for
	forget   func()         // takes the user's signatures back
}
