package report

import (
	"io"
	"slices"
	"strings"
)

// TextOptions says how the text for people is to look.
type TextOptions struct {
	Width   int  // columns of the terminal; 80 when zero. Nothing but --plain writes a longer line.
	Color   bool // colour the mark, the grade and the fix
	ASCII   bool // the locale has no UTF-8
	Plain   bool // no picture, no rules, one fact per line: for screen readers and logs
	Verbose bool // everything, however long
	Quiet   bool // one line: title | id | grade | layer
}

// widest is the longest line on a broad terminal: longer ones are hard to read.
const widest = 100

// fitted gives o with a width that can be drawn.
func (o TextOptions) fitted() TextOptions {
	if o.Width == 0 {
		o.Width = 80
	}
	o.Width = min(max(o.Width, 20), widest)
	return o
}

// escape is what makes foreign text fit for o's screen.
func (o TextOptions) escape() func(string) string {
	if o.ASCII {
		return ASCII
	}
	return Terminal
}

// screenful is the number of lines an answer may have at 80 columns: a terminal of 24 lines shows it together with the
// command above it and the prompt below. On a narrower terminal it grows in proportion.
const screenful = 22

// Text writes rep for a person at a terminal. Colours are of the sixteen that a theme can change, never the only
// carrier of a meaning. The error is w's.
func Text(w io.Writer, rep *Report, o TextOptions) error {
	o = o.fitted()
	r := prepare(rep, o.escape())
	var lines []string
	switch {
	case o.Quiet:
		lines = []string{quiet(r)}
	case o.Plain:
		lines = plainLines(r, o)
	default:
		lines = fit(r, o)
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// Quiet writes the fixed form for people who know: title | id | grade | layer. The layer is where the fault is to be
// mended, and the one that refused when that is not known.
func Quiet(w io.Writer, rep *Report) error { return Text(w, rep, TextOptions{Quiet: true}) }

func quiet(r *Report) string {
	id, layer := r.Verdict.Cause, string(r.Verdict.FaultAt)
	if id == "" {
		id = string(r.Outcome)
	}
	if layer == "" {
		layer = string(r.Verdict.RefusedBy)
	}
	if layer == "" {
		layer = "-"
	}
	part := func(s string) string { return strings.ReplaceAll(s, "|", `\x7c`) }
	grade := r.Verdict.Grade.String()
	if r.Outcome == Healthy && r.Verdict.Cause == "" {
		grade = "-"
	}
	return lineStart(part(r.Verdict.Title) + " | " + part(id) + " | " + grade + " | " + part(layer))
}

// fit draws the screen and takes away what matters least until it fits.
func fit(r *Report, o TextOptions) []string {
	limit := screenful
	if o.Width < 80 {
		limit = screenful * 80 / o.Width
	}
	limit += 3 * len(r.Trace) // who asks for the way wants all of it
	s := &screen{r: r, o: o, shape: full}
	if !o.Verbose {
		s.shape = usual
	}
	lines := s.draw()
	if o.Verbose {
		return lines
	}
	for _, less := range reductions {
		if len(lines) <= limit {
			break
		}
		less(&s.shape)
		s.cut = true
		lines = s.draw()
	}
	if len(lines) > limit { // a title or command of absurd length: keep the head and the footer
		tail := lines[s.tail:]
		end := limit - len(tail)
		for s.glued[end] { // half a command is worse than none
			end--
		}
		lines = append(slices.Clip(lines[:end]), tail...)
	}
	return lines
}

// shape is how much of each part is shown.
type shape struct {
	blanks    bool
	facts     int // number of facts
	factLines int // lines per fact, 0 for all
	ruled     int // lines of what is ruled out
	suspects  int
	raises    int
	would     bool
	also      int
	notes     int
	noteLines int
	fixes     int // remedies per cause: one best, one lasting
	steps     int // lines of steps of the first remedy
	later     int // lines of steps of the others
	next      int // lines of the next command
	extras    bool
	details   bool // the line under the path
	twice     bool // the fact that the proof says again
	opens     int  // lines of what a remedy opens
	ladder    bool // a line for each step of a flow, not one for all
}

const all = 1 << 20

var full = shape{blanks: true, facts: all, ruled: all, suspects: all, raises: all, would: true, also: all, notes: all,
	fixes: all, steps: all, later: all, next: all, extras: true, details: true, twice: true, opens: all, ladder: true}

var usual = shape{blanks: true, facts: 3, factLines: 3, ruled: 2, suspects: 3, raises: 1, would: true, also: 2, notes: 2, noteLines: 2,
	fixes: 2, steps: all, later: all, next: all, details: true, twice: true, opens: 2, ladder: true}

// reductions are applied one after the other until the screen fits; what is dropped stands in -v.
var reductions = []func(*shape){
	func(s *shape) { s.ruled = min(s.ruled, 1) },
	func(s *shape) { s.blanks = false },
	func(s *shape) { s.suspects = min(s.suspects, 2) },
	func(s *shape) { s.notes, s.noteLines = min(s.notes, 1), 1 },
	func(s *shape) { s.later = min(s.later, 3) },
	func(s *shape) { s.factLines = 2 },
	func(s *shape) { s.ruled = 0 },
	func(s *shape) { s.ladder = false },
	func(s *shape) { s.suspects = min(s.suspects, 1) },
	func(s *shape) { s.would = false },
	func(s *shape) { s.twice = false },
	func(s *shape) { s.opens = 1 },
	func(s *shape) { s.later = 0 },
	func(s *shape) { s.facts = 2 },
	func(s *shape) { s.notes = 0 },
	func(s *shape) { s.also = 1 },
	func(s *shape) { s.suspects = 0 },
	func(s *shape) { s.steps = 6 },
	func(s *shape) { s.factLines = 1 },
	func(s *shape) { s.fixes = 1 },
	func(s *shape) { s.steps = 3 },
	func(s *shape) { s.raises = 0 },
	func(s *shape) { s.details = false },
	func(s *shape) { s.steps = 1 },
	func(s *shape) { s.next = 3 },
}
