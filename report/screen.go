package report

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// The colours: names of the basic sixteen only.
const (
	red    = "1;31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

// screen draws one report in one shape.
type screen struct {
	r     *Report
	o     TextOptions
	shape shape
	cut   bool         // something was left out
	tail  int          // where the footer begins
	glued map[int]bool // lines that go on with the command above
	lines []string
}

func (s *screen) draw() []string {
	s.lines, s.glued = nil, map[int]bool{}
	if s.r.Outcome == Healthy && s.r.Verdict.Cause == "" && !s.o.Verbose {
		return s.healthy()
	}
	s.head()
	s.rule()
	s.path()
	s.blank()
	s.why()
	s.also()
	s.suspects()
	s.ruledOut()
	s.notes()
	s.raise()
	s.fixes()
	s.requests()
	s.next()
	s.tail = len(s.lines)
	s.rule()
	s.foot()
	return s.lines
}

// healthy is short: nothing is wrong.
func (s *screen) healthy() []string {
	line := s.r.Verdict.Title
	if s.r.Status != 0 {
		line += fmt.Sprintf(": %d from %s", s.r.Status, host(s.r.Target))
	}
	s.text("", line+" ("+strings.TrimPrefix(tally(s.r, false), "sent ")+")", 0)
	for i, n := range s.r.Notes {
		if i < s.shape.notes {
			s.text("  Note  ", n, 3)
		}
	}
	return s.lines
}

func (s *screen) add(line string) {
	s.lines = append(s.lines, strings.TrimRight(lineStart(line), " "))
}

// text adds wrapped lines behind a first part that the others hang under.
func (s *screen) text(first, body string, most int) {
	for _, l := range atMost(wrapAt(first, body, s.o.Width), most, s.o.Width) {
		s.add(l)
	}
}

func (s *screen) paint(color, text string) string {
	if !s.o.Color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func (s *screen) rule() {
	if s.o.ASCII {
		s.add(strings.Repeat("-", s.o.Width))
		return
	}
	s.add(strings.Repeat("─", s.o.Width))
}

func (s *screen) blank() {
	if n := len(s.lines); s.shape.blanks && n > 0 && s.lines[n-1] != "" {
		s.add("")
	}
}

func gradeColor(g cause.Grade) string {
	switch g {
	case cause.Proved:
		return green
	case cause.Strong:
		return cyan
	}
	return yellow
}

// head is the answer: title at the left, id and grade at the right. When they do not fit one line, the grade stays on
// the first and the id goes below.
func (s *screen) head() {
	v, width := s.r.Verdict, s.o.Width
	grade := v.Grade.String()
	if s.r.Outcome == Healthy && v.Cause == "" {
		grade = ""
	}
	right := func(left, middle, grade string) {
		text := middle
		if middle != "" && grade != "" {
			text += "   "
		}
		pad := strings.Repeat(" ", max(width-columns(left)-columns(text)-columns(grade), 0))
		s.add(left + pad + text + s.paint(gradeColor(v.Grade), grade))
	}
	title := atMost(wrap(v.Title, width), 4, width)
	if s.o.Verbose {
		title = wrap(v.Title, width)
	}
	id := clip(v.Cause, width-len(grade)-3)
	last := title[len(title)-1]
	for _, l := range title[:len(title)-1] {
		s.add(l)
	}
	switch {
	case columns(last)+3+columns(id)+3+len(grade) <= width:
		right(last, id, grade)
	case columns(last)+3+len(grade) <= width && len(title) == 1:
		right(last, "", grade)
		right("", id, "")
	default:
		s.add(last)
		right("", id, grade)
	}
}

func (s *screen) why() {
	facts := s.r.Evidence
	if f := s.r.Failure; f != nil {
		msg := f.Message
		facts = append([]Evidence{{Fact: msg, Source: Source{Input: "at the step: " + f.Step}}}, facts...)
	}
	if len(facts) == 0 {
		return
	}
	title := "  Why"
	if s.r.Verdict.Cause == "" {
		title = "  Known"
	}
	s.add(title)
	for i, f := range facts {
		if i == s.shape.facts {
			s.cut = true
			break
		}
		s.text(fmt.Sprintf("    %d  ", i+1), f.Fact+source(f.Source), s.shape.factLines)
	}
	if w := s.r.Witness; w != nil {
		s.text("    =  ", witness(w), s.shape.factLines)
	}
}

// source names where a fact was seen, in brackets.
func source(x Source) string {
	switch {
	case x.Exchange > 0:
		return fmt.Sprintf(" (request %d)", x.Exchange)
	case x.File != "" && x.Line > 0:
		return fmt.Sprintf(" (%s:%d)", x.File, x.Line)
	case x.File != "":
		return " (" + x.File + ")"
	case x.Input != "":
		return " (" + x.Input + ")"
	}
	return ""
}

func witness(w *Witness) string {
	return fmt.Sprintf("Request %d is refused, request %d is let in; the one difference: %s.", w.Failing, w.Passing, strings.TrimSuffix(w.Changed, "."))
}

func (s *screen) also() {
	for i, v := range s.r.Also {
		if i == s.shape.also {
			s.cut = true
			return
		}
		s.text("  Also  ", fmt.Sprintf("%s (%s, %s)", v.Title, v.Cause, v.Grade), 2)
	}
}

func (s *screen) suspects() {
	if len(s.r.Suspects) == 0 || s.shape.suspects == 0 {
		s.cut = s.cut || len(s.r.Suspects) > 0
		return
	}
	s.add("  Still possible")
	for i, x := range s.r.Suspects {
		if i == s.shape.suspects {
			s.cut = true
			return
		}
		line := fmt.Sprintf("%s (%s, %s)", x.Title, x.Cause, x.Grade)
		if s.o.Verbose && x.Because != "" {
			line += ": " + x.Because
		}
		s.text("    - ", line, s.shape.factLines)
	}
}

func (s *screen) ruledOut() {
	if len(s.r.RuledOut) == 0 || s.shape.ruled == 0 {
		s.cut = s.cut || len(s.r.RuledOut) > 0
		return
	}
	s.add("  Ruled out")
	if s.o.Verbose {
		for _, x := range s.r.RuledOut {
			s.text("    - ", fmt.Sprintf("%s (%s): %s", x.Title, x.Cause, x.Because), 0)
		}
		return
	}
	var parts []string
	for _, x := range s.r.RuledOut {
		parts = append(parts, x.Title)
	}
	s.text("    ", strings.Join(parts, " - "), s.shape.ruled)
}

func (s *screen) notes() {
	for i, n := range ordered(s.r) {
		if i >= s.shape.notes && (i > 0 || s.r.Outcome != Withheld) {
			s.cut = true
			return
		}
		s.text("  Note  ", n, max(s.shape.factLines, min(s.shape.notes, 1)))
	}
}

// ordered gives the notes, most important first: when nothing was sent, the rule that forbade it, which comes last in
// the report, is the answer itself.
func ordered(r *Report) []string {
	notes := slices.Clone(r.Notes)
	if r.Outcome == Withheld {
		slices.Reverse(notes)
	}
	return notes
}

func (s *screen) raise() {
	if s.r.Verdict.Grade == cause.Proved {
		return
	}
	for i, x := range s.r.Raise {
		if i == s.shape.raises {
			s.cut = true
			return
		}
		if i == 0 {
			s.blank()
		}
		label := "To be sure"
		if x.Where != "" {
			label += " " + x.Where + ":"
		}
		s.text("  ", label, 2)
		s.command(x.Command, "")
		if s.shape.would && x.Would != "" {
			s.text("    ", x.Would, 2)
		}
	}
}

// command adds a command on lines of its own.
func (s *screen) command(cmd, color string) {
	if cmd == "" {
		return
	}
	for i, l := range wrapCommand(cmd, "    ", s.o.Width) {
		s.glued[len(s.lines)] = i > 0
		s.painted(l, color)
	}
}

func (s *screen) painted(line, color string) {
	line = strings.TrimRight(lineStart(line), " ")
	body := strings.TrimLeft(line, " ")
	s.lines = append(s.lines, line[:len(line)-len(body)]+s.paint(color, body))
}

// fixes shows the best remedy and the lasting one, and those of further causes behind them.
func (s *screen) fixes() {
	byCause := map[string]int{}
	for i, m := range s.r.Remedies {
		n := byCause[m.Cause]
		byCause[m.Cause]++
		if n >= s.shape.fixes {
			s.cut = true
			continue
		}
		if i == 0 {
			s.blank()
		}
		s.text("  "+fixLabel(s.r, m, n)+"  ", side(m.For)+m.Title, 3)
		limit := s.shape.steps
		if i > 0 {
			limit = s.shape.later
		}
		s.steps(m.Steps, limit)
		if m.Opens != "" && m.Opens != "nothing" {
			s.text("    Careful: it opens ", m.Opens, 2)
		}
		if s.shape.extras {
			s.extras(m)
		}
	}
}

// fixLabel names a remedy by its place: causes give one that helps now first, then one for good.
func fixLabel(r *Report, m Remedy, n int) string {
	several := slices.ContainsFunc(r.Remedies, func(o Remedy) bool { return o.Cause == m.Cause && o.ID != m.ID })
	switch {
	case m.Cause != r.Verdict.Cause:
		return "And"
	case !several:
		return "Fix"
	case n == 0:
		return "Fix now"
	case n == 1:
		return "For good"
	}
	return "Or"
}

func side(who string) string {
	switch who {
	case "client":
		return "on your side: "
	case "server":
		return "on the server: "
	case "idp":
		return "at the identity provider: "
	}
	return ""
}

// steps adds at most limit lines, whole steps only.
func (s *screen) steps(steps []string, limit int) {
	used := 0
	for i, step := range steps {
		var lines []string
		switch {
		case isCommand(step):
			lines = wrapCommand(step, "    ", s.o.Width)
		default:
			lines = wrapAt("    ", step, s.o.Width)
		}
		if used += len(lines); used > limit {
			s.cut = true
			if limit > 0 && i < len(steps) && used-len(lines) < limit {
				s.add(fmt.Sprintf("    ... %d more: -v", len(steps)-i))
			}
			return
		}
		for j, l := range lines {
			s.glued[len(s.lines)] = j > 0
			if isSentence(step) {
				s.add(l)
				continue
			}
			s.painted(l, green)
		}
	}
}

func (s *screen) extras(m Remedy) {
	if m.Effect != "" {
		s.text("    Effect: ", m.Effect, 0)
	}
	if m.Verify != "" {
		s.add("    Check:")
		s.command(m.Verify, "")
	}
	if m.Undo != "" {
		s.text("    Undo: ", m.Undo, 0)
	}
}

// requests lists what was sent, in the long form.
func (s *screen) requests() {
	if !s.shape.extras || len(s.r.Sent) == 0 {
		return
	}
	s.blank()
	s.add("  Sent")
	for _, x := range s.r.Sent {
		s.text(fmt.Sprintf("    %d  ", x.N), sentLine(x), 0)
	}
}

func sentLine(x Sent) string {
	end := fmt.Sprintf("%d", x.Status)
	if x.Status == 0 {
		end = "no reply"
	}
	return fmt.Sprintf("%s %s: %s; %s, %s", x.Method, x.URL, end, x.Purpose, credentialWord(x.Credential))
}

func credentialWord(c string) string {
	switch c {
	case "yours":
		return "with your credentials"
	case "canary":
		return "with a canary"
	}
	return "no credentials"
}

func (s *screen) next() {
	if s.r.Next == "" {
		return
	}
	s.blank()
	hint := ""
	if s.r.Next == "why401 -" {
		hint = "paste what you send when it fails: F12, Network, the red line, Copy as cURL"
	}
	if hint != "" {
		s.text("  Missing  ", hint, 3)
	}
	lines := wrapCommand(s.r.Next, "        ", s.o.Width)
	switch {
	case len(lines) == 1:
		s.add("  Next  " + strings.TrimLeft(lines[0], " "))
		return
	case len(lines) > s.shape.next:
		s.cut = true
		return
	}
	s.add("  Next")
	s.command(s.r.Next, "")
}

func (s *screen) foot() {
	line := footer(s.r)
	if s.r.Redacted > 0 && s.o.Verbose {
		line += fmt.Sprintf(" - secrets hidden in %d places", s.r.Redacted)
	}
	if s.cut {
		line += " - more: -v"
	}
	s.text("", line, 2)
}

// footer says what went out: "sent 2 requests to example.com, 1 with your credentials".
func footer(r *Report) string { return tally(r, true) }

func tally(r *Report, where bool) string {
	if len(r.Sent) == 0 {
		return "sent nothing"
	}
	var hosts []string
	yours, canary := 0, 0
	for _, x := range r.Sent {
		if h := host(x.URL); h != "" && !slices.Contains(hosts, h) {
			hosts = append(hosts, h)
		}
		switch x.Credential {
		case "yours":
			yours++
		case "canary":
			canary++
		}
	}
	line := fmt.Sprintf("sent %d %s", len(r.Sent), plural(len(r.Sent), "request"))
	switch {
	case !where:
	case len(hosts) > 2:
		line += fmt.Sprintf(" to %s and %d more hosts", hosts[0], len(hosts)-1)
	case len(hosts) > 0:
		line += " to " + strings.Join(hosts, " and ")
	}
	switch {
	case yours > 0:
		line += fmt.Sprintf(", %d with your credentials", yours)
	default:
		line += ", no credentials"
	}
	if canary > 0 {
		line += fmt.Sprintf(", %d with a canary", canary)
	}
	return line
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	return u.Host
}

func layerName(l exchange.Layer) string { return strings.ReplaceAll(string(l), "-", " ") }
