package report

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/internal/golden"
	"pgregory.net/rapid"
)

func render(t testing.TB, r *Report, o TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// forms are the ways a report is shown to people.
var forms = []struct {
	name string
	o    TextOptions
}{
	{"80", TextOptions{Width: 80, ASCII: true}},
	{"40", TextOptions{Width: 40, ASCII: true}},
	{"utf8", TextOptions{Width: 80}},
	{"plain", TextOptions{Plain: true, ASCII: true}},
	{"quiet", TextOptions{Quiet: true, ASCII: true}},
	{"verbose", TextOptions{Width: 80, Verbose: true, ASCII: true}},
	{"color", TextOptions{Width: 80, Color: true, ASCII: true}},
}

func TestScreens(t *testing.T) {
	for name, r := range samples() {
		for _, f := range forms {
			golden.Equal(t, fmt.Sprintf("testdata/screens/%s.%s.txt", name, f.name), render(t, r, f.o))
		}
		var b bytes.Buffer
		if err := Markdown(&b, r); err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, "testdata/screens/"+name+".md", b.String())
	}
}

var sgr = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// fits fails t when the screen is broader than its width or, at 80 columns, longer than a screenful.
func fits(t rapid.TB, text string, width int) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for _, l := range lines {
		if n := columns(sgr.ReplaceAllString(l, "")); n > width {
			t.Fatalf("%d columns, %d allowed: %q\n%s", n, width, l, text)
		}
	}
	if width >= 80 && len(lines) > screenful {
		t.Fatalf("%d lines, %d allowed\n%s", len(lines), screenful, text)
	}
}

func TestScreenFits(t *testing.T) {
	for name, r := range samples() {
		for _, width := range []int{20, 39, 40, 79, 80, 81, 100, 300} {
			for _, ascii := range []bool{true, false} {
				t.Log(name, width)
				fits(t, render(t, r, TextOptions{Width: width, ASCII: ascii, Color: ascii}), min(width, widest))
			}
		}
	}
}

func TestScreenFitsAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 300, -1)
		r := hostile(text.Draw(t, "payload"))
		for range rapid.IntRange(0, 30).Draw(t, "more") {
			s := text.Draw(t, "text")
			r.Evidence = append(r.Evidence, Evidence{Fact: s})
			r.Notes = append(r.Notes, s)
			r.Also = append(r.Also, Verdict{Cause: "c", Title: s})
			r.Suspects = append(r.Suspects, Suspect{Title: s})
			r.RuledOut = append(r.RuledOut, RuledOut{Title: s})
			r.Raise = append(r.Raise, Raise{Command: "curl " + ShellQuote(s), Where: s, Would: s})
			r.Remedies = append(r.Remedies, Remedy{Cause: rapid.SampledFrom([]string{"wrong-password", "x", "y"}).Draw(t, "cause"), Title: s, Steps: []string{"curl " + ShellQuote(s), s}})
			r.Path = append(r.Path, Stop{Name: s, Result: rapid.SampledFrom([]string{"passed", "refused", "not_reached", "unknown"}).Draw(t, "result"), Note: s})
		}
		width := rapid.IntRange(20, 120).Draw(t, "width")
		var b bytes.Buffer
		if err := Text(&b, r, TextOptions{Width: width, ASCII: rapid.Bool().Draw(t, "ascii")}); err != nil {
			t.Fatal(err)
		}
		fits(t, b.String(), min(width, widest))
	})
}

// TestNothingByColourAlone: without escape sequences the coloured screen is the plain one, and ASCII has no other bytes.
func TestNothingByColourAlone(t *testing.T) {
	for name, r := range samples() {
		colored := render(t, r, TextOptions{Width: 80, Color: true, ASCII: true})
		if got, want := sgr.ReplaceAllString(colored, ""), render(t, r, TextOptions{Width: 80, ASCII: true}); got != want {
			t.Errorf("%s: colour changes the text\n%s\n%s", name, got, want)
		}
		for i := range len(colored) {
			if colored[i] >= 0x80 {
				t.Errorf("%s: byte %#x in ASCII", name, colored[i])
				break
			}
		}
	}
}

func TestOneMark(t *testing.T) {
	for name, r := range samples() {
		if r.Outcome == Healthy || name == "hostile" || len(r.Path) == 0 {
			continue
		}
		for _, width := range []int{40, 80} {
			text := render(t, r, TextOptions{Width: width, ASCII: true})
			if n := strings.Count(text, "[x"); n != 1 {
				t.Errorf("%s at %d columns: %d marks\n%s", name, width, n, text)
			}
		}
	}
}

