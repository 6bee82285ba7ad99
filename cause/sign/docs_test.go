package sign

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// TestSignsPageNamesEveryCondition keeps docs/signs.md true to what a sign may hold.
func TestSignsPageNamesEveryCondition(t *testing.T) {
	page, err := os.ReadFile("../../docs/signs.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []any{Sign{}, Raise{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(s)) {
			if name := f.Tag.Get("yaml"); !strings.Contains(string(page), name) {
				t.Errorf("docs/signs.md does not name %q", name)
			}
		}
	}
	for _, line := range strings.Split(string(page), "\n") {
		cell, _, ok := strings.Cut(strings.TrimPrefix(line, "| `"), "` | ")
		if !ok || !strings.Contains(line, "fits") && !strings.ContainsAny(cell, "*~&(") || strings.ContainsAny(cell, ":`") {
			continue
		}
		if _, err := parse(strings.ReplaceAll(cell, `\|`, "|")); err != nil {
			t.Errorf("docs/signs.md shows a phrase that is none: %v", err)
		}
	}
}
