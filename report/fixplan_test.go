package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/internal/golden"
	"github.com/why401/why401/internal/schematest"
	"github.com/why401/why401/report"
)

// plans are one that changes bytes behind a link, and one that changes rights and makes a file, on a site that looks live.
func plans() map[string]*report.FixPlan {
	undo := report.FixUndo{Command: "why401 undo 333aa220", Folder: "/home/alice/.local/state/why401/fixes/333aa220/undo"}
	checks := []string{"the failing request is let in", "without a credential it is refused", "with a wrong one it is refused", "another request is answered as before"}
	return map[string]*report.FixPlan{
		"bytes": {ID: "333aa220", Made: time.Unix(1790000000, 0).UTC(), Remedy: "pass-on", Title: "pass Authorization on", Effect: "the application sees the client's credentials",
			Opens: "the field to this application, which judges it", Verify: "the token is let in", Program: "nginx", Config: "/etc/nginx/nginx.conf",
			Reach: report.FixReach{Names: []string{"shop.example.test", "www.shop.example.test"}, Places: []string{"/ (/etc/nginx/sites-available/shop.conf:4)"}},
			Files: []report.FixFile{{Path: "/etc/nginx/sites-enabled/shop.conf", Real: "/etc/nginx/sites-available/shop.conf", Links: []string{"/etc/nginx/sites-enabled/shop.conf -> ../sites-available/shop.conf"},
				Change: "bytes", Before: strings.Repeat("0a", 32), After: strings.Repeat("0b", 32), Edits: []report.FixPlace{{Line: 6, Start: 120, End: 161}}}},
			Diff:   "--- /etc/nginx/sites-available/shop.conf\n+++ /etc/nginx/sites-available/shop.conf\n@@ -3,7 +3,6 @@\n \tserver_name shop.example.test;\n \tlocation / {\n \t\tproxy_pass http://127.0.0.1:9000;\n-\t\tproxy_set_header Authorization \"\";\n \t}\n }\n",
			Runs:   []report.FixRun{{For: "test", Command: "/usr/sbin/nginx -t"}, {For: "reload", Command: "/usr/bin/systemctl reload nginx.service"}},
			Checks: checks, Undo: undo, Next: "why401 fix 333aa220 --apply --request 'curl ...'"},
		"rights": {ID: "333aa220", Made: time.Unix(1790000000, 0).UTC(), Remedy: "let-read", Title: "let the worker read the file, and nobody else", Opens: "the hashes in the file to the worker's own group, for reading",
			Files: []report.FixFile{
				{Path: "/etc/nginx/htpasswd", Real: "/etc/nginx/htpasswd", Change: "rights", Does: "mode 0600 to 0640, group root to www-data", Before: strings.Repeat("0a", 32), After: strings.Repeat("0a", 32), AsRead: true},
				{Path: "/srv/www/.htaccess", Real: "/srv/www/.htaccess", Change: "made", Does: "made, mode 0644, owner root, group root", After: strings.Repeat("0b", 32), Edits: []report.FixPlace{{Line: 1}}, AsRead: true}},
			Diff:   "# /etc/nginx/htpasswd: mode 0600 to 0640, group root to www-data\n--- /dev/null\n+++ /srv/www/.htaccess\n@@ -0,0 +1 @@\n+CGIPassAuth On\n",
			Checks: checks, Undo: undo, Obstacles: []string{"/srv/www is writable by everybody: anyone could put another file in its place"},
			Live: []string{"www.shop.example.org looks like a live name"}, Host: "www.shop.example.org", Next: "why401 fix 333aa220 --apply hands out a patch file"},
	}
}

func TestFixPlanScreens(t *testing.T) {
	for name, p := range plans() {
		for form, o := range map[string]report.TextOptions{"80": {Width: 80, ASCII: true}, "plain": {Plain: true, ASCII: true}} {
			var b bytes.Buffer
			if err := report.FixPlanText(&b, p, o); err != nil {
				t.Fatal(err)
			}
			golden.Equal(t, "testdata/fix/plan-"+name+"."+form+".txt", b.String())
			for line := range strings.Lines(b.String()) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); form == "80" && n > 80 && !strings.Contains(p.Diff, strings.TrimSpace(line)) {
					t.Errorf("%s: %d columns: %q", name, n, line)
				}
			}
		}
	}
}

func TestFixJSONFollowsItsSchemas(t *testing.T) {
	for name, p := range plans() {
		var b bytes.Buffer
		if err := report.FixPlanJSON(&b, p); err != nil {
			t.Fatal(err)
		}
		if err := schematest.Follows(report.FixPlanSchemaJSON, b.Bytes()); err != nil {
			t.Errorf("%s: %v\n%s", name, err, b.Bytes())
		}
	}
	for _, o := range []*report.FixOutcome{
		{Plan: "333aa220", Outcome: report.FixApplied, Controls: []report.FixControl{{What: "the failing request", Want: "let in", Got: "200", Held: true, Sent: true}}},
		{Plan: "333aa220", Outcome: report.FixRefused, Exit: 7, Why: "not changed: \x1b[2J", Patch: "/x/change.patch"},
	} {
		var b bytes.Buffer
		if err := report.FixOutcomeJSON(&b, o); err != nil {
			t.Fatal(err)
		}
		if err := schematest.Follows(report.FixOutcomeSchemaJSON, b.Bytes()); err != nil || bytes.ContainsRune(b.Bytes(), 0x1b) {
			t.Errorf("%v\n%s", err, b.Bytes())
		}
	}
	var b bytes.Buffer
	if err := report.FixOutcomeJSON(&b, &report.FixOutcome{Plan: "333aa220", Outcome: "fine"}); err != nil {
		t.Fatal(err)
	}
	if schematest.Follows(report.FixOutcomeSchemaJSON, b.Bytes()) == nil {
		t.Error("an outcome that is none follows the schema")
	}
}
