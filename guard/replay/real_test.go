package replay_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/look"
	"github.com/why401/why401/guard/replay"
	"github.com/why401/why401/lab/confdiff"
	"github.com/why401/why401/lab/real"
	"github.com/why401/why401/logs/line"
	"github.com/why401/why401/logs/read"
)

// site is one change of a configuration: what stood there, and what stands there now.
type site struct {
	name     string
	old, new string
	want     replay.Change // that some requests must end in; "" for none
	open     bool          // some cannot be known
	rehashed bool          // a user has another password, which cannot be seen without the old configuration
}

// asked is one request that was let in, with what really became of it.
type asked struct {
	site  *site
	q     confdiff.Request
	id    string // its User-Agent, by which its line is found
	was   reply
	now   reply
	bare  reply // to the same request without credentials
	opens bool  // without credentials it was refused and is let in now
}

// reply is what a server did with a request.
type reply struct {
	confdiff.Answer
	passed string // the head that an upstream got
	by     string // which upstream
}

func (r reply) letIn() bool { return r.Status >= 200 && r.Status < 300 || r.Status == 304 }

// carries reports that the upstream got the client's credentials.
func (r reply) carries() bool {
	return strings.Contains(strings.ToLower(r.passed), "\nauthorization: basic ") || strings.Contains(r.passed, "HTTP_AUTHORIZATION=Basic ")
}

// target is the path that the upstream was asked for.
func (r reply) target() string {
	l, _, _ := strings.Cut(r.passed, "\r\n")
	if f := strings.Fields(l); len(f) == 3 && !strings.Contains(f[0], "=") {
		return f[1]
	}
	return ""
}

// length is that of the body, which differs between the lab's files.
func (r reply) length() string {
	_, n, _ := strings.Cut(r.Head, "Content-Length: ")
	n, _, _ = strings.Cut(n, "\r\n")
	return n
}

// upstreams are two servers behind.
type upstreams struct{ a, b *confdiff.Echo }

func (u upstreams) send(t *testing.T, q confdiff.Request) reply {
	t.Helper()
	u.a.Take()
	u.b.Take()
	a, err := confdiff.Send(q)
	if err != nil {
		t.Fatalf("%v\n%s", err, q.Wire())
	}
	r := reply{Answer: a}
	for name, e := range map[string]*confdiff.Echo{"a": u.a, "b": u.b} {
		if got := e.Take(); len(got) > 0 {
			r.passed, r.by = got[len(got)-1].Head, name
		}
	}
	return r
}

// world is the old and the new configuration as the program reads them, and the requests that were let in by the old one.
type world struct {
	t        *testing.T
	old, new replay.Configuration
	log      map[string]string // lines by the id of their request
	formats  []line.Format
	port     int
	asked    []*asked
}

var passwords = map[string]string{"alice": "wonderland", "bob": "builder"}

// requests are those that every site is asked.
func requests(s *site, port int) (out []confdiff.Request) {
	paths := []string{"/", "/api/x", "/api/item/1", "/api/item/2", "/old/a", "/files/a.txt", "/data/x.json", "/api/x?q=1"}
	for _, p := range paths {
		for _, user := range []string{"", "alice", "bob"} {
			for _, client := range []string{"127.0.0.1", "127.0.0.3"} {
				out = append(out, request(s, port, "GET", p, user, client))
			}
		}
	}
	return append(out, request(s, port, "POST", "/api/x", "alice", "127.0.0.1"), request(s, port, "POST", "/api/x", "", "127.0.0.1"), request(s, port, "PUT", "/api/x", "bob", "127.0.0.3"))
}

func request(s *site, port int, method, path, user, client string) confdiff.Request {
	q := confdiff.Request{From: netip.MustParseAddr(client), To: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port)),
		Method: method, Target: path, Proto: "HTTP/1.1", Fields: [][2]string{{"Host", s.name + ".test"}, {"Connection", "close"}}}
	if user != "" {
		q.Fields = append(q.Fields, [2]string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+passwords[user]))})
	}
	if method != "GET" {
		q.Fields = append(q.Fields, [2]string{"Content-Length", "0"})
	}
	return q
}

// anonymous is the request without credentials, and that of somebody else.
func anonymous(q confdiff.Request) (same, stranger confdiff.Request) {
	q.Fields = slices.DeleteFunc(slices.Clone(q.Fields), func(f [2]string) bool { return f[0] == "Authorization" || f[0] == "User-Agent" })
	other := q
	other.From = netip.MustParseAddr("127.0.0.99")
	return q, other
}

