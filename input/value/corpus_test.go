package value_test

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

// TestCorpus: each paste is recognised by its own reader best, and read.
func TestCorpus(t *testing.T) {
	all := append(append([]form.Form{}, value.Forms...), settings.Forms...)
	for _, f := range value.Forms {
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
				ev, err := f.Read(text, form.Options{Source: fact.Source{Input: "paste", Line: 1}})
				if err != nil {
					t.Fatal(err)
				}
				t.Log(summary(ev))
				if len(ev.Tokens)+len(ev.Exchanges)+len(ev.Settings)+len(ev.Facts) == 0 {
					t.Error("nothing was read")
				}
				noSecret(t, ev, text)
			})
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
		fmt.Fprintf(&b, "\n  %d %s %v %s %v", s.From.Line, s.System, s.Context, s.Name, s.Args)
	}
	for _, f := range ev.Facts {
		fmt.Fprintf(&b, "\n  fact %d %s", f.From.Line, f.Text)
	}
	return b.String()
}

// noSecret: what a reader prints holds none of the credentials of the corpus, which all have a telling word in them.
func noSecret(t *testing.T, ev exchange.Evidence, text string) {
	t.Helper()
	shown := summary(ev)
	for _, w := range []string{"FAKEFAKE", "fake-word", "FAKE0123", "ZmFrZS13", "eyJ", "fake-w\xf6rt"} {
		if strings.Contains(shown, w) {
			t.Errorf("a secret is shown (%s)", w)
		}
	}
}
