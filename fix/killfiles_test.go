//go:build linux

package fix_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/fix"
)

// calls are the system calls that change something or can fail where it matters. Reads are among them because an error of
// one must not be taken for an empty file.
var calls = strings.Fields("openat read write fsync close fchown fchownat fchmod fchmodat fsetxattr fremovexattr flistxattr fgetxattr renameat renameat2 unlinkat mkdirat flock ftruncate newfstatat fstat getdents64 readlinkat")

// TestKilledAtEveryCall ends, or fails, why401 at its system calls on the servers' files and its own.
func TestKilledAtEveryCall(t *testing.T) {
	b := newBench(t)
	m := matrix{calls: calls, make: func(name string) subject { return b.yard(name) },
		faults: []string{"signal=KILL", "error=ENOSPC", "error=EIO", "error=EACCES", "error=EROFS", "error=EINTR"},
		passes: []string{allOld, "new old old", "new new old", allNew}}
	// Every call that writes is killed, and every call meets one of the errors in turn.
	m.sample = func(c string, i, n int) bool {
		return i == 0 && writes(c) || i > 0 && (n+len(c))%(len(m.faults)-1) == i-1 && (writes(c) || n%3 == 0)
	}
	m.run(t)
}

// A bench is why401 as a program, three files of a remedy (one changes its bytes, one its rights, one is made), and a server
// that reads them for each request.
type bench struct {
	t      *testing.T
	binary string
	url    string
	mu     sync.Mutex
	sites  map[string]string // name -> folder
	rows   map[string]*ledger

	hook func(r *http.Request) // sees each request before it is answered; nil for none
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, binary: filepath.Join(t.TempDir(), "why401"), sites: map[string]string{}, rows: map[string]*ledger{}}
	build := exec.Command("go", "build", "-o", b.binary, "../cmd/why401")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is not installed: run tools/install-servers.sh")
	}
	if out, err := exec.Command("strace", "-f", "-qq", "-o", "/dev/null", "/bin/true").CombinedOutput(); err != nil {
		t.Fatalf("strace may not trace here (%v: %s): this test needs ptrace; in a container add --cap-add SYS_PTRACE, on a host look at kernel.yama.ptrace_scope", err, bytes.TrimSpace(out))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(b.serve)}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	b.url = "http://" + l.Addr().String()
	return b
}

