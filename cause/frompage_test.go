package cause

import (
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
)

// written is a page with this signs block, which begins on line 21.
func written(signs string) string {
	var b strings.Builder
	b.WriteString("# Title\nLead.\n")
	for _, s := range Sections {
		b.WriteString("## " + s + "\nText.\n")
	}
	return b.String() + "## Signs\n```signs\n" + signs + "```\n"
}

func TestFromPage(t *testing.T) {
	p, err := ParsePage("acme-badge", written("title: a badge is missing\nrefused_by: gateway\nfault_at: client\nhides: [x]\nsigns:\n  - {says: [badge_required], strong: 0.9}\nraise:\n  - {command: c, where: here, would: tell}\n"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := FromPage("own", p)
	if err != nil {
		t.Fatal(err)
	}
	if c.ID != "acme-badge" || c.Title != "a badge is missing" || c.Family != "own" || c.RefusedBy != exchange.Gateway || c.FaultAt != exchange.Client || len(c.Hides) != 1 || c.Suspect != nil {
		t.Errorf("%+v", c)
	}
	if s, err := p.Sheet(); err != nil || len(s.Raise) != 1 || len(s.Signs.Signs) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if strings.Contains(p.Text, "badge_required") {
		t.Error("the signs are shown as they are written")
	}
}

func TestPageMistakesNameTheLine(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"title", "\n\n", `x.md:1: expected "# Title"`},
		{"heading", "# T\n\n## What\n", `x.md:3: heading "What": expected one of What you see, `},
		{"section", "# T\nLead.\n## What you see\nText.\n", `x.md:4: section "How it happens" is missing or empty: expected "## How it happens"`},
		{"not closed", "# T\n```example\na\n", "x.md:2: the block marked example is not closed"},
		{"two blocks", written("a: b\n") + "```signs\nc: d\n```\n", "x.md:23: a second signs block"},
	} {
		if _, err := ParsePage("x", c.text); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for _, c := range []struct{ name, signs, want string }{
		{"empty", "", "x.md:1: expected a block marked signs"},
		{"yaml", "title: t\n  bad: [\n", "x.md:2"},
		{"key", "title: t\ncolour: red\n", `x.md:22: signs: unknown field "colour"`},
		{"sign", "title: t\nfault_at: client\nsigns:\n  - {says: [a], likely: 0.5}\n\n  - says: [b]\n", "x.md:26: sign 2: a sign has one of"},
		{"layer", "title: t\nfault_at: cloud\nsigns:\n  - {says: [a], likely: 0.5}\n", `x.md:21: signs: fault_at "cloud": expected one of client, network, `},
		{"refused by", "title: t\nrefused_by: cloud\nfault_at: client\nsigns:\n  - {says: [a], likely: 0.5}\n", `x.md:21: signs: refused_by "cloud"`},
		{"long title", "title: " + strings.Repeat("t", 61) + "\nfault_at: client\nsigns:\n  - {says: [a], likely: 0.5}\n", "x.md:21: signs: title: expected 1 to 60 characters, got 61"},
		{"brackets", strings.Repeat("[", 100_000) + "\n", "x.md:21: signs: expected fewer brackets"},
	} {
		p, err := ParsePage("x", written(c.signs))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := FromPage("own", p); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestFixes(t *testing.T) {
	text := strings.Replace(written(""), "## Fix now\nText.", "## Fix now\nRenew the badge: it is old.\n\n    badge renew\n    badge show", 1)
	p, err := ParsePage("x", strings.Replace(text, "## Undo\nText.", "## Undo\nTake it back,\nall of it.", 1))
	if err != nil {
		t.Fatal(err)
	}
	got := p.Fixes()
	if len(got) != 2 || got[0].ID != "now" || !strings.HasPrefix(got[0].Title, "Renew the badge") || !slices.Contains(got[0].Steps, "badge renew") || !slices.Contains(got[0].Steps, "badge show") || got[0].Undo != "Take it back, all of it." {
		t.Errorf("%+v", got)
	}
}

// FuzzPage looks for a page that makes the reader panic, or an error without its place.
func FuzzPage(f *testing.F) {
	f.Add(written("title: t\nfault_at: client\nsigns:\n  - {says: ['a * b'], likely: 0.5}\n"))
	f.Add("# T\r\n## What you see\r\n```\n## no heading\n```\n")
	f.Add(written("signs: &a\n  - *a\n"))
	f.Add("\xff\xfe#\x00 \x00T\x00\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePage("x", text)
		if err == nil {
			p.Fixes()
			_, err = FromPage("own", p)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "x.md:") {
			t.Errorf("no place: %v", err)
		}
	})
}
