// Package form is the text over which a signature is made, line by line, so that what the client signed can be laid beside
// what the server read. A line holds no key; values that may hold a secret are closed.
package form

import (
	"strings"

	"github.com/why401/why401/secret"
)

// Line is one line of what is signed.
type Line struct {
	Name  string // "method", "path", "host", "@authority": may be shown
	Value secret.Text
}

// Pair is a line of the client's text beside the server's.
type Pair struct {
	Name           string
	Client, Server secret.Text
	InClient       bool // the client signed such a line
	InServer       bool // the server has one
}

// Same reports that both sides have the line, and have it alike.
func (p Pair) Same() bool { return p.InClient && p.InServer && p.Client.Equal(p.Server) }

// Beside lays the lines of both sides next to each other: the client's in their order, and where they stand what only the
// server has. first is the place of the first pair that differs, -1 when none does.
func Beside(client, server []Line) (pairs []Pair, first int) {
	used := make([]bool, len(server))
	next := 0
	find := func(name string) int {
		for i, l := range server {
			if !used[i] && strings.EqualFold(l.Name, name) {
				return i
			}
		}
		return -1
	}
	only := func(until int) {
		for ; next < until; next++ {
			if !used[next] && !has(client, server[next].Name) {
				used[next] = true
				pairs = append(pairs, Pair{Name: server[next].Name, Server: server[next].Value, InServer: true})
			}
		}
	}
	for _, l := range client {
		p := Pair{Name: l.Name, Client: l.Value, InClient: true}
		if i := find(l.Name); i >= 0 {
			only(i)
			used[i] = true
			p.Server, p.InServer = server[i].Value, true
		}
		pairs = append(pairs, p)
	}
	only(len(server))
	for i, p := range pairs {
		if !p.Same() {
			return pairs, i
		}
	}
	return pairs, -1
}

func has(lines []Line, name string) bool {
	for _, l := range lines {
		if strings.EqualFold(l.Name, name) {
			return true
		}
	}
	return false
}

// Shown makes a value that may be shown when it looks like no secret, and is closed otherwise. It is for hosts, paths,
// methods and times, which say what differs.
func Shown(s string) secret.Text {
	if len(s) > 200 {
		return secret.Hide(s)
	}
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune("/:?&=;,. ", r) }) {
		if secret.Looks(part) {
			return secret.Hide(s)
		}
	}
	return secret.Public(s)
}
