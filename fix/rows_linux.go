package fix

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/site/db"
)

// Logins finds the login of a database: in the site's own configuration, or what the user gave. A plan keeps none.
type Logins func(db.Source) (db.Login, error)

// Database is the rows of a plan in one database. They change in one transaction, all or none.
type Database struct {
	db.Batch
	Address string `json:"address"` // where it was when the plan was made, and its name: another one is refused
	Name    string `json:"name"`
	// Notes are what a person should know beside the change, in words.
	Notes []string `json:"notes,omitempty"`

	logins Logins
	why    []string // obstacles that were seen
}

// rowTime is the longest that one transaction may take.
const rowTime = 30 * time.Second

// open begins a session that may write.
func (d *Database) open(ctx context.Context) (*db.Conn, error) {
	if d.logins == nil {
		return nil, errors.New("nobody says how the database is reached")
	}
	l, err := d.logins(d.Source)
	if err != nil {
		return nil, err
	}
	_, at, err := l.Address()
	if err != nil {
		return nil, err
	}
	if d.Address == "" {
		d.Address, d.Name = at, l.Name
	}
	if at != d.Address || l.Name != d.Name {
		return nil, refuse("the site's configuration names the database %s at %s, and named %s at %s when the plan was made: make a new plan", l.Name, at, d.Name, d.Address)
	}
	return db.OpenToChange(ctx, l)
}

// with runs f in a session of its own, within rowTime.
func (d *Database) with(ctx context.Context, f func(context.Context, *db.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, rowTime)
	defer cancel()
	c, err := d.open(ctx)
	if err != nil {
		return err
	}
	// What is wrong with the end of a session changes nothing that was committed.
	defer c.Close()
	return f(ctx, c)
}

// load reads the rows again, refuses when they are not those that the plan was made for, and notes what stands in the way.
func (d *Database) load(ctx context.Context) error {
	return d.with(ctx, func(ctx context.Context, c *db.Conn) error {
		for _, ch := range d.Changes {
			if !ch.Adds() && ch.From() == ch.To {
				return refuse("the remedy leaves %s as it is", ch.Says)
			}
			if err := wellFormed(ch.Form, ch.To); err != nil {
				return refuse("the new value of %s is not whole: %v", ch.Says, err)
			}
			rows, err := c.Rows(ctx, ch.Table, ch.Key, 2, db.Unlocked)
			if err != nil {
				return err
			}
			if err := asSeen(ch, rows); err != nil {
				return err
			}
		}
		why, notes, err := inTheWay(ctx, c, d.Changes)
		d.why = why
		for _, n := range notes {
			if !slices.Contains(d.Notes, n) {
				d.Notes = append(d.Notes, n)
			}
		}
		return err
	})
}

// asSeen refuses rows that are not the one that a plan was made for.
func asSeen(ch db.Change, rows []db.Row) error {
	switch {
	case len(rows) > 1:
		return refuse("%s: more than one row of %s fits, and just one may be changed", ch.Says, ch.Table)
	case ch.Adds() && len(rows) == 1:
		return refuse("%s has a row by now: make a new plan", ch.Says)
	case !ch.Adds() && len(rows) == 0:
		return refuse("the row of %s is gone: make a new plan", ch.Says)
	case !ch.Adds() && !rows[0].Equal(ch.Seen):
		return refuse("%s has changed since the plan was made: make a new plan", ch.Says)
	}
	return nil
}

