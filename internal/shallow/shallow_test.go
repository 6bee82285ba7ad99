package shallow

import (
	"strings"
	"testing"
)

func TestLine(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       int
	}{
		{"empty", "", 0},
		{"a list", "a: [1, 2]\nb: {c: d}\n", 0},
		{"many lines", strings.Repeat("- {a: b}\n", 900), 0},
		{"brackets", "a: b\n" + strings.Repeat("[", 5000), 2},
		{"brackets over lines", strings.Repeat("[\n", 5000), 1001},
		{"dashes", "a:\n\n" + strings.Repeat("- ", 100), 3},
		{"a long text", strings.Repeat("x", 1<<20), 0},
	} {
		if got := Line(c.text); got != c.want {
			t.Errorf("%s: line %d, want %d", c.name, got, c.want)
		}
	}
}
