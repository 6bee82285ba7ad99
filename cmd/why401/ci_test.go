package main

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/goccy/go-yaml"
)

// ciPage is docs/ci.md with its fenced blocks.
func ciPage(t *testing.T) (blocks []string) {
	t.Helper()
	b, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)```(?:yaml|sh)\n(.*?)```").FindAllStringSubmatch(string(b), -1) {
		blocks = append(blocks, m[1])
	}
	if len(blocks) != 4 {
		t.Fatalf("docs/ci.md has %d blocks; expected those of GitHub, GitLab, pre-commit and git", len(blocks))
	}
	return blocks
}

// workshop is a folder in which the page's commands run: a server with a login, a contract, configurations, and why401 on the
// path.
type workshop struct {
	*testing.T
	dir, path string
	broken    atomic.Bool // the server refuses alice
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	w := &workshop{T: t, dir: t.TempDir(), path: t.TempDir()}
	// Called by this name the test program is the command (TestMain).
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(w.path, "why401")); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user == "alice" && password == "wonderland" && !w.broken.Load() {
			fmt.Fprintln(out, `{"user":"alice"}`)
			return
		}
		out.Header().Set("WWW-Authenticate", `Basic realm="Orders"`)
		http.Error(out, "Unauthorized", http.StatusUnauthorized)
	}))
	t.Cleanup(server.Close)
	w.write("contract.yaml", `why401: guard/1
targets:
  app: {url: "`+server.URL+`", own: true}
principals:
  alice: {basic: {user: alice, password: {env: ALICE_PASSWORD}}}
rows:
  - {name: nobody gets in, target: app, route: /orders, client: api, expect: {status: 401, challenge: Basic}}
  - {name: alice gets in, target: app, route: /orders, as: alice, client: api, expect: {status: 200}}
`)
	w.write("nginx/nginx.conf", fineNginx)
	return w
}

const (
	fineNginx   = "events {}\nhttp {\n\tserver {\n\t\tlisten 80;\n\t\tlocation / {\n\t\t\tallow 10.0.0.0/8;\n\t\t\tdeny all;\n\t\t}\n\t}\n}\n"
	brokenNginx = "events {}\nhttp {\n\tserver {\n\t\tlisten 80;\n\t\tlocation / {\n\t\t\tdeny all;\n\t\t\tallow 10.0.0.0/8;\n\t\t}\n\t}\n}\n"
)

func (w *workshop) write(name, text string) {
	w.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.Fatal(err)
	}
}

