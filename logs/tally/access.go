package tally

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strconv"

	"github.com/cespare/xxhash/v2"
	"github.com/why401/why401/logs/line"
)

// hit is a request while it is taken in, with what more than one table asks for.
type hit struct {
	*line.Line
	at       int64 // seconds of Unix time
	client   []byte
	path     []byte
	agent    *knownAgent
	ofClient uint64 // the hash of client
	ofPath   uint64
	ofUser   uint64 // of a name, where there is one
	from     uint64 // the client among the parties
}

// where stands for the client at the path.
func (h *hit) where() uint64 { return mix(h.from ^ h.ofPath) }

// access takes a request. Most lines are of requests that were accepted, and most of those are not in the sample: they
// cost two or three hashes and a look into the table of clients.
func (t *Tally) access(l *line.Line) {
	t.Access++
	var h hit // field by field, since what is copied at once waits until it is written
	h.Line, h.at, h.client, h.path = l, l.Time.Unix(), clientOf(l), pathOf(l.Target)
	if minute := uint32(h.at / 60); t.last == nil || minute != t.minute {
		t.last, t.minute = t.Time.at(minute), minute
	}
	t.Lacks.count(l)
	s := l.Status
	if (s < 300 || s == 304) && isStatic(h.path) {
		t.last.Static++
		return
	}
	h.ofClient, h.ofPath, h.agent = xxhash.Sum64(h.client), xxhash.Sum64(h.path), t.agent(l.Agent)
	h.from = partyHash(h.ofClient)
	if len(l.User) > 0 {
		h.ofUser = xxhash.Sum64(l.User)
	}
	switch {
	case s < 300 || s == 304:
		t.last.Accepted++
		if s == 200 && len(l.Method) == 4 && string(l.Method) == "POST" && isLogin(h.path) {
			// A form that is shown again is a login that failed; an API that answers so is one that succeeded. Which it is shows
			// later, from the logins that are answered with a redirect.
			t.kind(t.Refused, &h)
			return
		}
		t.accepted(&h)
	case s < 400:
		t.last.Redirected++
		t.kind(t.Other, &h)
	case s == 404 || s == 410 || s == 405:
		t.last.Missing++
		if x := t.touch(h.from, h.client); x != nil {
			x.missing, x.routes = true, bitOf(h.ofPath)
		}
	case s == 401 || s == 407:
		t.last.Refused++
		t.refused(&h)
	case s == 403 || s == 419 || s == 440 || s == 498:
		t.last.Forbidden++
		t.refused(&h)
	case s == 429 || s == 423 || s == 444:
		t.last.Limited++
		t.refused(&h)
	case s == 499 || s == 408:
		// The client went away: nobody refused anything.
	default:
		t.last.Failed++
		t.kind(t.Other, &h)
	}
}

func (c *Lacks) count(l *line.Line) {
	if len(l.User) == 0 {
		c.User++
	}
	if len(l.Upstream) == 0 {
		c.Upstream++
	}
	if l.UpstreamStatus == 0 {
		c.UpstreamStatus++
	}
	if len(l.RequestID) == 0 {
		c.RequestID++
	}
	if len(l.Agent) == 0 {
		c.Agent++
	}
}

func (t *Tally) accepted(h *hit) {
	if x := t.touch(h.from, h.client); x != nil {
		x.at = h.at
	}
	if len(h.User) > 0 {
		if x := t.touch(userHash(h.ofUser), h.User); x != nil {
			x.at, x.isUser = h.at, true
		}
	}
	where := h.where()
	ofUpstream := ofNothing
	if len(h.Upstream) > 0 {
		ofUpstream = xxhash.Sum64(h.Upstream)
	}
	if x := mix(where ^ uint64(h.at) ^ uint64(h.Status)<<40 ^ h.agent.hashOf(h.Agent) ^ mix(ofUpstream)); x < t.Sample.Door {
		if s := t.Sample.Row(x); s != nil {
			if s.N == 0 {
				s.At = h.at
				var g traits
				t.traits(&g, h)
				if h.Size >= 0 {
					g.text[Size] = strconv.AppendInt(nil, h.Size, 10)
				}
				s.Group = t.group(&g, h)
			}
			s.N++
		}
	}
	// Browsers do not negotiate over again what their user's name is not logged for; programs do.
	if len(h.User) > 0 || !h.agent.mozilla {
		if m := t.mark(where, h.at); m != nil {
			m.Accepted |= 1 << (h.at % 60)
			if len(h.User) > 0 {
				m.Named |= 1 << (h.at % 60)
			}
		}
	}
}

