//go:build linux

package fix_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fix"
	"github.com/why401/why401/input"
	"github.com/why401/why401/lab/real"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/site/db"
)

// A desk is a database with one table of settings, and a server that asks it for each request.
type desk struct {
	t   *testing.T
	db  *real.Database
	url string
	// open is the statement whose answer "1" lets the bearer of the token in.
	open string
	down bool // everything is answered with 503
}

const deskToken = "t0ken-of-the-desk"

func newDesk(t *testing.T, schema, open string) *desk {
	t.Helper()
	d := &desk{t: t, db: real.NewWorld(t).Database(), open: open}
	d.db.SQL(schema)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: d}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	d.url = "http://" + l.Addr().String()
	return d
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case d.down:
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.URL.Path == "/", d.db.SQL(d.open) == "1" && r.Header.Get("Authorization") == "Bearer "+deskToken:
		fmt.Fprintln(w, "in")
	default:
		w.Header().Set("WWW-Authenticate", `Bearer realm="desk"`)
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func (d *desk) login() db.Login {
	return db.Login{Host: d.db.Host, User: d.db.User, Password: secret.New(d.db.Password), Name: d.db.Name}
}

func (d *desk) store() *fix.Store {
	return &fix.Store{Dir: filepath.Join(d.t.TempDir(), "fixes"), Logins: func(db.Source) (db.Login, error) { return d.login(), nil }}
}

func (d *desk) controls() *fix.Controls {
	return &fix.Controls{Failing: readIntent(d.t, "curl", "-H", "Authorization: Bearer "+deskToken, d.url+"/private"), Probe: probe.Options{StateDir: d.t.TempDir()}}
}

func readIntent(t *testing.T, args ...string) *exchange.Intent {
	t.Helper()
	got, err := input.Read(args, nil, input.Options{Typed: true})
	if err != nil || len(got.Intents) != 1 {
		t.Fatalf("%q: %v, %d requests", args, err, len(got.Intents))
	}
	return got.Intents[0]
}

// rows reads the table as it is, every byte.
func (d *desk) rows(table string) string {
	return d.db.SQL("SELECT * FROM " + db.Quote(table))
}

func (d *desk) change(table, column string, to db.Value, key ...db.Cell) db.Change {
	d.t.Helper()
	c, err := db.Open(context.Background(), d.login())
	if err != nil {
		d.t.Fatal(err)
	}
	defer c.Close()
	rows, err := c.Rows(context.Background(), table, key, 2, db.Unlocked)
	if err != nil || len(rows) > 1 {
		d.t.Fatalf("%d rows, %v", len(rows), err)
	}
	ch := db.Change{Table: table, Key: key, Column: column, To: to, Says: "the switch"}
	if len(rows) == 1 {
		ch.Seen = rows[0]
	}
	return ch
}

func (d *desk) plan(changes ...db.Change) (*fix.Plan, error) {
	return fix.NewPlan(cause.Remedy{ID: "desk", Title: "open the desk", Rows: []db.Batch{{Source: db.Source{Which: "desk"}, Changes: changes}}},
		fix.About{Now: time.Now(), Hosts: []string{"desk.test"}, Logins: func(db.Source) (db.Login, error) { return d.login(), nil }})
}

// bytesOf are bytes that no character set but latin1 takes for text, and what SQL and escapes could trip over.
const bytesOf = "\xe9\\'\"`;--\x01%_"

func text(s string) db.Value { return db.Bytes(s) }

