package yamltree

import (
	"errors"
	"testing"
)

var limits = Limits{Depth: 30, Nodes: 1000}

func TestRead(t *testing.T) {
	docs, err := Read([]byte("base: &b {user: alice, n: 200}\nrow:\n  <<: *b\n  user: \"200\"\n  list: [a, 'b']\n  none:\n  lost: *gone\n---\nsecond: 1\n"), limits)
	if err != nil || len(docs) != 2 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	row := docs[0].Get("row")
	if row == nil || row.Kind != Mapping {
		t.Fatalf("row: %+v", row)
	}
	if u := row.Get("user"); u.Text != "200" || u.Plain {
		t.Errorf("a key of its own wins: %+v", u)
	}
	if n := row.Get("n"); n.Text != "200" || !n.Plain || n.Line != 1 {
		t.Errorf("n: %+v", n)
	}
	if l := row.Get("list"); l.Kind != List || len(l.Items) != 2 || l.Items[1].Text != "b" || l.Items[1].Plain || l.Items[0].Line != 5 {
		t.Errorf("list: %+v", l)
	}
	if n := row.Get("none"); n.Kind != Null || n.Lost {
		t.Errorf("none: %+v", n)
	}
	if n := row.Get("lost"); !n.Lost {
		t.Errorf("an alias without its anchor: %+v", n)
	}
	if p := docs[1].Fields[0].Place; p.Line != 9 || p.Col != 1 {
		t.Errorf("the second document begins at %+v", p)
	}
}

func TestReadBounds(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
	var much *TooMuch
	if _, err := Read([]byte(bomb), limits); !errors.As(err, &much) || much.Line == 0 {
		t.Errorf("aliases without end: %v", err)
	}
	if _, err := Read([]byte("a: [[[[1]]]]\n"), Limits{Depth: 3, Nodes: 100}); !errors.As(err, &much) || much.Line != 1 {
		t.Errorf("nested too deep: %v", err)
	}
	if _, err := Read([]byte("a: [1\n"), limits); err == nil || errors.As(err, &much) {
		t.Errorf("an open bracket: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"a: 1\n", "- a\n- {b: c}\n", "a: &x [1]\nb: *x\n", "<<: *y\n", "a: |\n  text\n", "---\n---\na\n", "{\"a\": [null, true]}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 2000 {
			return
		}
		defer func() { _ = recover() }() // the parser's own, see Read
		docs, err := Read([]byte(s), limits)
		for _, d := range docs {
			if err == nil && count(d) > limits.Nodes {
				t.Errorf("more nodes than allowed")
			}
		}
	})
}

func count(n *Node) int {
	sum := 1
	for _, i := range n.Items {
		sum += count(i)
	}
	for _, f := range n.Fields {
		sum += count(f.Value)
	}
	return sum
}
