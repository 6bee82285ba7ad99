package line

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// vectors finds the public test vectors beside the checkout, or where WHY401_VECTORS says.
func vectors(t *testing.T) []string {
	t.Helper()
	root := os.Getenv("WHY401_VECTORS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "vectors")
	}
	files, _ := filepath.Glob(filepath.Join(root, "access-logs", "*.log"))
	if len(files) == 0 {
		t.Skip("the public vectors are not here: set WHY401_VECTORS to the folder that holds access-logs")
	}
	return files
}

// Each line of the public access logs is of a format that is known, and says when and what.
func TestVectors(t *testing.T) {
	for _, file := range vectors(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(data, []byte{'\n'})
		name := filepath.Base(file)
		best, share := Recognise(lines)
		t.Logf("%s: %s %.0f %%", name, best.Name(), share*100)
		find := NewFinder(Clock{})
		for i, b := range lines {
			if b = bytes.TrimRight(b, "\r"); len(b) == 0 {
				continue
			}
			f := find.Find(b)
			if f == nil {
				t.Errorf("%s:%d: no format: %s", name, i+1, b)
				continue
			}
			var l Line
			if !f.Parser(Clock{}).Parse(b, &l) {
				t.Errorf("%s:%d: %s found it and does not read it: %s", name, i+1, f.Name(), b)
				continue
			}
			t.Logf("%s:%d: %s: %v %s user=%s %s %s %d %s", name, i+1, f.Name(), l.Time, l.Client, l.User, l.Method, l.Target, l.Status, l.Message)
			if l.Time.IsZero() {
				t.Errorf("%s:%d: %s: no time: %s", name, i+1, f.Name(), b)
			}
			if l.Kind == Access && l.Method == nil && l.Target == nil && !bytes.Contains(b, []byte(`""`)) {
				t.Errorf("%s:%d: %s: no request: %s", name, i+1, f.Name(), b)
			}
		}
	}
}
