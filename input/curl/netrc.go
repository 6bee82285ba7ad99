package curl

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/why401/why401/secret"
)

// NetrcEntry is what a .netrc file says about a host.
type NetrcEntry struct {
	Machine     string // the host, or "default"
	Line        int    // of the machine or default word, from 1
	User        secret.Text
	Password    secret.Text
	HasPassword bool
}

// Netrc finds the login that curl 7.88.1 (as Debian patched it) takes for host from a .netrc file: the first complete
// entry for the host or "default". With user not empty the entry of this user is meant; when there is none, curl
// takes the last password it met for the host, so this does too. Words may be in double quotes, "#" begins a comment,
// macdef runs to the next empty line.
func Netrc(file []byte, host, user string) (NetrcEntry, bool) {
	s := netrcState{host: host, user: user}
	for n, line := range lines(file) {
		if s.macro {
			s.macro = line != ""
			continue
		}
		for !s.done {
			word, rest, ok := netrcWord(line)
			if !ok {
				break
			}
			s.take(word, n+1)
			line = rest
		}
	}
	e := s.entry
	if !s.matched || s.login == nil && s.password == nil && user == "" {
		return NetrcEntry{}, false
	}
	if s.password == nil && s.ours {
		s.password = new(string)
	}
	if s.login != nil {
		e.User = userName(*s.login)
	} else {
		e.User = userName(user)
	}
	if s.password != nil {
		e.Password, e.HasPassword = secret.New(*s.password), true
	}
	return e, true
}

// netrcState walks the words of a .netrc file.
type netrcState struct {
	host, user      string
	login, password *string
	entry           NetrcEntry
	hasLogin        bool // the entry named a login, and a password
	hasPassword     bool
	ours            bool // the login is the wanted one
	valid           bool // inside an entry for the host
	matched         bool
	done, macro     bool
	expect          string
}

func (s *netrcState) take(word string, line int) {
	low := strings.ToLower(word)
	switch {
	case s.expect == "machine":
		s.expect = ""
		if s.valid = strings.EqualFold(word, s.host); s.valid {
			s.matched, s.entry = true, NetrcEntry{Machine: s.host, Line: line}
		}
	case s.expect == "login":
		s.expect, s.hasLogin = "", true
		if s.ours = s.user == "" || word == s.user; s.user == "" {
			s.login = &word
		}
	case s.expect == "password":
		s.expect, s.hasPassword, s.password = "", true, &word
	case low == "machine":
		if s.valid {
			s.hasLogin, s.hasPassword, s.ours, s.login, s.password = false, false, false, nil, nil
		}
		s.expect = low
	case low == "default":
		if s.valid {
			s.login, s.password = nil, nil
		}
		s.valid, s.matched, s.entry = true, true, NetrcEntry{Machine: "default", Line: line}
	case !s.valid && low == "macdef":
		s.macro = true
	case s.valid && (low == "login" || low == "password"):
		s.expect = low
	}
	s.done = s.hasLogin && s.hasPassword && s.ours
}

// netrcWord takes the next word of a line; a quoted one knows \n \r \t and takes any other escaped character as it is.
func netrcWord(s string) (word, rest string, ok bool) {
	s = strings.TrimLeft(s, " \t\v\f")
	if s == "" || s[0] == '#' {
		return "", "", false
	}
	if s[0] != '"' {
		if i := strings.IndexAny(s, " \t\v\f"); i >= 0 {
			return s[:i], s[i:], true
		}
		return s, "", true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		c := s[i]
		if c == '"' {
			return b.String(), s[i+1:], true
		}
		if c == '\\' && i+1 < len(s) {
			i++
			c = s[i]
			if j := strings.IndexByte("nrt", c); j >= 0 {
				c = "\n\r\t"[j]
			}
		}
		b.WriteByte(c)
	}
	return "", "", false
}

// netrc looks the host up for --netrc, --netrc-optional or --netrc-file. A file that cannot be read is no error to
// curl either.
func (r *reader) netrc(op *operation, host string, user secret.Text) (NetrcEntry, bool) {
	shown := op.netrcFile
	var b []byte
	var err error
	switch {
	case op.netrcFile != "":
		b, err = r.file("--netrc-file", op.netrcFile)
	case r.o.Home == "":
		r.note("--netrc: the home folder is not known here, so .netrc was not read")
		return NetrcEntry{}, false
	default:
		shown = "~/.netrc"
		b, err = os.ReadFile(filepath.Join(r.o.Home, ".netrc"))
	}
	if err != nil {
		r.note("%s could not be read: curl goes on without a login from it", shown)
		return NetrcEntry{}, false
	}
	e, ok := Netrc(b, host, user.Reveal())
	if !ok {
		r.note("%s has no login for %s", shown, host)
	}
	return e, ok
}
