package input

import (
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/collection"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/input/har"
	"github.com/why401/why401/input/message"
	"github.com/why401/why401/input/settings"
	"github.com/why401/why401/input/transcript"
)

// registry is every kind of input. Of two equal claims the earlier one is taken: what has a signature of its own comes
// before what is known by its likeness.
func registry() []form.Form {
	return slices.Concat([]form.Form{caseForm()}, har.Forms, collection.Forms, transcript.Forms, settings.Forms, message.Forms)
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
func readAs(kind, text string, o form.Options) (exchange.Evidence, error) {
	if f, ok := kindOf(kind); ok {
		o.Sure = true
		if e, err := f.Read(text, o); err == nil && !e.Empty() {
			return e, nil
		}
		return rest(kind, text, o), nil
	}
	if f, ok := recognise(text); ok && f.Kind != "case" && kind != "note" && kind != "app-log" {
		return f.Read(text, o)
	}
	return rest(kind, text, o), nil
}

// rest takes a text that no form claims.
func rest(kind, text string, o form.Options) exchange.Evidence {
	if kind == "note" || kind == "" {
		return exchange.Evidence{Notes: []exchange.Note{{Text: exchange.Raw(text), From: o.Source}}}
	}
	return exchange.Evidence{Messages: []exchange.Message{{Text: exchange.Raw(text), Kind: kind, From: o.Source}}}
}

// Kinds are the names for --as, in the order of the registry.
func Kinds() []string {
	var out []string
	for _, f := range append(registry(), mixedForm) {
		if !slices.Contains(out, f.Kind) {
			out = append(out, f.Kind)
		}
	}
	return out
}

// mixedForm takes what no form claims: it looks for anything of use in it.
var mixedForm = form.Form{Kind: textKind, What: "a text", Is: func(string) int { return 1 },
	Read: func(text string, o form.Options) (exchange.Evidence, error) { return rest("", text, o), nil }}

// Case reads the text of a case file.
func Case(text string) (exchange.Evidence, error) { return readCase(text, form.Options{}) }
