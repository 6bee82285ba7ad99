package all_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/cause/likeness"
	"github.com/why401/why401/cause/sign"
	"github.com/why401/why401/causes/all"
)

// known are gaps that are still to be closed. The list only shrinks; the test says which of it are none any more.
var known = []string{
	`entra-conditional-access: the wording "aadsts50076" is strong for password-login-disabled, too`,
	`es-security-specifics: hides wrong-credentials, which is no cause`,
	`grafana-specifics: hides wrong-credentials, which is no cause`,
	`negotiate-channel-binding: hides tls-inspection, which is no cause`,
	`oauth-token-request-incomplete: the wording "aadsts500011" is strong for token-aud-mismatch, too`,
}

// TestCatalogue reads every page and names every gap in it. What it asks of a page is what a contributor can forget; what
// a page says is put to the test by its family.
func TestCatalogue(t *testing.T) {
	var gaps []string
	gap := func(id, format string, args ...any) { gaps = append(gaps, id+": "+fmt.Sprintf(format, args...)) }
	causes := map[string]*cause.Cause{}
	for _, c := range all.Causes() {
		if causes[c.ID] != nil {
			gap(c.ID, "is there twice")
		}
		causes[c.ID] = c
	}
	ideas := sharedIdeas(t)
	vocabulary, err := likeness.Vocabulary()
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]cause.Page{}
	for _, family := range all.Pages() {
		ps, err := cause.Pages(family)
		if err != nil {
			t.Fatal(err) // a page that cannot be read names itself
		}
		maps.Copy(pages, ps)
	}
	strong := map[string][]string{} // a wording that is enough by itself -> the causes that claim it
	for id, p := range pages {
		c := causes[id]
		if c == nil {
			gap(id, "the page has no cause")
			continue
		}
		for _, problem := range causetest.Validate(c, pages) {
			gap(id, "%s", problem)
		}
		if n := len(p.Title); n > 72 {
			gap(id, "the page's title has %d characters; 72 are the most", n)
		}
		if n := len(c.Title); c.Suspect == nil && n > 60 {
			gap(id, "the title has %d characters; 60 are the most without a detector", n)
		}
		s, err := p.Sheet()
		if err != nil {
			continue // Validate has said so
		}
		if _, err := sign.Pack(ideas, map[string]*sign.Signs{id: &s.Signs}); err != nil {
			gap(id, "%v", err)
		}
		for _, a := range s.About {
			if _, err := likeness.ParseConcept(a, vocabulary); err != nil {
				gap(id, "%v", err)
			}
		}
		for _, x := range s.Signs.Signs {
			if x.Strong == 0 {
				continue
			}
			for _, w := range alone(x) {
				if !slices.Contains(strong[w], id) {
					strong[w] = append(strong[w], id)
				}
			}
		}
		for _, h := range c.Hides {
			if causes[h] == nil {
				gap(id, "hides %s, which is no cause", h)
			}
		}
	}
	for id := range causes {
		if _, ok := pages[id]; !ok {
			gap(id, "has no page")
		}
	}
	for w, ids := range strong {
		if len(ids) > 1 {
			slices.Sort(ids)
			gap(ids[0], "%s is strong for %s, too", w, strings.Join(ids[1:], " and "))
		}
	}
	for _, id := range all.Book().Likely() {
		if causes[id] == nil {
			gap(id, "likeness knows it, and there is no such cause: run make learn")
		}
	}
	slices.Sort(gaps)
	for _, g := range gaps {
		if !slices.Contains(known, g) {
			t.Error(g)
		}
	}
	for _, k := range known {
		if !slices.Contains(gaps, k) {
			t.Logf("no gap any more, take it off the list: %s", k)
		}
	}
}

// alone are the wordings and values of a sign that each suffice for it, written alike: those of its one condition.
func alone(s sign.Sign) []string {
	if len(s.Not) > 0 {
		return nil
	}
	var out []string
	kinds := 0
	for what, items := range map[string][]string{"says": s.Says, "told": s.Told, "text": s.Text, "header": s.Header, "request": s.Request,
		"challenge": s.Challenge, "json": s.JSON, "claim": s.Claim, "token": s.Token, "setting": s.Setting, "url": s.URL, "idea": s.Idea, "who": s.Who} {
		if len(items) > 0 {
			kinds++
		}
		for _, i := range items {
			w := strings.ToLower(strings.Join(strings.Fields(i), " "))
			if what == "says" || what == "text" || what == "told" {
				what = "the wording"
			}
			out = append(out, fmt.Sprintf("%s %q", what, w))
		}
	}
	if kinds != 1 || len(s.Status)+len(s.Method) > 0 {
		return nil
	}
	return out
}

func sharedIdeas(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../../cause/sign/ideas.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ideas := map[string][]string{}
	if err := yaml.UnmarshalWithOptions(text, &ideas, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return ideas
}
