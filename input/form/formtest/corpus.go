// Package formtest holds readers against the corpus of pastes, which has one archive for each kind in
// input/testdata/pastes. It is for the tests of the packages beside package form.
package formtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/corpus"
)

// Corpus tests that each paste of the kinds of own is recognised by its own reader better than by any of beside, that it is
// read, and that no secret is shown.
func Corpus(t *testing.T, own, beside []form.Form) {
	for _, f := range own {
		for _, p := range corpus.Of(t, f.Kind).Files {
			t.Run(f.Kind+"/"+p.Name, func(t *testing.T) {
				text := string(p.Data)
				sure := f.Is(text)
				if sure < 60 {
					t.Errorf("recognised with %d", sure)
				}
				for _, o := range append(append([]form.Form{}, own...), beside...) {
					if n := o.Is(text); o.Kind != f.Kind && n >= sure {
						t.Errorf("%s is as sure of it: %d, own %d", o.Kind, n, sure)
					}
				}
				ev, err := f.Read(text, form.Options{Source: fact.Source{File: p.Name, Line: 1}})
				if err != nil {
					t.Fatal(err)
				}
				if len(ev.Tokens)+len(ev.Exchanges)+len(ev.Settings)+len(ev.Facts) == 0 {
					t.Error("nothing was read")
				}
				NoSecret(t, ev)
			})
		}
	}
}

// NoSecret tests that what a reader prints holds none of the credentials of the corpus, which all have a telling word in
// them.
func NoSecret(t *testing.T, ev exchange.Evidence) {
	t.Helper()
	shown := summary(ev)
	t.Log(shown)
	for _, w := range []string{"FAKEFAKE", "fake-word", "FAKE0123", "ZmFrZS13", "eyJ", "RkFLRU", "FAKEfake", "fake-w\xf6rt", "fake-wört"} {
		if strings.Contains(shown, w) {
			t.Errorf("a secret is shown (%s)", w)
		}
	}
}

func summary(ev exchange.Evidence) string {
	var b strings.Builder
	for _, k := range ev.Tokens {
		fmt.Fprintf(&b, "\n  token %v %q line %d whole %v", k.Value, k.Place, k.From.Line, k.Whole)
	}
	for _, x := range ev.Exchanges {
		fmt.Fprintf(&b, "\n  exchange %v %v unseen %b", x.Request.Header, x.Status(), x.Unseen)
		if x.Response != nil {
			fmt.Fprintf(&b, " %v", x.Response.Header)
		}
	}
	for _, s := range ev.Settings {
		fmt.Fprintf(&b, "\n  %d %s %q %s %q", s.From.Line, s.System, s.Context, s.Name, fmt.Sprint(s.Args))
	}
	for _, f := range ev.Facts {
		fmt.Fprintf(&b, "\n  fact %d %s", f.From.Line, f.Text)
	}
	return b.String()
}
