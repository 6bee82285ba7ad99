package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/why401/why401/cause"
)

// The parts of SARIF 2.1.0 (OASIS Standard, 27 March 2020) that an audit fills; the numbers are its sections.
type (
	sarifLog struct { // 3.13
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct { // 3.14
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct { // 3.18
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct { // 3.19
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct { // 3.49
		ID               string       `json:"id"`
		ShortDescription sarifMessage `json:"shortDescription"`
		HelpURI          string       `json:"helpUri"`
		Properties       struct {
			Tags []string `json:"tags"`
		} `json:"properties"`
	}
	sarifInvocation struct { // 3.20
		ExecutionSuccessful        bool                `json:"executionSuccessful"`
		ToolExecutionNotifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct { // 3.58
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
	}
	sarifResult struct { // 3.27
		RuleID              string            `json:"ruleId"`
		RuleIndex           int               `json:"ruleIndex"`
		Level               string            `json:"level"`
		Message             sarifMessage      `json:"message"`
		Locations           []sarifLocation   `json:"locations"`
		PartialFingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifMessage struct { // 3.11
		Text string `json:"text"`
	}
	sarifLocation struct { // 3.28
		PhysicalLocation struct {
			ArtifactLocation struct {
				URI       string `json:"uri"`
				URIBaseID string `json:"uriBaseId,omitempty"`
			} `json:"artifactLocation"`
			Region *sarifRegion `json:"region,omitempty"`
		} `json:"physicalLocation"`
	}
	sarifRegion struct { // 3.30
		StartLine int `json:"startLine"`
	}
)

// home is where the project and the pages of its causes are.
const home = "https://github.com/why401/why401"

// SARIF writes a as a SARIF 2.1.0 log, which code scanning of GitHub and others reads. The error is w's.
func SARIF(w io.Writer, a *Audit) error { return sarif(w, a, "Not read: ") }

func sarif(w io.Writer, a *Audit, unjudged string) error {
	a = prepareAudit(a, Terminal)
	run := sarifRun{Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "why401", Version: a.Tool.Version, InformationURI: home, Rules: []sarifRule{}}
	rules, seen := map[string]int{}, map[string]int{}
	for _, f := range a.Findings {
		i, ok := rules[f.Cause]
		if !ok {
			i = len(rules)
			rules[f.Cause] = i
			r := sarifRule{ID: f.Cause, ShortDescription: sarifMessage{f.Title}, HelpURI: home + "/blob/main/causes/" + f.Family + "/" + f.Cause + ".md"}
			if f.Family == "guard" {
				r.HelpURI = home + "/blob/main/docs/guard.md"
			}
			r.Properties.Tags = []string{"authentication", f.Family}
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, r)
		}
		text := f.Says
		if len(f.Remedies) > 0 {
			text += " Fix: " + f.Remedies[0].Title + "."
		}
		// The fingerprint leaves the line's number out, so that a finding stays the same one when lines above it change.
		key := strings.Join([]string{f.Cause, filepath.ToSlash(f.File), f.Path, f.Says}, "\n")
		seen[key]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", key, seen[key]))
		run.Results = append(run.Results, sarifResult{RuleID: f.Cause, RuleIndex: i, Level: level(f), Message: sarifMessage{text},
			Locations: []sarifLocation{located(f.File, f.Line)}, PartialFingerprints: map[string]string{"why401Finding/v1": hex.EncodeToString(sum[:16])}})
	}
	inv := sarifInvocation{ExecutionSuccessful: len(a.Configs)+len(a.Sites) > 0}
	for _, u := range a.Unread {
		inv.ToolExecutionNotifications = append(inv.ToolExecutionNotifications, sarifNotification{Level: "warning",
			Message: sarifMessage{unjudged + u.What}, Locations: []sarifLocation{located(u.File, u.Line)}})
	}
	run.Invocations = []sarifInvocation{inv}
	return EncodeJSON(w, sarifLog{Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

func level(f Finding) string {
	switch {
	case f.Grade >= cause.Strong || f.Certain:
		return "error"
	case f.Grade == cause.Likely:
		return "warning"
	}
	return "note"
}

// located is a place as a URI: relative to the checkout when the path is, else of the file scheme.
func located(file string, line int) sarifLocation {
	var l sarifLocation
	u := url.URL{Path: filepath.ToSlash(file)}
	if filepath.IsAbs(file) {
		u.Scheme = "file"
	} else {
		u.Path = strings.TrimPrefix(u.Path, "./")
		l.PhysicalLocation.ArtifactLocation.URIBaseID = "%SRCROOT%"
	}
	l.PhysicalLocation.ArtifactLocation.URI = u.String()
	if line > 0 {
		l.PhysicalLocation.Region = &sarifRegion{line}
	}
	return l
}
