package show

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/internal/schematest"
	"github.com/why401/why401/logs"
	"github.com/why401/why401/report"
)

// sample is a report in which every text is s.
func sample(s string) *logs.Report {
	from := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	i := logs.Incident{N: 1, Verdict: report.Verdict{Cause: "credential-guessing", Title: s, Grade: cause.Strong}, Pattern: s, Because: []string{s},
		Suspects: []report.Suspect{{Cause: s, Title: s}}, Since: from.Add(time.Hour), Last: from.Add(2 * time.Hour), Refused: 50, Asked: 60, Normal: 1,
		Change: logs.Change{At: from, Confidence: 0.99, Also: []string{s}}, Traits: []logs.Trait{{Name: "client", Value: s}},
		Who: map[string][]logs.Part{"client": {{Value: s, N: 5}}, "route": {{Value: s, N: 5}}, "status": {{Value: s, N: 5}}}, Counts: map[string]int{"client": 1, "route": 1},
		Evidence: []report.Evidence{{Fact: s, Source: report.Source{File: s, Line: 7}}}, Raise: []report.Raise{{Command: s, Where: s, Would: s}},
		Remedies: []report.Remedy{{Title: s, Steps: []string{s, s}}}, Next: "why401 explain credential-guessing"}
	other := i
	other.N = 2
	return &logs.Report{Schema: logs.Schema, Outcome: report.Found, From: from, To: from.Add(24 * time.Hour), Bucket: 300, Lines: logs.Lines{All: 100}, Incidents: []logs.Incident{i, other},
		Timeline: []logs.Moment{{At: from, Accepted: 5}, {At: from.Add(time.Hour), Accepted: 3, Refused: 50, Failed: 2}}, Sampled: []logs.Sampled{{What: "clients", Share: .5, Error: .01}},
		Vaccine: []logs.Vaccine{{Product: s, Lacks: []string{s}, Lines: []string{s}}}, Formats: []string{s}}
}

var payloads = []string{
	"\x1b[2J", "a\r\nb", "\u202eevil", "\u200b", "\xff\xfe", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "&lt;b&gt;", "]]>", "```\n# x\n```",
	"[l](javascript:alert(1))", "::error file=x::y", "##[command]x", "$(id)", "`id`", "'; id; '", "| a |", "\" onmouseover=\"x", "</title><script>", "</style><script>", "{{x}}", "%s%n", "\u2028",
}

// TestForeignTextDrivesNothing: payload by medium, nothing that a terminal, a CI system, a browser or Prometheus would act on.
func TestForeignTextDrivesNothing(t *testing.T) {
	for _, p := range payloads {
		r := sample(p)
		media := map[string]string{"text": Text(r, report.TextOptions{Width: 80}, false), "all": Text(r, report.TextOptions{ASCII: true}, true), "plain": Text(r, report.TextOptions{Plain: true}, true),
			"line": Line(r), "json": JSON(r), "markdown": Markdown(r), "html": HTML(r), "prometheus": Prometheus(r)}
		for medium, out := range media {
			for _, c := range out {
				if c != '\n' && (unicode.IsControl(c) || !unicode.IsPrint(c)) {
					t.Errorf("%q in %s: %U on the output", p, medium, c)
					break
				}
			}
			if strings.Contains(out, "##[") {
				t.Errorf("%q in %s: a command mark", p, medium)
			}
		}
		for _, bad := range []string{"<script", "<img", "onload=alert(1)>", "onmouseover=\"x"} {
			if strings.Contains(media["html"], bad) {
				t.Errorf("%q: %s in the page", p, bad)
			}
		}
		d := xml.NewDecoder(strings.NewReader(media["html"]))
		d.Strict, d.AutoClose, d.Entity = false, []string{"meta"}, xml.HTMLEntity
		tags := map[string]int{}
		for {
			tok, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q: the page is not well formed: %v", p, err)
			}
			if e, ok := tok.(xml.StartElement); ok {
				tags[e.Name.Local]++
			}
		}
		if tags["section"] != 3 || tags["svg"] != 1 {
			t.Errorf("%q: %v", p, tags)
		}
	}
}

// TestFirstScreenFits: whatever is in the report, the first screen has 24 lines of 80 columns at most, and its end says what
// to do next.
func TestFirstScreenFits(t *testing.T) {
	for _, s := range []string{"x", "a word", strings.Repeat("long words in a row ", 20), strings.Repeat("unbroken", 30)} {
		out := Text(sample(s), report.TextOptions{Width: 80}, false)
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		if len(lines) > maxLines {
			t.Errorf("%.20s: %d lines\n%s", s, len(lines), out)
		}
		if !strings.Contains(out, "Next      why401 explain credential-guessing") {
			t.Errorf("%.20s: no next step\n%s", s, out)
		}
	}
}

func TestJSONKeepsItsSchema(t *testing.T) {
	out := JSON(sample("x"))
	if err := schematest.Follows(SchemaJSON, []byte(out)); err != nil {
		t.Error(err)
	}
	// Every field that is written stands in the schema.
	var have, want map[string]any
	if json.Unmarshal([]byte(out), &have) != nil || json.Unmarshal(SchemaJSON, &want) != nil {
		t.Fatal("no JSON")
	}
	for name := range have {
		if _, ok := want["properties"].(map[string]any)[name]; !ok {
			t.Errorf("%s is not in the schema", name)
		}
	}
}
