package form

import (
	"testing"

	"github.com/why401/why401/secret"
)

func lines(pairs ...string) []Line {
	var out []Line
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, Line{pairs[i], secret.Public(pairs[i+1])})
	}
	return out
}

func TestBeside(t *testing.T) {
	client := lines("method", "GET", "path", "/a", "host", "a:81", "x-date", "1")
	for name, c := range map[string]struct {
		server []Line
		first  int
		pairs  int
	}{
		"alike":           {client, -1, 4},
		"another host":    {lines("method", "GET", "path", "/a", "host", "a", "x-date", "1"), 2, 4},
		"one line lost":   {lines("method", "GET", "path", "/a", "host", "a:81"), 3, 4},
		"one line more":   {lines("method", "GET", "path", "/a", "via", "1.1", "host", "a:81", "x-date", "1"), 2, 5},
		"nothing at all":  {nil, 0, 4},
		"more at the end": {append(lines("method", "GET", "path", "/a", "host", "a:81", "x-date", "1"), Line{Name: "y"}), 4, 5},
	} {
		pairs, first := Beside(client, c.server)
		if first != c.first || len(pairs) != c.pairs {
			t.Errorf("%s: first %d, %d pairs, want %d, %d", name, first, len(pairs), c.first, c.pairs)
		}
	}
}

func TestShownHidesSecrets(t *testing.T) {
	if Shown("api.example.com:8443").Closed() || Shown("/v1/orders").Closed() {
		t.Error("a host and a path are to be seen")
	}
	if !Shown("/reset/8f3a9c1b7e5d4f2a8f3a9c1b7e5d4f2a").Closed() {
		t.Error("a token in a path is shown")
	}
}
