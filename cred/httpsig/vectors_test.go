package httpsig

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunglas/httpsfv"
)

// TestStructuredFields holds the library that reads our fields against the working group's cases: dictionaries, lists and
// items are read or refused as each case says, and written in its canonical form.
func TestStructuredFields(t *testing.T) {
	root := os.Getenv("WHY401_VECTORS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "vectors")
	}
	files, _ := filepath.Glob(filepath.Join(root, "structured-fields", "*.json"))
	if len(files) == 0 {
		t.Skip("the public vectors are not here: set WHY401_VECTORS to the folder that holds structured-fields")
	}
	n := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var cases []struct {
			Name, HeaderType string
			Raw, Canonical   []string
			MustFail         bool `json:"must_fail"`
			CanFail          bool `json:"can_fail"`
		}
		d := json.NewDecoder(strings.NewReader(strings.ReplaceAll(string(b), `"header_type"`, `"HeaderType"`)))
		if err := d.Decode(&cases); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		for _, c := range cases {
			var v httpsfv.StructuredFieldValue
			var err error
			switch c.HeaderType {
			case "item":
				v, err = httpsfv.UnmarshalItem(c.Raw)
			case "list":
				v, err = httpsfv.UnmarshalList(c.Raw)
			case "dictionary":
				v, err = httpsfv.UnmarshalDictionary(c.Raw)
			default:
				continue
			}
			n++
			if c.MustFail != (err != nil) && !(c.CanFail && err != nil) {
				t.Errorf("%s: %s: %v", filepath.Base(f), c.Name, err)
				continue
			}
			if err != nil {
				continue
			}
			want := c.Canonical
			if want == nil {
				want = c.Raw
			}
			if got, err := httpsfv.Marshal(v); err != nil || got != strings.Join(want, ", ") {
				t.Errorf("%s: %s: %q, want %q (%v)", filepath.Base(f), c.Name, got, want, err)
			}
		}
	}
	if n < 1000 {
		t.Errorf("only %d cases", n)
	}
}
