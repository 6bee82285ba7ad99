package cred

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/why401/why401/internal/lazyregexp"
)

// TestQuickLook: the look that spares most texts the patterns never spares one that a pattern matches.
func TestQuickLook(t *testing.T) {
	forms := []*lazyregexp.Regexp{shellBraced, shellPlain, shellCommand, powershell, actions, windows, mustache, single, angle, square, otherMarks,
		objects, verbs, yours, capitals, lower, crossed, removed}
	words := strings.Split("your insert replace enter put paste add with the my token key secret password api access auth bearer jwt here openai github gitlab google apikey "+
		"TOKEN KEY SECRET API ACCESS JWT redacted filtered masked hidden removed object Object promise system.object System.Object java.lang.object@1f java.lang.Object@0 "+
		"coroutine of name env: $env: ${ } ${{ }} $( ) ( ` % %s %! %!s( { {{ {{{ } }} }}} {0} < > <% %> [ ] #{ @ @@ : :a_ __ _ - . * *** xxxx XXXX • ••• … ... --- ___ 1 42 a b A B \u212aey to\u212aen \u017fecret", " ")
	r := rand.New(rand.NewPCG(1, 1))
	n := 0
	for range 150_000 {
		s := ""
		for k := range 1 + r.IntN(4) {
			if k > 0 && r.IntN(3) == 0 {
				s += []string{" ", "_", "-"}[r.IntN(3)]
			}
			s += words[r.IntN(len(words))]
		}
		if s == "" {
			continue
		}
		for _, f := range forms {
			of := s
			if f == lower {
				of = strings.ToLower(s)
			}
			if f.MatchString(of) {
				n++
				if !mayBePlaceholder(s) {
					t.Fatalf("%q is a placeholder", s)
				}
			}
		}
	}
	if n < 10_000 {
		t.Errorf("only %d matched", n)
	}
}
