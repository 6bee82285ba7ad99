//go:build linux

package fix_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

var full = flag.Bool("full", false, "kill at every call, not at a sample of them (make killmatrix)")

// calls are the system calls that change something or can fail where it matters. Reads are among them because an error of
// one must not be taken for an empty file.
var calls = strings.Fields("openat read write fsync close fchown fchownat fchmod fchmodat fsetxattr fremovexattr flistxattr fgetxattr renameat renameat2 unlinkat mkdirat flock ftruncate newfstatat fstat getdents64 readlinkat")

// faults are what a call may meet. KILL ends the process in the middle of the call.
var faults = []string{"signal=KILL", "error=ENOSPC", "error=EIO", "error=EACCES", "error=EROFS", "error=EINTR"}

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

	hits, missed int            // faults that took place, and that did not
	ended        map[string]int // how the files stood after a fault, before the next start
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, binary: filepath.Join(t.TempDir(), "why401"), sites: map[string]string{}, ended: map[string]int{}}
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

// now says which of the files are new: "old old old", "new old old", ... Anything else is torn.
func (y *yard) now() string {
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

// settle checks what a fault left: no torn file, and the next start says applied or not applied, and is right, and leaves no
// temporary file.
func (y *yard) settle(what string) {
	t := y.b.t
	t.Helper()
	after := y.now()
	if strings.Contains(after, "torn") {
		t.Errorf("%s: %s", what, after)
		return
	}
	out, _ := y.run(nil, "fix", "--status", y.plan.ID)
	var state string
	if m := regexp.MustCompile(`(?m)^` + y.plan.ID + `:? +([^:]+):`).FindStringSubmatch(out); m != nil {
		state = m[1]
	}
	now := y.now()
	applied := strings.HasPrefix(state, "applied")
	not := strings.HasPrefix(state, "not applied") || state == "planned"
	switch {
	case applied && now == "new new new", not && now == "old old old":
	default:
		t.Errorf("%s: left %q, status says %q and files are %q\n%s", what, after, state, now, out)
	}
	left, _ := filepath.Glob(y.dir + "/conf/.*")
	inner, _ := filepath.Glob(y.store.Dir + "/*/*.new")
	if left = append(left, inner...); len(left) > 0 {
		t.Errorf("%s: left behind: %q", what, left)
	}
}

// traced lists the calls that touch the yard, each with how often it is made.
func (y *yard) traced(args []string) (counts map[string]int, paths []string) {
	t := y.b.t
	t.Helper()
	log := filepath.Join(t.TempDir(), "strace")
	out, err := y.run([]string{"strace", "-f", "-qq", "-y", "-o", log, "-e", "trace=" + strings.Join(calls, ",")}, args...)
	if err != nil {
		t.Fatalf("without a fault: %v\n%s", err, out)
	}
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	// strace counts calls by thread; why401 makes those that matter on one.
	threads := map[string]map[string]int{}
	name := regexp.MustCompile(`^(\d+) +([a-z0-9]+)\(`)
	path := regexp.MustCompile(regexp.QuoteMeta(y.dir) + `/(?:conf|state)[^">,]*`)
	for line := range strings.Lines(string(b)) {
		m := name.FindStringSubmatch(line)
		p := path.FindAllString(line, -1)
		if m == nil || p == nil {
			continue
		}
		if threads[m[1]] == nil {
			threads[m[1]] = map[string]int{}
		}
		threads[m[1]][m[2]]++
		for _, p := range p {
			if p = strings.TrimSuffix(p, " (deleted)"); !slices.Contains(paths, p) {
				paths = append(paths, p)
			}
		}
	}
	most := 0
	for _, of := range threads {
		n := 0
		for _, c := range of {
			n += c
		}
		if n > most {
			counts, most = of, n
		}
	}
	return counts, paths
}

// TestKilledAtEveryCall ends, or fails, why401 at its system calls on the servers' files and its own, during an apply and
// during an undo.
func TestKilledAtEveryCall(t *testing.T) {
	b := newBench(t)
	type job struct {
		undo        bool
		call, fault string
		n           int
	}
	var jobs []job
	for _, undo := range []bool{false, true} {
		y := b.yard(fmt.Sprintf("count-%v", undo))
		args := y.apply()
		if undo {
			if out, err := y.run(nil, args...); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			args = y.undo()
		}
		counts, _ := y.traced(args)
		for _, c := range calls {
			for n := 1; n <= counts[c]; n++ {
				for i, f := range faults {
					// The sample: every call is killed, and every call meets one of the errors in turn.
					if *full || i == 0 && writes(c) || i > 0 && (n+len(c))%(len(faults)-1) == i-1 && (writes(c) || n%3 == 0) {
						jobs = append(jobs, job{undo, c, f, n})
					}
				}
			}
		}
	}
	t.Logf("%d faults", len(jobs))
	todo := make(chan job)
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			k := 0
			for j := range todo {
				k++
				y := b.yard(fmt.Sprintf("yard-%d-%d", w, k))
				b.hit(y, j.undo, j.call, j.fault, j.n)
				os.RemoveAll(y.dir)
			}
		})
	}
	for _, j := range jobs {
		todo <- j
	}
	close(todo)
	wg.Wait()
	t.Logf("%d faults took place, %d did not; the files after them: %v", b.hits, b.missed, b.ended)
	if b.missed*20 > b.hits {
		t.Errorf("%d of %d faults did not take place: the calls are counted otherwise than they are traced", b.missed, len(jobs))
	}
	for _, want := range []string{"old old old", "new old old", "new new old", "new new new"} {
		if b.ended[want] == 0 {
			t.Errorf("no fault left the files %q: the sample misses the point", want)
		}
	}
}

