package mixed

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/message"
)

// maxNotes bounds the paragraphs that are kept.
const maxNotes = 500

// rest gives what nobody read to the readers of messages, and keeps the prose. Lines that follow each other and are of
// one sort belong together; a blank line ends a paragraph of prose, not a log.
func (r *reader) rest() {
	for i := 0; i < len(r.lines); {
		if r.skip(i) {
			i++
			continue
		}
		program := r.program(i)
		end, last := i+1, i
		for end < len(r.lines) && end-i < 20000 {
			t := strings.TrimSpace(r.lines[end])
			if r.used[end] || fence(t) {
				break
			}
			if t == "" {
				if !program || !r.goesOn(end+1) {
					break
				}
				end++
				continue
			}
			if r.program(end) != program && !(program && !isProse(t) && r.bias != toNote) {
				break
			}
			last = end
			end++
		}
		text := strings.Join(r.lines[i:last+1], "\n")
		if program {
			r.messages(text, i)
		} else {
			r.note(text, i)
		}
		i = max(end, last+1)
	}
}

func (r *reader) skip(i int) bool {
	t := strings.TrimSpace(r.lines[i])
	return r.used[i] || t == "" || fence(t)
}

// goesOn reports that line i belongs to what a program wrote before a blank line.
func (r *reader) goesOn(i int) bool {
	return i < len(r.lines) && !r.used[i] && strings.TrimSpace(r.lines[i]) != "" && !fence(strings.TrimSpace(r.lines[i])) && r.program(i)
}

// program reports that line i was written by a program.
func (r *reader) program(i int) bool {
	l := r.lines[i]
	switch {
	case message.Machine(strings.TrimSpace(l)):
		return true
	case r.bias == toLog:
		return true
	case r.bias == toNote:
		return message.Frame(l)
	case r.fenced[i]:
		return true
	}
	return message.Frame(l)
}

// messages reads lines by programs: stack traces, servers' logs, tools' errors or logs, whichever they look like most.
func (r *reader) messages(text string, i int) {
	r.out.Add(message.Any(text, r.sub(i)))
}

// note keeps a paragraph of prose, and the error texts that it quotes as messages.
func (r *reader) note(text string, i int) {
	text = strings.TrimSpace(text)
	if text == "" || len(r.out.Notes) >= maxNotes {
		return
	}
	r.out.Notes = append(r.out.Notes, exchange.Note{Text: exchange.Raw(text), From: r.at(i)})
	for _, q := range quotes(text) {
		m := message.ToolText(q.text)
		m.Kind, m.From = "quoted", r.at(i+strings.Count(text[:q.at], "\n"))
		if m.Status == 0 {
			m.Status = message.Status(q.before + q.after)
		}
		r.out.Messages = append(r.out.Messages, m)
	}
}
