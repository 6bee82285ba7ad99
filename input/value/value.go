// Package value reads things that stand alone: a token, a Basic value, a challenge, header lines, a key, lines of a
// password file. It takes them apart only as far as is needed to know what they are; cred and challenge do the rest.
package value

import (
	"errors"
	"fmt"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

// Forms are the kinds, the more particular first.
var Forms = []form.Form{jwtForm, challengeForm, htpasswdForm, basicForm, apiKeyForm, headerForm}

// Limits: what is larger is no single value.
const (
	maxText   = 1 << 20
	peek      = 32 << 10
	maxFound  = 50 // tokens, challenges, objects
	maxFields = 200
)

// reader collects what was found.
type reader struct {
	form.Options
	ev exchange.Evidence
}

// open refuses what is no text, and takes a byte order mark and carriage returns out.
func open(text, expected string) (string, error) {
	switch {
	case len(text) > maxText:
		return "", fmt.Errorf("%s: %d bytes, more than are read", expected, len(text))
	case strings.IndexByte(text, 0) >= 0:
		return "", fmt.Errorf("%s: not text, it holds zero bytes", expected)
	}
	return strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n"), nil
}

// at is the source of line n (from 1) of the text.
func (r *reader) at(n int) fact.Source {
	s := r.Source
	s.Line = max(1, s.Line) + n - 1
	return s
}

func (r *reader) say(n int, format string, args ...any) {
	if len(r.ev.Facts) < 200 {
		r.ev.Facts = append(r.ev.Facts, fact.Fact{Text: fmt.Sprintf(format, args...), From: r.at(n)})
	}
}

// done gives what was read, or an error when nothing was.
func (r *reader) done(expected string) (exchange.Evidence, error) {
	if r.ev.Empty() {
		return r.ev, errors.New(expected + ": nothing of the kind")
	}
	return r.ev, nil
}

// front is the part of text that Is looks at, without what a paste puts around a value.
func front(text string) string {
	return strings.TrimSpace(strings.TrimPrefix(text[:min(len(text), peek)], "\ufeff"))
}

// lineAt is the number of the line that byte i of text stands on.
func lineAt(text string, i int) int { return 1 + strings.Count(text[:min(i, len(text))], "\n") }

// masked reports that a person has blackened or shortened s before pasting it.
func masked(s string) bool {
	up := strings.ToUpper(s)
	return strings.Contains(s, "...") || strings.Contains(s, "…") || strings.Contains(s, "***") || strings.Contains(s, "•••") ||
		strings.Contains(up, "FAKE") || strings.Contains(up, "REDACTED") || strings.Contains(up, "XXXX") || strings.Contains(s, "[")
}
