package input

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/why401/why401/internal/golden"
)

// TestInputsPageIsCurrent keeps the list of kinds in docs/inputs.md, and the bounds that it names, as the code has them;
// -update writes the list anew.
func TestInputsPageIsCurrent(t *testing.T) {
	const page, begin, end = "../docs/inputs.md", "<!-- kinds: written by go test ./input -update -->\n", "<!-- end of kinds -->"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	list, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no list of kinds", page)
	}
	if want := kindsTable(); list != want {
		if !golden.Updating() {
			t.Errorf("%s: the list of kinds is old: go test ./input -run InputsPage -update", page)
		} else if err := os.WriteFile(page, []byte(head+begin+want+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, bound := range []string{fmt.Sprintf("%d MiB", maxText>>20), fmt.Sprintf("first %d KiB", headText>>10),
		fmt.Sprintf("%d artefacts", maxArtefacts), fmt.Sprintf("below %d", doubt)} {
		if !strings.Contains(head+tail, bound) {
			t.Errorf("%s does not say %q", page, bound)
		}
	}
}

func kindsTable() string {
	var b strings.Builder
	b.WriteString("| `--as` | what it is | also called | mostly in files named |\n|---|---|---|---|\n")
	quoted := func(names []string) string {
		if len(names) == 0 {
			return ""
		}
		return "`" + strings.Join(names, "` `") + "`"
	}
	for _, f := range registry() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Kind, f.What, quoted(f.Also), quoted(f.Files))
	}
	return b.String()
}