func TestAnswerFirstNextLast(t *testing.T) {
	for name, r := range samples() {
		if r.Outcome == Healthy || r.Verdict.Cause == "" || name == "hostile" || name == "long" || name == "wide" {
			continue
		}
		lines := strings.Split(strings.TrimSpace(render(t, r, TextOptions{Width: 80, ASCII: true})), "\n")
		if !strings.HasPrefix(lines[0], ASCII(r.Verdict.Title)[:10]) || !strings.HasSuffix(lines[0], r.Verdict.Grade.String()) {
			t.Errorf("%s: first line %q", name, lines[0])
		}
		if !strings.Contains(lines[0]+lines[1], r.Verdict.Cause) {
			t.Errorf("%s: no id in %q %q", name, lines[0], lines[1])
		}
		if l := lines[len(lines)-3]; !strings.HasPrefix(l, "  Next  why401 ") {
			t.Errorf("%s: the last line before the rule is %q", name, l)
		}
	}
}

// TestVerboseHoldsEverything: what the short form drops stands in the long one.
func TestVerboseHoldsEverything(t *testing.T) {
	r := long()
	text := strings.Join(strings.Fields(render(t, r, TextOptions{Width: 80, Verbose: true, ASCII: true})), " ")
	for _, e := range r.Evidence {
		if want := strings.Join(strings.Fields(e.Fact), " "); len(want) < 70 && !strings.Contains(text, want) {
			t.Errorf("missing fact %q", want)
		}
	}
	if n := strings.Count(text, "because it was tried"); n != len(r.RuledOut) {
		t.Errorf("%d of %d ruled out", n, len(r.RuledOut))
	}
	short := render(t, r, TextOptions{Width: 80, ASCII: true})
	if !strings.Contains(short, "more: -v") {
		t.Errorf("the short form does not say that there is more\n%s", short)
	}
}

// TestNoHalfCommand: a command is shown whole or not at all.
func TestNoHalfCommand(t *testing.T) {
	for name, r := range samples() {
		for _, width := range []int{30, 40, 60, 80, 100} {
			lines := strings.Split(render(t, r, TextOptions{Width: width, ASCII: true}), "\n")
			for i, l := range lines[:len(lines)-1] {
				if strings.HasSuffix(l, `\`) && strings.HasPrefix(lines[i+1], "---") {
					t.Errorf("%s at %d columns: cut behind %q", name, width, l)
				}
			}
		}
	}
}

func TestQuietForm(t *testing.T) {
	for name, r := range samples() {
		line := render(t, r, TextOptions{Quiet: true})
		if parts := strings.Split(strings.TrimSuffix(line, "\n"), " | "); len(parts) != 4 || strings.Count(line, "\n") != 1 {
			t.Errorf("%s: %q", name, line)
		}
	}
	if got, want := render(t, redirectDrop(), TextOptions{Quiet: true}), "curl dropped your token on a redirect to another host | redirect-cross-host-drops-auth | proved | client\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPlainHasEveryFact(t *testing.T) {
	for name, r := range samples() {
		if name == "hostile" {
			continue
		}
		text := render(t, r, TextOptions{Plain: true})
		for _, e := range r.Evidence {
			if !strings.Contains(text, e.Fact) {
				t.Errorf("%s: %q is missing", name, e.Fact)
			}
		}
		for _, m := range r.Remedies {
			for _, s := range m.Steps {
				if !slices.Contains(strings.Split(text, "\n"), s) {
					t.Errorf("%s: the step %q has no line of its own", name, s)
				}
			}
		}
	}
	if text := render(t, wrongPassword(), TextOptions{Plain: true}); !strings.Contains(text, "\nStep 3 of 4: nginx 1.22: refused") {
		t.Error(text)
	}
}

// TestGradeProvedNeedsNoRaise: a proved verdict asks for nothing more.
func TestGradeProvedNeedsNoRaise(t *testing.T) {
	r := wrongPassword()
	if s := render(t, r, TextOptions{}); !strings.Contains(s, "To be sure") {
		t.Errorf("strong, but nothing to raise it\n%s", s)
	}
	r.Verdict.Grade = cause.Proved
	if s := render(t, r, TextOptions{}); strings.Contains(s, "To be sure") {
		t.Errorf("proved, and still unsure\n%s", s)
	}
}

func TestSamplesAreMany(t *testing.T) {
	if names := slices.Sorted(maps.Keys(samples())); len(names) < 12 {
		t.Errorf("only %v", names)
	}
}
