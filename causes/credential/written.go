package credential

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// text is a piece of what somebody pasted. It may hold secrets: it is matched, never shown.
type text struct {
	s    string
	from fact.Source
}

// Bounds of what is matched.
const (
	mostTexts  = 200
	longestOne = 1 << 14
)

// said are the texts that programs wrote, told those of a person; settings count as said.
func said(v *cause.View) []text {
	var out []text
	put := func(s string, from fact.Source) {
		if len(out) < mostTexts {
			out = append(out, text{s[:min(len(s), longestOne)], from})
		}
	}
	for _, x := range v.Exchanges {
		if x.Given != "" && len(x.Body()) > 0 {
			put(string(x.Body()), fact.Source{Exchange: x.N})
		}
	}
	for _, m := range v.Messages {
		put(string(m.Text), m.From)
	}
	for _, s := range v.Settings {
		for _, a := range s.Args {
			a.Map(func(value string) string {
				put(s.Name+`="`+value+`"`, s.From)
				return ""
			})
		}
	}
	return out
}

func told(v *cause.View) []text {
	var out []text
	for _, n := range v.Notes[:min(len(v.Notes), mostTexts)] {
		out = append(out, text{string(n.Text[:min(len(n.Text), longestOne)]), n.From})
	}
	return out
}

func find(ts []text, re *lazyregexp.Regexp) (fact.Source, bool) {
	for _, t := range ts {
		if re.MatchString(t.s) {
			return t.from, true
		}
	}
	return fact.Source{}, false
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

func suspect(g cause.Grade, weight float64, from fact.Source, sentence string) *cause.Suspicion {
	return &cause.Suspicion{Grade: g, Weight: weight, Because: []fact.Fact{{Text: sentence, From: from}}}
}

var (
	clientRefused = lazyregexp.New(`(?i)invalid_client|invalid client secret|client authentication failed|bad client credentials|AADSTS7000215|AADSTS50012`)
	secretWritten = lazyregexp.New(`(?i)client[_-]?secret["']?\s*[=:]\s*["']?[A-Za-z0-9._~/=-]*[+&][A-Za-z0-9._~+&/=-]+`)
	secretEscaped = lazyregexp.New(`(?i)secret[^\n]{0,80}%(?:2B|2F|25|3D|26|3A)`)
)

// secretRecorded finds a client secret with characters that form-decoding changes, beside a client that was refused.
func secretRecorded(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	ts := said(v)
	if _, refused := find(ts, clientRefused); !refused {
		return nil
	}
	if from, ok := find(append(ts, told(v)...), secretEscaped); ok {
		return suspect(cause.Strong, 0.85, from, "The secret appears percent-encoded on one side of the exchange and plain on the other.")
	}
	if from, ok := find(ts, secretWritten); ok {
		return suspect(cause.Strong, 0.82, from, "The client secret holds + or &, which form-decoding changes when it was not encoded first.")
	}
	return nil
}

// foreignLetter are letters and signs outside ASCII that stand in passwords; typographic marks and emoji are left out.
var foreignLetter = lazyregexp.New(`(?i:password|passwort|kennwort|passphrase|mot de passe|\blogin\b|user ?name)[^.\n]{0,60}[À-ÖØ-öø-ɏΑ-ωА-яЁё£€§¥¿¡]`)

// lettersTold finds a password outside ASCII in what a person wrote.
func lettersTold(v *cause.View) *cause.Suspicion {
	if from, ok := find(told(v), foreignLetter); ok && v.Recorded() {
		return suspect(cause.Likely, 0.62, from, "The login that is described has a character outside ASCII, which two programs may encode in two ways.")
	}
	return nil
}

// tokenAsKey finds a Google access token in the place of an API key.
func tokenAsKey(v *cause.View) *cause.Suspicion {
	for _, x := range v.Exchanges {
		if x.Given == "" {
			continue
		}
		for _, f := range x.Request.Header {
			name := strings.ToLower(f.Name)
			if name == "x-goog-api-key" && f.Value.HasPrefix("ya29.") {
				return suspect(cause.Strong, 0.9, fact.Source{Exchange: x.N}, "x-goog-api-key holds an OAuth access token (ya29.); an API key begins with AIza.")
			}
		}
	}
	return nil
}
