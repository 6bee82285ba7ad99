// Package htpasswd reads password files of web servers: htpasswd lines (user:hash) and htdigest lines (user:realm:hash),
// as Apache's htpasswd(1) and htdigest(1), openssl passwd and mkpasswd write them.
//
// It says what kind of hash each line has, what is wrong with a line, and which server can verify the kind. Hashes stay
// closed. It refuses to guess: Verify compares one password that was given.
package htpasswd

import (
	"strings"

	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/secret"
)

// Limits of what is read.
const (
	maxLines = 20000
	maxLine  = 8192
)

// Problem is a fault of a line or of the file. The texts may be shown.
type Problem string

// The problems.
const (
	ByteOrderMark   Problem = "a byte order mark in front: it becomes part of the first user's name"
	CarriageReturn  Problem = "the line ends in CR LF"
	NoColon         Problem = "no colon: the line names no user"
	EmptyUser       Problem = "the user name is empty"
	EmptyHash       Problem = "the hash is empty"
	BlankInFront    Problem = "a blank in front of the user name: nginx and Apache take it for a part of the name"
	BlankAtColon    Problem = "a blank before the colon: it becomes part of the user name"
	BlankAfterColon Problem = "a blank behind the colon: it becomes part of the hash"
	BlankAtEnd      Problem = "a blank at the end: it becomes part of the hash"
	HashCut         Problem = "the hash is shorter than its kind needs"
	HashLong        Problem = "the hash is longer than its kind needs"
	HashAlphabet    Problem = "the hash holds a character that its kind has not"
	NoHash          Problem = "what stands behind the colon is no hash of a known form: a password in plain text?"
	DESTruncates    Problem = "a DES hash: only the first 8 characters of the password count"
	Duplicate       Problem = "the user stands on an earlier line, and the first line wins"
	DollarDoubled   Problem = "dollar signs are doubled, as only docker compose wants it"
	DollarEaten     Problem = "dollar signs are missing: a shell replaced them"
	Quoted          Problem = "quotation marks around the line or the hash"
)

// Line is one entry.
type Line struct {
	N        int         // from 1
	User     secret.Text // public when it may be shown
	Realm    string      // of an htdigest line
	Hash     secret.Text // closed
	Kind     Kind
	Problems []Problem
}

// Has reports a problem.
func (l Line) Has(p Problem) bool {
	for _, q := range l.Problems {
		if p == q {
			return true
		}
	}
	return false
}

// File is what a text holds. Lines that are empty or a comment are left out.
type File struct {
	Lines []Line
	BOM   bool
	CRLF  bool
	Cut   bool // there were more lines than are read
}

// Parse reads text; it never fails, and what is no entry becomes a Line with NoColon.
func Parse(text string) File {
	var f File
	if rest, ok := strings.CutPrefix(text, "\ufeff"); ok {
		text, f.BOM = rest, true
	}
	seen := map[string]bool{}
	n := 0
	for l := range strings.Lines(text) {
		n++
		l = strings.TrimSuffix(l, "\n")
		cr := strings.HasSuffix(l, "\r")
		f.CRLF = f.CRLF || cr
		l = strings.TrimSuffix(l, "\r")
		t := strings.TrimSpace(l)
		if t == "" || t[0] == '#' {
			continue
		}
		if len(f.Lines) == maxLines {
			f.Cut = true
			break
		}
		e := parseLine(l[:min(len(l), maxLine)])
		e.N = n
		e.note(n == 1 && f.BOM, ByteOrderMark)
		e.note(cr, CarriageReturn)
		if key := e.User.Reveal() + ":" + e.Realm; !e.Has(NoColon) {
			e.note(seen[key], Duplicate)
			seen[key] = true
		}
		f.Lines = append(f.Lines, e)
	}
	return f
}

func (l *Line) note(on bool, p Problem) {
	if on {
		l.Problems = append(l.Problems, p)
	}
}

func parseLine(l string) Line {
	var e Line
	t := strings.TrimRight(l, " \t")
	if len(t) > 2 && (t[0] == '"' || t[0] == '\'') && t[len(t)-1] == t[0] {
		e.note(true, Quoted)
		l = t[1 : len(t)-1]
	}
	user, rest, colon := strings.Cut(l, ":")
	if !colon {
		e.note(true, NoColon)
		e.Hash = secret.New(l)
		return e
	}
	e.note(strings.TrimLeft(user, " \t") != user, BlankInFront)
	e.note(strings.TrimRight(user, " \t") != user, BlankAtColon)
	e.note(strings.TrimSpace(user) == "", EmptyUser)
	e.note(user != "" && strings.ContainsRune(`"'`, rune(user[0])), Quoted) // left open: docker's env files keep such a quote
	if basic.Showable(strings.TrimSpace(user), "a password") {
		e.User = secret.Public(user)
	} else {
		e.User = secret.New(user)
	}
	e.note(strings.TrimLeft(rest, " \t") != rest && strings.TrimSpace(rest) != "", BlankAfterColon)
	e.note(strings.TrimRight(rest, " \t") != rest && strings.TrimSpace(rest) != "", BlankAtEnd)
	rest = strings.TrimSpace(rest)
	if inner := strings.Trim(rest, `"'`); inner != rest && len(rest) > 2 {
		e.note(!e.Has(Quoted), Quoted)
		rest = inner
	}
	if realm, ha1, ok := strings.Cut(rest, ":"); ok && digestHash(ha1) {
		e.Realm, rest = realm, ha1
		e.Kind = Digest
		e.Hash = secret.New(rest)
		return e
	}
	rest, _, _ = strings.Cut(rest, ":") // what follows is a comment for nginx
	e.Hash = secret.New(rest)
	e.note(rest == "", EmptyHash)
	if rest == "" {
		return e
	}
	if strings.HasPrefix(rest, "$$") {
		e.note(true, DollarDoubled)
		rest = strings.ReplaceAll(rest, "$$", "$")
		e.Hash = secret.New(rest)
	}
	e.Kind = kindOf(rest)
	e.note(e.Kind == DES, DESTruncates)
	for _, p := range shapeOf(e.Kind, rest) {
		e.note(true, p)
	}
	return e
}

// digestHash reports the hexadecimal MD5 or SHA-256 of an htdigest line.
func digestHash(s string) bool {
	return (len(s) == 32 || len(s) == 64) && strings.Trim(strings.ToLower(s), "0123456789abcdef") == ""
}
