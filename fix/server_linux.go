package fix

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Server is how the program whose configuration changed is told about it.
type Server struct {
	Name   string   // as its makers write it
	Test   *Command // its own test of the configuration; nil when it has none
	Reload *Command // nil when nothing has to be reloaded
	Found  string   // how it was found, in words: "nginx, process 812, started with -c /etc/nginx/nginx.conf"

	// settled waits until the workers that answer are those of the new configuration. nil: the reload's own end is the sign.
	settled func(ctx context.Context) error
	watch   func() // notes what there is before the reload
}

// Command is a program to be run, or a signal to be sent to a process.
type Command struct {
	Argv   []string
	Env    []string // nil for our own
	Dir    string
	Shell  bool // Argv is one line for sh, as the user wrote it
	signal func() error
	as     *syscall.Credential // another user to run as; nil for ourselves
	tied   bool                // the program ends when we do: what it would still do, nobody would look at
}

// String is the command as a person would type it.
func (c *Command) String() string {
	if c.Shell {
		return c.Argv[0]
	}
	words := make([]string, len(c.Argv))
	for i, w := range c.Argv {
		words[i] = quote(w)
	}
	return strings.Join(words, " ")
}

// Line makes a command of a line for sh, as the user wrote it.
func Line(line string) *Command { return &Command{Argv: []string{line}, Shell: true} }

// commandTime is the longest that a test or a reload may take.
const commandTime = 60 * time.Second

// maxSaid is how much of a command's output is shown.
const maxSaid = 2 << 10

// run runs the command; the error holds the end of what it wrote.
func (c *Command) run(ctx context.Context) error {
	if c.signal != nil {
		return c.signal()
	}
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	argv := c.Argv
	if c.Shell {
		argv = []string{"/bin/sh", "-c", c.Argv[0]}
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env, cmd.Dir = c.Env, c.Dir
	cmd.WaitDelay = time.Second
	if c.as != nil || c.tied {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
		if c.tied {
			cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
		}
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(out.String())
		if len(said) > maxSaid {
			said = "..." + said[len(said)-maxSaid:]
		}
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = fmt.Errorf("no end after %v", commandTime)
		}
		if said == "" {
			return fmt.Errorf("%s: %w", c, err)
		}
		return fmt.Errorf("%s: %w: %s", c, err, said)
	}
	return nil
}

// test runs the program's own test. Passing proves nothing about access; failing says that a reload would do harm.
func (s *Server) test(ctx context.Context) error {
	if s == nil || s.Test == nil {
		return nil
	}
	return s.Test.run(ctx)
}

// reload makes the running program read its configuration, and waits until the new one answers.
func (s *Server) reload(ctx context.Context) error {
	if s == nil || s.Reload == nil {
		return nil
	}
	if s.watch != nil {
		s.watch()
	}
	if err := s.Reload.run(ctx); err != nil {
		return err
	}
	if s.settled == nil {
		return nil
	}
	return s.settled(ctx)
}

// ReloadBy takes the user's own command in place of what was found. Where workers were seen they are still waited for.
func (s *Server) ReloadBy(c *Command) { s.Reload = c }
