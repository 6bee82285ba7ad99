package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/guard/contract"
)

// TestWatchPage: the contract of docs/watch.md can be read, and systemd takes its unit where it is installed.
func TestWatchPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/watch.md")
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string) string {
		t.Helper()
		_, rest, _ := strings.Cut(string(page), "```"+kind+"\n")
		text, _, ok := strings.Cut(rest, "```")
		if !ok {
			t.Fatalf("no block %s", kind)
		}
		return text
	}
	c, err := contract.Parse("docs/watch.md", []byte(block("yaml")))
	if err != nil || len(c.Rows) != 2 || !c.Rows[1].Watches() || len(c.Watch.Webhooks) != 1 || len(c.Watch.Mails) != 1 {
		t.Errorf("the contract: %v %+v", err, c)
	}
	unit := block("ini")
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Log("systemd-analyze is not installed: the unit is not checked here")
		return
	}
	bin, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "why401-watch.service")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(unit, "/usr/local/bin/why401", bin)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", "--man=no", file).CombinedOutput(); err != nil || strings.Contains(string(out), "why401-watch.service") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
