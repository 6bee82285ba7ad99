package report

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
)

// placesShown is how many places of one cause the usual screen names.
const placesShown = 5

// AuditText writes a for a person at a terminal: the answer first, then cause by cause, surest first. The error is w's.
func AuditText(w io.Writer, a *Audit, o TextOptions) error {
	o = o.fitted()
	s := &auditScreen{screen: screen{r: &Report{}, o: o, glued: map[int]bool{}}, a: prepareAudit(a, o.escape())}
	switch {
	case o.Quiet:
		s.quiet()
	case o.Plain:
		s.plain()
	default:
		s.full()
	}
	_, err := io.WriteString(w, strings.Join(s.lines, "\n")+"\n")
	return err
}

type auditScreen struct {
	screen
	a *Audit
}

// groups gives the findings of each cause, in the order of the causes' first ones.
func (a *Audit) groups() [][]Finding {
	var out [][]Finding
	at := map[string]int{}
	for _, f := range a.Findings {
		i, ok := at[f.Cause]
		if !ok {
			i = len(out)
			at[f.Cause] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], f)
	}
	return out
}

func place(file string, line int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

func (s *auditScreen) quiet() {
	part := func(t string) string { return strings.ReplaceAll(t, "|", `\x7c`) }
	for _, f := range s.a.Findings {
		s.lines = append(s.lines, lineStart(part(place(f.File, f.Line))+" | "+f.Cause+" | "+f.Grade.String()+" | "+part(f.Says)))
	}
	if len(s.a.Findings) == 0 {
		s.lines = append(s.lines, s.headline())
	}
}

func (s *auditScreen) plain() {
	add := func(label, text string) {
		if text != "" {
			s.lines = append(s.lines, lineStart(label+": "+text))
		}
	}
	s.lines = append(s.lines, s.headline())
	for _, l := range s.a.Logins {
		add("Login", place(l.File, l.Line)+": "+l.Says)
	}
	for _, site := range s.a.Sites {
		add("Site", siteTitle(site))
		for _, f := range site.Facts {
			add("  "+f.About, told(f))
		}
	}
	for _, g := range s.a.groups() {
		for _, f := range g {
			add("Finding", f.Title)
			add("  cause", f.Cause)
			add("  grade", f.Grade.String())
			add("  at", place(f.File, f.Line)+inPlaces(f))
			add("  says", f.Says)
			for _, r := range f.Raise {
				add("  would decide", r.Command+" ("+r.Where+"): "+r.Would)
			}
		}
		for _, r := range g[0].Remedies {
			add("  fix", r.Title)
			for _, l := range r.Steps {
				add("    step", l)
			}
		}
	}
	for _, u := range s.a.Unread {
		add("Not read", place(u.File, u.Line)+": "+u.sentence())
	}
	add("Read", s.read())
}

func (s *auditScreen) full() {
	s.text("", s.headline(), 0)
	s.rule()
	for _, l := range s.a.Logins {
		s.text("  Login  ", place(l.File, l.Line)+": "+l.Says, 0)
	}
	if len(s.a.Logins) > 0 {
		s.rule()
	}
	for i, g := range s.a.groups() {
		if i > 0 {
			s.lines = append(s.lines, "")
		}
		s.group(g)
	}
	if len(s.a.Findings) > 0 {
		s.rule()
	}
	s.sites()
	for i, u := range s.a.Unread {
		if !s.o.Verbose && i == placesShown {
			s.text("  Not read  ", fmt.Sprintf("and %d more: -v", len(s.a.Unread)-i), 0)
			break
		}
		s.text("  Not read  ", place(u.File, u.Line)+": "+u.sentence(), 0)
	}
	s.text("", s.read(), 0)
	if len(s.a.Findings) > 0 {
		s.text("", "why401 explain "+s.a.Findings[0].Cause, 0)
		s.command(s.a.mend(), "")
	}
}

// group shows one cause: its name, its places, and one way to mend it.
func (s *auditScreen) group(g []Finding) {
	best := g[0]
	right := best.Cause + "   " + best.Grade.String()
	title := best.Title
	if columns(title)+3+columns(right) > s.o.Width {
		s.text("", title, 0)
		title = ""
	}
	pad := strings.Repeat(" ", max(s.o.Width-columns(title)-columns(right), 0))
	s.add(title + pad + best.Cause + "   " + s.paint(gradeColor(best.Grade), best.Grade.String()))
	for i, f := range g {
		if !s.o.Verbose && i == placesShown {
			s.text("  ", fmt.Sprintf("and %d more: -v", len(g)-i), 0)
			break
		}
		where := place(f.File, f.Line) + inPlaces(f)
		if f.Grade != best.Grade {
			where += " (" + f.Grade.String() + ")"
		}
		s.text("  ", where, 0)
		s.text("    ", f.Says, 0)
		if s.o.Verbose || i == 0 {
			for j, r := range f.Raise {
				if j == 0 || s.o.Verbose {
					s.text("    Would decide  ", r.Command+" ("+r.Where+")", 0)
				}
			}
		}
	}
	for i, r := range best.Remedies {
		if i > 0 && !s.o.Verbose {
			break
		}
		s.text("  Fix  ", r.Title, 0)
		for _, step := range r.Steps {
			s.command(step, "")
		}
	}
}

// mend is the command that shows what would be changed for the first finding whose change is not left to a person; "" when
// there is none.
func (a *Audit) mend() string {
	for _, f := range a.Findings {
		if slices.ContainsFunc(f.Remedies, func(r Remedy) bool { return r.Carried }) && len(a.Configs) > 0 {
			path := a.Configs[0].Path
			if len(a.Configs) > 1 {
				path = f.File
			}
			return "why401 fix " + f.Cause + " --config " + ShellQuote(path) + " --plan"
		}
	}
	return ""
}

func inPlaces(f Finding) string {
	switch {
	case f.Places > 1:
		return fmt.Sprintf(", in force in %d places", f.Places)
	case f.Path != "":
		return ", " + f.Path
	}
	return ""
}

// headline is the answer in one line.
func (s *auditScreen) headline() string {
	n, sure := len(s.a.Findings), 0
	for _, f := range s.a.Findings {
		if f.Grade >= cause.Strong {
			sure++
		}
	}
	switch {
	case len(s.a.Configs)+len(s.a.Sites) == 0:
		return "No configuration could be read"
	case n == 0:
		return "Nothing in it refuses anybody wrongly, as far as the files tell"
	case sure == 0:
		return fmt.Sprintf("%d %s may refuse somebody wrongly", n, plural(n, "place"))
	case sure == n && n == 1:
		return "1 place refuses somebody wrongly"
	case sure == n:
		return fmt.Sprintf("%d places refuse somebody wrongly", n)
	case sure == 1:
		return fmt.Sprintf("1 place refuses somebody wrongly, and %d may", n-sure)
	}
	return fmt.Sprintf("%d places refuse somebody wrongly, and %d may", sure, n-sure)
}

// sentence is what could not be read, and what that leaves open.
func (u Unread) sentence() string {
	if u.Opens == "" {
		return u.What
	}
	return u.What + ". Open: " + u.Opens
}

// read says what was read.
func (s *auditScreen) read() string {
	var parts []string
	for _, site := range s.a.Sites {
		parts = append(parts, strings.TrimSpace(site.Platform+" "+site.Version)+" ("+filepath.Base(site.Root)+")")
	}
	for i, c := range s.a.Configs {
		if i == 4 && !s.o.Verbose {
			parts = append(parts, fmt.Sprintf("%d more", len(s.a.Configs)-i))
			break
		}
		name := strings.TrimSpace(c.Program + " " + c.Version)
		parts = append(parts, fmt.Sprintf("%s (%s): %d %s, %d %s", name, filepath.Base(c.Path), c.Files, plural(c.Files, "file"), c.Places, plural(c.Places, "place")))
	}
	if len(parts) == 0 {
		return "read nothing"
	}
	return "read " + strings.Join(parts, "; ") + " - sent nothing"
}
