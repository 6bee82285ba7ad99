package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/why401/why401/internal/golden"
	"github.com/why401/why401/internal/schematest"
	"github.com/why401/why401/lab"
	"github.com/why401/why401/report"
)

func TestMain(m *testing.M) {
	if sheet := os.Getenv(measureEnv); sheet != "" {
		os.Exit(measure(sheet))
	}
	testscript.Main(m, map[string]func(){"why401": main})
}

func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: golden.Updating(),
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
			e.Setenv("LANG", "C.UTF-8")
			e.Setenv("ESC", "\x1b")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"lab":       startLab,
			"serve":     serve,
			"valid":     valid,
			"rc":        rc,
			"interrupt": interrupt,
		},
	})
}

// startLab starts a scenario and sets CURL to the command that it refuses, and ADDRESS to where its first server listens.
func startLab(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lab NAME")
	}
	all, err := exhibits()
	ts.Check(err)
	sc, err := find(all, args[0])
	ts.Check(err)
	w, err := lab.Start(sc)
	ts.Check(err)
	ts.Defer(w.Close)
	cmd, err := w.Curl(w.Request())
	ts.Check(err)
	ts.Setenv("CURL", cmd)
	if _, rest, ok := strings.Cut(cmd, ":127.0.0.1:"); ok {
		port, _, _ := strings.Cut(rest, " ")
		ts.Setenv("ADDRESS", "127.0.0.1:"+port)
	}
}

// waited tells that a request has reached a server that never answers.
var waited = make(chan struct{}, 1)

// serve starts a loopback server of a kind and sets URL to its address.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serve KIND")
	}
	raw := map[string]string{
		"ok":      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
		"basic":   "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"Staging\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"bare":    "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"smtp":    "220 mail.example ESMTP\r\n",
		"hostile": "HTTP/1.1 401 Unauthorized\r\nServer: \x1b]0;owned\x07nginx\u202e\r\nWWW-Authenticate: Basic realm=\"\x1b[2J::error::x `id` $(id)\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"slow":    "",
	}
	reply, ok := raw[args[0]]
	if !ok {
		ts.Fatalf("serve: no kind %q", args[0])
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	ts.Setenv("URL", "http://"+l.Addr().String())
	ts.Setenv("PORT", fmt.Sprint(l.Addr().(*net.TCPAddr).Port))
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(20 * time.Second))
				buf := make([]byte, 64<<10)
				c.Read(buf)
				if reply == "" {
					select {
					case waited <- struct{}{}:
					default:
					}
					io.Copy(io.Discard, c) // never answers
				}
				io.WriteString(c, reply)
			}()
		}
	}()
}

// valid checks that standard output follows the schema of a report, or of what is named (valid guard), and nothing else stands there.
func valid(ts *testscript.TestScript, neg bool, args []string) {
	schema := map[string][]byte{"": report.SchemaJSON, "guard": report.GuardSchemaJSON, "plan": report.FixPlanSchemaJSON, "fix": report.FixOutcomeSchemaJSON}[strings.Join(args, " ")]
	ts.Check(schematest.Follows(schema, []byte(ts.ReadFile("stdout")), report.SchemaJSON))
}

// rc runs why401 and checks its exit code: rc 3 why401 URL.
func rc(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: rc CODE why401 ...")
	}
	got := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// interrupt runs why401 on a server that never answers, sends it an interrupt, and checks that it ends in time.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	cmd := command(ts, args)
	var out bytes.Buffer
	cmd.Stdout = &out
	select {
	case <-waited: // of an earlier run
	default:
	}
	ts.Check(cmd.Start())
	select {
	case <-waited:
	case <-time.After(20 * time.Second):
		ts.Fatalf("no request came")
	}
	asked := time.Now()
	ts.Check(cmd.Process.Signal(os.Interrupt))
	err := cmd.Wait()
	took := time.Since(asked)
	if err == nil || err.Error() != "exit status 130" {
		ts.Fatalf("ended with %v, want exit status 130\n%s", err, out.String())
	}
	if took > 400*time.Millisecond { // 200 ms, and as much again for a busy machine
		ts.Fatalf("took %v after the interrupt", took)
	}
	ts.Check(os.WriteFile(ts.MkAbs("interrupted"), out.Bytes(), 0o644))
}

// command makes a process of the test's why401 that can be interrupted.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	path := ts.Getenv("PATH")
	for _, dir := range filepath.SplitList(path) {
		name := filepath.Join(dir, args[0])
		if st, err := os.Stat(name); err == nil && !st.IsDir() {
			cmd := exec.Command(name, args[1:]...)
			cmd.Dir = ts.MkAbs(".")
			cmd.Env = append(os.Environ(), "HOME="+ts.Getenv("HOME"), "XDG_STATE_HOME="+ts.Getenv("XDG_STATE_HOME"))
			return cmd
		}
	}
	ts.Fatalf("%s is not in PATH", args[0])
	return nil
}

// TestCrash: a mistake of ours has an exit code of its own and says so.
func TestCrash(t *testing.T) {
	var out, msg bytes.Buffer
	a := &app{out: &out, err: &msg, env: func(string) string { panic("a test's panic\x1b[2J") }}
	if code := a.run([]string{"causes"}); code != exitCrashed {
		t.Errorf("exit code %d", code)
	}
	if s := msg.String(); !strings.HasPrefix(s, "why401: a mistake in why401 itself: a test's panic\\x1b[2J\n") || out.Len() > 0 {
		t.Errorf("%q %q", s, out.String())
	}
}

// TestNoSecretInOutput: a password given to -u reaches the server once, and no form of the report, even when the
// server echoes it.
func TestNoSecretInOutput(t *testing.T) {
	var got []string
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Authorization"))
		w.Header().Set("WWW-Authenticate", `Basic realm="`+r.Header.Get("Authorization")+`"`)
		http.Error(w, "you sent "+r.Header.Get("Authorization"), http.StatusUnauthorized)
	})}
	go srv.Serve(l)
	defer srv.Close()
	for _, form := range []string{"--json", "--markdown", "--plain", "--width=80", "-v", "--trace"} {
		home := t.TempDir()
		var out, msg bytes.Buffer
		a := &app{in: os.Stdin, stdin: strings.NewReader(""), out: &out, err: &msg,
			env: func(name string) string { return map[string]string{"HOME": home}[name] }}
		t.Setenv("XDG_STATE_HOME", home)
		got = nil
		code := a.run([]string{form, "-u", "deploy:hunter2-secret-word", "http://" + l.Addr().String() + "/"})
		if code != 1 && code != 3 {
			t.Errorf("%s: exit code %d: %s", form, code, msg.String())
		}
		sent := 0
		for _, h := range got {
			if strings.HasPrefix(h, "Basic ") {
				sent++
			}
		}
		if sent != 1 {
			t.Errorf("%s: the password went out %d times", form, sent)
		}
		for _, s := range []string{"hunter2", "ZGVwbG95Omh1bnRlcjItc2VjcmV0LXdvcmQ"} {
			if strings.Contains(out.String()+msg.String(), s) {
				t.Errorf("%s: %q is shown\n%s%s", form, s, out.String(), msg.String())
			}
		}
	}
}