// inTheWay lists what keeps this program from changing the rows, and what a person should know.
func inTheWay(ctx context.Context, c *db.Conn, changes []db.Change) (why, notes []string, err error) {
	seen := map[string]bool{}
	var readOnly string
	if err := c.QueryRowContext(ctx, "SELECT @@global.read_only").Scan(&readOnly); err == nil && readOnly != "0" && readOnly != "OFF" {
		why = append(why, "the database server is set to read only, as a replica is: change the one that it copies")
	}
	for _, ch := range changes {
		if seen[ch.Table] {
			continue
		}
		seen[ch.Table] = true
		var kind, engine, transactions string
		row := c.QueryRowContext(ctx, "SELECT t.TABLE_TYPE, IFNULL(t.ENGINE, ''), IFNULL(e.TRANSACTIONS, '') FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE "+
			"WHERE t.TABLE_SCHEMA = DATABASE() AND BINARY t.TABLE_NAME = BINARY ?", []byte(ch.Table))
		switch err := row.Scan(&kind, &engine, &transactions); {
		case err != nil:
			why = append(why, fmt.Sprintf("what kind of table %s is cannot be seen: %v", ch.Table, err))
		case kind != "BASE TABLE":
			why = append(why, fmt.Sprintf("%s is no table but a %s", ch.Table, strings.ToLower(kind)))
		case transactions != "YES":
			why = append(why, fmt.Sprintf("the table %s is kept by %s, which has no transactions: a change could not be looked at before it counts", ch.Table, engine))
		}
		names, err := triggers(ctx, c, ch.Table)
		if err != nil {
			notes = append(notes, fmt.Sprintf("whether %s has triggers cannot be seen: %v", ch.Table, err))
		}
		for _, n := range names {
			notes = append(notes, fmt.Sprintf("the trigger %s of %s runs with the change; what it writes is not undone", n, ch.Table))
		}
	}
	return why, notes, nil
}

