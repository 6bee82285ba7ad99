package mixed

import (
	"strings"
	"unicode"

	"github.com/why401/why401/input/message"
)

// isProse reports that a line reads like a sentence: mostly plain words, four or more, and no form that programs have.
func isProse(line string) bool {
	t := strings.TrimSpace(line)
	if t == "" || len(t) > 8<<10 && strings.Count(t, " ")*12 < len(t) {
		return false
	}
	if strings.HasPrefix(t, "#") || strings.HasPrefix(t, "- ") || strings.HasPrefix(t, "* ") || strings.HasPrefix(t, "> ") {
		t = strings.TrimLeft(t, "#-*> ")
	}
	if message.Machine(t) {
		return false
	}
	words, plain := 0, 0
	for w := range strings.FieldsSeq(t) {
		if words++; words > 200 {
			break
		}
		if plainWord(w) {
			plain++
		}
	}
	if foreign(t) {
		return true
	}
	return words >= 4 && plain*100 >= 62*words || words >= 2 && words < 4 && plain == words && unicode.IsUpper(rune(t[0]))
}

// plainWord is letters with the marks of a sentence around or in it.
func plainWord(w string) bool {
	w = strings.Trim(w, ".,;:!?()\"'`*“”‘’…")
	if w == "" {
		return false
	}
	for i, r := range w {
		if unicode.IsLetter(r) {
			continue
		}
		if i > 0 && (r == '\'' || r == '-' || r == '’' || r == '/') {
			continue
		}
		return false
	}
	return true
}

// foreign reports words of a script without blanks, or any text with many letters beyond ASCII.
func foreign(t string) bool {
	n, all := 0, 0
	for _, r := range t {
		if all++; r >= 0x370 && unicode.IsLetter(r) {
			n++
		}
		if all > 400 {
			break
		}
	}
	return all > 0 && n*3 > all
}

// look counts what a text is made of, of its first 200 lines.
type look struct {
	lines, prose, machine, fences int
	prompts                       int // commands that are no requests
}

func looks(text string) (k look) {
	if len(text) > 32<<10 {
		text = text[:32<<10]
	}
	text = message.Clean(text)
	for line := range strings.SplitSeq(text, "\n") {
		t := strings.TrimSpace(line)
		if t == "" {
			continue
		}
		if k.lines++; k.lines > 200 {
			break
		}
		switch {
		case fence(t):
			k.fences++
		case message.Prompt(t):
			if !strings.Contains(t, "curl ") && !strings.Contains(t, "http") && !strings.Contains(t, "wget ") {
				k.prompts++
			}
		case message.Machine(t):
			k.machine++
		case isProse(t):
			k.prose++
		}
	}
	return k
}

// isText is the fallback: low for anything readable, higher where prose stands beside what programs wrote.
func isText(text string) int {
	if strings.TrimSpace(text) == "" || !message.Readable(text) || strings.IndexByte("{[<", strings.TrimSpace(text)[0]) >= 0 {
		return 5
	}
	k := looks(text)
	switch {
	case k.prompts >= 2:
		return 91 // a session of several commands
	case k.fences >= 2 && k.prose > 0:
		return 84
	case k.prose >= 2 && k.machine > 0 && k.prose*100 >= 15*k.lines:
		return 68
	case k.prose > 0 && k.machine > 0 && k.prose*100 >= 15*k.lines:
		return 64
	case k.prose > 0 && k.prose < k.lines:
		return 50
	}
	return 25
}

// isNote is for words alone.
func isNote(text string) int {
	if strings.TrimSpace(text) == "" || !message.Readable(text) {
		return 0
	}
	k := looks(text)
	switch {
	case k.fences > 0 || k.lines == 0:
		return 10
	case k.prose == k.lines:
		return 56
	case k.prose*100 >= 60*k.lines:
		return 48
	}
	return 10
}

// isLog is message.IsLog, and low where a text at least looks like a program's.
func isLog(text string) int {
	if n := message.IsLog(text); n > 20 {
		return n
	}
	if k := looks(text); k.machine*2 > k.lines {
		return 22
	}
	return 8
}