// run gives a command's output and exit code.
func (w *workshop) run(argv ...string) (string, int) {
	w.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = w.dir
	cmd.Env = []string{"PATH=" + w.path + ":" + os.Getenv("PATH"), "HOME=" + w.path, "XDG_STATE_HOME=" + filepath.Join(w.path, "state"), "ALICE_PASSWORD=wonderland", "LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com"}
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		w.Fatalf("%q: %v", argv, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// installs checks a go install line: what it names is this module's command. It is not run: it would fetch a release.
func installs(t *testing.T, line string) bool {
	t.Helper()
	rest, ok := strings.CutPrefix(line, "go install ")
	if ok && rest != "github.com/why401/why401/cmd/why401@latest" {
		t.Errorf("%s: no such command", line)
	}
	return ok
}

// TestGitHubStepsRun runs the steps of the documented workflow: they pass where all is well, and annotate what is broken.
func TestGitHubStepsRun(t *testing.T) {
	var flow struct {
		Jobs map[string]struct {
			Steps []struct {
				Run string            `yaml:"run"`
				Env map[string]string `yaml:"env"`
			} `yaml:"steps"`
		} `yaml:"jobs"`
	}
	if err := yaml.Unmarshal([]byte(ciPage(t)[0]), &flow); err != nil {
		t.Fatal(err)
	}
	w := newWorkshop(t)
	var commands []string
	for _, s := range flow.Jobs["guard"].Steps {
		if s.Run != "" && !installs(t, s.Run) {
			commands = append(commands, s.Run)
		}
	}
	if len(commands) != 2 {
		t.Fatalf("commands: %q", commands)
	}
	for _, c := range commands {
		if out, code := w.run("sh", "-e", "-c", c); code != 0 || strings.Contains(out, "::error") {
			t.Errorf("%s: exit code %d\n%s", c, code, out)
		}
	}
	w.broken.Store(true)
	w.write("nginx/nginx.conf", brokenNginx)
	for _, c := range commands {
		if out, code := w.run("sh", "-e", "-c", c); code != 1 || !strings.Contains(out, "::error") {
			t.Errorf("%s, where something is broken: exit code %d\n%s", c, code, out)
		}
	}
}

// TestGitLabJobRuns runs the documented job: its report is JUnit, the artifacts that it names are those that are written.
func TestGitLabJobRuns(t *testing.T) {
	var file struct {
		Guard struct {
			Script    []string `yaml:"script"`
			Artifacts struct {
				Paths   []string          `yaml:"paths"`
				Reports map[string]string `yaml:"reports"`
			} `yaml:"artifacts"`
		} `yaml:"guard"`
	}
	if err := yaml.Unmarshal([]byte(ciPage(t)[1]), &file); err != nil {
		t.Fatal(err)
	}
	w := newWorkshop(t)
	run := func(want int) (failures int) {
		t.Helper()
		for _, line := range file.Guard.Script {
			if installs(t, line) {
				continue
			}
			if out, code := w.run("sh", "-e", "-c", line); code != want {
				t.Errorf("%s: exit code %d, expected %d\n%s", line, code, want, out)
			}
		}
		b, err := os.ReadFile(filepath.Join(w.dir, file.Guard.Artifacts.Reports["junit"]))
		if err != nil {
			t.Fatal(err)
		}
		var suites struct {
			XMLName xml.Name `xml:"testsuites"`
			Suite   struct {
				Tests  int        `xml:"tests,attr"`
				Failed int        `xml:"failures,attr"`
				Cases  []struct{} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal(b, &suites); err != nil || suites.Suite.Tests != 2 || len(suites.Suite.Cases) != 2 {
			t.Errorf("the report is no JUnit of two rows: %v, %+v\n%s", err, suites, b)
		}
		return suites.Suite.Failed
	}
	if !slices.Contains(file.Guard.Artifacts.Paths, file.Guard.Artifacts.Reports["junit"]) {
		t.Error("the report is no artifact")
	}
	if n := run(0); n != 0 {
		t.Errorf("%d failures where all is well", n)
	}
	w.broken.Store(true)
	if n := run(1); n != 1 {
		t.Errorf("%d failures, expected one", n)
	}
}

// secretHAR holds a session cookie.
const secretHAR = `{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[{"startedDateTime":"2026-01-01T00:00:00Z","time":1,"request":{"method":"GET",` +
	`"url":"https://shop.example.com/private","httpVersion":"HTTP/1.1","headers":[{"name":"Cookie","value":"sessionid=8f3a9c1e7b2d4f60a1b2c3d4e5f60718"}],"queryString":[],"cookies":[],` +
	`"headersSize":-1,"bodySize":0},"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[],"cookies":[],"content":{"size":0,"mimeType":"text/html"},` +
	`"redirectURL":"","headersSize":-1,"bodySize":0},"cache":{},"timings":{"send":0,"wait":1,"receive":0}}]}}
`

// TestGitHookRefuses uses the documented hook in a real repository.
func TestGitHookRefuses(t *testing.T) {
	w := newWorkshop(t)
	git := func(args ...string) {
		t.Helper()
		if out, code := w.run(append([]string{"git"}, args...)...); code != 0 {
			t.Fatalf("git %q: %s", args, out)
		}
	}
	git("init", "-q")
	w.write(".git/hooks/pre-commit", ciPage(t)[3])
	if err := os.Chmod(filepath.Join(w.dir, ".git/hooks/pre-commit"), 0o755); err != nil {
		t.Fatal(err)
	}
	commit := func(what string, want bool, says string) {
		t.Helper()
		git("add", "-A")
		out, code := w.run("git", "commit", "-qm", what)
		if (code == 0) != want || !strings.Contains(out, says) {
			t.Errorf("commit of %s: exit code %d\n%s", what, code, out)
		}
		if strings.Contains(out, "8f3a9c1e") {
			t.Errorf("commit of %s: the secret is shown", what)
		}
	}
	commit("what is fine", true, "")
	w.write("traces/login page.har", secretHAR)
	commit("a HAR with a session", false, "a live cookie: cookie sessionid")
	// What counts is what is staged: a clean copy in the folder alone does not help.
	if out, code := w.run("why401", "redact", "traces/login page.har", "-o", "traces/login page.har", "--force"); code != 0 {
		t.Fatal(out)
	}
	if out, code := w.run("git", "commit", "-qm", "the staged one"); code == 0 {
		t.Errorf("the staged HAR with a session was let in\n%s", out)
	}
	commit("a redacted HAR", true, "")
	w.write("nginx/nginx.conf", brokenNginx)
	commit("a configuration that refuses wrongly", false, "ip-allowlist")
	w.write("nginx/nginx.conf", fineNginx+"# fine again\n")
	commit("a mended configuration", true, "")
	w.write("README", "words\n")
	commit("something else", true, "")
}

// TestPreCommitHooks: the hooks that the page uses are those of .pre-commit-hooks.yaml, and each does with the files that it is
// for what it says.
func TestPreCommitHooks(t *testing.T) {
	type hook struct{ ID, Entry, Language, Files string }
	var hooks []hook
	b, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(b, &hooks); err != nil {
		t.Fatal(err)
	}
	var page struct {
		Repos []struct{ Hooks []hook } `yaml:"repos"`
	}
	if err := yaml.Unmarshal([]byte(ciPage(t)[2]), &page); err != nil || len(page.Repos) != 1 {
		t.Fatal("the page names no repository", err)
	}
	w := newWorkshop(t)
	w.write("a.har", secretHAR)
	w.write("nginx/broken.conf", brokenNginx)
	w.run("why401", "redact", "a.har", "-o", "clean.har")
	for _, c := range []struct {
		id, file string
		want     int
	}{
		{"why401-har", "a.har", 1}, {"why401-har", "clean.har", 0},
		{"why401-config", "nginx/broken.conf", 1}, {"why401-config", "nginx/nginx.conf", 0},
	} {
		used := func(h hook) bool { return h.ID == c.id }
		i := slices.IndexFunc(hooks, used)
		if i < 0 || !slices.ContainsFunc(page.Repos[0].Hooks, used) {
			t.Fatalf("no hook %s, or the page does not use it", c.id)
		}
		h := hooks[i]
		if !regexp.MustCompile(h.Files).MatchString(c.file) || h.Language != "golang" {
			t.Errorf("%s is not for %s: %+v", c.id, c.file, h)
		}
		if out, code := w.run(append(strings.Fields(h.Entry), c.file)...); code != c.want {
			t.Errorf("%s %s: exit code %d, expected %d\n%s", h.Entry, c.file, code, c.want, out)
		}
	}
	for _, other := range []string{"main.go", "docs/har.md", "src/nginx/readme.md"} {
		for _, h := range hooks {
			if regexp.MustCompile(h.Files).MatchString(other) {
				t.Errorf("%s would be asked of %s", h.ID, other)
			}
		}
	}
}