// TestRowChanges changes and adds rows of tables with odd names, columns and character sets, and puts back every byte.
func TestRowChanges(t *testing.T) {
	for _, c := range []struct {
		name, schema, open, table, column string
		to                                db.Value
		key                               []db.Cell
	}{
		{"a row", "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v TEXT, updated_at TIMESTAMP NOT NULL DEFAULT '2020-01-02 03:04:05' ON UPDATE CURRENT_TIMESTAMP, n DOUBLE, d DATETIME(6)) CHARSET utf8mb4;" +
			"INSERT INTO t (v, n, d) VALUES ('off', 0.1, '2021-01-01 00:00:00.123456'), ('other', NULL, NULL)",
			"SELECT v = 'on' FROM t WHERE id = 1", "t", "v", text("on"), []db.Cell{{Column: "id", Value: text("1")}}},
		{"bytes in latin1", "CREATE TABLE `wp`` odd;--_t` (`key` VARCHAR(20) PRIMARY KEY, `va``lue` VARCHAR(99) CHARACTER SET latin1);" +
			"INSERT INTO `wp`` odd;--_t` VALUES ('a''b', X'E95C2722603B2D2D01255F')",
			"SELECT `va``lue` = 'on' FROM `wp`` odd;--_t`", "wp` odd;--_t", "va`lue", text("on"), []db.Cell{{Column: "key", Value: text("a'b")}}},
		{"bytes to latin1", "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(99) CHARACTER SET latin1); INSERT INTO t VALUES (7, 'off')",
			"SELECT HEX(v) = 'E95C2722603B2D2D01255F' FROM t", "t", "v", text(bytesOf), []db.Cell{{Column: "id", Value: text("7")}}},
		{"NULL to text", "CREATE TABLE t (id INT PRIMARY KEY, v TEXT); INSERT INTO t VALUES (7, NULL)",
			"SELECT v = 'on' FROM t", "t", "v", text("on"), []db.Cell{{Column: "id", Value: text("7")}}},
		{"text to NULL", "CREATE TABLE t (id INT PRIMARY KEY, v TEXT); INSERT INTO t VALUES (7, 'off')",
			"SELECT v IS NULL FROM t", "t", "v", db.Value{}, []db.Cell{{Column: "id", Value: text("7")}}},
		{"case alone", "CREATE TABLE t (id INT PRIMARY KEY, v TEXT) COLLATE utf8mb4_general_ci; INSERT INTO t VALUES (7, 'ON')",
			"SELECT BINARY v = 'on' FROM t", "t", "v", text("on"), []db.Cell{{Column: "id", Value: text("7")}}},
		{"a row that is not there", "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, scope VARCHAR(8) NOT NULL DEFAULT 'default', path VARCHAR(99) NOT NULL, v TEXT, UNIQUE (scope, path)); INSERT INTO t (path, v) VALUES ('other', 'x')",
			"SELECT COUNT(*) FROM t WHERE path = 'switch' AND v = 'on'", "t", "v", text("on"), []db.Cell{{Column: "scope", Value: text("default")}, {Column: "path", Value: text("switch")}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, c.schema, c.open)
			before := d.rows(c.table)
			p, err := d.plan(d.change(c.table, c.column, c.to, c.key...))
			if err != nil {
				t.Fatal(err)
			}
			s := d.store()
			if _, err := s.Apply(context.Background(), p, fix.Options{Controls: d.controls()}); err != nil {
				t.Fatal(err)
			}
			if got := d.db.SQL(c.open); got != "1" {
				t.Errorf("after the fix: %q", got)
			}
			if strings.Contains(c.schema, "updated_at") && !strings.Contains(d.rows(c.table), "2020-01-02 03:04:05") {
				t.Errorf("the fix moved a time: %s", d.rows(c.table))
			}
			if st, err := s.Status(p.ID); err != nil || st.State != fix.Applied {
				t.Errorf("after the fix: %v %v", st.State, err)
			}
			if _, err := s.Undo(context.Background(), p.ID, fix.Options{}); err != nil {
				t.Fatal(err)
			}
			if got := d.rows(c.table); got != before {
				t.Errorf("after the undo:\n%q\nbefore the fix:\n%q", got, before)
			}
			if st, err := s.Status(p.ID); err != nil || st.State != fix.Undone {
				t.Errorf("after the undo: %v %v", st.State, err)
			}
		})
	}
}

const switchTable = "CREATE TABLE t (id INT PRIMARY KEY, v TEXT, note TEXT); INSERT INTO t VALUES (1, 'off', 'a'), (2, 'off', 'b');"

func switchOf(id string) []db.Cell { return []db.Cell{{Column: "id", Value: text(id)}} }

