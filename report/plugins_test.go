package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/why401/why401/internal/schematest"
	"github.com/why401/why401/report"
)

func TestPluginsJSON(t *testing.T) {
	for _, p := range []*report.Plugins{
		{Outcome: "nothing-refused"},
		{Outcome: "guards", Guards: []report.Plugin{{File: "a/a.php", Name: "A\x1b[31m"}}, Steps: []report.PluginStep{{What: "1 of 2 plugins off", Answer: "403", Meant: "as before", Repeat: true}}, Notes: []string{"n"}},
	} {
		var b bytes.Buffer
		if err := report.PluginsJSON(&b, p); err != nil {
			t.Fatal(err)
		}
		if err := schematest.Follows(report.PluginsSchemaJSON, b.Bytes()); err != nil {
			t.Errorf("%v\n%s", err, b.String())
		}
		if strings.Contains(b.String(), "\x1b") || strings.Contains(b.String(), "null") {
			t.Errorf("foreign text drives the terminal, or a list is null:\n%s", b.String())
		}
	}
	for _, bad := range []string{"{}", `{"schema":"why401.plugins/1","outcome":"perhaps"}`} {
		if schematest.Follows(report.PluginsSchemaJSON, []byte(bad)) == nil {
			t.Errorf("%s follows the schema", bad)
		}
	}
}
