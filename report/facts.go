package report

import (
	"fmt"
	"slices"
	"strings"
)

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
	if w := s.r.Witness; w != nil && !s.shape.twice && len(facts) > 1 {
		if last := len(facts) - 1; facts[last].Source.Exchange == w.Passing { // "With X: 200 OK": the proof says it again
			facts = facts[:last]
		}
	}
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
		most := s.shape.noteLines
		if i == 0 && s.r.Outcome == Withheld {
			most = 4
		}
		s.text("  Note  ", n, most)
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
