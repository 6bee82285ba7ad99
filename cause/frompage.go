package cause

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/why401/why401/cause/sign"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/shallow"
)

// Sheet is a page's signs block: what the cause is known by, and, for a cause that has no code, what it is.
type Sheet struct {
	sign.Signs `yaml:",inline"`

	Title     string         `yaml:"title"`      // one plain line, at most 60 characters; only without code
	RefusedBy exchange.Layer `yaml:"refused_by"` // only without code
	FaultAt   exchange.Layer `yaml:"fault_at"`   // only without code
	Hides     []string       `yaml:"hides"`      // more general causes; only without code

	About []string `yaml:"about"` // what a text speaks of whose cause this is (likeness.ParseConcept)
}

// Sheet reads the page's signs block; the zero Sheet when there is none. Errors name the page and its line.
func (p Page) Sheet() (Sheet, error) {
	var s Sheet
	if strings.TrimSpace(p.Signs) == "" {
		return s, nil
	}
	if line, err := shallow.Unmarshal(p.Signs, &s); err != nil {
		return s, fmt.Errorf("%s.md:%d: signs: %w", p.ID, p.SignsLine+max(line, 1)-1, err)
	}
	for n, x := range s.Signs.Signs {
		if err := x.Check(); err != nil {
			return s, fmt.Errorf("%s.md:%d: sign %d: %w", p.ID, p.signLine(n), n+1, err)
		}
	}
	return s, nil
}

// signLine is the line of the page on which sign n begins, counted from 0; the block's first line when it is not found.
func (p Page) signLine(n int) int {
	at, err := yaml.PathString(fmt.Sprintf("$.signs[%d]", n))
	if err != nil {
		return p.SignsLine
	}
	node, err := at.ReadNode(strings.NewReader(p.Signs))
	if err != nil || node.GetToken() == nil {
		return p.SignsLine
	}
	return p.SignsLine + node.GetToken().Position.Line - 1
}

// FromPage makes a cause that has no code of its page.
func FromPage(family string, p Page) (*Cause, error) {
	s, err := p.Sheet()
	if err != nil {
		return nil, err
	}
	at := fmt.Sprintf("%s.md:%d: signs: ", p.ID, max(p.SignsLine, 1))
	switch {
	case p.Signs == "":
		return nil, fmt.Errorf("%s.md:1: expected a block marked signs: a cause without code is known by its signs", p.ID)
	case s.Title == "" || len(s.Title) > 60:
		return nil, fmt.Errorf("%stitle: expected 1 to 60 characters, got %d", at, len(s.Title))
	case s.FaultAt == exchange.Unknown:
		return nil, fmt.Errorf("%sfault_at is missing: expected one of %s", at, layerNames())
	case !slices.Contains(layers, s.FaultAt):
		return nil, fmt.Errorf("%sfault_at %q: expected one of %s", at, s.FaultAt, layerNames())
	case s.RefusedBy != exchange.Unknown && !slices.Contains(layers, s.RefusedBy):
		return nil, fmt.Errorf("%srefused_by %q: expected one of %s, or none", at, s.RefusedBy, layerNames())
	case len(s.Signs.Signs) == 0:
		return nil, fmt.Errorf("%sa cause without code needs signs: expected a list under \"signs:\"", at)
	}
	return &Cause{ID: p.ID, Title: s.Title, Family: family, RefusedBy: s.RefusedBy, FaultAt: s.FaultAt, Hides: s.Hides}, nil
}

// layers are where a refusal or a fault can sit.
var layers = []exchange.Layer{exchange.Client, exchange.Network, exchange.Edge, exchange.Gateway, exchange.WebServer,
	exchange.Application, exchange.IdentityProvider}

func layerNames() string {
	var out []string
	for _, l := range layers {
		out = append(out, string(l))
	}
	return strings.Join(out, ", ")
}

// Fixes makes remedies of the page's two fix sections, for a cause whose detector gives none.
func (p Page) Fixes() []Remedy {
	var out []Remedy
	for _, f := range []struct{ heading, id string }{{"Fix now", "now"}, {"Fix for good", "for-good"}} {
		lines := steps(p.Sections[f.heading])
		if len(lines) == 0 {
			continue
		}
		title := headline(p.Sections[f.heading], f.heading)
		if strings.TrimRight(lines[0], ".:;") == title {
			lines = lines[1:] // the title says it
		}
		r := Remedy{ID: f.id, Title: title, Steps: lines,
			Verify: "the same request is let in; without a credential it is still refused"}
		r.Undo = strings.Join(steps(p.Sections["Undo"]), " ")
		out = append(out, r)
	}
	return out
}

// headline is the first sentence of a section's prose; a section of commands only is named by its heading.
func headline(section, heading string) string {
	for _, para := range strings.Split(section, "\n\n") {
		if para = strings.TrimRight(para, "\n"); strings.HasPrefix(strings.TrimLeft(para, "\n"), "    ") || strings.TrimSpace(para) == "" {
			continue
		}
		text := strings.Join(strings.Fields(para), " ")
		if i := strings.Index(text, ". "); i > 0 {
			text = text[:i]
		}
		return strings.TrimRight(text, ".:;")
	}
	if strings.EqualFold(heading, "Fix for good") {
		return "so that it does not come back, carry this out"
	}
	return "carry this out"
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
