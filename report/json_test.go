package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/why401/why401/internal/golden"
	"github.com/why401/why401/internal/schematest"
)

func TestJSONFollowsSchema(t *testing.T) {
	for name, r := range samples() {
		var b bytes.Buffer
		if err := JSON(&b, r); err != nil {
			t.Fatal(err)
		}
		if err := schematest.Follows(SchemaJSON, b.Bytes()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(b.String(), ": null") && r.Witness != nil && r.Failure != nil {
			t.Errorf("%s: a list is null", name)
		}
		golden.Equal(t, "testdata/golden/why401.report-1/"+name+".json", b.String())
	}
}

// TestSchemaRefuses: the schema is not so wide that anything fits.
func TestSchemaRefuses(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, wrongPassword()); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{
		`"grade": "strong"`:           `"grade": "B"`,
		`"also": []`:                  `"also": null`,
		`"outcome": "found"`:          `"outcome": "perhaps"`,
		`"refused_by": "web-server"`:  `"refused_by": "server"`,
		`"redactions": 0`:             `"redactions": "none"`,
		`"schema": "why401.report/1"`: `"schema": "why401.report/2"`,
		`"result": "refused"`:         `"result": "no"`,
		`"credential": "yours"`:       `"credential": "password"`,
		`"next": "`:                   `"nexte": "`,
		`"fault_at": "web-server"`:    `"fault_att": "web-server"`,
	} {
		bad := strings.Replace(b.String(), from, to, 1)
		if bad == b.String() {
			t.Fatalf("%s is not in the report", from)
		}
		if schematest.Follows(SchemaJSON, []byte(bad)) == nil {
			t.Errorf("%s was accepted", to)
		}
	}
}

// TestOldReportsStayReadable: every report ever kept fits the schema of its number and today's reader.
func TestOldReportsStayReadable(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/why401.report-1/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := schematest.Follows(SchemaJSON, text); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&Report{}); err != nil {
			t.Errorf("%s: a field is gone: %v", f, err)
		}
	}
}

// TestJSONKeepsValues: the \u escapes change nothing for a reader.
func TestJSONKeepsValues(t *testing.T) {
	for _, p := range payloads() {
		want := prepare(hostile(p), func(s string) string { return strings.ToValidUTF8(s, "\ufffd") })
		var b bytes.Buffer
		if err := JSON(&b, hostile(p)); err != nil {
			t.Fatal(err)
		}
		var got Report
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatalf("%q: %v", p, err)
		}
		// encoding/json replaces each bad byte, ToValidUTF8 each run of them.
		if strings.ToValidUTF8(p, "") == p {
			if diff := cmp.Diff(want, &got); diff != "" {
				t.Errorf("%q: %s", p, diff)
			}
		}
	}
}
