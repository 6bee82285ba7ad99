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
	path := pathOf(l.Target)
	client := clientOf(l)
	from := clientHash(client)
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
		t.touch(client, touch{hash: from, missing: true, routes: bitOf(path)})
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
	t.touch(client, touch{hash: from, at: at})
	if len(l.User) > 0 {
		t.touch(l.User, touch{hash: userHash(l.User), at: at, isUser: true})
	}
	where := mix(from ^ xxhash.Sum64(path))
	if h := mix(where ^ uint64(at) ^ uint64(l.Status)<<40 ^ xxhash.Sum64(l.Agent) ^ mix(xxhash.Sum64(l.Upstream))); h < t.Sample.Door {
		if s := t.Sample.Row(h); s != nil {
			if s.N == 0 {
				s.At = at
				var g traits
				t.traits(&g, l, client, path)
				if l.Size >= 0 {
					g[Size] = strconv.AppendInt(nil, l.Size, 10)
				}
				s.Group = t.group(&g)
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

func (t *Tally) refused(l *line.Line, client, path []byte, from uint64) {
	at := l.Time.Unix()
	kind := t.kind(t.Refused, l, client, path, from)
	t.touch(client, touch{hash: from, refused: true, routes: bitOf(path), scanner: t.agent(l.Agent).Sort == Scanner})
	if len(l.User) > 0 {
		t.touch(l.User, touch{hash: userHash(l.User), refused: true, isUser: true})
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

// mark gives the row of a URL's minute, nil when it is not kept.
func (t *Tally) mark(where uint64, at int64) *Mark {
	minute := uint32(at / 60)
	m := t.Marks.Row(markHash(where, minute))
	if m != nil {
		m.URL, m.Minute = where&^0xffff, minute
	}
	return m
}

// Mark gives what a client was told at a URL within a minute, nil when that is not known.
func (t *Tally) Mark(url uint64, minute uint32) *Mark {
	if m := t.Marks.Get(markHash(url, minute)); m != nil && m.Minute == minute {
		return m
	}
	return nil
}

// markHash has all minutes of a URL beside each other, so that they are kept or left out together.
func markHash(where uint64, minute uint32) uint64 { return where&^0xffff | uint64(uint16(minute)) }

// kind counts l in a table of kinds and gives the row's hash.
func (t *Tally) kind(table *Table[Kind], l *line.Line, client, path []byte, from uint64) uint64 {
	var g traits
	t.traits(&g, l, client, path)
	if len(l.Location) > 0 && isLogin(l.Location) {
		g[To] = toLogin
	}
	h := g.hash()
	t.answered(l, h)
	k := table.Row(h)
	if k == nil {
		return h
	}
	before := len(k.Times)
	if before == 0 {
		k.Group = t.group(&g)
	}
	at := l.Time.Unix()
	k.Times = k.Times.add(uint32(at/60), int(at%60), 1)
	table.weight += len(k.Times) - before
	k.Places = keepFirst(k.Places, t.place(l))
	return h
}

var toLogin = []byte("login")

// traits are a request's traits before it is known whether they are kept. They point into the line and into t.buf.
type traits [Traits][]byte

func (t *Tally) traits(g *traits, l *line.Line, client, path []byte) {
	t.buf = appendRoute(t.buf[:0], path)
	*g = traits{
		Client: client, User: l.User, Host: l.Host, Method: l.Method, Route: t.buf, Status: status(l.Status),
		Upstream: lastOf(l.Upstream), Software: t.agent(l.Agent).name, TLS: l.TLS, Cache: l.Cache,
	}
	if len(g[Host]) == 0 {
		g[Host] = l.Site
	}
	if l.UpstreamStatus != 0 {
		g[Behind] = status(l.UpstreamStatus)
	}
	for i := range g {
		g[i] = g[i][:min(len(g[i]), maxText)]
	}
}

func (g *traits) hash() uint64 {
	h := uint64(1)
	for i := range g {
		sum := ofNothing
		if len(g[i]) > 0 {
			sum = xxhash.Sum64(g[i])
		}
		h = mix(h ^ sum)
	}
	return h
}

// ofNothing is the hash of a trait that a request has not, as most of them are.
var ofNothing = xxhash.Sum64(nil)

// group is the traits as they are kept.
func (t *Tally) group(g *traits) (all Group) {
	for i := range g {
		all[i] = t.text(g[i])
	}
	return all
}

// status is a status as text, without making a new one for the usual ones.
func status(n int) []byte {
	if n >= 0 && n < len(digits) {
		return digits[n]
	}
	return strconv.AppendInt(nil, int64(n), 10)
}

var digits = func() (d [1000][]byte) {
	for i := range d {
		d[i] = strconv.AppendInt(nil, int64(i), 10)
	}
	return d
}()

// pathOf is a target without its query, parameters or fragment.
func pathOf(target []byte) []byte {
	for _, c := range [...]byte{'?', ';', '#'} {
		if i := bytes.IndexByte(target, c); i >= 0 {
			target = target[:i]
		}
	}
	return target
}

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
