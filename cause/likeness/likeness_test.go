package likeness_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/cause/likeness"
)

func small(t testing.TB) *likeness.Model {
	t.Helper()
	about := map[string][][][]string{}
	for id, texts := range map[string][]string{
		"cookie-path": {"(cookie|@session) & (path|directory)"},
		"clock":       {"(clock|time) & (off|ahead|behind|drift~)"},
	} {
		for _, text := range texts {
			c, err := likeness.ParseConcept(text, map[string][]string{"session": {"session", "jsessionid"}})
			if err != nil {
				t.Fatal(err)
			}
			about[id] = append(about[id], c)
		}
	}
	return likeness.Learn([]likeness.Text{
		{Cause: "cookie-path", Words: strings.Fields("the cookie is not sent to the other directory of the server")},
		{Cause: "cookie-path", Words: strings.Fields("my cookie is missing below the other path")},
		{Cause: "clock", Words: strings.Fields("the clock of the server is off and the token is refused")},
		{Cause: "clock", Words: strings.Fields("after suspend the time drifts and every token is refused")},
	}, about)
}

func TestLikeness(t *testing.T) {
	learnt := small(t)
	read, err := likeness.Open(string(learnt.Pack()))
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*likeness.Model{"learnt": learnt, "read": read} {
		for text, want := range map[string]string{
			"a cookie that the browser keeps back":    "cookie-path",
			"jsessionid directory":                    "cookie-path", // words of a concept that no text had
			"the drifting time of a virtual machine":  "clock",
			"everything is refused, the clock says x": "clock",
		} {
			r := m.Read(strings.Fields(strings.ReplaceAll(text, ",", "")))
			sum, most, best := 0.0, 0.0, ""
			for _, id := range m.Causes() {
				x, ok := r.Of(id)
				if p := math.Exp(x); ok && p > most {
					most, best = p, id
				}
				sum += math.Exp(x)
			}
			if best != want || math.Abs(sum-1) > 1e-6 {
				t.Errorf("%s: %q: said %q, the chances add up to %v", name, text, best, sum)
			}
		}
		if m.Read([]string{"xyzzy"}).Known() {
			t.Errorf("%s: no known word", name)
		}
		if _, ok := m.Read([]string{"clock"}).Of("nothing"); ok {
			t.Errorf("%s: no such cause", name)
		}
		if got := m.Read(strings.Fields("its jsessionid has another path")).Touched("cookie-path"); !slices.Equal(got, []string{"jsessionid", "path"}) {
			t.Errorf("%s: touched %q", name, got)
		}
	}
	none := (*likeness.Model)(nil).Read([]string{"cookie"})
	if _, ok := none.Of("clock"); ok || none.Known() || none.Touched("clock") != nil {
		t.Error("nothing to compare with")
	}
}

// The same texts give the same model, byte for byte: what is built in can be made again.
func TestLearnRepeats(t *testing.T) {
	if a, b := small(t).Pack(), small(t).Pack(); string(a) != string(b) {
		t.Error("two models of the same texts differ")
	}
}

func TestParseConceptNamesMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"(a|b":       "ends with )",
		"a|@nowhere": "no words called",
		"a & ":       "expected words",
		"(a|*)":      "expected words",
	} {
		if _, err := likeness.ParseConcept(text, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, expected %q", text, err, want)
		}
	}
}

// FuzzOpen: a packed model is read or refused, whatever its bytes.
func FuzzOpen(f *testing.F) {
	f.Add(small(f).Pack())
	f.Add([]byte("why401 likeness 2\n\x01\x00\x00\x00a\x01\x00\x00\x00\n\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := likeness.Open(string(data))
		if err != nil {
			return
		}
		m.Read([]string{"one", "clock", "time_drift", "off"}).Touched(m.Causes()[0])
	})
}

// FuzzParseConcept: a concept is read or refused, whatever stands on a page.
func FuzzParseConcept(f *testing.F) {
	f.Add("(a b|c~) & d")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := likeness.ParseConcept(text, map[string][]string{"x": {"y"}}); err == nil {
			likeness.Learn([]likeness.Text{{Cause: "a", Words: strings.Fields(text)}}, map[string][][][]string{"a": {c}})
		}
	})
}
