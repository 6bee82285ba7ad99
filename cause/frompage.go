package cause

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/why401/why401/cause/sign"
	"github.com/why401/why401/exchange"
)

// Sheet is a page's signs block: what the cause is known by, and, for a cause that has no code, what it is.
type Sheet struct {
	sign.Signs `yaml:",inline"`

	Title     string         `yaml:"title"`      // one plain line, at most 60 characters; only without code
	RefusedBy exchange.Layer `yaml:"refused_by"` // only without code
	FaultAt   exchange.Layer `yaml:"fault_at"`   // only without code
	Hides     []string       `yaml:"hides"`      // more general causes; only without code
}

// Sheet reads the page's signs block; the zero Sheet when there is none. Errors name the page and the line in the block.
func (p Page) Sheet() (Sheet, error) {
	var s Sheet
	if strings.TrimSpace(p.Signs) == "" {
		return s, nil
	}
	if err := yaml.UnmarshalWithOptions([]byte(p.Signs), &s, yaml.Strict()); err != nil {
		return s, fmt.Errorf("%s.md, signs: %w", p.ID, err)
	}
	for n, x := range s.Signs.Signs {
		if err := x.Check(); err != nil {
			return s, fmt.Errorf("%s.md, sign %d: %w", p.ID, n+1, err)
		}
	}
	return s, nil
}

// FromPage makes a cause that has no code of its page.
func FromPage(family string, p Page) (*Cause, error) {
	s, err := p.Sheet()
	if err != nil {
		return nil, err
	}
	switch {
	case s.Title == "" || len(s.Title) > 60:
		return nil, fmt.Errorf("%s.md, signs: title %q: expected 1 to 60 characters", p.ID, s.Title)
	case s.FaultAt == exchange.Unknown:
		return nil, fmt.Errorf("%s.md, signs: fault_at is missing", p.ID)
	case len(s.Signs.Signs) == 0:
		return nil, fmt.Errorf("%s.md, signs: a cause without code needs signs", p.ID)
	}
	return &Cause{ID: p.ID, Title: s.Title, Family: family, RefusedBy: s.RefusedBy, FaultAt: s.FaultAt, Hides: s.Hides}, nil
}

// Fixes makes remedies of the page's two fix sections, for a cause whose detector gives none.
func (p Page) Fixes() []Remedy {
	var out []Remedy
	for _, f := range []struct{ heading, id string }{{"Fix now", "now"}, {"Fix for good", "for-good"}} {
		todo := steps(p.Sections[f.heading])
		if len(todo) == 0 {
			continue
		}
		title := todo[0]
		if i := strings.IndexAny(title, ".:;"); i > 0 && i < len(title)-1 {
			title = title[:i]
		}
		r := Remedy{ID: f.id, Title: strings.TrimRight(title, ".:;"), Steps: todo, Verify: "the same request is let in; without a credential it is still refused"}
		r.Undo = strings.Join(steps(p.Sections["Undo"]), " ")
		out = append(out, r)
	}
	return out
}

// steps gives the paragraphs and the indented commands of a section, one each.
func steps(section string) []string {
	var out []string
	var para []string
	flush := func() {
		if len(para) > 0 {
			out = append(out, strings.Join(para, " "))
			para = nil
		}
	}
	for _, l := range strings.Split(section, "\n") {
		switch {
		case strings.TrimSpace(l) == "" || strings.HasPrefix(l, "```"):
			flush()
		case strings.HasPrefix(l, "    "):
			flush()
			out = append(out, strings.TrimSpace(l))
		default:
			para = append(para, strings.TrimSpace(l))
		}
	}
	flush()
	return out
}
