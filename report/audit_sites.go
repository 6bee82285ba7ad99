package report

import (
	"fmt"
	"strings"
)

// sites shows what was read of installed systems: one block for each, group by group.
func (s *auditScreen) sites() {
	for i, site := range s.a.Sites {
		if i > 0 {
			s.lines = append(s.lines, "")
		}
		s.text("", siteTitle(site), 0)
		if site.VersionAt.File != "" {
			s.text("  ", "version: "+place(site.VersionAt.File, site.VersionAt.Line), 0)
		}
		about, shown, left := "", 0, 0
		for _, f := range site.Facts {
			if f.About != about {
				s.more(left)
				about, shown, left = f.About, 0, 0
				s.text("  ", strings.ToUpper(about[:1])+about[1:], 0)
			}
			if shown++; shown > factsShown && !s.o.Verbose {
				left++
				continue
			}
			s.text("    ", told(f), 0)
		}
		s.more(left)
	}
	if len(s.a.Sites) > 0 {
		s.rule()
	}
}

// factsShown is how many facts of one group the usual screen shows.
const factsShown = 6

func (s *auditScreen) more(n int) {
	if n > 0 {
		s.text("    ", fmt.Sprintf("and %d more: -v", n), 0)
	}
}

func siteTitle(site Site) string {
	t := strings.TrimSpace(site.Platform + " " + site.Version)
	if site.Version == "" {
		t += ", version unknown"
	}
	if site.Inside != "" {
		t += ", in " + site.Inside
	}
	return t + ": " + site.Root
}

// told is one fact in a line: the name, what it says, what that depends on, and the place.
func told(f Told) string {
	t := f.Name + ": " + f.Says
	if f.Depends != "" {
		t += " (depends on " + f.Depends + ")"
	}
	if p := place(f.File, f.Line); p != "" {
		t += " - " + p
	}
	return t
}
