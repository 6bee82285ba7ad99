package logs

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/why401/why401"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/input"
	"github.com/why401/why401/logs/tally"
	"github.com/why401/why401/report"
)

// sentence is what an error log says in the same words about several clients and users.
type sentence struct {
	code, level, text string
	said              string // as it stood in the first line
	first             tally.Place
	phrases           []*tally.Phrase
	requests          []*tally.Request // about which it was said, where the log names them
	n                 int64
}

// verdict is the catalogue's answer to a sentence.
type verdict struct {
	report.Verdict
	remedies []report.Remedy
	raise    []report.Raise
	suspects []report.Suspect
}

// maxSentences is how many sentences the catalogue is asked about. One takes some milliseconds.
const maxSentences = 48

// sentences groups the phrases, the most frequent first.
func (v *view) sentences() []*sentence {
	byText := map[string]*sentence{}
	of := map[uint64]*sentence{}
	var all []*sentence
	for _, h := range v.t.Phrases.Sorted() {
		p := v.t.Phrases.Get(h)
		key := p.Code + "\x00" + p.Text
		s := byText[key]
		if s == nil {
			s = &sentence{code: p.Code, level: p.Level, text: p.Text}
			byText[key] = s
			all = append(all, s)
		}
		of[h] = s
		s.phrases = append(s.phrases, p)
		s.n += p.Times.Sum()
		if len(p.Places) > 0 && (s.said == "" || before(p.Places[0], s.first)) {
			s.said, s.first = p.Said, p.Places[0]
		}
	}
	slices.SortFunc(all, func(a, b *sentence) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.text, b.text), cmp.Compare(a.code, b.code))
	})
	for _, h := range v.t.Requests.Sorted() {
		r := v.t.Requests.Get(h)
		var said []*sentence
		for _, p := range r.Said {
			if s := of[p]; s != nil && !slices.Contains(said, s) {
				said = append(said, s)
				s.requests = append(s.requests, r)
			}
		}
		if len(r.Kinds) > 0 {
			v.requests = append(v.requests, r)
		}
	}
	return all[:min(len(all), maxSentences)]
}

func before(a, b tally.Place) bool {
	return cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.File, b.File), cmp.Compare(a.N, b.N)) < 0
}

// answers are what the catalogue said of sentences, by their code and words; nil where it knows no cause.
type answers map[[2]string]*verdict

// ask asks the catalogue what a sentence means: the diagnosis of a pasted log line, which sends nothing.
func (a answers) ask(ctx context.Context, s *sentence) *verdict {
	key := [2]string{s.code, s.text}
	if v, ok := a[key]; ok {
		return v
	}
	a[key] = s.diagnose(ctx)
	return a[key]
}

func (s *sentence) diagnose(ctx context.Context) *verdict {
	for _, text := range s.asLines() {
		in, err := input.Read([]string{"-"}, strings.NewReader(text), input.Options{})
		if err != nil || !in.Recorded() {
			continue
		}
		rep, err := why401.Diagnose(ctx, why401.Input{Evidence: in.Evidence, Read: in.What}, why401.Offline())
		if err != nil || rep.Verdict.Cause == "" || rep.Verdict.Grade == cause.Unknown || isHarmless[rep.Verdict.Cause] {
			continue
		}
		return &verdict{rep.Verdict, rep.Remedies, rep.Raise, rep.Suspects}
	}
	return nil
}

// isHarmless are causes that an error log names for the first half of every login.
var isHarmless = map[string]bool{"benign-challenge": true, "no-credentials-sent": true, "preemptive-auth-not-sent": true, "missing-www-authenticate": true}

// asLines are lines as the programs that say such things write them; the tally keeps sentences, not lines.
func (s *sentence) asLines() []string {
	said := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return ' '
		}
		return r
	}, s.said)
	if strings.HasPrefix(s.code, "AH") {
		return []string{"[Sun Nov 22 10:00:00.000000 2026] [core:error] [pid 7:tid 7] [client 192.0.2.1:40000] " + s.code + ": " + said}
	}
	lines := []string{said, `2026/11/22 10:00:00 [error] 7#7: *7 ` + said + `, client: 192.0.2.1, server: site, request: "GET / HTTP/1.1", host: "site"`}
	if s.code != "" {
		lines = append(lines, s.code+": "+said)
	}
	return lines
}

// covers is the part of the finding's requests about which the sentence was said, and the part of what the sentence was
// said about that lies in the finding. Where both logs have the requests' ids, these decide.
func (v *view) covers(s *sentence, f *finding) (ofFinding, ofSentence float64) {
	if all := f.among(v.requests); all > 0 && len(s.requests) > 0 {
		hit := f.among(s.requests)
		return float64(hit) / float64(all), float64(hit) / float64(len(s.requests))
	}
	return s.near(f)
}

// among counts the requests that are the finding's.
func (f *finding) among(requests []*tally.Request) (n int) {
	kinds := map[uint64]bool{}
	for _, i := range f.items {
		kinds[i.hash] = true
	}
	for _, r := range requests {
		if f.span.has(r.Minute) && slices.ContainsFunc(r.Kinds, func(h uint64) bool { return kinds[h] }) {
			n++
		}
	}
	return n
}

// near is what covers is where no ids tell: the part of the finding's requests near which the sentence was said about the
// same client (or, when it names none, about the same time), and the part of the sentence's times that lie in the finding.
func (s *sentence) near(f *finding) (ofFinding, ofSentence float64) {
	type key struct {
		client string
		minute uint32
	}
	said := map[key]uint32{}
	inside, all := 0.0, 0.0
	for _, p := range s.phrases {
		for _, m := range p.Times {
			said[key{p.Client, m.Minute}] += m.N
			all += float64(m.N)
			if f.has2(p, m.Minute) {
				inside += float64(m.N)
			}
		}
	}
	hit, n := 0.0, 0.0
	for _, i := range f.items {
		for _, m := range i.times {
			n += float64(m.N)
			if k := max(said[key{i.Group[tally.Client], m.Minute}], said[key{"", m.Minute}]); k > 0 {
				hit += float64(min(m.N, k))
			}
		}
	}
	return hit / max(n, 1), inside / max(all, 1)
}

// has2 reports that something said at a minute can be about the finding.
func (f *finding) has2(p *tally.Phrase, minute uint32) bool {
	if !f.span.has(minute) {
		return false
	}
	if want, ok := f.has("client"); ok && p.Client != "" && p.Client != want {
		return false
	}
	if want, ok := f.has("user"); ok && p.User != "" && p.User != want {
		return false
	}
	return true
}

// listen finds what error logs say about the finding, and what the catalogue says of that.
func (v *view) listen(ctx context.Context, f *finding, all []*sentence) {
	best := 0.0
	for _, s := range all {
		of, within := v.covers(s, f)
		if of < 0.3 {
			continue
		}
		f.said = append(f.said, s)
		told := v.answers.ask(ctx, s)
		if told == nil {
			continue
		}
		if rank := of * (0.3 + within) * (1 + float64(told.Grade)); rank > best {
			best, f.verdict = rank, told
		}
	}
}
