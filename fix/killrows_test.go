//go:build linux

package fix_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
// it puts them back.
func TestKilledAtTheDatabase(t *testing.T) {
	b := newBench(t)
	base := real.NewWorld(t).Database()
	m := matrix{calls: rowCalls, make: func(name string) subject { return b.ledger(base, name) },
		faults: []string{"signal=KILL", "error=EIO", "error=ECONNRESET"}, passes: []string{allOld, "new old old", allNew}}
	// Every second write, and every flush and rename; of the others, and of errors, a few.
	m.sample = func(c string, i, n int) bool {
		often := slices.Contains([]string{"write", "fsync", "renameat", "connect"}, c)
		return i == 0 && often && (c != "write" || n%2 == 0) || i == 0 && n%12 == 0 || i > 0 && often && n%9 == i
	}
	m.run(t)
}

func (b *bench) ledger(base *real.Database, name string) *ledger {
	b.t.Helper()
	dir := filepath.Join(b.t.TempDir(), name)
	y := &ledger{yard: &yard{b: b, dir: dir, store: &fix.Store{Dir: dir + "/state/why401/fixes"}, env: []string{"WHY401_DB_PASSWORD=" + base.Password}}, db: base, table: "t_" + strings.ReplaceAll(name, "-", "_")}
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
	b.rows[name] = y
	b.mu.Unlock()
	return y
}

func (y *ledger) sql(s string) string { return y.db.SQL(s) }

// let says whether the bearer of the token gets in: when the file and both rows say so.
func (y *ledger) let(r *http.Request) bool {
	return y.stands() == allNew && r.Header.Get("Authorization") == "Bearer t0ken-of-the-bench"
}

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

func (y *ledger) status() []string { return append(y.yard.status(), y.flags()...) }

func (y *ledger) only() []string { return nil }
