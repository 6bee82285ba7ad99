package dotenv

import (
	"fmt"
	"strings"
	"testing"
)

func show(entries []Entry, bad []Mistake) string {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%d %s=%q", e.Line, e.Name, e.Value)
		if !e.Known {
			b.WriteString(" ?")
		}
		b.WriteString("\n")
	}
	for _, m := range bad {
		fmt.Fprintf(&b, "%d! %s\n", m.Line, m.What)
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "",
		"# a\n\n  # b\n":                      "",
		"A=1\nexport B = two # c\nC=x#y":      "1 A=\"1\"\n2 B=\"two\"\n3 C=\"x#y\"\n",
		"A=\nB=''\nC=\"\"":                    "1 A=\"\"\n2 B=\"\"\n3 C=\"\"\n",
		"A='a $B ${C} \\n # x' # y":           "1 A=\"a $B ${C} \\\\n # x\"\n",
		`A="a\n\"q\" \$x"`:                    "1 A=\"a\\n\\\"q\\\" $x\"\n",
		"A='two\nlines'\nB=2":                 "1 A=\"two\\nlines\"\n3 B=\"2\"\n",
		"H=h.test\nU=https://${H}/wp":         "1 H=\"h.test\"\n2 U=\"https://h.test/wp\"\n",
		"U=${H}":                              "1 U=\"${H}\" ?\n",
		"P=pa$word\nQ=$(id)\nR=a`b`":          "1 P=\"pa$word\" ?\n2 Q=\"$(id)\" ?\n3 R=\"a`b`\" ?\n",
		"P=pa$":                               "1 P=\"pa$\"\n",
		"A=1\nA=2":                            "1 A=\"1\"\n2 A=\"2\"\n",
		"no line\nA=1\n=x\n1A=2\nB=a b\nC='x": "2 A=\"1\"\n1! expected NAME=value\n3! expected NAME=value\n4! expected NAME=value\n5! a value with blanks has to stand in quotes\n6! a quote that does not end\n",
		"A='x' y\nB=1":                        "2 B=\"1\"\n1! something stands behind the closing quote\n",
		"\uFEFFA=1\r\nB=2\r\n":                "1 A=\"1\"\n2 B=\"2\"\n",
		strings.Repeat("#", maxFile+1):        "1! larger than 256 KiB: no .env file\n",
		"A=x\n" + strings.Repeat("A=${A}${A}\n", 20) + "B=${A}": "",
	} {
		got := show(Parse(text, nil))
		if want == "" && strings.HasPrefix(text, "A=x") {
			if !strings.HasSuffix(got, "?\n") {
				t.Errorf("a value that doubles: %.80q", got[len(got)-60:])
			}
			continue
		}
		if got != want {
			t.Errorf("%.60q:\n%swant\n%s", text, got, want)
		}
	}
	if got := show(Parse("U=${H}/x", map[string]string{"H": "h"})); got != "1 U=\"h/x\"\n" {
		t.Error(got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"A=1", "export A='x'\nB=\"${A}\\n\"", "A=\"", "=\n'\n", "A=${A}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		entries, _ := Parse(s, nil)
		last := 0
		for _, e := range entries {
			if e.Line < last || !isName(e.Name) {
				t.Errorf("%q: %+v", s, e)
			}
			last = e.Line
		}
	})
}
