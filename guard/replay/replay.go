// Package replay says what a new configuration would do to the requests that worked yesterday. It reads access logs, keeps
// the shapes of the requests that were answered (never a secret), and follows each through the new configuration as
// `why401 config --request` does. Nothing is sent.
//
// A line of a log says that a user was let in, and not with which password, and it leaves most fields out. So the traces run
// with conf.Partly: a password is right when the same hash stands in the new file, and where a decision depends on a field
// that the line does not show, every way is followed. What then is not one answer is counted as open, and never guessed.
//
//	lines ──collect──▶ shapes, with counts ──trace, old and new──▶ endings ──compare──▶ Report
package replay

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/logs/read"
)

// Configuration is one that was read, and where its files are.
type Configuration struct {
	Path string
	*conf.Config
	Source conf.Source
}

// Options say what is replayed.
type Options struct {
	Read   read.Options
	New    Configuration  // that requests are held against
	Before *Configuration // that the log was written under, when it is known: what it refused is not blamed on the change
	Host   string         // the site that the log belongs to, where its lines do not name one
	Port   int            // the port that the requests came to, 0 when the lines or the configuration tell
	Limit  int            // of shapes that are kept, 0 for 20000; above it the kept ones are a fair sample
}

const defaultLimit = 20_000

// ErrNoRequests is returned when no line of the logs is a request that was answered with success.
var ErrNoRequests = errors.New("no line of the logs is a request that was let in (status 2xx or 304)")

// Programs are those whose configurations requests of a log can be replayed through.
var Programs = []string{"nginx", "Apache httpd", "HAProxy", "Caddy", "Traefik"}

// Replayable reports that requests of a log can be followed through c.
func Replayable(c *conf.Config) bool {
	for _, p := range Programs {
		if c.Program == p {
			return c.Tracer != nil
		}
	}
	return false
}

// Run reads the sources and says what would break. The error names what could not be read.
func Run(ctx context.Context, sources []read.Source, o Options) (*Report, *read.Summary, error) {
	for _, c := range []*Configuration{&o.New, o.Before} {
		if c != nil && !Replayable(c.Config) {
			return nil, nil, fmt.Errorf("%s: requests of a log cannot be followed through a configuration of %s; expected one of %s",
				c.Path, c.Program, strings.Join(Programs, ", "))
		}
	}
	if o.Limit <= 0 {
		o.Limit = defaultLimit
	}
	c, summary, err := collect(ctx, sources, o)
	if err != nil {
		return nil, summary, err
	}
	if c.succeeded == 0 {
		return nil, summary, ErrNoRequests
	}
	r, err := judge(ctx, c, o)
	return r, summary, err
}
