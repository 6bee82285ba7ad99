// Package settings reads configuration files and fragments of them, as people paste them, into exchange.Setting: what
// stands where, in which block, on which line. Client side (npmrc, netrc, kubeconfig, ...) and server side (nginx,
// Apache, HAProxy, ...).
//
// It refuses to resolve: no include is opened, no variable is replaced, no precedence is worked out. Values that are or
// may be credentials are closed; each reader takes what it understands and says what it left out.
package settings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// Forms are the kinds of configuration, the more particular first.
var Forms = slices.Concat(serverForms, clientForms, generalForms)

// reader collects what one configuration says.
type reader struct {
	form.Options
	system string // of the settings
	ev     exchange.Evidence
	left   bool // a limit was met
}

// read cleans text and runs one reader over it.
func read(text string, o form.Options, system, expected string, run func(r *reader, text string)) (exchange.Evidence, error) {
	text, said, err := clean(text, o.Written)
	if err != nil {
		return exchange.Evidence{}, fmt.Errorf("%s: %w", expected, err)
	}
	r := &reader{Options: o, system: system}
	for _, s := range said {
		r.say(1, "%s", s)
	}
	run(r, text)
	if len(r.ev.Settings) == 0 {
		return exchange.Evidence{}, fmt.Errorf("%s: nothing of the kind from line %d on", expected, max(1, o.Source.Line))
	}
	return r.ev, nil
}

// at is the source of line n (from 1) of the text.
func (r *reader) at(n int) fact.Source {
	s := r.Source
	s.Line = max(1, s.Line) + n - 1
	return s
}

// say adds a fact about line n.
func (r *reader) say(n int, format string, args ...any) {
	if len(r.ev.Facts) < maxFacts {
		r.ev.Facts = append(r.ev.Facts, fact.Fact{Text: fmt.Sprintf(format, args...), From: r.at(n)})
	}
}

// add appends a setting of the reader's own system.
func (r *reader) add(n int, context []string, name string, args ...secret.Text) {
	r.addTo(r.system, n, context, name, args...)
}

func (r *reader) addTo(system string, n int, context []string, name string, args ...secret.Text) {
	if len(r.ev.Settings) >= maxSettings {
		if !r.left {
			r.left = true
			r.say(n, "more than %d settings: the rest is left out", maxSettings)
		}
		return
	}
	if len(args) > maxArgs {
		args = args[:maxArgs]
	}
	r.ev.Settings = append(r.ev.Settings, exchange.Setting{
		System: system, Context: slices.Clone(context), Name: shown(name), Args: args, From: r.at(n),
	})
}

// pair adds name = value of a client's or a program's settings, closing the value when it may be a credential, and says
// what is odd about a credential's form. Where the value is a token or key that stands alone, it becomes a Token too.
func (r *reader) pair(n int, context []string, name, value string) {
	v := closePair(name, value)
	r.add(n, context, name, v)
	r.flaws(n, shown(name), v)
}

// flaws says what is odd about a credential's form, and keeps one that can stand alone as a Token.
func (r *reader) flaws(n int, name string, v secret.Text) {
	if v.Empty() {
		if credentialName(name) {
			r.say(n, "%s is empty", name)
		}
		return
	}
	if form, ok := cred.PlaceholderForm(v); ok && (v.Closed() || credentialName(name)) && !v.Match(truth) {
		r.say(n, "%s is not filled in: %s", name, form)
		return
	}
	if !v.Closed() {
		return
	}
	if credentialName(name) && !connection.MatchString(name) {
		anatomy := cred.AnatomyOfKey
		if strings.HasSuffix(strings.ToLower(name), "authorization") {
			anatomy = cred.Anatomy
		}
		for _, f := range anatomy(v) {
			r.say(n, "%s: %s", name, f.What)
		}
	}
	if aToken(name, v) {
		r.token(n, name, v)
	}
}

// token keeps a credential that stands alone.
func (r *reader) token(n int, name string, v secret.Text) {
	place := r.system + " " + name
	r.ev.Tokens = append(r.ev.Tokens, exchange.Token{Value: v, Place: place, From: r.at(n), Whole: whole(v)})
}

// connection are names whose value is more than one credential.
var connection = lazyregexp.New(`(?i)connection|dsn|url$|cookie|license`)

// whole reports that nothing of v was cut or blackened by hand.
func whole(v secret.Text) bool {
	s := v.Reveal()
	return !strings.Contains(s, "...") && !strings.Contains(s, "…") && !strings.Contains(s, "***") &&
		!strings.Contains(strings.ToUpper(s), "FAKE") && !strings.Contains(strings.ToUpper(s), "XXXX")
}
