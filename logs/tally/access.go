package tally

import (
	"bytes"
	"strconv"

	"github.com/cespare/xxhash/v2"
	"github.com/why401/why401/logs/line"
)

// access takes a request. Most lines are of requests that were accepted, and most of those are not in the sample: they
// cost two or three hashes and a look into the table of clients.
func (t *Tally) access(l *line.Line) {
	t.Access++
	at := l.Time.Unix()
	minute := uint32(at / 60)
	if t.last == nil || minute != t.minute {
		t.last, t.minute = t.Time.at(minute), minute
	}
	path := l.Target
	if i := bytes.IndexAny(path, "?;#"); i >= 0 {
		path = path[:i]
	}
	client := clientOf(l)
	from := hash(client)
	if len(l.User) == 0 {
		t.Lacks.User++
	}
	if len(l.Upstream) == 0 {
		t.Lacks.Upstream++
	}
	if l.UpstreamStatus == 0 {
		t.Lacks.UpstreamStatus++
	}
	if len(l.RequestID) == 0 {
		t.Lacks.RequestID++
	}
	if len(l.Agent) == 0 {
		t.Lacks.Agent++
	}
	s := l.Status
	switch {
	case s >= 300 && s < 400 && s != 304:
		t.last.Redirected++
		t.kind(t.Other, l, client, path, from)
	case s < 400:
		if isStatic(path) {
			t.last.Static++
			return
		}
		if s == 200 && len(l.Method) == 4 && string(l.Method) == "POST" && isLogin(path) {
			// A form that is shown again is a login that failed; an API that answers so is one that succeeded. Which it is shows
			// later, from the logins that are answered with a redirect.
			t.last.Accepted++
			t.kind(t.Refused, l, client, path, from)
			return
		}
		t.last.Accepted++
		t.accepted(l, client, path, from)
	case s == 404 || s == 410 || s == 405:
		t.last.Missing++
		if p := t.party(from, client, false); p != nil {
			p.Missing++
			p.Routes |= 1 << (xxhash.Sum64(path) & 63)
		}
	case s == 401 || s == 407:
		t.last.Refused++
		t.refused(l, client, path, from)
	case s == 403 || s == 419 || s == 440 || s == 498:
		t.last.Forbidden++
		t.refused(l, client, path, from)
	case s == 429 || s == 423 || s == 444:
		t.last.Limited++
		t.refused(l, client, path, from)
	case s == 499 || s == 408:
		// The client went away: nobody refused anything.
	default:
		t.last.Failed++
		t.kind(t.Other, l, client, path, from)
	}
}

func (t *Tally) accepted(l *line.Line, client, path []byte, from uint64) {
	at := l.Time.Unix()
	if p := t.party(from, client, false); p != nil {
		p.accept(at)
	}
	if len(l.User) > 0 {
		if p := t.party(hash(l.User, userSeed), l.User, true); p != nil {
			p.accept(at)
		}
	}
	where := mix(from ^ xxhash.Sum64(path))
	if h := mix(where ^ uint64(at) ^ uint64(l.Status)<<40 ^ xxhash.Sum64(l.Agent) ^ mix(xxhash.Sum64(l.Upstream))); h < t.Sample.Door {
		if s := t.Sample.Row(h); s != nil {
			if s.N == 0 {
				s.At = at
				s.Group = t.group(l, client, path)
				if l.Size >= 0 {
					s.Group[Size] = strconv.FormatInt(l.Size, 10)
				}
			}
			s.N++
		}
	}
	// Browsers do not negotiate over again what their user's name is not logged for; programs do.
	if len(l.User) > 0 || !bytes.HasPrefix(l.Agent, []byte("Mozilla/")) {
		if m := t.mark(where, at); m != nil {
			m.Accepted |= 1 << (at % 60)
			if len(l.User) > 0 {
				m.Named |= 1 << (at % 60)
			}
		}
	}
}

var userSeed = []byte("user")

func (p *Party) accept(at int64) {
	p.Accepted++
	if p.First == 0 || at < p.First {
		p.First = at
	}
	p.Last = max(p.Last, at)
}