// TestRowsSaidByHand runs the statement that the README has.
func TestRowsSaidByHand(t *testing.T) {
	d := newDesk(t, switchTable, "SELECT v = 'on' FROM t WHERE id = 1")
	p, err := d.plan(d.change("t", "v", text("on"), switchOf("1")...))
	if err != nil {
		t.Fatal(err)
	}
	s := d.store()
	before := d.rows("t")
	if _, err := s.Apply(context.Background(), p, fix.Options{Controls: d.controls()}); err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(s.UndoFolder(p.ID) + "/README")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(readme)) {
		if strings.HasPrefix(line, "UPDATE ") {
			d.db.SQL(line)
		}
	}
	if got := d.rows("t"); got != before {
		t.Errorf("by hand:\n%s\nbefore:\n%s\n%s", got, before, readme)
	}
	if strings.Contains(string(readme), d.db.Password) {
		t.Error("the README has the password")
	}
}

// TestRowsRefused are changes that are not made, and leave nothing.
func TestRowsRefused(t *testing.T) {
	for _, c := range []struct{ name, schema, between, want string }{
		{"changed since", switchTable, "UPDATE t SET v = 'OFF' WHERE id = 1", "has changed since the plan was made"},
		{"another column changed since", switchTable, "UPDATE t SET note = 'z' WHERE id = 1", "has changed since the plan was made"},
		{"gone", switchTable, "DELETE FROM t WHERE id = 1", "is gone"},
		{"two rows", "CREATE TABLE t (id INT, v TEXT, note TEXT); INSERT INTO t VALUES (1, 'off', 'a')", "INSERT INTO t VALUES (1, 'off', 'a')", "more than one row"},
		{"no transactions", strings.Replace(switchTable, "note TEXT)", "note TEXT) ENGINE=MyISAM", 1), "", "no transactions"},
		{"cut off", strings.Replace(switchTable, "v TEXT", "v VARCHAR(3)", 1), "SET GLOBAL sql_mode = ''", "not stored as it was written"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, c.schema, "SELECT v = 'on' FROM t WHERE id = 1")
			to := "on"
			if c.name == "cut off" {
				to, c.between = "on and on", ""
			}
			p, err := d.plan(d.change("t", "v", text(to), switchOf("1")...))
			if err != nil {
				t.Fatal(err)
			}
			if c.between != "" {
				d.db.SQL(c.between)
			}
			before := d.rows("t")
			s := d.store()
			_, err = s.Apply(context.Background(), p, fix.Options{Controls: d.controls()})
			if err == nil || c.name != "cut off" && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if got := d.rows("t"); got != before {
				t.Errorf("the rows changed:\n%s\nbefore:\n%s", got, before)
			}
		})
	}
}

// TestRowsPutBack is a change that the controls do not confirm, and one whose row somebody changed after the fix.
func TestRowsPutBack(t *testing.T) {
	d := newDesk(t, switchTable, "SELECT 0") // nobody gets in, whatever the row says
	p, err := d.plan(d.change("t", "v", text("on"), switchOf("1")...), d.change("t", "v", text("on"), switchOf("2")...))
	if err != nil {
		t.Fatal(err)
	}
	before := d.rows("t")
	s := d.store()
	_, err = s.Apply(context.Background(), p, fix.Options{Controls: d.controls()})
	var back *fix.RolledBack
	if !errors.As(err, &back) {
		t.Fatalf("got %v, want a fix that was taken back", err)
	}
	if got := d.rows("t"); got != before {
		t.Errorf("not put back:\n%s\nbefore:\n%s", got, before)
	}
	if st, _ := s.Status(p.ID); st.State != fix.Back {
		t.Errorf("state %q", st.State)
	}
	d.open = "SELECT v = 'on' FROM t WHERE id = 1"
	if _, err = s.Apply(context.Background(), p, fix.Options{Controls: d.controls()}); err != nil {
		t.Fatal(err)
	}
	d.db.SQL("UPDATE t SET v = 'by somebody else' WHERE id = 2")
	changed := d.rows("t")
	var refused *fix.Refused
	if _, err := s.Undo(context.Background(), p.ID, fix.Options{}); !errors.As(err, &refused) || !strings.Contains(err.Error(), "changed by somebody else") {
		t.Errorf("undo: %v", err)
	}
	if got := d.rows("t"); got != changed {
		t.Errorf("the refused undo changed rows:\n%s", got)
	}
	if st, _ := s.Status(p.ID); st.State != fix.Changed {
		t.Errorf("state %q", st.State)
	}
}
