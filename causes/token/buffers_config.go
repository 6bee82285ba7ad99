package token

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
)

// leastField is the size of a header line that the usual servers take: nginx's large_client_header_buffers has 8 KiB, Apache's
// LimitRequestFieldSize 8190 bytes. Tokens with groups in them need it.
const leastField = 8000

// narrow are limits below what servers take by default: longer tokens are refused before anybody judges them.
func narrow(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		for _, l := range access.Lines(s, "large_client_header_buffers", "LimitRequestFieldSize") {
			size, ok := bytes(l.Args[max(len(l.Args)-1, 0):])
			if !ok || size == 0 || size >= leastField {
				continue
			}
			out = append(out, cause.Sighting{Place: l.Place, Scope: s, Grade: cause.Strong,
				Says:     fmt.Sprintf("A header field longer than %d bytes is refused with 400: tokens with many groups or claims are longer.", size),
				Raise:    []cause.Raise{{Command: "printf %s \"$TOKEN\" | wc -c", Where: "here", Would: fmt.Sprintf("print more than %d", size-30)}},
				Remedies: []cause.Remedy{usualSize(c, l)}})
		}
	}
	return out
}

// usualSize takes what the server takes when nothing is said: more than that is for a person to choose.
func usualSize(c *conf.Config, l conf.Line) cause.Remedy {
	line, edits := l.Name+" 8190", []conf.Edit(nil)
	if access.Is(c, "nginx") && len(l.Args) == 2 {
		line = l.Name + " " + l.Args[0] + " 8k;"
	}
	if access.Is(c, "nginx", "apache") {
		edits = access.Become(l.Place, line)
	}
	return cause.Remedy{ID: "usual-size", Title: "take header fields of the usual length", For: "server", Effect: "tokens of up to 8 KiB are judged", Opens: "nothing: who sends one is judged as before",
		Edits: edits, Steps: []string{line, "test the configuration and reload the server"}, Verify: "the token is let in; without it the answer is 401", Undo: "put the old size back and reload"}
}

// bytes reads a size as the servers write it: 4k, 1m, 8190.
func bytes(args []string) (int, bool) {
	if len(args) == 0 {
		return 0, false
	}
	s, unit := strings.ToLower(args[0]), 1
	switch {
	case strings.HasSuffix(s, "k"):
		s, unit = s[:len(s)-1], 1<<10
	case strings.HasSuffix(s, "m"):
		s, unit = s[:len(s)-1], 1<<20
	}
	n, err := strconv.Atoi(s)
	return n * unit, err == nil && n >= 0 && n < 1<<20
}