// writes reports a call that changes something.
func writes(call string) bool {
	return !slices.Contains([]string{"read", "close", "newfstatat", "fstat", "getdents64", "flistxattr", "fgetxattr", "readlinkat"}, call)
}

func (b *bench) hit(y *yard, undo bool, call, fault string, n int) {
	what := fmt.Sprintf("apply, %s at %s %d", fault, call, n)
	args := y.apply()
	if undo {
		what = fmt.Sprintf("undo, %s at %s %d", fault, call, n)
		if out, err := y.run(nil, args...); err != nil {
			b.t.Errorf("%s: the apply before it: %v\n%s", what, err, out)
			return
		}
		args = y.undo()
	}
	log := y.dir + "/strace"
	wrap := []string{"strace", "-f", "-qq", "-o", log} // --seccomp-bpf is faster and delivers no signals
	for _, p := range y.paths() {
		wrap = append(wrap, "-P", p)
	}
	wrap = append(wrap, "-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:%s:when=%d", call, fault, n))
	out, err := y.run(wrap, args...)
	b.tally(what, log, strings.HasPrefix(fault, "signal"), err, y.now())
	if err == nil && !undo && y.now() != "new new new" {
		b.t.Errorf("%s: says that all is well, and the files are %s\n%s", what, y.now(), out)
	}
	if err == nil && undo && y.now() != "old old old" {
		b.t.Errorf("%s: says that all is well, and the files are %s\n%s", what, y.now(), out)
	}
	y.settle(what)
	if b.t.Failed() && os.Getenv("WHY401_KEEP") != "" {
		b.t.Logf("%s: %v\n%s", what, err, out)
	}
}

// tally counts the faults that took place, and how the files stood after them.
func (b *bench) tally(what, log string, kill bool, err error, files string) {
	text, _ := os.ReadFile(log)
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case kill && err != nil && strings.Contains(err.Error(), "killed"), bytes.Contains(text, []byte("INJECTED")):
		b.hits++
		b.ended[files]++
	default:
		b.missed++
		b.t.Logf("missed: %s\n%s", what, text)
	}
}

// paths are the files and folders that an apply or an undo of the yard's plan touches.
func (y *yard) paths() []string {
	c, f := y.dir+"/conf", y.store.Dir
	id := f + "/" + y.plan.ID
	out := []string{c, c + "/one.conf", c + "/two.conf", c + "/made.conf", f, f + "/lock", id, id + "/plan.json", id + "/plan.json.new", id + "/journal", id + "/undo", id + "/undo.new"}
	for n := range files {
		out = append(out, fmt.Sprintf("%s/.why401-%s-%d.new", c, y.plan.ID, n))
		for _, d := range []string{"undo", "undo.new"} {
			out = append(out, fmt.Sprintf("%s/%s/%d.before", id, d, n+1), fmt.Sprintf("%s/%s/%d.json", id, d, n+1))
		}
	}
	return append(out, id+"/undo.new/README", id+"/undo/README")
}
