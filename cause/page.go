package cause

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Page is the text of a cause as users read it. Its fenced scenarios are run as tests, look-alikes included.
type Page struct {
	ID        string
	Title     string
	Lead      string            // one or two sentences under the title
	Sections  map[string]string // by heading
	Scenarios []string          // the fenced blocks marked "scenario", in order
	Text      string            // the page without its scenarios, for the terminal
}

// Sections every page has, in this order.
var Sections = []string{
	"What you see", "How it happens", "How why401 knows", "What it cannot know",
	"Fix now", "Fix for good", "Undo", "Not this if",
}

// Pages reads every page of a family's file system.
func Pages(family fs.FS) (map[string]Page, error) {
	names, err := fs.Glob(family, "*.md")
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	out := map[string]Page{}
	for _, n := range names {
		b, err := fs.ReadFile(family, n)
		if err != nil {
			return nil, fmt.Errorf("read page %s: %w", n, err)
		}
		p, err := ParsePage(strings.TrimSuffix(path.Base(n), ".md"), string(b))
		if err != nil {
			return nil, err
		}
		out[p.ID] = p
	}
	return out, nil
}

// ParsePage reads one page. A missing or unknown heading is an error that names the line.
func ParsePage(id, text string) (Page, error) {
	p := Page{ID: id, Sections: map[string]string{}}
	var plain strings.Builder
	var scenario *strings.Builder
	fenced := false
	section := ""
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		switch {
		case scenario != nil && strings.TrimSpace(line) == "```":
			p.Scenarios = append(p.Scenarios, scenario.String())
			scenario = nil
			continue
		case scenario != nil:
			scenario.WriteString(line + "\n")
			continue
		case strings.TrimSpace(line) == "```scenario":
			scenario = &strings.Builder{}
			continue
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case !fenced && strings.HasPrefix(line, "# ") && p.Title == "":
			p.Title = strings.TrimSpace(line[2:])
			plain.WriteString(line + "\n")
			continue
		case !fenced && strings.HasPrefix(line, "## "):
			section = strings.TrimSpace(line[3:])
			if !slices.Contains(Sections, section) && section != "Scenarios" {
				return p, fmt.Errorf("%s.md:%d: heading %q: expected one of %s", id, i+1, section, strings.Join(Sections, ", "))
			}
			if section != "Scenarios" {
				plain.WriteString(line + "\n")
			}
			continue
		}
		if section == "Scenarios" {
			continue
		}
		plain.WriteString(line + "\n")
		if section == "" {
			p.Lead += line + "\n"
		} else {
			p.Sections[section] += line + "\n"
		}
	}
	if scenario != nil {
		return p, fmt.Errorf("%s.md: a scenario is not closed", id)
	}
	if p.Title == "" {
		return p, fmt.Errorf("%s.md:1: expected \"# Title\"", id)
	}
	for _, s := range Sections {
		if strings.TrimSpace(p.Sections[s]) == "" {
			return p, fmt.Errorf("%s.md: section %q is missing or empty", id, s)
		}
	}
	p.Lead = strings.TrimSpace(p.Lead)
	p.Text = collapse(plain.String())
	return p, nil
}

// collapse leaves at most one blank line in a row: scenarios leave holes.
func collapse(s string) string {
	for strings.Contains(s, "\n\n\n") {
		s = strings.ReplaceAll(s, "\n\n\n", "\n\n")
	}
	return strings.TrimRight(s, "\n") + "\n"
}
