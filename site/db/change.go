package db

import (
	"fmt"
	"strings"
)

// Change is one row that is to hold something else in one of its columns, or a row that is to be added. Package fix carries
// it out.
type Change struct {
	Table  string `json:"table"` // as the database has it, prefix included
	Key    []Cell `json:"key"`   // finds the row and no other
	Seen   Row    `json:"seen"`  // the whole row as it was; null when there was none
	Column string `json:"column"`
	To     Value  `json:"to"`
	// Form says how the value is written, so that it can be read back before it counts: "php" for PHP's serialize(), "" for text.
	Form string `json:"form,omitempty"`
	Says string `json:"says"` // the setting in the words of its program: "authx_header_cred of domain 1"
	// By is the platform's own command that does the same, program first; nil when there is none, or it does not run.
	By []string `json:"by,omitempty"`
}

// Source says whose configuration holds the login of a database. The login itself is kept nowhere.
type Source struct {
	Site  string `json:"site"`  // the folder of the installation; "" where the user gave the login
	Which string `json:"which"` // of its platforms: "wordpress", "civicrm", "magento", "drupal"
}

// Batch is the changes of one database, which are made together or not at all.
type Batch struct {
	Source  Source   `json:"source"`
	Changes []Change `json:"changes"`
	Dir     string   `json:"dir,omitempty"`   // where commands run
	Clean   []string `json:"clean,omitempty"` // the command that clears the cache which would hide the change
}

// The form of a value that PHP serialized.
const FormPHP = "php"

// From is what the column held.
func (c Change) From() Value { return c.Seen.Get(c.Column) }

// Adds reports that the row is to be added.
func (c Change) Adds() bool { return c.Seen == nil }

// New is the row as it is to be; an added one has the columns of its key and the changed one, the others get their defaults.
func (c Change) New() Row {
	if c.Adds() {
		return append(append(Row{}, c.Key...), Cell{c.Column, c.To})
	}
	out := make(Row, len(c.Seen))
	for i, cell := range c.Seen {
		if cell.Column == c.Column {
			cell.Value = c.To
		}
		out[i] = cell
	}
	return out
}

// Statement is the change as a statement that a person may run; it does nothing when the row is not as it was.
func (c Change) Statement() string {
	if c.Adds() {
		return insert(c.Table, c.New())
	}
	// The other columns are named, too, lest one that follows the clock by itself moves.
	return fmt.Sprintf("UPDATE %s SET %s WHERE %s;", Quote(c.Table), literal(append(own(c.Seen, c.Column), Cell{c.Column, c.To}), ", ", " = "),
		literal(append(append([]Cell{}, c.Key...), Cell{c.Column, c.From()}), " AND ", " <=> "))
}

// Back is the statement that takes the change back.
func (c Change) Back() string {
	find := literal(append(append([]Cell{}, c.Key...), Cell{c.Column, c.To}), " AND ", " <=> ")
	if c.Adds() {
		return fmt.Sprintf("DELETE FROM %s WHERE %s;", Quote(c.Table), find)
	}
	return fmt.Sprintf("UPDATE %s SET %s WHERE %s;", Quote(c.Table), literal(append(own(c.Seen, c.Column), Cell{c.Column, c.From()}), ", ", " = "), find)
}

// own are the cells that a statement names beside the changed one: times, which a server may set by itself.
func own(r Row, but string) []Cell {
	var out []Cell
	for _, c := range r {
		if c.Column != but && Moves(c.Column) {
			out = append(out, c)
		}
	}
	return out
}

// Moves reports a column that a program or the server sets whenever the row changes: when it was written.
func Moves(column string) bool {
	switch strings.ToLower(column) {
	case "updated_at", "created_date", "modified", "changed":
		return true
	}
	return false
}

// Own are the cells of the row that are written beside the changed one, so that they stay.
func (c Change) Own() []Cell { return own(c.Seen, c.Column) }

func literal(cells []Cell, between, is string) string {
	var parts []string
	for _, c := range cells {
		parts = append(parts, Quote(c.Column)+is+c.Value.SQL())
	}
	return strings.Join(parts, between)
}

func insert(table string, r Row) string {
	var names, values []string
	for _, c := range r {
		names = append(names, Quote(c.Column))
		values = append(values, c.Value.SQL())
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s);", Quote(table), strings.Join(names, ", "), strings.Join(values, ", "))
}
