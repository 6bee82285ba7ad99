package db

import (
	"context"
	"fmt"
	"strings"
)

// Cell is one column of a row.
type Cell struct {
	Column string `json:"column"`
	Value  Value  `json:"value"`
}

// Row is one row of a table with every column that it has, in the table's order. A nil Row is one that is not there.
type Row []Cell

// Get gives the value of a column, NULL for one that is not there.
func (r Row) Get(column string) Value {
	for _, c := range r {
		if c.Column == column {
			return c.Value
		}
	}
	return Value{}
}

// Equal reports two rows with the same columns and bytes.
func (r Row) Equal(o Row) bool {
	if len(r) != len(o) || (r == nil) != (o == nil) {
		return false
	}
	for i := range r {
		if r[i] != o[i] {
			return false
		}
	}
	return true
}

// Where makes the condition that finds the row with these cells, byte for byte, and its arguments.
func Where(cells []Cell) (string, []any) {
	var parts []string
	var args []any
	for _, c := range cells {
		parts = append(parts, "BINARY "+Quote(c.Column)+" <=> BINARY ?")
		args = append(args, c.Value.Arg())
	}
	return strings.Join(parts, " AND "), args
}

// Assign makes the list of assignments of a statement, and its arguments.
func Assign(cells []Cell) (string, []any) {
	var parts []string
	var args []any
	for _, c := range cells {
		parts = append(parts, Quote(c.Column)+" = ?")
		args = append(args, c.Value.Arg())
	}
	return strings.Join(parts, ", "), args
}

// key makes the condition that finds a row by its key as an index can: without BINARY, so that a lock is one row's.
func key(cells []Cell) (string, []any) {
	var parts []string
	var args []any
	for _, c := range cells {
		parts = append(parts, Quote(c.Column)+" <=> ?")
		args = append(args, c.Value.keyArg())
	}
	return strings.Join(parts, " AND "), args
}

// keyArg is a value of a key: text in the connection's own character set, since an index cannot compare bytes with text.
func (v Value) keyArg() any {
	if v.Null() {
		return nil
	}
	return v.b
}

// Lock says how rows are read.
type Lock string

// The locks. Shared waits for a transaction of somebody else that is about to end; both keep others from changing the rows
// until ours ends.
const (
	Unlocked Lock = ""
	Shared   Lock = " LOCK IN SHARE MODE"
	Updating Lock = " FOR UPDATE"
)

// Rows reads the rows of a table that have these cells, at most limit, with every column.
func (c *Conn) Rows(ctx context.Context, table string, cells []Cell, limit int, lock Lock) ([]Row, error) {
	where, args := key(cells)
	ctx, cancel := context.WithTimeout(ctx, queryTime)
	defer cancel()
	got, err := c.QueryContext(ctx, fmt.Sprintf("SELECT * FROM %s WHERE %s LIMIT %d%s", Quote(table), where, limit, lock), args...)
	if err != nil {
		return nil, fmt.Errorf("table %s: %s", table, why(err))
	}
	names, err := got.Columns()
	if err != nil {
		got.Close()
		return nil, err
	}
	all, err := scan(got)
	if err != nil {
		return nil, fmt.Errorf("table %s: %s", table, why(err))
	}
	return asRows(names, all), nil
}

func asRows(names []string, all [][]Value) []Row {
	out := make([]Row, len(all))
	for i, values := range all {
		row := make(Row, len(values))
		for j, v := range values {
			row[j] = Cell{names[j], v}
		}
		out[i] = row
	}
	return out
}

// whole reads whole rows for a reader, who may want to change one.
func (r *reader) whole(leave, table, where string, args ...any) ([]Row, bool) {
	rows, err := r.find(table, where, args...)
	if err != nil {
		r.gap(leave, "%s", err)
	}
	return rows, err == nil
}

// wholeIf is whole for a table that need not be there: none of it is no gap.
func (r *reader) wholeIf(leave, table, where string, args ...any) []Row {
	rows, err := r.find(table, where, args...)
	if err != nil && !missing(err) {
		r.gap(leave, "%s", err)
	}
	return rows
}

func (r *reader) find(table, where string, args ...any) ([]Row, error) {
	if why := validName(r.prefix + table); why != "" {
		return nil, fmt.Errorf("the table prefix %q makes no name of a table: %s", r.prefix, why)
	}
	ctx, cancel := context.WithTimeout(r.ctx, queryTime)
	defer cancel()
	got, err := r.c.QueryContext(ctx, fmt.Sprintf("SELECT * FROM %s WHERE %s LIMIT %d", r.table(table), where, mostRows), args...)
	if err != nil {
		return nil, &unreadTable{r.prefix + table, err}
	}
	names, err := got.Columns()
	if err != nil {
		got.Close()
		return nil, &unreadTable{r.prefix + table, err}
	}
	all, err := scan(got)
	if err != nil {
		return nil, &unreadTable{r.prefix + table, err}
	}
	return asRows(names, all), nil
}

// unreadTable is why a table could not be read.
type unreadTable struct {
	table string
	err   error
}

func (u *unreadTable) Error() string { return "table " + u.table + ": " + why(u.err) }
func (u *unreadTable) Unwrap() error { return u.err }