func (t *Tally) refused(h *hit) {
	kind := t.kind(t.Refused, h)
	if x := t.touch(h.from, h.client); x != nil {
		x.refused, x.routes, x.scanner = true, bitOf(h.ofPath), h.agent.Sort == Scanner
	}
	if len(h.User) > 0 {
		if x := t.touch(userHash(h.ofUser), h.User); x != nil {
			x.refused, x.isUser = true, true
		}
		if m := t.mark(h.where(), h.at); m != nil {
			m.Denied |= 1 << (h.at % 60)
		}
		return
	}
	if h.Status == 401 || h.Status == 407 {
		if m := t.mark(h.where(), h.at); m != nil {
			m.Asked |= 1 << (h.at % 60)
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

// kind counts a request in a table of kinds and gives the row's hash.
func (t *Tally) kind(table *Table[Kind], h *hit) uint64 {
	var g traits
	t.traits(&g, h)
	if len(h.Location) > 0 && isLogin(h.Location) {
		g.text[To] = toLogin
	}
	x := g.hash()
	t.answered(h.Line, x)
	k := table.Row(x)
	if k == nil {
		return x
	}
	before := len(k.Times)
	if before == 0 {
		k.Group = t.group(&g, h)
	}
	k.Times = k.Times.add(uint32(h.at/60), int(h.at%60), 1)
	table.weight += len(k.Times) - before
	k.Places = keepFirst(k.Places, t.place(h.Line))
	return x
}

var toLogin = []byte("login")

// traits are a request's traits before it is known whether they are kept. They point into the line; the text of the route is
// made when it is kept.
type traits struct {
	text [Traits][]byte
	sum  [Traits]uint64 // hashes of those that are known already, else 0
}

func (t *Tally) traits(g *traits, h *hit) {
	g.text[Client], g.text[User], g.text[Method], g.text[Status] = h.client, h.User, h.Method, status(h.Status)
	g.text[Upstream], g.text[Software], g.text[TLS], g.text[Cache] = lastOf(h.Upstream), h.agent.name, h.TLS, h.Cache
	if g.text[Host] = h.Host; len(h.Host) == 0 {
		g.text[Host] = h.Site
	}
	if h.UpstreamStatus != 0 {
		g.text[Behind] = status(h.UpstreamStatus)
	}
	for i, b := range &g.text {
		if len(b) > maxText {
			g.text[i] = b[:maxText]
		}
	}
	g.sum[Software], g.sum[Route] = h.agent.ofName, t.routeHash(h)
	if len(h.client) <= maxText {
		g.sum[Client] = h.ofClient
	}
	if len(h.User) <= maxText {
		g.sum[User] = h.ofUser
	}
}

// knownRoute is the hash of the route of a path, both as hashes.
type knownRoute struct{ path, route uint64 }

// routeHash is the hash of a request's route. Most requests are for paths that came before.
func (t *Tally) routeHash(h *hit) uint64 {
	known := &t.routes[h.ofPath%uint64(len(t.routes))]
	if known.path != h.ofPath || known.route == 0 {
		known.path, known.route = h.ofPath, xxhash.Sum64(t.route(h.path))
	}
	return known.route
}

// route is the route of a path; it holds until the next call.
func (t *Tally) route(path []byte) []byte {
	t.buf = appendRoute(t.buf[:0], path)
	return t.buf[:min(len(t.buf), maxText)]
}

func (g *traits) hash() uint64 {
	x := uint64(1)
	for i, sum := range &g.sum {
		switch {
		case sum != 0:
		case len(g.text[i]) == 0: // as most are
			sum = ofNothing
		default:
			sum = xxhash.Sum64(g.text[i])
		}
		x = mix(x ^ sum)
	}
	return x
}

// ofNothing is the hash of what a request does not have.
var ofNothing = xxhash.Sum64(nil)

// group is the traits as they are kept.
func (t *Tally) group(g *traits, h *hit) (all Group) {
	g.text[Route] = t.route(h.path)
	for i, b := range &g.text {
		switch Trait(i) {
		case Client, Size: // of many values, few of which come again soon
			all[i] = string(b)
		case Software:
			all[i] = h.agent.Name
		default:
			all[i] = t.text(b)
		}
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
	// Eight bytes at once: of those that are looked for '?' and ';' are alike but for one bit, and only in a byte that became 0 does
	// taking 1 away set the highest bit, or above such a byte.
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(target); i += 8 {
		w := binary.LittleEndian.Uint64(target[i:])
		query, fragment := (w|ones*4)^ones*'?', w^ones*'#'
		if found := ((query-ones)&^query | (fragment-ones)&^fragment) & tops; found != 0 {
			return target[:i+bits.TrailingZeros64(found)/8]
		}
	}
	for ; i < len(target); i++ {
		if c := target[i]; c|4 == '?' || c == '#' {
			break
		}
	}
	return target[:i]
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
