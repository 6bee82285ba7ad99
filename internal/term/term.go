// Package term asks about the terminal: is there one, how wide is it, does it want colour and can it show more than
// ASCII. It also asks the user for a password. It draws nothing.
package term

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	xterm "golang.org/x/term"
)

// Env looks up an environment variable; os.Getenv outside of tests.
type Env func(name string) string

// Is reports that w (or a reader) is a terminal.
func Is(w any) bool {
	f, ok := w.(*os.File)
	return ok && xterm.IsTerminal(int(f.Fd()))
}

// Width is the number of columns: the terminal's own, else COLUMNS, else 80.
func Width(w any, env Env) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := xterm.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	if n, err := strconv.Atoi(env("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return 80
}

// Dumb reports a terminal that only understands lines of text.
func Dumb(env Env) bool { return env("TERM") == "dumb" }

// Color decides whether to colour: NO_COLOR (not empty) and TERM=dumb switch it off, CLICOLOR_FORCE and FORCE_COLOR
// switch it on without a terminal, CLICOLOR=0 switches it off with one.
func Color(tty bool, env Env) bool {
	switch {
	case env("NO_COLOR") != "":
		return false
	case Forced(env):
		return true
	case !tty, Dumb(env), env("CLICOLOR") == "0":
		return false
	}
	return true
}

// Forced reports that colour is wanted without a terminal.
func Forced(env Env) bool {
	on := func(name string) bool { v := env(name); return v != "" && v != "0" && v != "false" }
	return on("CLICOLOR_FORCE") || on("FORCE_COLOR")
}

// UTF8 reports that the locale can show more than ASCII. The first of LC_ALL, LC_CTYPE and LANG that is set decides,
// as in POSIX.
func UTF8(env Env) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(env(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// CI reports one of the usual build machines, where a progress line is only noise.
func CI(env Env) bool { v := env("CI"); return v != "" && v != "0" && v != "false" }

// Password asks once on the terminal in, without showing what is typed. The prompt goes to w.
func Password(in *os.File, w io.Writer, prompt string) (string, error) {
	fmt.Fprint(w, prompt)
	b, err := xterm.ReadPassword(int(in.Fd()))
	fmt.Fprintln(w)
	if err != nil {
		return "", fmt.Errorf("read the password from the terminal: %w", err)
	}
	return string(b), nil
}
