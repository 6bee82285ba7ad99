package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
)

// station is a stop of the path as it is drawn.
type station struct {
	label  string // "nginx ok", "[x] nginx 1.22"
	detail string // what stands below
	marked bool
	open   bool   // not reached: the arrow before it has no head
	plain  string // the words of the linear form
}

const faultHere = "fault here"

// stations turns the report's path into what is drawn: exactly one mark, on the layer that refused, or over the range
// that it may be in.
func stations(r *Report) []station {
	if r.Failure != nil {
		return failed(r)
	}
	if r.Outcome == Withheld && r.Status == 0 {
		h := clip(host(r.Target), 40)
		return []station{{label: "you", plain: "you: passed"}, {label: "[x] why401", marked: true, detail: "not sent", plain: "why401: not sent"},
			{label: h, open: true, detail: "never reached", plain: h + ": never reached"}}
	}
	stops := r.Path
	lo := slices.IndexFunc(stops, func(s Stop) bool { return s.Result == "refused" })
	mark := "refused"
	if lo < 0 && r.Outcome != Healthy {
		mark = "unknown"
		lo = slices.IndexFunc(stops, func(s Stop) bool { return s.Result == mark && s.Kind != exchange.Client })
	}
	hi := lo
	for i := lo + 1; lo >= 0 && i < len(stops); i++ {
		if stops[i].Result == mark && (mark == "unknown" || i == hi+1) {
			hi = i
		}
	}
	var out []station
	for i := 0; i < len(stops); i++ {
		if i == 1 && strings.HasPrefix(r.Target, "https://") && r.Status != 0 {
			out = append(out, station{label: "TLS ok", plain: "TLS: passed"})
		}
		if i == lo {
			out = append(out, marked(r, stops[lo:hi+1], mark))
			i = hi
			continue
		}
		out = append(out, unmarked(stops[i]))
	}
	return out
}

func shortName(s Stop) string {
	n := s.Name
	if n == "" {
		n = layerName(s.Kind)
	}
	return clip(n, 36)
}

func marked(r *Report, stops []Stop, mark string) station {
	var names, details []string
	for _, s := range stops {
		names = append(names, shortName(s))
		switch {
		case s.Note == faultHere:
			details = append(details, "^ "+faultHere)
		case s.Note != "":
			details = append(details, s.Note)
		}
	}
	if mark == "unknown" {
		return station{marked: true, detail: strings.Join(details, ", "),
			label: "[x??? " + strings.Join(names, " ??? ") + " ???]",
			plain: "refused by one of these, not known which: " + strings.Join(names, ", ")}
	}
	if len(details) == 0 && r.Status != 0 {
		details = append(details, fmt.Sprintf("answered %d", r.Status))
	}
	name := strings.Join(names, " or ")
	return station{marked: true, label: "[x] " + name, detail: strings.Join(details, ", "), plain: name + ": refused" + noted(stops[0])}
}

func unmarked(s Stop) station {
	st := station{label: shortName(s), plain: shortName(s) + ": "}
	switch s.Result {
	case "passed":
		if s.Kind != exchange.Client {
			st.label += " ok"
		}
		st.plain += "passed"
	case "not_reached":
		st.open, st.detail = true, "never reached"
		st.plain += "never reached"
	case "refused":
		st.plain += "refused"
	default:
		st.label += " ?"
		st.plain += "unknown"
	}
	switch {
	case s.Note == faultHere:
		st.detail = "^ " + faultHere
	case s.Note != "":
		st.detail = s.Note
	}
	st.plain += noted(s)
	return st
}

func noted(s Stop) string {
	if s.Note == "" {
		return ""
	}
	return " (" + s.Note + ")"
}

// failed draws a request that got no reply: the mark is on the step that failed.
func failed(r *Report) []station {
	you := station{label: "you", plain: "you: passed"}
	target := station{label: clip(host(r.Target), 40), open: true, detail: "never reached", plain: host(r.Target) + ": never reached"}
	step := map[string]string{"resolve": "name lookup", "connect": "connection", "proxy": "forward proxy", "tls": "TLS"}[r.Failure.Step]
	if step == "" { // it was reached, and did not speak HTTP
		target = station{label: "[x] " + target.label, marked: true, detail: "no HTTP reply", plain: host(r.Target) + ": no HTTP reply"}
		return []station{you, target}
	}
	return []station{you, {label: "[x] " + step, marked: true, detail: "failed", plain: step + ": failed"}, target}
}

// path draws the way of the request in one line, or downwards when it is too long for one.
func (s *screen) path() {
	st := stations(s.r)
	if len(st) == 0 {
		return
	}
	if !s.across(st) {
		s.down(st)
	}
	v := s.r.Verdict
	shown := slices.ContainsFunc(s.r.Path, func(p Stop) bool { return p.Note == faultHere })
	if v.FaultAt != exchange.Unknown && v.FaultAt != v.RefusedBy && v.RefusedBy != exchange.Unknown && !shown {
		s.text("  ", "The mistake is elsewhere: "+layerName(v.FaultAt), 1)
	}
}

func (s *screen) arrow(open bool) string {
	switch {
	case s.o.ASCII && open:
		return " ----  "
	case s.o.ASCII:
		return " ----> "
	case open:
		return " ────  "
	}
	return " ────▶ "
}

func (s *screen) across(st []station) bool {
	line, below := "  ", [2]string{}
	col := 2
	for i, x := range st {
		if i > 0 {
			a := s.arrow(x.open)
			line += a
			col += columns(a)
		}
		if s.shape.details && x.detail != "" {
			row := 0
			if columns(below[0]) > col-2 && below[0] != "" {
				row = 1
			}
			if columns(below[row]) > col-2 && below[row] != "" {
				return false
			}
			below[row] += strings.Repeat(" ", col-columns(below[row])) + x.detail
			if columns(below[row]) > s.o.Width {
				return false
			}
		}
		line += s.label(x)
		col += columns(x.label)
	}
	if col > s.o.Width {
		return false
	}
	s.lines = append(s.lines, line)
	for _, b := range below {
		if b != "" {
			s.add(b)
		}
	}
	return true
}

// label colours the mark of x.
func (s *screen) label(x station) string {
	if !x.marked {
		return x.label
	}
	if name, ok := strings.CutPrefix(x.label, "[x] "); ok {
		return s.paint(red, "[x]") + " " + name
	}
	return s.paint(red, x.label)
}

func (s *screen) down(st []station) {
	for i, x := range st {
		head := "    "
		switch {
		case i == 0:
			head = "  "
		case x.open:
			head = "   : "
		case !x.marked:
			head = "   | "
		}
		if x.marked {
			head = "  "
		}
		label := x.label
		if x.detail != "" && s.shape.details {
			label += ", " + strings.TrimPrefix(x.detail, "^ ")
		}
		lines := wrapAt(head, label, s.o.Width)
		for j, l := range lines {
			if j == 0 && x.marked && strings.HasPrefix(label, "[x]") {
				s.lines = append(s.lines, strings.Replace(l, "[x]", s.paint(red, "[x]"), 1))
				continue
			}
			s.add(l)
		}
	}
}