func file(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// check holds what replay says of each line against what the real server does.
func (w *world) check(before bool) {
	w.t.Helper()
	o := replay.Options{New: w.new, Port: w.port, Read: read.Options{Known: w.formats}}
	if before {
		o.Before = &w.old
	}
	met := map[replay.Change]int{}
	bySite := map[string]map[replay.Change]int{}
	open, wrong, asked := 0, 0, 0
	for i, a := range w.asked {
		if !before && (a.site.rehashed || i%2 > 0) {
			continue
		}
		asked++
		r, _, err := replay.Run(context.Background(), []read.Source{read.Reader("access.log", strings.NewReader(w.log[a.id]))}, o)
		if err != nil {
			w.t.Fatalf("%q: %v", w.log[a.id], err)
		}
		if bySite[a.site.name] == nil {
			bySite[a.site.name] = map[replay.Change]int{}
		}
		if r.Counts.Open > 0 {
			open++
			bySite[a.site.name]["open"]++
			continue
		}
		var f replay.Finding
		if len(r.Findings) > 0 {
			f = r.Findings[0]
		}
		met[f.Change]++
		bySite[a.site.name][f.Change]++
		if r.Counts.Other > 0 {
			f.Change = "refused before"
		}
		if d := differs(a, f, before); d != "" {
			if wrong++; wrong <= 5 {
				w.t.Errorf("%s (%s): %s\n%s\nsaid %+v\nwas %d by %q: %s\nnow %d by %q: %s", a.site.name, map[bool]string{true: "old known"}[before], d, a.q.Wire(), f, a.was.Status, a.was.by, a.was.passed,
					a.now.Status, a.now.by, a.now.passed)
			}
		}
	}
	if before {
		for _, a := range w.asked {
			s, got := a.site, bySite[a.site.name]
			if got == nil {
				continue
			}
			delete(bySite, s.name)
			if s.want != "" && got[s.want] == 0 {
				w.t.Errorf("%s: no request is said to be %s: %v", s.name, s.want, got)
			}
			if s.open != (got["open"] > 0) {
				w.t.Errorf("%s: left open: %d; want some: %v", s.name, got["open"], s.open)
			}
		}
	}
	w.t.Logf("%d requests (old configuration known: %v): %d wrong, %d left open; %v", asked, before, wrong, open, met)
	if before && asked-open < 500 {
		w.t.Errorf("only %d requests were compared", asked-open)
	}
}

// differs says how a prediction differs from what happened.
func differs(a *asked, f replay.Finding, before bool) string {
	now := a.now
	if f.Unless != "" {
		now = a.bare
	}
	status := fmt.Sprintf("the server answers %d", now.Status)
	switch f.Change {
	case replay.Refused, replay.Fails, replay.Redirected, replay.Missing:
		if now.Status != f.Status {
			return status
		}
		return ""
	}
	if !now.letIn() {
		return status
	}
	switch f.Change {
	case replay.Opened:
		if !a.opens {
			return "nobody else is let in"
		}
	case replay.Stripped:
		if now.carries() || before && !a.was.carries() {
			return "the credentials are passed on"
		}
	case replay.HandedOn:
		if !now.carries() || a.was.carries() {
			return "the credentials are not passed on"
		}
	case replay.Elsewhere:
		if now.by == a.was.by && now.target() == a.was.target() && now.length() == a.was.length() {
			return "it goes where it went"
		}
	case "":
		switch {
		case before && a.opens:
			return "others are let in now"
		case before && now.carries() != a.was.carries() && now.by != "" && a.was.by != "":
			return "the credentials do not go where they went"
		case before && (now.by != a.was.by || now.target() != a.was.target()):
			return "it goes elsewhere"
		}
	default:
		return "change " + string(f.Change)
	}
	return ""
}

// ask sends all requests to the running old server, and again to the new one, and keeps those that the old one let in.
func (w *world) ask(sites []*site, up upstreams, logFile string, renew func()) {
	w.t.Helper()
	type pair struct{ same, stranger bool }
	closed := map[*asked]pair{}
	count := 0
	for _, s := range sites {
		for _, q := range requests(s, w.port) {
			count++
			id := fmt.Sprintf("asks-%d-", count)
			q.Fields = append(q.Fields, [2]string{"User-Agent", id})
			a := &asked{site: s, q: q, id: id, was: up.send(w.t, q)}
			if !a.was.letIn() {
				continue
			}
			w.asked = append(w.asked, a)
			same, stranger := anonymous(q)
			closed[a] = pair{!up.send(w.t, same).letIn(), !up.send(w.t, stranger).letIn()}
		}
	}
	renew() // the old server has ended, and its log is whole
	w.log = map[string]string{}
	for l := range strings.Lines(file(w.t, logFile)) {
		if _, id, ok := strings.Cut(l, "asks-"); ok {
			id, _, _ = strings.Cut(id, "-")
			w.log["asks-"+id+"-"] = l
		}
	}
	for _, a := range w.asked {
		a.now = up.send(w.t, a.q)
		same, stranger := anonymous(a.q)
		c := closed[a]
		a.bare = up.send(w.t, same)
		a.opens = c.same && a.bare.letIn() || c.stranger && up.send(w.t, stranger).letIn()
	}
}

func configuration(t *testing.T, path string, c *conf.Config, err error) replay.Configuration {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	look.Files(c, conf.Disk())
	for _, u := range c.Unread {
		t.Fatalf("not read: %v", u)
	}
	return replay.Configuration{Path: path, Config: c, Source: conf.Disk()}
}

// passwordFiles writes them: all users, one without bob, one in which alice has another password, and one with another hash of
// the same.
func passwordFiles(w *real.World) {
	w.Helper()
	alice, bob := w.HashPassword("-m", "alice", passwords["alice"]), w.HashPassword("-s", "bob", passwords["bob"])
	w.File("users", alice+"\n"+bob+"\n")
	w.File("nobob", alice+"\n")
	w.File("changed", w.HashPassword("-m", "alice", "another")+"\n"+bob+"\n")
	w.File("spoilt", "alice:cleartext\n"+bob+"\n")
	w.File("groups", "staff: alice bob\nfew: alice\n")
}
