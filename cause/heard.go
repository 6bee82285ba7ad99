package cause

import (
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// Passage is a text of the record and where it stands. It may hold secrets: it is matched, never shown.
type Passage struct {
	Text exchange.Raw
	From fact.Source
}

// Passages are texts of a record, bounded in number and length by Add.
type Passages []Passage

// Bounds of what Add takes: evidence is written by people and programs, not by the gigabyte.
const (
	mostPassages   = 200
	longestPassage = 16 << 10
)

// Said are the texts that programs wrote: bodies of recorded answers, and messages.
func (v *View) Said() Passages {
	var out Passages
	for _, x := range v.Exchanges {
		if x.Given != "" && len(x.Body()) > 0 {
			out = out.Add(string(x.Body()), fact.Source{Exchange: x.N})
		}
	}
	for _, m := range v.Messages {
		out = out.Add(string(m.Text), m.From)
	}
	return out
}

// Told are the texts that a person wrote, with the commands and settings they hold.
func (v *View) Told() Passages {
	var out Passages
	for _, n := range v.Notes {
		out = out.Add(string(n.Text), n.From)
	}
	return out
}

// Heard is all that is Said and Told.
func (v *View) Heard() Passages { return append(v.Said(), v.Told()...) }

// Excerpts are the beginnings, of size bytes at most, of the first messages and then of the first notes: for patterns
// that are too dear for all of Heard.
func (v *View) Excerpts(messages, notes, size int) Passages {
	var out Passages
	for _, m := range v.Messages[:min(len(v.Messages), messages)] {
		out = append(out, Passage{m.Text[:min(len(m.Text), size)], m.From})
	}
	for _, n := range v.Notes[:min(len(v.Notes), notes)] {
		out = append(out, Passage{n.Text[:min(len(n.Text), size)], n.From})
	}
	return out
}

// Add appends the beginning of a text, unless there are enough.
func (ps Passages) Add(text string, from fact.Source) Passages {
	if len(ps) >= mostPassages {
		return ps
	}
	return append(ps, Passage{exchange.Raw(text[:min(len(text), longestPassage)]), from})
}

// AddValue appends a value, closed or not: what is matched only needs no leave to be shown.
func (ps Passages) AddValue(value secret.Text, from fact.Source) Passages {
	value.Map(func(s string) string {
		ps = ps.Add(s, from)
		return ""
	})
	return ps
}

// First gives the first passage that re matches, with the groups of the match.
func (ps Passages) First(re *lazyregexp.Regexp) (groups []string, from fact.Source, ok bool) {
	for _, p := range ps {
		if g := re.FindStringSubmatch(string(p.Text)); g != nil {
			return g, p.From, true
		}
	}
	return nil, fact.Source{}, false
}

// Join makes one text of them, for patterns that reach over passages.
func (ps Passages) Join() string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(string(p.Text) + "\n")
	}
	return b.String()
}

// MachineText joins what the answer, the messages and the open settings say, one below the other, up to limit bytes; a
// part that does not fit is left out. It is matched, never shown.
func (v *View) MachineText(limit int) string {
	b := bounded{limit: limit}
	body := v.Answer.Body()
	b.add(string(body[:min(len(body), limit/2)])) // a long page leaves room for the rest
	for _, m := range v.Messages {
		b.add(string(m.Text))
	}
	for _, s := range v.Settings {
		line := s.Name + ": "
		for _, a := range s.Args {
			if !a.Closed() {
				line += " " + a.String()
			}
		}
		b.add(line)
	}
	return b.String()
}

// HumanText joins what a person wrote, up to limit bytes; a note that does not fit is left out. It is matched, never
// shown.
func (v *View) HumanText(limit int) string {
	b := bounded{limit: limit}
	for _, n := range v.Notes {
		b.add(string(n.Text))
	}
	return b.String()
}

// AllText joins what programs, settings and a person say, bounded. It is matched, never shown.
func (v *View) AllText() string { return v.MachineText(mostText) + v.HumanText(mostText) }

const mostText = 96 << 10

// bounded is a text that takes whole parts as long as they fit.
type bounded struct {
	strings.Builder
	limit int
}

func (b *bounded) add(part string) {
	if b.Len()+len(part) < b.limit {
		b.WriteString(part + "\n")
	}
}

var newToken = lazyregexp.New(`(?i)\b(fetched|issued|obtained|requested|created|generated|minted|made|received|got)\b[^.\n]{0,30}\b(seconds?|moments?|an instant|a minute)\b[^.\n]{0,12}\b(ago|earlier|before|old)\b` +
	`|\b(just|freshly|newly) (issued|fetched|obtained|generated|created|made|minted|granted|got)\b|\bseconds? old\b` +
	`|\b(brand[- ]new|fresh|new) (access |bearer |id )?tokens? (is|are|gets?|fails?|too|also|as well|at once)\b|\b(at|from) birth\b|\bimmediately after (log(ging)?[ -]?in|login|issu)`)

// CallsNew reports that the text calls the token new when it was refused.
func CallsNew(text string) bool { return newToken.MatchString(text) }

var zonedStamp = lazyregexp.New(`\b(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?(Z|[+-]\d{2}:\d{2})`)

// Stamp reads the time at the beginning of a log line that names its zone (RFC 3339), whole seconds: what the clock of
// the machine that writes the log showed.
func Stamp(line exchange.Raw) (time.Time, bool) {
	m := zonedStamp.FindStringSubmatch(string(line[:min(len(line), 40)]))
	if m == nil {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, m[1]+m[2])
	return t, err == nil
}
