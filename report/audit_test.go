package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/internal/schematest"
	"github.com/why401/why401/report"
)

func sampleAudit() *report.Audit {
	return &report.Audit{Tool: report.Tool{Version: "1.0"},
		Configs: []report.Config{{Path: "etc/nginx", Program: "nginx", Version: "1.22.1", Files: 3, Places: 7}},
		Findings: []report.Finding{
			{Cause: "htpasswd-path-wrong", Title: "the password file that the server is to read is missing", Family: "webserver", Grade: cause.Proved,
				Says: "The password file /srv/users is not there: every login is answered with 403.", File: "etc/nginx/nginx.conf", Line: 14, Program: "nginx", Server: "shop.example.test", Path: "/admin/", Places: 1,
				Remedies: []report.Remedy{{ID: "make-file", Cause: "htpasswd-path-wrong", Title: "put the password file where the line says", For: "server", Steps: []string{"sudo htpasswd -c /srv/users USER"}}}},
			{Cause: "two-auth-layers-one-header", Title: "two logins want one header", Family: "webserver", Grade: cause.Likely, Says: "A token is refused here, 100% sure::error\nno\x1b[31m.", File: "/etc/nginx/a,b:c.conf", Line: 3, Program: "nginx", Places: 3,
				Raise: []report.Raise{{Command: "curl URL", Where: "anywhere", Would: "show a Basic challenge"}}},
		},
		Sites: []report.Site{{Platform: "CiviCRM", Version: "5.74", VersionAt: report.At{File: "www/version.xml", Line: 3}, Root: "/srv/www", Inside: "WordPress",
			Facts: []report.Told{{About: "mandatory", Name: "authx_header_cred", Says: "[\"jwt\x1b[2J\"], whatever the database says", Depends: "the environment variable CRED", File: "www/civicrm.settings.php", Line: 12}}}},
		Unread: []report.Unread{{File: "etc/nginx/nginx.conf", Line: 2, What: `include "conf.d/*.conf" matches no file`, Opens: "what they set"}}}
}

func TestAuditText(t *testing.T) {
	var b bytes.Buffer
	if err := report.AuditText(&b, sampleAudit(), report.TextOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	for i, l := range strings.Split(out, "\n") {
		if n := len([]rune(l)); n > 80 {
			t.Errorf("line %d has %d columns: %s", i+1, n, l)
		}
	}
	first := strings.SplitN(out, "\n", 2)[0]
	if first != "1 place refuses somebody wrongly, and 1 may" {
		t.Errorf("the answer comes first: %q", first)
	}
	for _, want := range []string{"etc/nginx/nginx.conf:14, /admin/", "htpasswd-path-wrong   proved", "sudo htpasswd -c /srv/users USER", `\x1b[31m`, "in force in 3 places", "matches no file", "sent nothing",
		"CiviCRM 5.74, in WordPress: /srv/www", "www/civicrm.settings.php:12", "CRED", "Open: what they set", `\x1b[2J`} {
		if !strings.Contains(out, want) {
			t.Errorf("expected %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("foreign text drives the terminal")
	}
}

func TestAuditJSONFitsItsSchema(t *testing.T) {
	for _, a := range []*report.Audit{sampleAudit(), {}} {
		var b bytes.Buffer
		if err := report.AuditJSON(&b, a); err != nil {
			t.Fatal(err)
		}
		valid(t, string(report.AuditSchemaJSON), b.Bytes())
	}
}

// sarifParts is what SARIF 2.1.0 requires of the parts that are written, section by section. The official schema is not kept
// here: its licence allows copies of the whole specification only.
const sarifParts = `{
	"type": "object", "required": ["version", "runs"],
	"properties": {"version": {"const": "2.1.0"}, "$schema": {"type": "string", "format": "uri"}, "runs": {"type": "array", "minItems": 1, "items": {
		"type": "object", "required": ["tool", "results"], "additionalProperties": false,
		"properties": {
			"tool": {"type": "object", "required": ["driver"], "properties": {"driver": {"type": "object", "required": ["name", "rules"], "properties": {
				"name": {"type": "string", "minLength": 1}, "informationUri": {"type": "string", "pattern": "^https://"},
				"rules": {"type": "array", "uniqueItems": true, "items": {"type": "object", "required": ["id"], "properties": {"shortDescription": {"$ref": "#/$defs/message"}, "helpUri": {"type": "string", "pattern": "^https://"}}}}}}}},
			"invocations": {"type": "array", "items": {"type": "object", "required": ["executionSuccessful"], "properties": {"executionSuccessful": {"type": "boolean"},
				"toolExecutionNotifications": {"type": "array", "items": {"type": "object", "required": ["message"], "properties": {"level": {"enum": ["none", "note", "warning", "error"]}, "message": {"$ref": "#/$defs/message"}, "locations": {"type": "array", "items": {"$ref": "#/$defs/location"}}}}}}}},
			"results": {"type": "array", "items": {"type": "object", "required": ["message", "ruleId"], "additionalProperties": false, "properties": {
				"ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0}, "level": {"enum": ["none", "note", "warning", "error"]}, "message": {"$ref": "#/$defs/message"},
				"locations": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/location"}}, "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}}}}}}}},
	"$defs": {
		"message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
		"location": {"type": "object", "required": ["physicalLocation"], "properties": {"physicalLocation": {"type": "object", "required": ["artifactLocation"], "properties": {
			"artifactLocation": {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string", "pattern": "^[^ \\\\]*$"}}},
			"region": {"type": "object", "properties": {"startLine": {"type": "integer", "minimum": 1}}}}}}}}}`

func TestSARIF(t *testing.T) {
	var b bytes.Buffer
	if err := report.SARIF(&b, sampleAudit()); err != nil {
		t.Fatal(err)
	}
	valid(t, sarifParts, b.Bytes())
	for _, want := range []string{`"uri": "etc/nginx/nginx.conf"`, `"uri": "file:///etc/nginx/a,b:c.conf"`, `"level": "error"`, `"level": "warning"`, `"uriBaseId": "%SRCROOT%"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("expected %s in\n%s", want, b.String())
		}
	}
	moved := sampleAudit()
	moved.Findings[0].Line = 99
	var c bytes.Buffer
	if err := report.SARIF(&c, moved); err != nil {
		t.Fatal(err)
	}
	if strings.Count(strings.ReplaceAll(c.String(), `"startLine": 99`, `"startLine": 14`), "") != strings.Count(b.String(), "") {
		t.Error("the fingerprint changes with the line's number")
	}
}

func valid(t *testing.T, schema string, doc []byte) {
	t.Helper()
	if err := schematest.Follows([]byte(schema), doc); err != nil {
		t.Errorf("%v\n%s", err, doc)
	}
}

func TestGitHub(t *testing.T) {
	a := sampleAudit()
	for i := range 12 {
		f := a.Findings[0]
		f.Line, f.Says = 100+i, fmt.Sprintf("number %d", i)
		a.Findings = append(a.Findings, f)
	}
	var b bytes.Buffer
	if err := report.GitHub(&b, a); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	if n := strings.Count(out, "::error "); n != 10 {
		t.Errorf("expected 10 errors, which is what GitHub shows, got %d", n)
	}
	for _, want := range []string{"::error file=etc/nginx/nginx.conf,line=14,title=why401%3A htpasswd-path-wrong (proved)::", "file=/etc/nginx/a%2Cb%3Ac.conf", "100%25 sure", "::notice file=", "3 more: GitHub shows 10 annotations of a kind"} {
		if !strings.Contains(out, want) {
			t.Errorf("expected %q in\n%s", want, out)
		}
	}
}
