package contract

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/why401/why401/secret"
)

// The most that a source may give, and how long a command may take for it.
const (
	maxSecret   = 64 << 10
	commandTime = 30 * time.Second
)

// Sources says where values come from. Dir is where relative file names start and commands run.
type Sources struct {
	Env func(string) string
	Dir string
}

// Missing is a value that could not be had. It names the source, never a value.
type Missing struct {
	From string // as Value.String
	Why  string
}

func (m *Missing) Error() string { return m.From + " " + m.Why }

// Read gets v. What is no literal is closed. The error is a *Missing, or that of ctx. A command's own words about its
// failure are not repeated: they may hold what it should have kept.
func (v Value) Read(ctx context.Context, from Sources) (secret.Text, error) {
	missing := func(format string, args ...any) (secret.Text, error) {
		return secret.Text{}, &Missing{v.String(), fmt.Sprintf(format, args...)}
	}
	switch {
	case v.Literal != "":
		return secret.Public(v.Literal), nil
	case v.Env != "":
		if s := from.Env(v.Env); s != "" {
			return closed(v, s)
		}
		return missing("is not set, or empty")
	case v.File != "":
		path := v.File
		if !filepath.IsAbs(path) {
			path = filepath.Join(from.Dir, path)
		}
		st, err := os.Stat(path)
		switch {
		case err == nil && !st.Mode().IsRegular():
			return missing("is no file")
		case err == nil && st.Size() > maxSecret:
			return missing("is larger than %d KiB", maxSecret>>10)
		}
		b, err := os.ReadFile(path)
		var p *fs.PathError
		if errors.As(err, &p) {
			return missing("cannot be read: %v", p.Err)
		} else if err != nil {
			return missing("cannot be read")
		}
		return closed(v, string(b))
	case len(v.Command) > 0:
		return v.run(ctx, from)
	}
	return secret.Text{}, nil
}

func (v Value) run(ctx context.Context, from Sources) (secret.Text, error) {
	limited, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(limited, v.Command[0], v.Command[1:]...)
	cmd.Dir, cmd.WaitDelay = from.Dir, time.Second
	out, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return secret.Text{}, ctx.Err()
	case limited.Err() != nil:
		return secret.Text{}, &Missing{v.String(), fmt.Sprintf("took longer than %v", commandTime)}
	case errors.As(err, &exit):
		return secret.Text{}, &Missing{v.String(), fmt.Sprintf("ended with exit code %d", exit.ExitCode())}
	case errors.Is(err, exec.ErrNotFound):
		return secret.Text{}, &Missing{v.String(), "is not installed"}
	case err != nil:
		return secret.Text{}, &Missing{v.String(), "could not be run"}
	case len(out) > maxSecret:
		return secret.Text{}, &Missing{v.String(), fmt.Sprintf("gave more than %d KiB", maxSecret>>10)}
	}
	return closed(v, string(out))
}

// closed cuts the one line break that an editor or echo adds, and closes the rest.
func closed(v Value, s string) (secret.Text, error) {
	s = strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
	switch {
	case s == "":
		return secret.Text{}, &Missing{v.String(), "gave nothing"}
	case strings.ContainsAny(s, "\r\n\x00"):
		return secret.Text{}, &Missing{v.String(), "gave more than one line"}
	}
	return secret.New(s), nil
}