func (t *Tally) refused(l *line.Line, client, path []byte, from uint64) {
	at := l.Time.Unix()
	kind := t.kind(t.Refused, l, client, path, from)
	if p := t.party(from, client, false); p != nil {
		p.Refused++
		p.Routes |= 1 << (xxhash.Sum64(path) & 63)
		p.Scanner = p.Scanner || t.agent(l.Agent).Sort == Scanner
	}
	if len(l.User) > 0 {
		if p := t.party(hash(l.User, userSeed), l.User, true); p != nil {
			p.Refused++
		}
		if m := t.mark(mix(from^xxhash.Sum64(path)), at); m != nil {
			m.Denied |= 1 << (at % 60)
		}
		return
	}
	if l.Status == 401 || l.Status == 407 {
		if m := t.mark(mix(from^xxhash.Sum64(path)), at); m != nil {
			m.Asked |= 1 << (at % 60)
			m.Kind = max(m.Kind, kind)
		}
	}
}

// mark gives the row of a URL's minute. All minutes of a URL have nearly the same hash, so they are kept or left out
// together.
func (t *Tally) mark(where uint64, at int64) *Mark {
	minute := uint32(at / 60)
	m := t.Marks.Row(where&^0xffff | uint64(uint16(minute)))
	if m != nil {
		m.URL, m.Minute = where&^0xffff, minute
	}
	return m
}

func (t *Tally) party(h uint64, name []byte, isUser bool) *Party {
	p := t.Parties.Row(h)
	if p != nil && p.Name == "" {
		p.Name, p.IsUser = t.text(name), isUser
	}
	return p
}

// kind counts l in a table of kinds and gives the row's hash.
func (t *Tally) kind(table *Table[Kind], l *line.Line, client, path []byte, from uint64) uint64 {
	g := t.group(l, client, path)
	if len(l.Location) > 0 && isLogin(l.Location) {
		g[To] = "login"
	}
	h := g.hash()
	t.answered(l, h)
	k := table.Row(h)
	if k == nil {
		return h
	}
	before := len(k.Times)
	if before == 0 {
		k.Group = g
	}
	at := l.Time.Unix()
	k.Times = k.Times.add(uint32(at/60), int(at%60), 1)
	table.weight += len(k.Times) - before
	k.Places = keepFirst(k.Places, t.place(l))
	return h
}

// group is the request's traits.
func (t *Tally) group(l *line.Line, client, path []byte) Group {
	t.buf = appendRoute(t.buf[:0], path)
	g := Group{
		Client: t.text(client), User: t.text(l.User), Host: t.text(l.Host), Method: t.text(l.Method), Route: t.text(t.buf),
		Status: status(l.Status), Upstream: t.text(lastOf(l.Upstream)), Software: t.agent(l.Agent).Name, TLS: t.text(l.TLS), Cache: t.text(l.Cache),
	}
	if g[Host] == "" {
		g[Host] = t.text(l.Site)
	}
	if l.UpstreamStatus != 0 {
		g[Behind] = status(l.UpstreamStatus)
	}
	return g
}

// status is a status as text, without making a new string for the usual ones.
func status(n int) string {
	if n >= 0 && n < 1000 {
		return digits[n]
	}
	return strconv.Itoa(n)
}

var digits = func() (d [1000]string) {
	for i := range d {
		d[i] = strconv.Itoa(i)
	}
	return d
}()

// lastOf is the last of several upstreams that were tried: the one that answered.
func lastOf(b []byte) []byte {
	if i := bytes.LastIndexAny(b, ", "); i >= 0 {
		return b[i+1:]
	}
	return b
}

// clientOf is the client's address: that of the connection, or, where this is a proxy of one's own (a private or loopback
// address), the last address in X-Forwarded-For that is none. What stands left of it can be made up by anybody.
func clientOf(l *line.Line) []byte {
	if len(l.Forwarded) == 0 || !isPrivate(l.Client) {
		return l.Client
	}
	rest := l.Forwarded
	for len(rest) > 0 {
		i := bytes.LastIndexByte(rest, ',')
		a := bytes.TrimSpace(rest[i+1:])
		if len(a) > 0 && !isPrivate(a) {
			return a
		}
		rest = rest[:max(i, 0)]
	}
	return l.Client
}

// isPrivate reports an address of RFC 1918, RFC 4193 or RFC 3927, or loopback.
func isPrivate(a []byte) bool {
	for _, p := range privates {
		if len(a) > len(p) && string(a[:len(p)]) == p {
			return true
		}
	}
	if len(a) > 6 && string(a[:4]) == "172." {
		n := int(a[4]-'0')*10 + int(a[5]-'0')
		return a[6] == '.' && n >= 16 && n <= 31
	}
	return string(a) == "::1"
}

var privates = []string{"10.", "127.", "192.168.", "169.254.", "fc", "fd", "fe80:", "unix:"}
