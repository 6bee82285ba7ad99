package contract

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
)

// Read reads the contract in a file. The error is Errors, or tells why the file cannot be read.
func Read(path string) (*Contract, error) {
	f, err := os.Open(path)
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return Parse(path, text)
}

// Parse reads a contract; file is its name for messages. The error is Errors: every mistake with its line and column.
func Parse(file string, text []byte) (*Contract, error) {
	n, mistake := tree(text)
	if mistake != nil {
		mistake.File = file
		return nil, Errors{mistake}
	}
	r := &reader{file: file}
	c := r.contract(n)
	if len(r.errs) > 0 {
		slices.SortStableFunc(r.errs, func(a, b *Error) int {
			if a.Line != b.Line {
				return a.Line - b.Line
			}
			return a.Col - b.Col
		})
		return nil, r.errs
	}
	c.File = file
	return c, nil
}

func (r *reader) contract(n *node) *Contract {
	c := &Contract{Principals: []*Principal{{Name: Anonymous}}, Clients: BuiltInClients()}
	if !r.keys(n, "the contract", "why401", "target", "targets", "principals", "clients", "watch", "rows") {
		return c
	}
	if v := n.get("why401"); v == nil {
		r.wrong(n.at, "the version of the form is missing; expected why401: %s", Version)
	} else if s := r.text(v, "why401"); s != Version {
		r.wrong(v.at, "why401: %s; this program reads %s", shown(s), Version)
	}
	r.targets(c, n)
	for _, f := range r.entries(n.get("principals"), "principals") {
		if p := r.principal(f); f.name == Anonymous {
			r.wrong(f.at, "%s is known already: it carries no credential", Anonymous)
		} else {
			c.Principals = append(c.Principals, p)
		}
	}
	for _, f := range r.entries(n.get("clients"), "clients") {
		r.client(c, f)
	}
	r.watch(c, n.get("watch"))
	rows := n.get("rows")
	switch {
	case rows == nil || rows.shape == null:
		r.wrong(n.at, "there are no rows; expected rows: with at least one")
		return c
	case rows.shape != list:
		r.wrong(rows.at, "rows is %s; expected a list", rows.shape)
		return c
	}
	for _, i := range rows.items {
		if row := r.row(c, i); row != nil {
			c.Rows = append(c.Rows, row)
		}
	}
	return c
}

func (r *reader) targets(c *Contract, n *node) {
	one, many := n.get("target"), n.get("targets")
	switch {
	case one != nil && many != nil:
		r.wrong(one.at, "target and targets exclude each other")
	case one == nil && many == nil:
		r.wrong(n.at, "there is no target; expected target: URL")
	case one != nil:
		c.Targets = append(c.Targets, r.target("", one))
	}
	for _, f := range r.entries(many, "targets") {
		c.Targets = append(c.Targets, r.target(f.name, f.value))
	}
}

func (r *reader) target(name string, n *node) *Target {
	t := &Target{At: n.at, Name: name}
	address := n
	if n.shape == mapping {
		r.keys(n, "a target", "url", "environment", "own", "connect", "ca_file", "insecure")
		address = n.get("url")
		t.Environment = r.word(n.get("environment"), "environment", "test", "staging", "production")
		t.Own = r.flag(n.get("own"), "own")
		if v := n.get("connect"); v != nil {
			t.Connect = r.text(v, "connect")
			if _, err := netip.ParseAddrPort(t.Connect); err != nil {
				r.wrong(v.at, "connect: expected an address and a port, such as 192.0.2.7:443 or [2001:db8::7]:443")
			}
		}
		t.CAFile = r.text(n.get("ca_file"), "ca_file")
		t.Insecure = r.flag(n.get("insecure"), "insecure")
		if t.Own && t.Environment == "production" {
			r.wrong(n.get("own").at, "own: true is for a test system of one's own, and this is production")
		}
	}
	if address == nil || address.shape != scalar {
		r.wrong(n.at, "a target without an address; expected url: https://host")
		return t
	}
	u, err := exchange.ParseURL(address.text)
	switch {
	case err != nil:
		r.wrong(address.at, "the target's address: %v", err)
	case !u.User.Empty():
		r.wrong(address.at, "the target's address holds a login; expected it as a principal, its secret from env, file or command")
	case u.HasQuery || u.Fragment != "":
		r.wrong(address.at, "the target's address ends in a query or fragment; expected scheme, host, port and perhaps a path")
	}
	t.URL = u
	return t
}

// whichTarget is the target that a row names, or the only one.
func (r *reader) whichTarget(c *Contract, row, n *node) *Target {
	name := r.text(n, "target")
	switch {
	case n == nil && len(c.Targets) == 1:
		return c.Targets[0]
	case n == nil && len(c.Targets) > 1:
		r.wrong(row.at, "the row names no target; expected target: one of %s", strings.Join(names(c.Targets, func(t *Target) string { return t.Name }), ", "))
	case n != nil:
		if t := find(c.Targets, func(t *Target) string { return t.Name }, name); t != nil {
			return t
		}
		r.wrong(n.at, "no target is called %s; expected one of %s", shown(name), strings.Join(names(c.Targets, func(t *Target) string { return t.Name }), ", "))
	}
	return nil
}

func names[T any](list []*T, name func(*T) string) []string {
	var out []string
	for _, v := range list {
		out = append(out, name(v))
	}
	return out
}
