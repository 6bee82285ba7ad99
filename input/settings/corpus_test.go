package settings_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/input/settings"
	"github.com/why401/why401/input/value"
	"github.com/why401/why401/internal/corpus"
)

// TestCorpus: each paste is recognised by its own reader best, and read without a secret shown.
func TestCorpus(t *testing.T) {
	all := append(append([]form.Form{}, value.Forms...), settings.Forms...)
	for _, f := range settings.Forms {
		for _, p := range corpus.Of(t, f.Kind).Files {
			t.Run(f.Kind+"/"+p.Name, func(t *testing.T) {
				text := string(p.Data)
				own := f.Is(text)
				if own < 60 {
					t.Errorf("recognised with %d", own)
				}
				for _, o := range all {
					if n := o.Is(text); o.Kind != f.Kind && n >= own {
						t.Errorf("%s is as sure of it: %d, own %d", o.Kind, n, own)
					}
				}
				ev, err := f.Read(text, form.Options{Source: fact.Source{File: p.Name, Line: 1}})
				if err != nil {
					t.Fatal(err)
				}
				shown := summary(ev)
				t.Log(shown)
				for _, w := range []string{"FAKEFAKE", "fake-word", "FAKE0123", "ZmFrZS13", "eyJ", "RkFLRU", "FAKEfake"} {
					if strings.Contains(shown, w) {
						t.Errorf("a secret is shown (%s)", w)
					}
				}
			})
		}
	}
}

func summary(ev exchange.Evidence) string {
	var b strings.Builder
	for _, s := range ev.Settings {
		fmt.Fprintf(&b, "\n  %d %s %q %s %q", s.From.Line, s.System, s.Context, s.Name, fmt.Sprint(s.Args))
	}
	for _, k := range ev.Tokens {
		fmt.Fprintf(&b, "\n  token %v %q line %d whole %v", k.Value, k.Place, k.From.Line, k.Whole)
	}
	for _, f := range ev.Facts {
		fmt.Fprintf(&b, "\n  fact %d %s", f.From.Line, f.Text)
	}
	return b.String()
}
