package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The parts of JUnit's XML that Jenkins, GitLab and others read (the format has no standard; this is what Ant's junitreport
// writes): a suite for the contract, a case for each row.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Stamp    string      `xml:"timestamp,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitMessage `xml:"failure,omitempty"`
		Skipped *junitMessage `xml:"skipped,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// GuardJUnit writes g as JUnit XML. A row that could not be told is skipped, with the reason: it neither passed nor failed.
// The error is w's.
func GuardJUnit(w io.Writer, g *Guard) error {
	g = prepareGuard(g, Terminal)
	suite := junitSuite{Name: g.Contract, Tests: len(g.Rows), Failures: g.Broken, Skipped: g.CouldNotTell, Time: seconds(g.Seconds),
		Stamp: g.Started.UTC().Format("2006-01-02T15:04:05")}
	for _, r := range g.Rows {
		c := junitCase{Name: r.Name, Class: "why401.guard." + r.As, File: g.Contract, Line: r.Line, Time: seconds(r.Seconds)}
		switch r.State {
		case RowBroken:
			v := r.verdict()
			c.Failure = &junitMessage{Message: v.Title, Type: orElse(v.Cause, "unknown"), Text: junitText(r)}
		case RowNot:
			c.Skipped = &junitMessage{Message: r.Because}
		}
		suite.Cases = append(suite.Cases, c)
	}
	out, err := xml.MarshalIndent(junitSuites{Suites: []junitSuite{suite}}, "", "  ")
	if err != nil {
		return fmt.Errorf("encode JUnit: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, out)
	return err
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }

func junitText(r GuardRow) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s as %s\n", r.Method, r.URL, r.As)
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "%s: expected %s, found %s\n", d.What, d.Expected, d.Found)
	}
	if v := r.verdict(); v.Cause != "" {
		fmt.Fprintf(&b, "%s (%s, %s), to be mended at: %s\n", v.Title, v.Cause, v.Grade, layerName(v.FaultAt))
	}
	if r.Report != nil && len(r.Report.Remedies) > 0 {
		fmt.Fprintf(&b, "fix: %s\n", r.Report.Remedies[0].Title)
		for _, s := range r.Report.Remedies[0].Steps {
			fmt.Fprintf(&b, "  %s\n", s)
		}
	}
	return b.String()
}
