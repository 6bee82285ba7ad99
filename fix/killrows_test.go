//go:build linux

package fix_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/fix"
	"github.com/why401/why401/lab/real"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/site/db"
)

// rowCalls are the system calls by which why401 speaks to the database and keeps its own files.
var rowCalls = strings.Fields("write read connect fsync openat renameat close mkdirat unlinkat flock")

// A ledger is a table and a file that one plan changes together: two rows and a line.
type ledger struct {
	*yard
	db    *real.Database
	table string
}

// TestKilledAtTheDatabase ends, or fails, why401 at its system calls while it changes rows of a MariaDB beside a file, and while
// it puts them back. Afterwards the rows and the file are all old or all new, at the latest when why401 has started again, and it
// says which.
func TestKilledAtTheDatabase(t *testing.T) {
	b := newBench(t)
	base := real.NewWorld(t).Database()
	type job struct {
		undo        bool
		call, fault string
		n           int
	}
	var jobs []job
	for _, undo := range []bool{false, true} {
		y := b.ledger(base, fmt.Sprintf("count%v", undo))
		args := y.apply()
		if undo {
			y.must(args)
			args = y.undo()
		}
		for call, most := range y.counted(args) {
			for n := 1; n <= most; n++ {
				for i, f := range []string{"signal=KILL", "error=EIO", "error=ECONNRESET"} {
					// The sample: every second write, and every flush and rename; of the others, and of errors, a few.
					often := slices.Contains([]string{"write", "fsync", "renameat", "connect"}, call)
					switch {
					case *full, i == 0 && often && (call != "write" || n%2 == 0), i == 0 && n%12 == 0, i > 0 && often && n%9 == i:
						jobs = append(jobs, job{undo, call, f, n})
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
				y := b.ledger(base, fmt.Sprintf("l%d_%d", w, k))
				y.hit(j.undo, j.call, j.fault, j.n)
				os.RemoveAll(y.dir)
			}
		})
	}
	for _, j := range jobs {
		todo <- j
	}
	close(todo)
	wg.Wait()
	t.Logf("%d faults took place, %d did not; file and rows after them: %v", b.hits, b.missed, b.ended)
	for _, want := range []string{"old old old", "new old old", "new new new"} {
		if b.ended[want] == 0 {
			t.Errorf("no fault left %q: the sample misses the point", want)
		}
	}
}

func (b *bench) ledger(base *real.Database, name string) *ledger {
	b.t.Helper()
	dir := filepath.Join(b.t.TempDir(), name)
	y := &ledger{yard: &yard{b: b, dir: dir, store: &fix.Store{Dir: dir + "/state/why401/fixes"}}, db: base, table: "t_" + strings.ReplaceAll(name, "-", "_")}
	for _, d := range []string{dir + "/conf", dir + "/state"} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := errors.Join(os.WriteFile(dir+"/conf/one.conf", []byte(oldOne), 0o640), os.Chmod(dir+"/conf/one.conf", 0o640)); err != nil {
		b.t.Fatal(err)
	}
	y.sql("CREATE TABLE " + y.table + " (id INT PRIMARY KEY, v TEXT, updated_at TIMESTAMP NOT NULL DEFAULT '2020-01-02 03:04:05' ON UPDATE CURRENT_TIMESTAMP);" +
		"INSERT INTO " + y.table + " (id, v) VALUES (1, 'off'), (2, 'off'), (3, 'another''s')")
	at := strings.Index(oldOne, "off")
	r := cause.Remedy{ID: "ledger", Title: "switch all on", Edits: []conf.Edit{{Place: conf.Place{File: dir + "/conf/one.conf", Line: 2, Start: at, End: at + 3}, Old: "off", Text: "on"}}}
	batch := db.Batch{Source: db.Source{Which: "ledger"}}
	for _, id := range []string{"1", "2"} {
		batch.Changes = append(batch.Changes, db.Change{Table: y.table, Key: switchOf(id), Column: "v", To: text("on"), Says: "switch " + id,
			Seen: db.Row{{Column: "id", Value: text(id)}, {Column: "v", Value: text("off")}, {Column: "updated_at", Value: text("2020-01-02 03:04:05")}}})
	}
	r.Rows = []db.Batch{batch}
	p, err := fix.NewPlan(r, fix.About{Now: time.Now(), Hosts: []string{"ledger.test"}, Logins: func(db.Source) (db.Login, error) {
		return db.Login{Host: base.Host, User: base.User, Password: secret.New(base.Password), Name: base.Name}, nil
	}})
	if err != nil {
		b.t.Fatal(err)
	}
	y.plan = p
	if err := y.store.Keep(p); err != nil {
		b.t.Fatal(err)
	}
	b.mu.Lock()
	if b.rows == nil {
		b.rows = map[string]*ledger{}
	}
	b.rows[name] = y
	b.mu.Unlock()
	return y
}

func (y *ledger) sql(s string) string { return y.db.SQL(s) }

// let says whether the bearer of the token gets in: when the file and both rows say so.
func (y *ledger) let(r *http.Request) bool {
	return y.stands() == "new new new" && r.Header.Get("Authorization") == "Bearer t0ken-of-the-bench"
}

// stands says how file and rows stand: "old old old", "new new new"; anything else is a half state or torn.
func (y *ledger) stands() string {
	var out []string
	b, err := os.ReadFile(y.dir + "/conf/one.conf")
	switch {
	case err == nil && string(b) == oldOne:
		out = append(out, "old")
	case err == nil && string(b) == newOne:
		out = append(out, "new")
	default:
		out = append(out, fmt.Sprintf("torn: %q %v", b, err))
	}
	rows := strings.Split(y.sql("SELECT v, updated_at FROM "+y.table+" WHERE id < 3 ORDER BY id LOCK IN SHARE MODE"), "\n")
	for _, r := range rows {
		switch r {
		case "off\t2020-01-02 03:04:05":
			out = append(out, "old")
		case "on\t2020-01-02 03:04:05":
			out = append(out, "new")
		default:
			out = append(out, "torn: "+r)
		}
	}
	if third := y.sql("SELECT v FROM " + y.table + " WHERE id = 3"); third != "another's" {
		out = append(out, "torn: another row: "+third)
	}
	return strings.Join(out, " ")
}

func (y *ledger) flags() []string {
	return []string{"--db-host", y.db.Host, "--db-user", y.db.User, "--db-name", y.db.Name}
}

func (y *ledger) apply() []string {
	return append([]string{"fix", y.plan.ID, "--apply", "--request", "curl -H 'Authorization: Bearer t0ken-of-the-bench' " + y.b.url + "/" + filepath.Base(y.dir) + "/private",
		"--also", y.b.url + "/" + filepath.Base(y.dir) + "/open", "--test", "true", "--reload", "true"}, y.flags()...)
}

func (y *ledger) undo() []string {
	return append([]string{"undo", y.plan.ID, "--test", "true", "--reload", "true"}, y.flags()...)
}

func (y *ledger) start(wrap []string, args ...string) (string, error) {
	y.env = []string{"WHY401_DB_PASSWORD=" + y.db.Password}
	return y.run(wrap, args...)
}

func (y *ledger) must(args []string) {
	y.b.t.Helper()
	if out, err := y.start(nil, args...); err != nil {
		y.b.t.Fatalf("%v\n%s", err, out)
	}
}

// counted gives how often the busiest thread makes each call.
func (y *ledger) counted(args []string) map[string]int {
	t := y.b.t
	t.Helper()
	log := filepath.Join(t.TempDir(), "strace")
	if out, err := y.start([]string{"strace", "-f", "-qq", "-o", log, "-e", "trace=" + strings.Join(rowCalls, ",")}, args...); err != nil {
		t.Fatalf("without a fault: %v\n%s", err, out)
	}
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`^(\d+) +([a-z0-9]+)\(`)
	threads, sum := map[string]map[string]int{}, map[string]int{}
	for l := range strings.Lines(string(b)) {
		if m := line.FindStringSubmatch(l); m != nil {
			if threads[m[1]] == nil {
				threads[m[1]] = map[string]int{}
			}
			threads[m[1]][m[2]]++
			sum[m[1]]++
		}
	}
	best := ""
	for id := range threads {
		if best == "" || sum[id] > sum[best] {
			best = id
		}
	}
	return threads[best]
}

