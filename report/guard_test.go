package report_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/golden"
	"github.com/why401/why401/internal/schematest"
	"github.com/why401/why401/report"
)

func sampleGuard() *report.Guard {
	row := func(name, state string) report.GuardRow {
		return report.GuardRow{Name: name, Row: name, Kind: "request", Client: "api", As: "anonymous", Method: "GET", URL: "https://shop.example.test/private", Line: 12, State: state, Status: 401, Seconds: 0.25}
	}
	broken := row("alice gets her orders", report.RowBroken)
	broken.As = "alice"
	broken.Differences = []report.GuardDifference{{What: "status", Expected: "200", Found: "401", Line: 15}}
	broken.Report = &report.Report{Schema: report.Schema, Outcome: report.Found, Status: 401, Verdict: report.Verdict{Cause: "token-expired", Title: "the token has expired", Family: "token", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: cause.Proved},
		Remedies: []report.Remedy{{ID: "renew", Cause: "token-expired", Title: "get a new token", For: "client", Steps: []string{"curl -d grant_type=client_credentials https://id.example.test/token"}}}}
	unknown := row("a realm\x1b[31m ::error::and more", report.RowBroken)
	unknown.Differences = []report.GuardDifference{{What: "challenge", Expected: `Basic realm="Orders"`, Found: `Basic realm="Shop"`, Line: 20}}
	unknown.Report = &report.Report{Outcome: report.NotKnown, Verdict: report.Verdict{Title: "Not as the contract expects: challenge"}}
	down := row("the other site", report.RowNot)
	down.Because = "https://other.example.test gave no answer: connect: connection refused"
	return &report.Guard{Tool: report.Tool{Version: "1.0"}, Contract: "ci/contract.yaml", Started: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), Seconds: 1.5, Held: 1, Broken: 2, CouldNotTell: 1,
		Rows: []report.GuardRow{row("nobody gets in", report.RowHeld), broken, unknown, down}}
}

func TestGuardScreens(t *testing.T) {
	for name, o := range map[string]report.TextOptions{"80": {Width: 80}, "40": {Width: 40, ASCII: true}, "plain": {Plain: true}, "quiet": {Quiet: true}, "verbose": {Width: 80, Verbose: true}} {
		var b bytes.Buffer
		if err := report.GuardText(&b, sampleGuard(), o); err != nil {
			t.Fatal(err)
		}
		for i, l := range strings.Split(b.String(), "\n") {
			if n := len([]rune(l)); o.Width > 0 && n > o.Width {
				t.Errorf("%s: line %d has %d columns: %s", name, i+1, n, l)
			}
		}
		golden.Equal(t, "testdata/guard/"+name+".txt", b.String())
	}
}

func TestGuardForms(t *testing.T) {
	for name, write := range map[string]func(io.Writer, *report.Guard) error{"json": report.GuardJSON, "junit.xml": report.GuardJUnit, "sarif": report.GuardSARIF, "github": report.GuardGitHub, "prom": report.GuardPrometheus} {
		for _, g := range []*report.Guard{sampleGuard(), {}} {
			var b bytes.Buffer
			if err := write(&b, g); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(b.String(), "\x1b") || strings.Contains(b.String(), "\n::error::and") {
				t.Errorf("%s: foreign text drives the reader:\n%s", name, b.String())
			}
			switch name {
			case "json":
				if err := schematest.Follows(report.GuardSchemaJSON, b.Bytes(), report.SchemaJSON); err != nil {
					t.Error(err)
				}
			case "sarif":
				valid(t, sarifParts, b.Bytes())
			case "junit.xml":
				if err := xml.Unmarshal(b.Bytes(), new(struct{})); err != nil {
					t.Error(err)
				}
			}
			if len(g.Rows) > 0 {
				golden.Equal(t, "testdata/guard/sample."+name, b.String())
			}
		}
	}
}

// Of errors GitHub shows ten for a step; the rest is said in plain lines.
func TestGuardGitHubLimit(t *testing.T) {
	g := sampleGuard()
	for i := range 14 {
		r := g.Rows[1]
		r.Name = fmt.Sprintf("row %d", i)
		g.Rows = append(g.Rows, r)
	}
	var b bytes.Buffer
	if err := report.GuardGitHub(&b, g); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "::error "); n != 10 || !strings.Contains(b.String(), "6 more: GitHub shows 10") {
		t.Errorf("%d errors\n%s", n, b.String())
	}
}

func TestGuardExitCode(t *testing.T) {
	g := sampleGuard()
	if g.ExitCode() != 1 {
		t.Error(g.ExitCode())
	}
	g.Rows = g.Rows[2:]
	g.Broken = 1
	if g.ExitCode() != 3 {
		t.Error(g.ExitCode())
	}
	g.Rows, g.Broken = g.Rows[1:], 0
	if g.ExitCode() != 4 {
		t.Error(g.ExitCode())
	}
}
