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
)

// registry is every kind of input. Of two equal claims the earlier one is taken: what has a signature of its own comes
// before what is known by its likeness.
func registry() []form.Form {
	return slices.Concat([]form.Form{caseForm()}, har.Forms, collection.Forms, value.Forms, transcript.Forms, snippet.Forms,
		settings.Forms, message.Forms, mixed.Forms)
}

// doubt is the claim below which a text counts as not recognised: it is then read as mixed text.
const doubt = 50

// recognise gives the form that claims text most surely.
func recognise(text string) (form.Form, bool) {
	var best form.Form
	sure := 0
	for _, f := range registry() {
		if n := f.Is(text); n > sure {
			best, sure = f, n
		}
	}
	return best, sure >= doubt
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
	f, ok := kindOf(kind)
	if !ok {
		f, ok = recognise(text)
	} else {
		o.Sure = true
	}
	if ok && f.Kind != "case" {
		if e, err := f.Read(text, o); err == nil && !e.Empty() {
			return e, nil
		}
	}
	return mixed.Read(text, o)
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
