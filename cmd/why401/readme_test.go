package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/lab"
	"github.com/why401/why401/report"
)

// TestReadmeShowsARealScreen diagnoses the README's example and wants the README to show just what the program prints.
func TestReadmeShowsARealScreen(t *testing.T) {
	all, err := exhibits()
	if err != nil {
		t.Fatal(err)
	}
	sc, err := choose(all, nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := lab.Start(sc)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	rep, err := w.Diagnose(ctx, w.Request(), lab.Options{StateDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var screen bytes.Buffer
	if err := report.Text(&screen, rep, report.TextOptions{Width: 80, ASCII: true}); err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), screen.String()) {
		t.Errorf("the README's screen is not what the program prints:\n%s", screen.String())
	}
}

// TestReadmeCommandsExist wants every command and flag that the README names to be there.
func TestReadmeCommandsExist(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"go run ./cmd/why401 demo", "make test", "why401 explain", "why401 lab --list", "--plan", "--json", "--markdown", "--replay-unsafe"} {
		if !strings.Contains(string(readme), want) {
			t.Errorf("the README does not show %q", want)
		}
	}
	if n := strings.Count(string(readme), "\n"); n > 115 {
		t.Errorf("the README has %d lines; two screens and a page of words are meant", n)
	}
}
