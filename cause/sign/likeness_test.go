package sign

import (
	"testing"
)

func TestLikeness(t *testing.T) {
	l := NewLikeness(map[string]string{
		"cookie-path": "the path of the cookie does not cover the request",
		"clock":       "the clock of the server is off, the token is not yet valid",
		"empty":       "",
	})
	back, err := ReadLikeness(string(l.Pack()))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*Likeness{l, back} {
		got := x.Of(Words("Our cookie has Path=/app, and the cookie is not sent"))
		if got["cookie-path"] != 1 || got["clock"] >= 1 || got["empty"] != 0 {
			t.Errorf("%v", got)
		}
		if got := x.Of(Words("xyzzy")); got != nil {
			t.Errorf("no known word: %v", got)
		}
	}
	if got := (*Likeness)(nil).Of(Words("cookie")); got != nil {
		t.Errorf("nothing to compare with: %v", got)
	}
}

// FuzzReadLikeness: a packed measure is read or refused, whatever its bytes.
func FuzzReadLikeness(f *testing.F) {
	f.Add(NewLikeness(map[string]string{"a": "one two", "b": "two three"}).Pack())
	f.Add([]byte("a b\n\x03one\x01\x00\x07\x00\x01\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if l, err := ReadLikeness(string(data)); err == nil {
			l.Of([]string{"one", "two"})
		}
	})
}
