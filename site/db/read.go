package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// Limits of what is read: a foreign table may hold anything.
const (
	mostRows  = 2000
	mostBytes = 256 << 10 // of one value
)

// Gap is something that could not be read, and what stays open because of it.
type Gap struct {
	What  string `json:"what"`  // "table wp_options: there is none"
	Leave string `json:"leave"` // "which plugins are active"
}

// Quote makes an identifier of a name: of any table, whatever its prefix is.
func Quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// validName says why a name cannot be a table's (dev.mysql.com, "Schema Object Names"), or "".
func validName(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case len([]rune(name)) > 64:
		return "it has more than 64 characters"
	case strings.ContainsRune(name, 0):
		return "it has a NUL in it"
	case strings.HasSuffix(name, " "):
		return "it ends with a space"
	}
	return ""
}

// reader asks one database, and keeps what it could not be told.
type reader struct {
	ctx    context.Context
	c      *Conn
	prefix string
	gaps   []Gap
}

// table is a table of the site: its prefix and its name, quoted.
func (r *reader) table(name string) string { return Quote(r.prefix + name) }

// gap notes what could not be read. leave says, without a full stop, what stays open.
func (r *reader) gap(leave, format string, args ...any) {
	r.gaps = append(r.gaps, Gap{fmt.Sprintf(format, args...), leave})
}

// rows reads every row of a statement; leave says what stays open when it cannot. Values come as the bytes that are stored.
func (r *reader) rows(leave, table, statement string, args ...any) ([][]Value, bool) {
	if why := validName(r.prefix + table); why != "" {
		r.gap(leave, "the table prefix %q makes no name of a table: %s", r.prefix, why)
		return nil, false
	}
	ctx, cancel := context.WithTimeout(r.ctx, queryTime)
	defer cancel()
	got, err := r.c.QueryContext(ctx, statement, args...)
	if err == nil {
		var out [][]Value
		if out, err = scan(got); err == nil {
			if len(out) == mostRows {
				r.gap(leave, "table %s: more than %d rows; the rest was not read", r.prefix+table, mostRows)
			}
			return out, true
		}
	}
	r.gap(leave, "table %s: %s", r.prefix+table, why(err))
	return nil, false
}

func scan(rows *sql.Rows) ([][]Value, error) {
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]Value
	for rows.Next() && len(out) < mostRows {
		raw := make([]sql.RawBytes, len(names))
		into := make([]any, len(names))
		for i := range raw {
			into[i] = &raw[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		row := make([]Value, len(names))
		for i, b := range raw {
			if len(b) > mostBytes {
				return nil, fmt.Errorf("a value of %d bytes in the column %s, more than the %d that are read", len(b), names[i], mostBytes)
			}
			if b != nil {
				row[i] = Bytes(string(b))
			}
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// why says in words what the server did not like.
func why(err error) string {
	var m *mysql.MySQLError
	if !errors.As(err, &m) {
		if errors.Is(err, context.DeadlineExceeded) {
			return fmt.Sprintf("no answer within %v", queryTime)
		}
		return err.Error()
	}
	switch m.Number {
	case 1146:
		return "there is none"
	case 1142, 1143, 1044, 1227:
		return "the database user has no right to read it"
	case 1054:
		return "it has other columns than this version's: " + m.Message
	case 1969, 3024:
		return fmt.Sprintf("the server did not finish within %v", queryTime)
	}
	return m.Message
}

// missing reports that a table is not there, which some of them need not be.
func missing(err error) bool {
	var m *mysql.MySQLError
	return errors.As(err, &m) && m.Number == 1146
}

// optional is rows for a table that need not be there: none of it is no gap.
func (r *reader) optional(leave, table, statement string, args ...any) [][]Value {
	ctx, cancel := context.WithTimeout(r.ctx, queryTime)
	defer cancel()
	got, err := r.c.QueryContext(ctx, statement, args...)
	if missing(err) {
		return nil
	}
	if err == nil {
		var out [][]Value
		if out, err = scan(got); err == nil {
			return out
		}
	}
	r.gap(leave, "table %s: %s", r.prefix+table, why(err))
	return nil
}
