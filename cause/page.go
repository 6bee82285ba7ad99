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
	Scenarios []string          // the fenced blocks marked "scenario", in order: broken servers
	Examples  []string          // the fenced blocks marked "example", in order: what somebody may paste
	Signs     string            // the fenced block marked "signs"
	SignsLine int               // the line of the page on which Signs begins, from 1
	Text      string            // the page without these blocks, for the terminal
}

// Sections every page has, in this order.
var Sections = []string{
	"What you see", "How it happens", "How why401 knows", "What it cannot know",
	"Fix now", "Fix for good", "Undo", "Not this if",
}

// unseen are the sections that the terminal does not show, and blocks the fences that are data.
var (
	unseen = []string{"Scenarios", "Signs"}
	blocks = []string{"```scenario", "```example", "```signs"}
)

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
	var block *strings.Builder
	kind := ""
	opened := 0 // the line of the block's fence
	fenced := false
	section := ""
	lines := 0
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		lines = i + 1
		switch {
		case block != nil && strings.TrimSpace(line) == "```":
			switch kind {
			case "scenario":
				p.Scenarios = append(p.Scenarios, block.String())
			case "example":
				p.Examples = append(p.Examples, block.String())
			case "signs":
				if p.Signs != "" {
					return p, fmt.Errorf("%s.md:%d: a second signs block: expected one", id, opened)
				}
				p.Signs, p.SignsLine = block.String(), opened+1
			}
			block = nil
			continue
		case block != nil:
			block.WriteString(line + "\n")
			continue
		case slices.Contains(blocks, strings.TrimSpace(line)):
			block, kind, opened = &strings.Builder{}, strings.TrimSpace(line)[3:], i+1
			continue
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case !fenced && strings.HasPrefix(line, "# ") && p.Title == "":
			p.Title = strings.TrimSpace(line[2:])
			plain.WriteString(line + "\n")
			continue
		case !fenced && strings.HasPrefix(line, "## "):
			section = strings.TrimSpace(line[3:])
			if !slices.Contains(Sections, section) && !slices.Contains(unseen, section) {
				return p, fmt.Errorf("%s.md:%d: heading %q: expected one of %s", id, i+1, section, strings.Join(Sections, ", "))
			}
			if !slices.Contains(unseen, section) {
				plain.WriteString(line + "\n")
			}
			continue
		}
		if slices.Contains(unseen, section) {
			continue
		}
		plain.WriteString(line + "\n")
		if section == "" {
			p.Lead += line + "\n"
		} else {
			p.Sections[section] += line + "\n"
		}
	}
	if block != nil {
		return p, fmt.Errorf("%s.md:%d: the block marked %s is not closed: expected a line of three backquotes", id, opened, kind)
	}
	if p.Title == "" {
		return p, fmt.Errorf("%s.md:1: expected \"# Title\"", id)
	}
	for _, s := range Sections {
		if strings.TrimSpace(p.Sections[s]) == "" {
			return p, fmt.Errorf("%s.md:%d: section %q is missing or empty: expected \"## %s\" and its text before the end", id, lines, s, s)
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
