package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// text is a piece of what somebody pasted. It may hold secrets: it is matched, never shown.
type text struct {
	s    string
	from fact.Source
}

// Bounds of what is matched: evidence is written by people and programs, not by the gigabyte.
const (
	mostTexts  = 200
	longestOne = 1 << 14
)

// said are the texts that programs wrote: bodies of recorded answers, and messages.
func said(v *cause.View) []text {
	var out []text
	for _, x := range v.Exchanges {
		if x.Given != "" && len(x.Body()) > 0 {
			out = add(out, string(x.Body()), fact.Source{Exchange: x.N})
		}
	}
	for _, m := range v.Messages {
		out = add(out, string(m.Text), m.From)
	}
	return out
}

// told are the texts that a person wrote, with the commands and settings they hold.
func told(v *cause.View) []text {
	var out []text
	for _, n := range v.Notes {
		out = add(out, string(n.Text), n.From)
	}
	return out
}

// written are all of them.
func written(v *cause.View) []text { return append(said(v), told(v)...) }

func add(out []text, s string, from fact.Source) []text {
	if len(out) >= mostTexts {
		return out
	}
	return append(out, text{s[:min(len(s), longestOne)], from})
}

// find gives the first of the texts that re matches, with the groups of the match.
func find(ts []text, re *lazyregexp.Regexp) (groups []string, from fact.Source, ok bool) {
	for _, t := range ts {
		if g := re.FindStringSubmatch(t.s); g != nil {
			return g, t.from, true
		}
	}
	return nil, fact.Source{}, false
}

// better is the weightier of two suspicions.
func better(a, b *cause.Suspicion) *cause.Suspicion {
	switch {
	case a == nil:
		return b
	case b == nil || a.Grade > b.Grade || a.Grade == b.Grade && a.Weight >= b.Weight:
		return a
	}
	return b
}

// suspect is a suspicion with one fact read at a place.
func suspect(g cause.Grade, weight float64, from fact.Source, sentence string) *cause.Suspicion {
	return &cause.Suspicion{Grade: g, Weight: weight, Because: []fact.Fact{{Text: sentence, From: from}}}
}

// echoed is the credential that an error text repeats. OpenAI and the many services that copy it write the value as it
// came, without marks of their own; masks of asterisks are theirs.
type echo struct {
	value string
	plain bool // the program adds no quotation marks of its own
	from  fact.Source
}

var (
	plainEcho = lazyregexp.New(`(?i)incorrect api key provided:?\s+(\S{1,200})`)
	otherEcho = lazyregexp.New(`(?i)(?:invalid|unknown|malformed|wrong|bad) (?:api[ _-]?key|(?:access |bearer |auth )?token|authorization header)(?: provided)?(?: value)?: *(\S{1,200})`)
)

func echoes(v *cause.View) []echo {
	var out []echo
	for _, t := range said(v) {
		if g := plainEcho.FindStringSubmatch(t.s); g != nil {
			out = append(out, echo{strings.TrimRight(g[1], ".,;:"), true, t.from})
		} else if g := otherEcho.FindStringSubmatch(t.s); g != nil {
			out = append(out, echo{strings.TrimRight(g[1], ".,;:"), false, t.from})
		}
	}
	return out
}

// echoOf judges what an error text repeats: quoted, in the brackets of a manual, or a word that is no key.
func echoOf(v *cause.View) (quoted, bracketed, word *cause.Suspicion) {
	for _, e := range echoes(v) {
		core := strings.ReplaceAll(e.value, `\"`, `"`)
		switch {
		case e.plain && len(core) > 4 && strings.ContainsAny(core[:1], `"'`+"`") && !strings.HasPrefix(core[1:], " "):
			quoted = better(quoted, suspect(cause.Strong, 0.9, e.from, "The error repeats the key with a quotation mark before its first character: the mark is part of the value."))
		case e.plain && len(core) > 4 && strings.ContainsAny(core[:1], "{<[") && strings.ContainsAny(core[len(core)-1:], "}>]"):
			bracketed = better(bracketed, suspect(cause.Strong, 0.9, e.from, "The error repeats the key within the brackets that a manual puts around an example."))
		default:
			core = strings.Trim(core, `"'`)
			form, ok := cred.PlaceholderForm(secret.Public(core))
			if !ok || strings.Contains(form, "crosses") || strings.Contains(form, "redacted") || strings.Contains(form, "word true") || strings.Contains(form, "word false") {
				continue
			}
			word = better(word, suspect(cause.Strong, 0.88, e.from, "What the error repeats in place of the key is "+form+"."))
		}
	}
	return quoted, bracketed, word
}
