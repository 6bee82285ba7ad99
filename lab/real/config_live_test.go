package real

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/why401/why401"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/programs"
	"github.com/why401/why401/input"
	"github.com/why401/why401/report"
)

// beside are servers that refuse, and what only their files tell: the cause that a live request and the configuration name
// together, and the line.
var beside = []struct {
	name, program string
	conf          string
	ask           []string // in front of the URL
	path          string
	cause         string
	users         string // what the password file @dir@/users holds
}{
	{name: "nginx, the file is not there", program: "nginx", conf: siteOf("location /in/ {", "auth_basic x;", "auth_basic_user_file @dir@/gone;", "}"),
		ask: []string{"curl", "-u", "alice:wonderland"}, path: "/in/", cause: "htpasswd-path-wrong"},
	{name: "nginx, the address is not let in", program: "nginx", conf: siteOf("location /in/ {", "allow 192.0.2.0/24;", "deny all;", "}"), ask: []string{"curl"}, path: "/in/", cause: "ip-allowlist"},
	{name: "apache, the file is not there", program: "apache", conf: "<Location /in/>\nAuthType Basic\nAuthName x\nAuthUserFile @dir@/gone\nRequire valid-user\n</Location>\n",
		ask: []string{"curl", "-u", "alice:wonderland"}, path: "/in/", cause: "htpasswd-path-wrong"},
	{name: "nginx, a byte order mark in the file", program: "nginx", conf: siteOf("location /in/ {", "auth_basic x;", "auth_basic_user_file @dir@/users;", "}"),
		ask: []string{"curl", "-u", "alice:wonderland"}, path: "/in/", cause: "htpasswd-format-corrupt", users: "\ufeffalice:{SHA}" + sha("wonderland") + "\n"},
	{name: "apache, a byte order mark in the file", program: "apache", conf: "<Location /in/>\nAuthType Basic\nAuthName x\nAuthUserFile @dir@/users\nRequire valid-user\n</Location>\n",
		ask: []string{"curl", "-u", "alice:wonderland"}, path: "/in/", cause: "htpasswd-format-corrupt", users: "\ufeffalice:{SHA}" + sha("wonderland") + "\n"},
	{name: "apache, the address is not let in", program: "apache", conf: "<Location /in/>\nRequire ip 192.0.2.0/24\n</Location>\n", ask: []string{"curl"}, path: "/in/", cause: "ip-allowlist"},
}

// TestConfigBesideLive asks a running server with and without its configuration: from outside the cause is suspected at most,
// with the configuration it is named with file and line, and the trace says the status that the server gave.
func TestConfigBesideLive(t *testing.T) {
	for _, b := range beside {
		t.Run(b.name, func(t *testing.T) {
			w := NewWorld(t)
			w.site()
			if b.users != "" {
				w.File("users", b.users)
			}
			front := (*Server)(nil)
			if b.program == "apache" {
				front = w.Apache("front", b.conf)
			} else {
				front = w.Nginx("front", b.conf)
			}
			found, failed := programs.ReadPaths(conf.Disk(), []string{filepath.Join(front.Dir, mains[b.program][0])}, b.program)
			if len(failed) > 0 || len(found) != 1 {
				t.Fatalf("%d read, %v", len(found), failed)
			}
			outside := askedBeside(t, w, b.ask, b.path, nil)
			both := askedBeside(t, w, b.ask, b.path, found[0].Config)
			if outside.Verdict.Grade.String() == "proved" && outside.Verdict.Cause == b.cause {
				t.Errorf("from outside it cannot be proved: %s", outside.Verdict.Cause)
			}
			v := both.Verdict
			if v.Cause != b.cause || v.Location.File == "" || v.Location.Line == 0 {
				t.Errorf("expected %s with its line; got %s %s at %s:%d; from outside %s %s\n%+v\n%v", b.cause, v.Cause, v.Grade, v.Location.File, v.Location.Line, outside.Verdict.Cause, outside.Verdict.Grade, both.Trace, both.Notes)
			}
			if len(both.Sent) == 0 || len(both.Trace) == 0 {
				t.Errorf("sent %d, %d steps of a trace", len(both.Sent), len(both.Trace))
			}
			t.Logf("outside: %s %s; with the configuration: %s %s %s:%d", outside.Verdict.Cause, outside.Verdict.Grade, v.Cause, v.Grade, filepath.Base(v.Location.File), v.Location.Line)
		})
	}
}

// sha is a password as {SHA} has it, behind its mark.
func sha(password string) string {
	sum := sha1.Sum([]byte(password))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func askedBeside(t *testing.T, w *World, words []string, path string, c *conf.Config) *report.Report {
	t.Helper()
	got, err := input.Read(append(append([]string{}, words...), w.URL("front", path)), nil, input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	in := why401.Input{Intent: got.Intents[0], Read: fmt.Sprint(words)}
	if c != nil {
		in.Configs = append(in.Configs, c)
	}
	rep, err := why401.Diagnose(context.Background(), in, why401.WithStateDir(filepath.Join(t.TempDir(), "state")), why401.KnowingTheRisk())
	if err != nil {
		t.Fatal(err)
	}
	return rep
}
