package all_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/causes/all"
)

// ownPage is a page with this signs block.
func ownPage(signs string) string {
	var b strings.Builder
	b.WriteString("# Title\nLead.\n")
	for _, s := range cause.Sections {
		b.WriteString("## " + s + "\nText.\n")
	}
	return b.String() + "## Signs\n```signs\n" + signs + "```\n"
}

const goodSigns = "title: a badge is missing\nfault_at: client\nsigns:\n  - {says: [badge_required], strong: 0.9, because: The gateway says so.}\n"

func TestOpenJoinsTheBuiltIn(t *testing.T) {
	c, errs := all.Open(fstest.MapFS{
		"acme-badge.md":     {Data: []byte(ownPage(goodSigns + "hides: [no-credentials-sent, acme-more]\n"))},
		"acme-more.md":      {Data: []byte(ownPage(goodSigns))},
		"acme.yaml":         {Data: []byte("product: Acme\nlayer: gateway\nentries:\n  - {id: acme/gate, says: wrote, weight: 90, header: X-Acme}\n")},
		"phrases/acme.yaml": {Data: []byte("product: Acme\nphrases:\n  - {meaning: token-expired, text: the badge is stale}\n")},
		"README.md":         {Data: []byte("Our causes.\n")},
		"notes.txt":         {Data: []byte("no page")},
	})
	if len(errs) > 0 {
		t.Errorf("mistakes: %v", errs)
	}
	if n := len(c.Causes) - len(all.Causes()); n != 2 {
		t.Errorf("%d own causes, want 2", n)
	}
	built := slices.ContainsFunc(all.Causes(), func(k *cause.Cause) bool { return c.Signs.Has(k.ID) })
	if !c.Signs.Has("acme-badge") || !built || all.Book().Has("acme-badge") {
		t.Error("the books are not joined, or the built-in one was changed")
	}
	if _, ok := c.Page("acme-badge"); !ok {
		t.Error("the own page is not found")
	}
	if _, ok := c.Page("wrong-password"); !ok {
		t.Error("a built-in page is not found")
	}
	if c.Products == nil || len(c.Mine()) != 2 {
		t.Error("signatures or pages are missing")
	}
}

// TestOpenNamesMistakes: file, line and what was expected; the good page beside it counts.
func TestOpenNamesMistakes(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"built-in id", "wrong-password.md", ownPage(goodSigns), `wrong-password.md:1: "wrong-password" is a built-in cause`},
		{"no signs", "x.md", strings.Split(ownPage(""), "## Signs")[0], "x.md:1: expected a block marked signs"},
		{"no sign in the list", "x.md", ownPage("title: t\nfault_at: client\nsigns: []\n"), "x.md:21: signs: a cause without code needs signs: expected a list"},
		{"no title", "x.md", ownPage("fault_at: client\nsigns: [{says: [a], likely: 0.5}]\n"), "x.md:21: signs: title: expected 1 to 60 characters"},
		{"layer", "x.md", ownPage("title: t\nfault_at: moon\nsigns: [{says: [a], likely: 0.5}]\n"), `x.md:21: signs: fault_at "moon": expected one of client, network,`},
		{"unknown key", "x.md", ownPage("title: t\nfault_at: client\ncolour: red\nsigns: [{says: [a], likely: 0.5}]\n"), `x.md:23: signs: unknown field "colour"`},
		{"no weight", "x.md", ownPage("title: t\nfault_at: client\nsigns:\n  - says: [a]\n"), "x.md:24: sign 1: a sign has one of likely, strong, against"},
		{"two weights", "x.md", ownPage("title: t\nfault_at: client\nsigns:\n  - {says: [a], likely: 0.5}\n  - {says: [a], likely: 0.5, strong: 0.9}\n"), "x.md:25: sign 2: a sign has one of"},
		{"phrase", "x.md", ownPage("title: t\nfault_at: client\nsigns:\n  - {says: ['(a|b'], likely: 0.5}\n"), `x.md:24: sign 1: phrase "(a|b": a ( is not closed`},
		{"idea", "x.md", ownPage("title: t\nfault_at: client\nsigns:\n  - {idea: [moonlight], likely: 0.5}\n"), `unknown idea "moonlight"`},
		{"hides", "x.md", ownPage(goodSigns + "hides: [nobody]\n"), `x.md:21: signs: hides "nobody": expected the id of a cause`},
		{"not closed", "x.md", "# T\n```signs\na: b\n", "x.md:2: the block marked signs is not closed"},
		{"empty", "x.md", "", "x.md:1: expected \"# Title\""},
		{"binary", "x.md", "\x00\xff\xfe\x00", "x.md:1: expected \"# Title\""},
		{"too long", "x.md", strings.Repeat("x", 300<<10), "x.md: 307200 bytes: expected 262144 at most"},
		{"brackets", "x.md", ownPage(strings.Repeat("[", 100<<10) + "\n"), "x.md:21: signs: expected fewer brackets"},
		{"brackets in a signature file", "x.yaml", strings.Repeat("[", 100<<10), "x.yaml:1: expected fewer brackets"},
		{"name", "My Cause.md", ownPage(goodSigns), "My Cause.md: the name is the cause's id"},
		{"signature", "x.yaml", "product: X\nentries:\n  - {id: x/y, says: wrote, weight: 900, header: X}\n", "x.yaml:3: weight \"900\": expected 0 to 100"},
		{"signature's id", "x.yaml", "product: X\nentries:\n  - {id: nginx/error-page, says: wrote, weight: 90, header: X}\n", "nginx/error-page"},
		{"meaning", "phrases/x.yaml", "product: X\nphrases:\n  - {meaning: moonlight, text: abcd}\n", "phrases/x.yaml:3: unknown meaning"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, errs := all.Open(fstest.MapFS{c.file: {Data: []byte(c.text)}, "acme-badge.md": {Data: []byte(ownPage(goodSigns))}})
			if len(errs) != 1 || !strings.Contains(errs[0].Error(), c.want) {
				t.Errorf("got %v, want %q", errs, c.want)
			}
			if len(got.Causes) != len(all.Causes())+1 || !got.Signs.Has("acme-badge") {
				t.Error("the good page does not count")
			}
		})
	}
}