func triggers(ctx context.Context, c *db.Conn, table string) ([]string, error) {
	rows, err := c.QueryContext(ctx, "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = DATABASE() AND BINARY EVENT_OBJECT_TABLE = BINARY ? LIMIT 20", []byte(table))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// apply makes the changes in one transaction. Without an error they are all committed; with one, none of them is, unless the
// connection was lost at the commit: then only the rows tell.
func (d *Database) apply(ctx context.Context) error {
	return d.transaction(ctx, func(ctx context.Context, c *db.Conn) error {
		for _, ch := range d.Changes {
			rows, err := c.Rows(ctx, ch.Table, ch.Key, 2, db.Updating)
			if err != nil {
				return err
			}
			if err := asSeen(ch, rows); err != nil {
				return err
			}
			if err := write(ctx, c, ch); err != nil {
				return err
			}
		}
		return nil
	})
}

// write changes or adds one row that is locked, and reads it back.
func write(ctx context.Context, c *db.Conn, ch db.Change) error {
	if ch.Adds() {
		names, marks, args := columns(ch.New())
		if err := changeOne(ctx, c, ch, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", db.Quote(ch.Table), names, marks), args); err != nil {
			return err
		}
	} else {
		set, args := db.Assign(append(ch.Own(), db.Cell{Column: ch.Column, Value: ch.To}))
		where, more := db.Where(append(append([]db.Cell{}, ch.Key...), db.Cell{Column: ch.Column, Value: ch.From()}))
		if err := changeOne(ctx, c, ch, fmt.Sprintf("UPDATE %s SET %s WHERE %s", db.Quote(ch.Table), set, where), append(args, more...)); err != nil {
			return err
		}
	}
	rows, err := c.Rows(ctx, ch.Table, ch.Key, 2, db.Updating)
	if err != nil {
		return err
	}
	if len(rows) != 1 {
		return fmt.Errorf("%s: %d rows fit after the change, not one", ch.Says, len(rows))
	}
	for _, cell := range ch.New() {
		if got := rows[0].Get(cell.Column); got != cell.Value {
			return fmt.Errorf("%s: the database keeps %s in the column %s, not %s: it was not stored as it was written", ch.Says, got.SQL(), cell.Column, cell.Value.SQL())
		}
	}
	if err := wellFormed(ch.Form, rows[0].Get(ch.Column)); err != nil {
		return fmt.Errorf("%s: what was stored cannot be read back: %w", ch.Says, err)
	}
	return nil
}

// changeOne runs a statement that has to change one row.
func changeOne(ctx context.Context, c *db.Conn, ch db.Change, statement string, args []any) error {
	res, err := c.ExecContext(ctx, statement, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", ch.Says, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("%s: the statement changed %d rows, not one", ch.Says, n)
	}
	return nil
}

func columns(r db.Row) (names, marks string, args []any) {
	var n, m []string
	for _, c := range r {
		n, m = append(n, db.Quote(c.Column)), append(m, "?")
		args = append(args, c.Value.Arg())
	}
	return strings.Join(n, ", "), strings.Join(m, ", "), args
}

func (d *Database) transaction(ctx context.Context, f func(context.Context, *db.Conn) error) error {
	return d.with(ctx, func(ctx context.Context, c *db.Conn) error {
		if _, err := c.ExecContext(ctx, "START TRANSACTION"); err != nil {
			return err
		}
		if err := f(ctx, c); err != nil {
			_, _ = c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // the end of the session does it, too
			return err
		}
		if _, err := c.ExecContext(ctx, "COMMIT"); err != nil {
			return fmt.Errorf("the commit was not confirmed: %w", err)
		}
		return nil
	})
}

// tally says how many of the rows are the old ones, and how many the new. A row that is neither counts as none. It waits for a
// transaction that is about to end.
func (d *Database) tally(ctx context.Context) (old, new int, err error) {
	err = d.with(ctx, func(ctx context.Context, c *db.Conn) error {
		for _, ch := range d.Changes {
			rows, err := c.Rows(ctx, ch.Table, ch.Key, 2, db.Shared)
			if err != nil {
				return err
			}
			switch standing(ch, rows) {
			case isOld:
				old++
			case isNew:
				new++
			}
		}
		return nil
	})
	return old, new, err
}

// How a row stands.
const (
	isOld = iota
	isNew
	isOther
)

func standing(ch db.Change, rows []db.Row) int {
	switch {
	case len(rows) == 0 && ch.Adds():
		return isOld
	case len(rows) != 1:
		return isOther
	case !ch.Adds() && rows[0].Get(ch.Column) == ch.From():
		return isOld
	case rows[0].Get(ch.Column) == ch.To && (ch.Adds() || onlyTimesDiffer(rows[0], ch)):
		return isNew
	}
	return isOther
}

// onlyTimesDiffer reports that the row is what it was, but for the changed column and those that follow the clock.
func onlyTimesDiffer(r db.Row, ch db.Change) bool {
	if len(r) != len(ch.Seen) {
		return false
	}
	for i, cell := range ch.Seen {
		if cell.Column != ch.Column && !db.Moves(cell.Column) && r[i] != cell {
			return false
		}
	}
	return true
}

// putBack makes each row that is the new one what it was, every column of it, in one transaction. One that is the old one
// already stays; one that is neither makes it stop before anything is written.
func (d *Database) putBack(ctx context.Context) error {
	return d.transaction(ctx, func(ctx context.Context, c *db.Conn) error {
		var todo []db.Change
		for _, ch := range d.Changes {
			rows, err := c.Rows(ctx, ch.Table, ch.Key, 2, db.Updating)
			if err != nil {
				return err
			}
			switch standing(ch, rows) {
			case isOther:
				return refuse("%s was changed by somebody else since the fix: to put the old value back would take that change away", ch.Says)
			case isNew:
				todo = append(todo, ch)
			case isOld: // the platform's own command may have moved a time and no more
				if !ch.Adds() && !rows[0].Equal(ch.Seen) && onlyTimesDiffer(rows[0], ch) {
					todo = append(todo, ch)
				}
			}
		}
		for _, ch := range todo {
			if err := back(ctx, c, ch); err != nil {
				return err
			}
		}
		return nil
	})
}

func back(ctx context.Context, c *db.Conn, ch db.Change) error {
	where, args := db.Where(ch.Key)
	if ch.Adds() {
		where, args = db.Where(append(append([]db.Cell{}, ch.Key...), db.Cell{Column: ch.Column, Value: ch.To}))
		return changeOne(ctx, c, ch, fmt.Sprintf("DELETE FROM %s WHERE %s", db.Quote(ch.Table), where), args)
	}
	set, values := db.Assign(ch.Seen)
	if err := changeOne(ctx, c, ch, fmt.Sprintf("UPDATE %s SET %s WHERE %s", db.Quote(ch.Table), set, where), append(values, args...)); err != nil {
		return err
	}
	rows, err := c.Rows(ctx, ch.Table, ch.Key, 2, db.Updating)
	if err != nil {
		return err
	}
	if len(rows) != 1 || !rows[0].Equal(ch.Seen) {
		return fmt.Errorf("%s: the row that was put back is not what it was", ch.Says)
	}
	return nil
}
