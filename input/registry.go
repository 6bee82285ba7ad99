package input

import (
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/collection"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/input/har"
	"github.com/why401/why401/input/message"
	"github.com/why401/why401/input/mixed"
	"github.com/why401/why401/input/settings"
	"github.com/why401/why401/input/snippet"
	"github.com/why401/why401/input/transcript"
	"github.com/why401/why401/input/value"
	"github.com/why401/why401/secret"
)

// registry is every kind of input. Of two equal claims the earlier one is taken: what has a signature of its own comes
// before what is known by its likeness.
func registry() []form.Form {
	return slices.Concat([]form.Form{caseForm()}, har.Forms, collection.Forms, value.Forms, transcript.Forms, snippet.Forms,
		settings.Forms, message.Forms, mixed.Forms)
}

// doubt is the claim below which a text counts as not recognised: it is then read as mixed text.
const doubt = 55

// claim is a form with how sure it is of a text.
type claim struct {
	form.Form
	sure int
}

// claims gives the forms that claim text, the surest first; what none claims is mixed text.
func claims(text string) []claim {
	if len(text) > headText {
		text = text[:headText] // the beginning tells
	}
	var out []claim
	secret.Trial(func() {
		for _, f := range registry() {
			if n := f.Is(text); n >= doubt {
				out = append(out, claim{f, n})
			}
		}
	})
	slices.SortStableFunc(out, func(a, b claim) int { return b.sure - a.sure })
	mixed, _ := kindOf(textKind)
	return append(out, claim{mixed, 0})
}

// readFirst reads text by the first claim that makes something of it.
func readFirst(cs []claim, text string, o form.Options) (form.Form, exchange.Evidence, error) {
	var fault error
	for _, c := range cs {
		e, err := c.Read(text, o)
		if err == nil && !e.Empty() {
			return c.Form, e, nil
		}
		if fault == nil && c.sure >= 90 {
			fault = err // it is of this kind, and broken
		}
	}
	return form.Form{}, exchange.Evidence{}, fault
}

// kindOf finds a form by its kind, or else by another of its names.
func kindOf(kind string) (form.Form, bool) {
	for _, f := range registry() {
		if strings.EqualFold(f.Kind, kind) {
			return f, true
		}
	}
	for _, f := range registry() {
		if slices.ContainsFunc(f.Also, func(a string) bool { return strings.EqualFold(a, kind) }) {
			return f, true
		}
	}
	return form.Form{}, false
}

// readAs reads text as the named kind; an unknown or empty kind is a hint that helps nobody, so the text is looked at.
// What its form makes nothing of is read as mixed text.
func readAs(kind, text string, o form.Options) (exchange.Evidence, error) {
	var cs []claim
	if f, ok := kindOf(kind); ok && f.Kind != "case" {
		o.Sure = true
		mixed, _ := kindOf(textKind)
		cs = []claim{{f, 0}, {mixed, 0}}
	} else {
		cs = claims(text)
	}
	_, e, err := readFirst(cs, text, o)
	return e, err
}

// Kinds are the names for --as, in the order of the registry.
func Kinds() []string {
	var out []string
	for _, f := range registry() {
		if !slices.Contains(out, f.Kind) {
			out = append(out, f.Kind)
		}
	}
	return out
}

// Case reads the text of a case file.
func Case(text string) (exchange.Evidence, error) { return readCase(text, form.Options{}) }
