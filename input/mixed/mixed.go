// Package mixed reads text with anything in it: an issue report, a letter, a chat, a terminal session. It is the reader
// of last resort: it splits the text into segments and gives each to the reader that knows its form - HTTP conversations
// to package transcript, commands and code to snippet, fragments of configuration to settings, lines of logs, errors and
// bodies to message - takes out tokens and short outcomes ("GET /api/x 401"), and keeps the rest as notes.
package mixed

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/input/message"
	"github.com/why401/why401/input/settings"
	"github.com/why401/why401/input/snippet"
	"github.com/why401/why401/input/transcript"
)

// Forms are the kinds of mixed text. They differ in what a line is taken for that no reader claims: prose in a "note", a
// line of a log in an "app-log", whichever it looks like in a "text".
var Forms = []form.Form{
	{
		Kind: "text", Also: []string{"issue", "mixed", "paste", "any"}, What: "text",
		Files: []string{"*.txt", "*.md"},
		Is:    isText, Read: Read,
	},
	{
		Kind: "note", Also: []string{"prose", "words"}, What: "a description in words",
		Is: isNote, Read: ReadNote,
	},
	{
		Kind: "app-log", Also: []string{"log", "applog", "terminal-session"}, What: "an application's log",
		Files: []string{"*.log"},
		Is:    isLog, Read: ReadLog,
	},
}

// maxText is how much of a text is read: 1 MiB. What is behind it is left out and said so.
const maxText = 1 << 20

// maxLines is how many lines are looked at one by one; what is longer than that is a log, and read as one from there on.
const maxLines = 20000

// bias is what a line becomes that has no form of its own.
type bias uint8

const (
	byLook bias = iota // prose or log, as it looks
	toNote             // prose
	toLog              // a line of a log
)

// Read reads text with anything in it.
func Read(text string, o form.Options) (exchange.Evidence, error) { return read(text, o, byLook) }

// ReadNote reads what a person wrote; artefacts inside of it are read all the same.
func ReadNote(text string, o form.Options) (exchange.Evidence, error) { return read(text, o, toNote) }

// ReadLog reads what programs wrote: logs, terminals, code.
func ReadLog(text string, o form.Options) (exchange.Evidence, error) { return read(text, o, toLog) }

// reader is one text on its way.
type reader struct {
	o      form.Options
	bias   bias
	lines  []string
	used   []bool // the line was read by one of the readers
	fenced []bool // it stands between ``` marks
	out    exchange.Evidence
	claims string // the header of a token that was pasted as JSON
}

func read(text string, o form.Options, b bias) (exchange.Evidence, error) {
	r := &reader{o: o, bias: b}
	if len(text) > maxText {
		text = text[:maxText]
		r.out.Facts = append(r.out.Facts, fact.Fact{Text: "only the first MiB of the text was read", From: o.Source})
	}
	text = message.Clean(text)
	if strings.TrimSpace(text) == "" || !message.Readable(text) {
		return r.out, nil
	}
	r.lines = strings.Split(text, "\n")
	if len(text) > thinFrom {
		if n := thin(r.lines); n > 0 {
			r.out.Facts = append(r.out.Facts, fact.Fact{Text: fmt.Sprintf("%d lines repeat others but for numbers; %d of each form were read", n, thinKeep), From: o.Source})
		}
	}
	var tail []string
	if len(r.lines) > maxLines {
		r.lines, tail = r.lines[:maxLines], r.lines[maxLines:]
	}
	r.used = make([]bool, len(r.lines))
	r.fenced = make([]bool, len(r.lines))
	r.unwrap()
	r.fences()
	r.others()
	r.headers()
	r.bodies()
	r.tokens()
	r.outcomes()
	r.rest()
	if len(tail) > 0 {
		r.out.Add(message.Any(strings.Join(tail, "\n"), r.sub(maxLines)))
	}
	return r.out, nil
}

