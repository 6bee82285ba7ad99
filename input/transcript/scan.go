package transcript

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

// Find is one conversation in a longer text.
type Find struct {
	form.Span         // the lines it took, the command above it included, and their kind: "curl-verbose", "console", ...
	exchange.Evidence // exchanges, the intents of the command that made them, messages, facts
}

// maxExchanges is how many exchanges and messages are read; what stands behind them is left in rest.
const maxExchanges = 5000

// Scan finds the HTTP conversations in text, in order, and the lines that belong to none. A curl command belongs to a
// conversation when its output follows; without output it is left in rest. The time is linear in the text.
func Scan(text string, o form.Options) (found []Find, rest []form.Span) {
	t := newTalk(unwrap(text), o)
	used := make([]bool, len(t.ls))
	for i, n := 0, 0; i < len(t.ls) && n < maxExchanges; {
		next, kind := i, ""
		if !t.ls[i].blank() {
			next, kind = t.at(i)
		}
		if next <= i {
			i++
			continue
		}
		for k := i; k < next; k++ {
			used[k] = true
		}
		if n += len(t.ev.Exchanges) + len(t.ev.Messages); !t.ev.Empty() {
			found = append(found, Find{Span: form.Span{First: i + 1, Last: next, Kind: kind}, Evidence: t.ev})
			t.ev = exchange.Evidence{}
		}
		i = next
	}
	return found, unread(t.ls, used)
}

// reader reads one conversation that begins at line i and says where it ends; i when none begins there. What it looks
// at before it declines is bounded.
type reader struct {
	kind string
	read func(t *talk, i int) int
}

// readers are asked in this order at every line. It is filled by init because readers ask each other.
var readers []reader

func init() {
	readers = []reader{
		{"http-exchange", readCommand},
		{"curl-verbose", readVerbose},
		{"wget-debug", readWget},
		{"http-debug", readDebug},
		{"devtools", readDevtools},
		{"console", readConsole},
		{"http-exchange", readRaw},
		{"header-dump", readDump},
	}
}

func (t *talk) at(i int) (next int, kind string) {
	for _, r := range readers {
		t.kind = ""
		if n := r.read(t, i); n > i {
			if t.kind != "" {
				return n, t.kind
			}
			return n, r.kind
		}
	}
	return i, ""
}

// unread are the lines that no find took, without the blank ones around them.
func unread(ls []line, used []bool) []form.Span {
	var out []form.Span
	for i := 0; i < len(ls); i++ {
		if used[i] || ls[i].empty || noise(ls[i].text) {
			continue
		}
		from, to := i, i
		for ; i < len(ls) && !used[i]; i++ {
			if !ls[i].empty && !noise(ls[i].text) {
				to = i
			}
		}
		out = append(out, form.Span{First: from + 1, Last: to + 1})
	}
	return out
}

// notes are the spans of text that hold words.
func notes(text string, rest []form.Span, o form.Options) []exchange.Note {
	if len(rest) == 0 {
		return nil
	}
	text, _ = form.Decode(text)
	ls := strings.Split(text, "\n")
	var out []exchange.Note
	for _, s := range rest {
		if s.First < 1 || s.Last > len(ls) {
			continue
		}
		part := strings.TrimSpace(strings.Join(ls[s.First-1:s.Last], "\n"))
		if len(strings.Fields(part)) < 2 {
			continue
		}
		out = append(out, exchange.Note{Text: exchange.Raw(part), From: at(o.Source, s.First)})
	}
	return out
}

// at is line n (from 1) of the text that began at s.
func at(s fact.Source, n int) fact.Source {
	if s.Line > 0 {
		n += s.Line - 1
	}
	s.Line = n
	return s
}
