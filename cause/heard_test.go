package cause

import (
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// What is heard is bounded, keeps its place, and knows who said it.
func TestHeard(t *testing.T) {
	long := exchange.Raw(strings.Repeat("x", longestPassage+1))
	v := NewView(&exchange.Case{
		Exchanges: []*exchange.Exchange{
			{N: 1, Given: "paste", Response: &exchange.Response{Body: exchange.Body{Bytes: []byte("the body")}}},
			{N: 2, Response: &exchange.Response{Body: exchange.Body{Bytes: []byte("fetched by us")}}},
		},
		Messages: []exchange.Message{{Text: "a log line", From: fact.Source{Line: 7}}, {Text: long}},
		Notes:    []exchange.Note{{Text: "my words"}},
	})
	said, told := v.Said(), v.Told()
	if len(said) != 3 || said[0].Text != "the body" || said[0].From.Exchange != 1 || len(said[2].Text) != longestPassage {
		t.Errorf("said: %d passages", len(said))
	}
	if len(told) != 1 || told[0].Text != "my words" || len(v.Heard()) != 4 {
		t.Errorf("told: %d passages, heard: %d", len(told), len(v.Heard()))
	}
	g, from, ok := said.First(lazyregexp.New(`a (log) line`))
	if !ok || from.Line != 7 || g[1] != "log" {
		t.Errorf("first: %q %v %v", g, from, ok)
	}
	if all := v.Excerpts(1, 5, 4); len(all) != 2 || all[0].From.Line != 7 || all.Join() != "a lo\nmy w\n" {
		t.Errorf("excerpts: %q", all.Join())
	}
	for range 2 * mostPassages {
		told = told.AddValue(secret.New("s3cr3t"), fact.Source{})
	}
	if len(told) != mostPassages || told[1].Text != "s3cr3t" {
		t.Errorf("%d passages", len(told))
	}
}

// The joined texts leave out what does not fit, and take what comes after it.
func TestTextWithinLimit(t *testing.T) {
	v := NewView(&exchange.Case{
		Exchanges: []*exchange.Exchange{{N: 1, Given: "paste", Response: &exchange.Response{Body: exchange.Body{Bytes: []byte(strings.Repeat("b", 90))}}}},
		Messages:  []exchange.Message{{Text: exchange.Raw(strings.Repeat("m", 100))}, {Text: "short"}},
		Settings:  []exchange.Setting{{Name: "issuer", Args: []secret.Text{secret.Public("https://a.test"), secret.New("closed")}}},
		Notes:     []exchange.Note{{Text: exchange.Raw(strings.Repeat("n", 100))}, {Text: "brief"}},
	})
	if got, want := v.MachineText(100), strings.Repeat("b", 50)+"\nshort\nissuer:  https://a.test\n"; got != want {
		t.Errorf("machine: %q, want %q", got, want)
	}
	if got := v.HumanText(100); got != "brief\n" {
		t.Errorf("human: %q", got)
	}
}

func TestStamp(t *testing.T) {
	for line, want := range map[exchange.Raw]string{
		"2025-10-10T10:00:00.123Z level=debug":     "2025-10-10T10:00:00Z",
		"[app] 2025-10-10T12:00:00+02:00 refused":  "2025-10-10T10:00:00Z",
		"2025-10-10T10:00:00 without a zone":       "",
		"2025-13-10T10:00:00Z a month that is not": "",
		"a stamp far behind the beginning of the line, where it is what the line is about: 2025-10-10T10:00:00Z": "",
	} {
		got, ok := Stamp(line)
		if ok != (want != "") || ok && got.UTC().Format("2006-01-02T15:04:05Z") != want {
			t.Errorf("%s: %v %v", string(line), got, ok)
		}
	}
}

func TestWeightier(t *testing.T) {
	light, heavy, strong := &Suspicion{Grade: Likely, Weight: 0.3}, &Suspicion{Grade: Likely, Weight: 0.7}, &Suspicion{Grade: Strong, Weight: 0.1}
	even := &Suspicion{Grade: Likely, Weight: 0.3}
	for _, c := range []struct{ a, b, want *Suspicion }{
		{nil, nil, nil}, {nil, light, light}, {light, nil, light}, {light, heavy, heavy}, {strong, heavy, strong}, {light, even, light},
	} {
		if got := Weightier(c.a, c.b); got != c.want {
			t.Errorf("%+v and %+v: %+v", c.a, c.b, got)
		}
	}
}
