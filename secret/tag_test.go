package secret

import "testing"

func TestTagTellsAChangeAndNoMore(t *testing.T) {
	key := []byte("a key of the test")
	a := New("correct horse").Tag(key)
	if a != Public("correct horse").Tag(key) {
		t.Error("equal bytes have two tags")
	}
	if a == New("correct horsf").Tag(key) || a == New("correct horse").Tag([]byte("another key")) {
		t.Error("another text or key has the same tag")
	}
	if len(a) != 4 {
		t.Errorf("a tag of %d digits: expected 4, more would confirm a guess", len(a))
	}
}
