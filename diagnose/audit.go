package diagnose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/report"
)

// Configuration is a configuration that was read, and the path by which the user named it.
type Configuration struct {
	Path string
	*conf.Config
}

// Audit asks every cause for the places at which it will refuse somebody. Nothing is sent. pages gives a cause's page, whose
// fixes stand in where a sighting brings none; it may be nil.
func Audit(causes []*cause.Cause, pages func(id string) (cause.Page, bool), configs []Configuration) *report.Audit {
	a := &report.Audit{}
	for _, c := range configs {
		a.Configs = append(a.Configs, report.Config{Path: c.Path, Program: c.Program, Version: c.Version, Files: len(c.Files), Places: len(c.Scopes)})
		before := len(a.Findings)
		for _, k := range causes {
			if k.Audit != nil {
				a.Findings = append(a.Findings, findings(k, pages, c.Program, k.Audit(c.Config))...)
			}
		}
		for _, u := range c.Unread {
			if !u.Broken || !slices.ContainsFunc(a.Findings[before:], func(f report.Finding) bool { return f.File == u.Place.File && f.Line == u.Place.Line }) {
				a.Unread = append(a.Unread, report.Unread{File: u.Place.File, Line: u.Place.Line, What: u.What})
			}
		}
	}
	sortFindings(a.Findings)
	return a
}

// findings writes down what one cause sees. A line that is in force in many places is one finding.
func findings(k *cause.Cause, pages func(id string) (cause.Page, bool), program string, seen []cause.Sighting) []report.Finding {
	var out []report.Finding
	type key struct {
		conf.Place
		says string
	}
	at := map[key]int{}
	var fallback []report.Remedy // of the page, made when the first sighting needs it
	for _, s := range seen {
		id := key{s.Place, s.Says}
		if i, ok := at[id]; ok {
			out[i].Places++
			out[i].Grade = max(out[i].Grade, s.Grade)
			continue
		}
		at[id] = len(out)
		f := report.Finding{Cause: k.ID, Title: k.Title, Family: k.Family, Grade: s.Grade, Says: s.Says,
			File: s.Place.File, Line: s.Place.Line, Program: program, Places: 1}
		if s.Scope != nil {
			f.Server, f.Path = strings.Join(s.Scope.Server.Names, " "), s.Scope.Path
		}
		for _, r := range s.Raise {
			f.Raise = append(f.Raise, report.Raise{Command: r.Command, Where: r.Where, Would: r.Would})
		}
		if f.Remedies = remediesOf(k, s.Remedies); len(s.Remedies) == 0 {
			if fallback == nil && pages != nil {
				if p, ok := pages(k.ID); ok {
					fallback = remediesOf(k, p.Fixes())
				}
			}
			f.Remedies = fallback
		}
		out = append(out, f)
	}
	return out
}

func remediesOf(k *cause.Cause, own []cause.Remedy) []report.Remedy {
	var out []report.Remedy
	for _, m := range own {
		out = append(out, report.Remedy{ID: m.ID, Cause: k.ID, Title: m.Title, For: cmp.Or(m.For, "server"), Effect: m.Effect, Opens: m.Opens,
			Steps: m.Steps, Verify: m.Verify, Undo: m.Undo, Carried: m.Carried()})
	}
	return out
}

// sortFindings puts the surest cause first, and keeps the findings of one cause together, in the order of the files.
func sortFindings(fs []report.Finding) {
	best := map[string]cause.Grade{}
	for _, f := range fs {
		best[f.Cause] = max(best[f.Cause], f.Grade)
	}
	slices.SortStableFunc(fs, func(a, b report.Finding) int {
		return cmp.Or(cmp.Compare(best[b.Cause], best[a.Cause]), cmp.Compare(a.Cause, b.Cause), cmp.Compare(b.Grade, a.Grade),
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}