// FuzzOpen looks for a folder that makes the reader panic, or a mistake that does not name its file.
func FuzzOpen(f *testing.F) {
	f.Add(ownPage(goodSigns), "product: Acme\nentries:\n  - {id: acme/gate, says: wrote, weight: 90, header: X-Acme}\n")
	f.Add("# T\n```signs\nsigns: &a [*a]\n```\n", "product: [[[[\n")
	f.Add(ownPage("title: t\nfault_at: client\nsigns:\n  - {says: ['a ** (b|c d|) & e~'], likely: 0.5, not: [{claim: ['!exp']}]}\n"), "phrases: {}\n")
	f.Fuzz(func(t *testing.T, page, signatures string) {
		c, errs := all.Open(fstest.MapFS{"x.md": {Data: []byte(page)}, "x.yaml": {Data: []byte(signatures)}, "phrases/x.yaml": {Data: []byte(signatures)}})
		for _, err := range errs {
			if !strings.HasPrefix(err.Error(), "x.") && !strings.HasPrefix(err.Error(), "phrases/x.") {
				t.Errorf("no file is named: %v", err)
			}
		}
		if len(c.Causes) < len(all.Causes()) {
			t.Error("built-in causes are missing")
		}
	})
}

// TestReadErrorsAreNamed: a page that cannot be read is a mistake like any other.
func TestReadErrorsAreNamed(t *testing.T) {
	c, errs := all.Open(fstest.MapFS{"x.md": {Mode: fs.ModeDir | 0o755}, "y.md": {Mode: fs.ModeNamedPipe}})
	if len(errs) != 2 || len(c.Causes) != len(all.Causes()) {
		t.Errorf("%v", errs)
	}
}

func TestManyOwnPages(t *testing.T) {
	folder := fstest.MapFS{}
	for i := range 510 {
		folder[fmt.Sprintf("own-%03d.md", i)] = &fstest.MapFile{Data: []byte(ownPage(goodSigns))}
	}
	c, errs := all.Open(folder)
	if len(c.Mine()) != 500 || len(errs) != 1 || !slices.ContainsFunc(c.Causes, func(k *cause.Cause) bool { return k.ID == "own-499" }) {
		t.Errorf("%d pages, %v", len(c.Mine()), errs)
	}
}
