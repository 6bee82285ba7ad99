package webserver

import (
	"crypto/sha1"
	"encoding/base64"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

func line(name, hash string, context ...string) exchange.Setting {
	return exchange.Setting{System: "htpasswd", Context: context, Name: name, Args: []secret.Text{secret.Public("sha1"), secret.New(hash)}}
}

func sha(password string) string {
	sum := sha1.Sum([]byte(password))
	return "{SHA}" + base64.StdEncoding.EncodeToString(sum[:])
}

// The hashes are {SHA} of "old" and "new"; what was sent decides.
func TestDuplicateUserProvedByPassword(t *testing.T) {
	older, newer := sha("old"), sha("new")
	for _, c := range []struct {
		about, password string
		lines           []exchange.Setting
		want            cause.Grade
		found           bool
	}{
		{"the later line fits", "new", []exchange.Setting{line("alice", older), line("alice", newer)}, cause.Proved, true},
		{"the first line fits", "old", []exchange.Setting{line("alice", older), line("alice", newer)}, 0, false},
		{"no line fits", "third", []exchange.Setting{line("alice", older), line("alice", newer)}, cause.Strong, true},
		{"somebody else is doubled", "new", []exchange.Setting{line("alice", older), line("bob", older), line("bob", newer)}, cause.Likely, true},
		{"two realms", "new", []exchange.Setting{line("alice", older, "realm a"), line("alice", newer, "realm b")}, 0, false},
	} {
		u, err := exchange.ParseURL("https://intern.example.com/")
		if err != nil {
			t.Fatal(err)
		}
		k := &exchange.Case{Settings: c.lines}
		k.Add(&exchange.Exchange{Given: "paste", Request: exchange.Request{Method: "GET", URL: u, Header: exchange.Header{
			{Name: "Authorization", Value: secret.New("Basic " + base64.StdEncoding.EncodeToString([]byte("alice:"+c.password)))}}},
			Response: &exchange.Response{Status: 401}})
		s := HtpasswdDuplicateUser.Suspect(cause.NewView(k))
		if (s != nil) != c.found || s != nil && s.Grade != c.want {
			t.Errorf("%s: expected %v %v, got %+v", c.about, c.found, c.want, s)
		}
	}
}
