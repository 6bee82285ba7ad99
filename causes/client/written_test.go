package client

import (
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Whatever is pasted, no detector panics or takes long.
func TestWrittenBounded(t *testing.T) {
	for _, s := range []string{"", "\x00\xff", strings.Repeat("[", 1e6), strings.Repeat("Incorrect API key provided: ", 4e4), strings.Repeat("a://b@c@", 1e5),
		strings.Repeat("echo ", 2e5), strings.Repeat("%7B", 3e5), strings.Repeat("token: QQ==\n", 1e5), "Incorrect API key provided: \\", "set X_KEY=\"", strings.Repeat("A", 76) + "\n" + strings.Repeat("A", 76)} {
		c := &exchange.Case{
			Messages: []exchange.Message{{Text: exchange.Raw(s), Kind: "log"}},
			Notes:    []exchange.Note{{Text: exchange.Raw(s)}},
			Settings: []exchange.Setting{{System: "env", Name: "API_TOKEN", Args: []secret.Text{secret.New(s)}}, {System: "npmrc", Name: s}},
			Tokens:   []exchange.Token{{Value: secret.New(s), Place: "env KEY"}},
		}
		v := cause.NewView(c)
		start := time.Now()
		for _, cs := range Causes {
			if cs.Suspect != nil && cs.Partial {
				cs.Suspect(v)
			}
		}
		if d := time.Since(start); d > time.Minute {
			t.Errorf("%d bytes took %v", len(s), d)
		}
	}
}

// The ends of two masked keys tell whether they are one key.
func TestDiffer(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"sk-8uKxH****MvFD", "sk-abcde****wxyz", true},
		{"sk-8uKxH****MvFD", "sk-8uKxH****MvFD", false},
		{"sk-8uKxH****MvFD", "sk-8uKxH00000000MvFD", false},
		{"sk-8uKxH****MvFD", "sk-8uKxH00000000zzzz", true},
		{"sk-8uKxH****MvFD", "ghp_000000000000", false},
	} {
		if got := differ(c.a, c.b); got != c.want {
			t.Errorf("differ(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
