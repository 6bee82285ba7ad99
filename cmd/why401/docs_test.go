package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSignsPageShowsTheTestedExample: the blocks of docs/signs.md are those that the script owncauses runs.
func TestSignsPageShowsTheTestedExample(t *testing.T) {
	page, err := os.ReadFile("../../docs/signs.md")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("testdata/script/owncauses.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, fence := range []string{"```signs\n", "```yaml\n"} {
		_, rest, _ := strings.Cut(string(page), fence)
		block, _, ok := strings.Cut(rest, "```")
		if !ok || !strings.Contains(string(script), block) {
			t.Errorf("the block behind %q is not the one that is tested", fence)
		}
	}
}

// TestReadmeShowsARealPaste feeds the README's paste to the program and wants the README to show just what it prints.
func TestReadmeShowsARealPaste(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "$ why401 - <<'END'\n")
	paste, shown, ok := strings.Cut(rest, "END\n")
	if !ok {
		t.Fatal("the README shows no paste")
	}
	file := filepath.Join(t.TempDir(), "paste.txt")
	if err := os.WriteFile(file, []byte(paste), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out, msg bytes.Buffer
	a := &app{in: in, stdin: in, out: &out, err: &msg, env: func(string) string { return "" }}
	if code := a.run([]string{"--width=80", "-"}); code != 1 {
		t.Errorf("exit code %d: %s", code, msg.String())
	}
	if got, _, _ := strings.Cut(shown, "```"); got != out.String() {
		t.Errorf("the README's screen is not what the program prints:\n%s", out.String())
	}
}
