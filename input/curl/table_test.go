package curl

import (
	"os/exec"
	"strings"
	"testing"
)

// ask runs the real curl with words that make it stop before it connects.
func ask(t *testing.T, words ...string) string {
	t.Helper()
	cmd := exec.Command("curl", words...)
	cmd.Env = []string{"HOME=/nonexistent"}
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatalf("these tests compare with the real curl: %v", err)
	}
	return string(out)
}

// TestOptionTable asks the installed curl about every line of the table: does it know the option, does the option
// want a parameter, can it be reversed, and is the letter right.
func TestOptionTable(t *testing.T) {
	if len(options) < 250 {
		t.Fatalf("%d options", len(options))
	}
	for _, o := range options {
		if o.name == "help" || o.name == "manual" || o.name == "version" {
			continue // they print and end
		}
		said := ask(t, "--"+o.name)
		if strings.Contains(said, "unknown") || strings.Contains(said, "ambiguous") {
			t.Errorf("--%s: curl says %s", o.name, said)
		}
		if got := strings.Contains(said, "requires parameter"); got != (o.takes == text) {
			t.Errorf("--%s: arity %d, curl says %s", o.name, o.takes, said)
		}
		if o.takes != text {
			said = ask(t, "--no-"+o.name)
			if got := !strings.Contains(said, "isn't a boolean"); got != (o.takes == flag) {
				t.Errorf("--no-%s: arity %d, curl says %s", o.name, o.takes, said)
			}
		}
		if o.short != 0 {
			said = ask(t, "-"+string(rune(o.short)))
			if got := strings.Contains(said, "requires parameter"); got != (o.takes == text) || strings.Contains(said, "unknown") {
				t.Errorf("-%c: curl says %s", o.short, said)
			}
		}
	}
	// curl's own table marks options without a letter with * and $, so it takes -* and -$ by accident.
	for b := byte('!'); b <= '~'; b++ {
		if _, err := letter(b); err == nil {
			continue
		}
		if said := ask(t, "-"+string(rune(b))); !strings.ContainsRune("-*$", rune(b)) && !strings.Contains(said, "unknown") {
			t.Errorf("-%c is not in the table; curl says %s", b, said)
		}
	}
}

// TestAbbreviations compares which beginnings of option names are accepted.
func TestAbbreviations(t *testing.T) {
	for _, o := range options {
		for _, n := range []int{3, len(o.name) - 1} {
			if n < 1 || n >= len(o.name) {
				continue
			}
			word := o.name[:n]
			got, _, err := lookup(word)
			if err == nil && (got.name == "help" || got.name == "manual" || got.name == "version") {
				continue
			}
			said := ask(t, "--"+word)
			refused := strings.Contains(said, "unknown") || strings.Contains(said, "ambiguous")
			if refused != (err != nil) {
				t.Errorf("--%s: here %v %v, curl says %s", word, got.name, err, said)
			}
		}
	}
}