func (y *ledger) hit(undo bool, call, fault string, n int) {
	t := y.b.t
	what := fmt.Sprintf("apply, %s at %s %d", fault, call, n)
	args := y.apply()
	if undo {
		what = fmt.Sprintf("undo, %s at %s %d", fault, call, n)
		if out, err := y.start(nil, args...); err != nil {
			t.Errorf("%s: the apply before it: %v\n%s", what, err, out)
			return
		}
		args = y.undo()
	}
	log := y.dir + "/strace"
	out, err := y.start([]string{"strace", "-f", "-qq", "-o", log, "-e", "trace=" + call, "-e", fmt.Sprintf("inject=%s:%s:when=%d", call, fault, n)}, args...)
	after := y.stands()
	y.b.tally(what, log, strings.HasPrefix(fault, "signal"), err, after)
	if strings.Contains(after, "torn") {
		t.Errorf("%s: %s\n%s", what, after, out)
		return
	}
	want := map[bool]string{false: "new new new", true: "old old old"}[undo]
	if err == nil && after != want {
		t.Errorf("%s: says that all is well, and it is %s\n%s", what, after, out)
	}
	// The next start says how things stand, and is right.
	said, _ := y.start(nil, append([]string{"fix", "--status", y.plan.ID}, y.flags()...)...)
	state := ""
	if m := regexp.MustCompile(`(?m)^` + y.plan.ID + `:? +([^:]+):`).FindStringSubmatch(said); m != nil {
		state = m[1]
	}
	now := y.stands()
	applied := strings.HasPrefix(state, "applied")
	not := strings.HasPrefix(state, "not applied") || state == "planned"
	if !(applied && now == "new new new" || not && now == "old old old") {
		t.Errorf("%s: left %q, status says %q and it is %q\n%s\n%s", what, after, state, now, said, out)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Errorf("%s: %v", what, err)
	}
}
