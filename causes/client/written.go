package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

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
	for _, t := range v.Said() {
		if g := plainEcho.FindStringSubmatch(string(t.Text)); g != nil {
			out = append(out, echo{strings.TrimRight(g[1], ".,;:"), true, t.From})
		} else if g := otherEcho.FindStringSubmatch(string(t.Text)); g != nil {
			out = append(out, echo{strings.TrimRight(g[1], ".,;:"), false, t.From})
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
			quoted = cause.Weightier(quoted, cause.SuspectAt(cause.Strong, 0.9, e.from, "The error repeats the key with a quotation mark before its first character: the mark is part of the value."))
		case e.plain && len(core) > 4 && strings.ContainsAny(core[:1], "{<[") && strings.ContainsAny(core[len(core)-1:], "}>]"):
			bracketed = cause.Weightier(bracketed, cause.SuspectAt(cause.Strong, 0.9, e.from, "The error repeats the key within the brackets that a manual puts around an example."))
		default:
			core = strings.Trim(core, `"'`)
			form, ok := cred.PlaceholderForm(secret.Public(core))
			if !ok || strings.Contains(form, "crosses") || strings.Contains(form, "redacted") || strings.Contains(form, "word true") || strings.Contains(form, "word false") {
				continue
			}
			word = cause.Weightier(word, cause.SuspectAt(cause.Strong, 0.88, e.from, "What the error repeats in place of the key is "+form+"."))
		}
	}
	return quoted, bracketed, word
}
