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

func TestUnmarshal(t *testing.T) {
	type sheet struct{ Names []string }
	for _, c := range []struct {
		text string
		line int
		want string // "" for none
	}{
		{"", 0, ""},
		{"names: [a]\n", 0, ""},
		{"names:\n  ! #x\n", 1, "without tags"},
		{"names: [a]\nother: b\n", 2, "unknown field"},
		{"names:\n- a\n - [\n", 3, ""},
		{strings.Repeat("[", 1_000_000), 1, "fewer brackets"},
	} {
		var v sheet
		line, err := Unmarshal(c.text, &v)
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || line != c.line) {
			t.Errorf("%.20q: line %d, %v; want line %d, %q", c.text, line, err, c.line, c.want)
		}
		if c.want == "" && c.line == 0 && err != nil {
			t.Errorf("%.20q: %v", c.text, err)
		}
	}
}

// FuzzUnmarshal looks for a text that is survived neither by the parser nor by us.
func FuzzUnmarshal(f *testing.F) {
	f.Add("names: [a, b]\nmore:\n  c: d\n")
	f.Add("names:\n  ! #x\n")
	f.Add("&a [*a]\n")
	f.Add("names: !!binary x\n? y\n: |\n z\n")
	f.Fuzz(func(t *testing.T, text string) {
		var v struct {
			Names []string
			More  map[string]any
			One   *struct{ C []struct{ D int } }
		}
		if line, err := Unmarshal(text, &v); err == nil && line != 0 {
			t.Errorf("line %d without a mistake", line)
		}
	})
}
