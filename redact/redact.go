// Package redact takes secrets and personal data out of what people have in hand (a HAR, a transcript, a log, a
// configuration, a case file) and leaves the form as it was: text in, text out, and the same diagnosis from both.
//
// Every secret becomes a stand-in that keeps what a diagnosis needs: scheme word, vendor's prefix, class of length,
// punctuation, quotation marks and line breaks, the claims of a token that decide. Equal secrets get equal stand-ins;
// those are made of a counter, never of the secret, so that nothing can be guessed back. Placeholders stay.
//
// It is a keep-list where the form tells names from values (header fields, cookies, parameters, claims), and an alarm
// for what looks like a secret everywhere else. It sends nothing and decides nothing.
package redact

import (
	"fmt"
	"strings"

	"github.com/why401/why401/input"
)

// Sort is what was replaced. The texts may be shown.
type Sort string

// The sorts.
const (
	Password  Sort = "password"
	Token     Sort = "token"
	JWT       Sort = "JWT"
	Basic     Sort = "Basic credential"
	Cookie    Sort = "cookie"
	Key       Sort = "key"
	Signature Sort = "signature"
	Claim     Sort = "claim"
	ID        Sort = "id"
	User      Sort = "user name"
	Email     Sort = "e-mail address"
	Address   Sort = "address"
	Host      Sort = "host name"
	Value     Sort = "other value"
)

// Options says what is replaced beyond secrets and persons.
type Options struct {
	Hosts bool   // host names, too, but for those of well-known services
	Kind  string // the kind that the text is read as; "" to look at it
}

// Find is one value that was replaced. It holds nothing of the value but its shape.
type Find struct {
	Sort  Sort
	Place string // the field, parameter or claim where it was met first; "" for one met in running text
	Shape string // "40 characters, GitHub personal access token"
	Times int    // how often it was replaced
}

// Redactor keeps the stand-ins of one case, so that the same secret is the same in all of its texts.
type Redactor struct {
	opts     Options
	known    map[string]*entry // by the original
	issued   map[string]bool   // stand-ins, which are never replaced again
	order    []*entry
	count    map[Sort]int
	depth    int
	exact    bool              // user names keep their length
	read     map[string]*edits // texts that were learned, with the places found in them
	learning bool
	memo     map[string]string
	place    string // of what is being read
	words    *replacer
	size     int // entries when words was made
}

type entry struct {
	Find
	from, to string
}

// New makes a Redactor that knows nothing yet.
func New(o Options) *Redactor {
	return &Redactor{opts: o, known: map[string]*entry{}, issued: map[string]bool{}, read: map[string]*edits{}, count: map[Sort]int{}}
}

// Text replaces the secrets of one text.
func Text(text string, o Options) (string, *Redactor) {
	r := New(o)
	r.Learn(o.Kind, text)
	return r.Redact(text), r
}

// Learn reads text as kind ("" to look at it) and notes its secrets, so that Redact finds them in other texts, too. A
// text that cannot be read as that is looked through all the same.
func (r *Redactor) Learn(kind, text string) {
	if len(text) <= maxLearn {
		if got, err := input.Read([]string{"-"}, strings.NewReader(text), input.Options{As: kind}); err == nil {
			r.evidence(got.Evidence)
			for _, i := range got.Intents {
				r.intent(i)
			}
		}
	}
	r.learning = true
	r.text(text)
	r.learning = false
}

// maxLearn is the longest text that is read by its form; what is longer is looked through without.
const maxLearn = 8 << 20

// rounds is how often Redact looks again: a replacement can bring two halves together.
const rounds = 3

// Redact replaces in text what was learned, and what looks like a secret. The text stays in its form.
func (r *Redactor) Redact(text string) string {
	r.compile()
	out := r.text(text)
	r.compile()
	for range rounds {
		again := r.global(out)
		if again == out {
			break
		}
		out = again
	}
	return out
}

// Finds lists what was replaced so far, in the order in which it was met.
func (r *Redactor) Finds() []Find {
	var out []Find
	for _, e := range r.order {
		if e.from != e.to {
			out = append(out, e.Find)
		}
	}
	return out
}

// Summary says in words how many values were replaced: "12 values replaced: 3 cookies, 1 JWT".
func (r *Redactor) Summary() string {
	n, by := 0, map[Sort]int{}
	var sorts []Sort
	for _, f := range r.Finds() {
		n++
		if by[f.Sort]++; by[f.Sort] == 1 {
			sorts = append(sorts, f.Sort)
		}
	}
	if n == 0 {
		return "nothing to replace was found"
	}
	var parts []string
	for _, s := range sorts {
		parts = append(parts, plural(by[s], string(s)))
	}
	return plural(n, "value") + " replaced: " + strings.Join(parts, ", ")
}

func plural(n int, word string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(word, "s"):
		word += "es"
	default:
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}
