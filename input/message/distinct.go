package message

import (
	"hash/maphash"
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

// record is one message as it stands in the text: its first line (from 0), its text and how often it came.
type record struct {
	line  int
	text  string
	count int
	hot   bool // it speaks of a refusal
}

var seed = maphash.MakeSeed()

// skeleton is a hash of s without its numbers: lines that differ in time, process or size only are one message. Three
// digits that may be a status stay.
func skeleton(s string) uint64 {
	s = cut(s, 2<<10)
	var h maphash.Hash
	h.SetSeed(seed)
	from := 0
	for i := 0; i < len(s); {
		if !digit(s[i]) {
			i++
			continue
		}
		j := i + 1
		for j < len(s) && digit(s[j]) {
			j++
		}
		if j-i != 3 || s[i] > '5' || s[i] == '0' || i > 0 && strings.IndexByte(" =(\"'|/", s[i-1]) < 0 && !(i > 0 && s[i-1] == ':') || j < len(s) && (s[j] == '.' || s[j] == ':') {
			h.WriteString(s[from:i])
			from = j
		}
		i = j
	}
	h.WriteString(s[from:])
	return h.Sum64()
}

// hotWords are the words of refusals, in the spellings that logs have. They are looked for in a line as it stands.
var hotWords = []string{
	"401", "403", "407", "ncorrect", "nvalid", "API key", "api key", "ejected", "nauthor", "NAUTHOR", "orbidden", "FORBIDDEN", "enied", "DENIED", "uthenticat", "AUTHENTICAT", "uthoriz",
	"UTHORIZ", "redential", "ogin", "oken", "assword", "ignature", "xpired", "CSRF", "csrf", "nonce", "ermission", "AH01", "ertificate", "400", "429",
}

func hot(line string) bool {
	for _, w := range hotWords {
		if strings.Contains(line, w) {
			return true
		}
	}
	return false
}

// distinct groups the lines of text into records (starts says whether a line begins one), counts equal ones and keeps at
// most maxMessages, those about refusals first, in the order of the text. left is how many distinct ones were left out.
func distinct(text string, starts func(line string) bool) (kept []record, left int) {
	var all []record
	seen := map[uint64]int{}
	hots, colds := 0, 0
	flush := func(n int, s string) {
		if s = strings.TrimRight(s, " \t\n"); strings.TrimSpace(s) == "" {
			return
		}
		key := skeleton(s)
		if i, ok := seen[key]; ok {
			if i >= 0 {
				all[i].count++
			}
			return
		}
		r := record{n, cut(s, maxRecord), 1, hot(cut(s, maxRecord))}
		if r.hot && hots >= maxMessages || !r.hot && colds >= maxMessages {
			seen[key] = -1
			left++
			return
		}
		if r.hot {
			hots++
		} else {
			colds++
		}
		seen[key] = len(all)
		all = append(all, r)
	}
	open, from, n := -1, 0, 0
	for pos := 0; pos < len(text); n++ {
		end := strings.IndexByte(text[pos:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += pos
		}
		if open < 0 || starts(cut(text[pos:end], maxLine)) {
			if open >= 0 {
				flush(open, text[from:pos])
			}
			open, from = n, pos
		}
		pos = end + 1
	}
	if open >= 0 {
		flush(open, text[from:])
	}
	if hots+colds <= maxMessages {
		return all, left
	}
	room := maxMessages - hots
	left += colds - room
	kept = all[:0]
	for _, r := range all {
		if !r.hot {
			if room == 0 {
				continue
			}
			room--
		}
		kept = append(kept, r)
	}
	return kept, left
}

// gather makes messages of records and says what was left out.
func gather(text string, o form.Options, starts func(string) bool, read func(string) exchange.Message) exchange.Evidence {
	var e exchange.Evidence
	records, left := distinct(text, starts)
	for _, r := range records {
		m := read(r.text)
		m.From = at(o.Source, r.line)
		if r.count > 1 {
			set(&m, "count", strconv.Itoa(r.count))
		}
		e.Messages = append(e.Messages, m)
	}
	if left > 0 {
		e.Facts = append(e.Facts, fact.Fact{Text: strconv.Itoa(left) + " more different lines were not looked at: those about refusals come first", From: o.Source})
	}
	return e
}