// serve lets in who brings the token, once all files say so.
func (b *bench) serve(w http.ResponseWriter, r *http.Request) {
	_, name, _ := strings.Cut(r.URL.Path, "/")
	name, rest, _ := strings.Cut(name, "/")
	b.mu.Lock()
	dir, ledger, hook := b.sites[name], b.rows[name], b.hook
	b.mu.Unlock()
	if hook != nil {
		hook(r)
	}
	if ledger != nil && rest != "open" {
		if !ledger.let(r) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="bench"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
		return
	}
	if rest == "open" || dir == "" {
		fmt.Fprintln(w, "open")
		return
	}
	one, _ := os.ReadFile(dir + "/conf/one.conf")
	made, _ := os.ReadFile(dir + "/conf/made.conf")
	two, err := os.Stat(dir + "/conf/two.conf")
	if bytes.Contains(one, []byte("auth on")) && err == nil && two.Mode().Perm() == 0o640 && bytes.Contains(made, []byte("pass on")) && r.Header.Get("Authorization") == "Bearer t0ken-of-the-bench" {
		fmt.Fprintln(w, "in")
		return
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="bench"`)
	w.WriteHeader(http.StatusUnauthorized)
}

const (
	oldOne = "# one\nauth off;\n"
	newOne = "# one\nauth on;\n"
	two    = "# two\n"
	made   = "# made\npass on;\n"
)

// files are those of a yard, before and after; one that is not there before has no old text.
var files = []struct {
	name, old, new   string
	oldMode, newMode os.FileMode
}{{"one.conf", oldOne, newOne, 0o640, 0o640}, {"two.conf", two, two, 0o600, 0o640}, {"made.conf", "", made, 0, 0o644}}

// yard is one set of files with a plan for them.
type yard struct {
	b     *bench
	dir   string
	plan  *fix.Plan
	store *fix.Store
	env   []string // beside our own
}

func (b *bench) yard(name string) *yard {
	b.t.Helper()
	dir := filepath.Join(b.t.TempDir(), name)
	y := &yard{b: b, dir: dir, store: &fix.Store{Dir: dir + "/state/why401/fixes"}}
	for _, d := range []string{dir + "/conf", dir + "/state"} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			b.t.Fatal(err)
		}
	}
	y.restore()
	b.mu.Lock()
	b.sites[name] = dir
	b.mu.Unlock()
	at := strings.Index(oldOne, "off")
	p, err := fix.NewPlan(cause.Remedy{ID: "bench", Title: "switch all on", Edits: []conf.Edit{
		{Place: conf.Place{File: dir + "/conf/one.conf", Line: 2, Start: at, End: at + 3}, Old: "off", Text: "on"},
		{Place: conf.Place{File: dir + "/conf/two.conf", Line: 1}, How: conf.Give, Rights: &conf.Rights{Mode: 0o640, UID: -1, GID: -1}},
		{Place: conf.Place{File: dir + "/conf/made.conf", Line: 1}, How: conf.Make, Text: made},
	}}, fix.About{Now: time.Now()})
	if err != nil {
		b.t.Fatal(err)
	}
	y.plan = p
	if err := y.store.Keep(p); err != nil {
		b.t.Fatal(err)
	}
	return y
}

// restore brings the files back as they were, in place, so that they stay the files that the plan was made for.
func (y *yard) restore() {
	y.b.t.Helper()
	for _, f := range files {
		path := y.dir + "/conf/" + f.name
		if f.old == "" {
			continue
		}
		if err := os.WriteFile(path, []byte(f.old), f.oldMode); err != nil {
			y.b.t.Fatal(err)
		}
		if err := errors.Join(os.Chmod(path, f.oldMode), os.Chown(path, os.Getuid(), os.Getgid())); err != nil {
			y.b.t.Fatal(err)
		}
	}
}

func (y *yard) run(wrap []string, args ...string) (string, error) {
	argv := append(slices.Clone(wrap), y.b.binary)
	argv = append(argv, args...)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = []string{"HOME=" + y.dir, "XDG_STATE_HOME=" + y.dir + "/state", "PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "GOMAXPROCS=1"}
	cmd.Env = append(cmd.Env, y.env...)
	// On a slow machine strace is killed at the deadline, and what it traced would stay behind, stopped, with our pipe in hand.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (y *yard) apply() []string {
	name := filepath.Base(y.dir)
	return []string{"fix", y.plan.ID, "--apply", "--request", "curl -H 'Authorization: Bearer t0ken-of-the-bench' " + y.b.url + "/" + name + "/private",
		"--also", y.b.url + "/" + name + "/open", "--test", "true", "--reload", "true"}
}

func (y *yard) undo() []string {
	return []string{"undo", y.plan.ID, "--test", "true", "--reload", "true"}
}

func (y *yard) status() []string { return []string{"fix", "--status", y.plan.ID} }

func (y *yard) home() (dir, plan string) { return y.dir, y.plan.ID }

func (y *yard) left() []string {
	out, _ := filepath.Glob(y.dir + "/conf/.*")
	inner, _ := filepath.Glob(y.store.Dir + "/*/*.new")
	return append(out, inner...)
}

func (y *yard) stands() string {
	var out []string
	for _, f := range files {
		b, err := os.ReadFile(y.dir + "/conf/" + f.name)
		fi, serr := os.Stat(y.dir + "/conf/" + f.name)
		switch {
		case errors.Is(err, os.ErrNotExist) && f.old == "":
			out = append(out, "old")
		case err != nil || serr != nil:
			out = append(out, fmt.Sprint("torn: ", err, serr))
		case f.old != "" && string(b) == f.old && fi.Mode().Perm() == f.oldMode:
			out = append(out, "old")
		case string(b) == f.new && fi.Mode().Perm() == f.newMode:
			out = append(out, "new")
		default:
			out = append(out, fmt.Sprintf("torn: %q, mode %v", b, fi.Mode()))
		}
	}
	return strings.Join(out, " ")
}

// only names the files and folders that an apply or an undo of the yard's plan touches.
func (y *yard) only() []string {
	c, f := y.dir+"/conf", y.store.Dir
	id := f + "/" + y.plan.ID
	out := []string{c, c + "/one.conf", c + "/two.conf", c + "/made.conf", f, f + "/lock", id, id + "/plan.json", id + "/plan.json.new", id + "/journal", id + "/undo", id + "/undo.new"}
	for n := range files {
		out = append(out, fmt.Sprintf("%s/.why401-%s-%d.new", c, y.plan.ID, n))
		for _, d := range []string{"undo", "undo.new"} {
			out = append(out, fmt.Sprintf("%s/%s/%d.before", id, d, n+1), fmt.Sprintf("%s/%s/%d.json", id, d, n+1))
		}
	}
	var wrap []string
	for _, p := range append(out, id+"/undo.new/README", id+"/undo/README") {
		wrap = append(wrap, "-P", p)
	}
	return wrap
}