// left is the text with the lines blanked that were read already; line numbers stay.
func (r *reader) left() string {
	var b strings.Builder
	for i, l := range r.lines {
		if !r.used[i] {
			b.WriteString(l)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// mark notes that lines first to last, from 1, were read.
func (r *reader) mark(first, last int) {
	for i := max(first, 1) - 1; i < last && i < len(r.used); i++ {
		r.used[i] = true
	}
}

// others asks the readers of conversations, of commands and code, and of configuration, in this order.
func (r *reader) others() {
	held := make([]bool, len(r.lines))
	for i, l := range r.lines { // fields in a server's log are no header fields
		if !r.used[i] && len(l) > 30 && message.Logged(l) {
			held[i], r.used[i] = true, true
		}
	}
	found, _ := transcript.Scan(r.left(), r.o)
	for _, f := range found {
		if f.First == f.Last && f.Kind == "header-dump" {
			if e, _ := snippet.Scan(r.lines[f.First-1], r.o); len(e.Intents) > 0 {
				continue // the header of a call
			}
		}
		r.out.Add(f.Evidence)
		r.mark(f.First, f.Last)
		if f.First == f.Last {
			r.keepProse(f.First, f.Last)
		}
	}
	e, spans := snippet.Scan(r.left(), r.o)
	for _, s := range spans {
		r.mark(s.First, s.Last)
		if !r.keepProse(s.First, s.Last) || s.First != s.Last {
			continue
		}
		// "curl works, the browser does not": of a sentence only addresses that were written out are taken.
		line := r.at(s.First - 1).Line
		e.Intents = slices.DeleteFunc(e.Intents, func(i *exchange.Intent) bool {
			return i.Source.Line == line && !strings.Contains(strings.ToLower(r.lines[s.First-1]), "://"+i.Request.URL.Host)
		})
		if !slices.ContainsFunc(e.Intents, func(i *exchange.Intent) bool { return i.Source.Line == line }) {
			e.Facts = slices.DeleteFunc(e.Facts, func(f fact.Fact) bool { return f.From.Line == line })
		}
	}
	r.out.Add(e)
	defer func() {
		for i, h := range held {
			r.used[i] = r.used[i] && !h
		}
	}()
	conf, parts := settings.Scan(r.left(), r.o)
	r.out.Add(conf)
	for _, s := range parts {
		r.mark(s.First, s.Last)
		r.keepProse(s.First, s.Last)
	}
}

// keepProse gives back the sentences among lines that another reader used: something was found in them, but what a person
// says with them stays a note. It reports whether there were any.
func (r *reader) keepProse(first, last int) (any bool) {
	for i := first - 1; i < last && i < len(r.lines); i++ {
		if !r.fenced[i] && len(strings.Fields(r.lines[i])) >= 8 && isProse(r.lines[i]) {
			r.used[i], any = false, true
		}
	}
	return any
}

// at is the place of line i (from 0).
func (r *reader) at(i int) fact.Source {
	s := r.o.Source
	s.Line = max(s.Line, 1) + i
	return s
}

// sub are the options for a part that begins at line i.
func (r *reader) sub(i int) form.Options {
	o := r.o
	o.Source = r.at(i)
	return o
}

// unwrap undoes two things that pasting does: a browser's message about CORS that was broken into several lines becomes
// one (the others stay, blank), and Python's prompts are taken off.
func (r *reader) unwrap() {
	for i := 0; i < len(r.lines); i++ {
		l := r.lines[i]
		for _, p := range []string{">>> ", "In [1]: "} {
			l = strings.TrimPrefix(l, p)
		}
		r.lines[i] = l
		if !strings.HasPrefix(l, "Access to ") || strings.Contains(l, "CORS policy:") {
			continue
		}
		for j := i + 1; j < len(r.lines) && j < i+6; j++ {
			t := strings.TrimSpace(r.lines[j])
			if t == "" || fence(t) || message.Machine(t) && j > i+1 {
				break
			}
			r.lines[i] += " " + t
			r.lines[j] = ""
			if strings.HasSuffix(t, ".") && strings.Contains(r.lines[i], "CORS policy") {
				break
			}
		}
	}
}

// fences finds the lines between ``` or ~~~ marks and drops the marks and HTML comments.
func (r *reader) fences() {
	open, comment := false, false
	for i, l := range r.lines {
		t := strings.TrimSpace(l)
		switch {
		case comment:
			r.used[i] = true
			comment = !strings.Contains(t, "-->")
		case strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~"):
			if open = !open; strings.Count(t, "```") == 2 && len(t) > 6 {
				open = !open // ```one line```
				r.lines[i] = strings.Trim(t, "`")
				r.fenced[i] = true
				continue
			}
		case strings.HasPrefix(t, "<!--"):
			r.used[i] = true
			comment = !strings.Contains(t, "-->")
		case strings.HasPrefix(t, "<details") || strings.HasPrefix(t, "</details") || strings.HasPrefix(t, "<summary"):
			r.used[i] = true
		}
		r.fenced[i] = open
	}
}

func fence(t string) bool { return strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~") }
