package replay

import (
	"bytes"
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/why401/why401/logs/line"
	"github.com/why401/why401/logs/read"
	"github.com/why401/why401/logs/tally"
)

// shape is what is kept of the requests that a configuration treats alike: same method, host, route, names in the query, user,
// and addresses between which no line of the configuration makes a difference. The first of them stands for all.
type shape struct {
	n       int64
	file    int // where the first one stands
	line    int64
	method  string
	host    string
	port    int
	target  string // of the first one; it is traced and never shown
	route   string
	user    string
	client  netip.Addr
	varied  bool // others have another target
	started bool
}

// maxTarget is the length at which a target is not kept: no server takes a longer one by default.
const maxTarget = 8 << 10

// collected are the shapes of all logs.
type collected struct {
	table     *tally.Table[shape]
	names     []string // of the logs
	lines     int64    // requests
	succeeded int64
	named     int64 // of the succeeded, with a user
	hostless  int64 // of the succeeded, without a host
}

func collect(ctx context.Context, sources []read.Source, o Options) (*collected, *read.Summary, error) {
	near := addressesOf(o)
	var parts []*collector
	s, err := read.Each(ctx, sources, o.Read, func() read.Worker {
		c := &collector{near: near.clone(), collected: collected{table: tally.NewTable[shape](o.Limit)}}
		parts = append(parts, c)
		return c
	})
	if err != nil {
		return nil, s, err
	}
	all := &parts[0].collected
	for _, p := range parts[1:] {
		all.table.Merge(p.table, join)
		all.lines, all.succeeded, all.named, all.hostless = all.lines+p.lines, all.succeeded+p.succeeded, all.named+p.named, all.hostless+p.hostless
	}
	all.table.Trim()
	for i := range sources {
		all.names = append(all.names, sources[i].Name)
	}
	return all, s, nil
}

// join adds b to a of the same shape.
func join(a, b *shape) {
	n := a.n + b.n
	varied := a.varied || b.varied || a.target != b.target
	if b.file < a.file || b.file == a.file && b.line < a.line {
		*a = *b
	}
	a.n, a.varied = n, varied
}

// collector takes lines on one goroutine.
type collector struct {
	collected
	near  *addresses
	key   []byte
	names [][]byte
}

func (c *collector) EndBlock() func() { return nil }

// Line keeps a request that was let in. 304 is a success as well: the file was asked for with the same rights.
func (c *collector) Line(l *line.Line) {
	if l.Kind != line.Access || l.Status == 0 {
		return
	}
	c.lines++
	if (l.Status < 200 || l.Status > 299) && l.Status != 304 && l.Status != 101 || len(l.Method) == 0 || len(l.Target) == 0 || len(l.Target) > maxTarget {
		return
	}
	c.succeeded++
	user := l.User
	if string(user) == `""` { // Apache writes an empty name so
		user = nil
	}
	if len(user) > 0 {
		c.named++
	}
	host := l.Host
	if len(host) == 0 && bytes.IndexByte(l.Site, '.') > 0 {
		host = l.Site // the server's name, which is what the request was for as far as anybody knows
	}
	if len(host) == 0 {
		c.hostless++
	}
	client, class := c.near.class(l.Client)
	path, query, _ := bytes.Cut(l.Target, []byte{'?'})
	c.names = c.names[:0]
	for p := range bytes.SplitSeq(query, []byte{'&'}) {
		if name, _, _ := bytes.Cut(p, []byte{'='}); len(name) > 0 && len(c.names) < 32 {
			c.names = append(c.names, name)
		}
	}
	slices.SortFunc(c.names, bytes.Compare)
	route := tally.RouteOf(path)
	c.key = c.key[:0]
	for _, part := range [][]byte{l.Method, host, []byte(route), user, class, bytes.Join(c.names, []byte{'&'})} {
		c.key = append(append(c.key, part...), 0)
	}
	s := c.table.Row(xxhash.Sum64(c.key))
	if s == nil {
		return
	}
	s.n++
	switch {
	case !s.started:
	case l.File < s.file || l.File == s.file && l.N < s.line:
		s.varied = s.varied || s.target != string(l.Target)
	default:
		s.varied = s.varied || s.target != string(l.Target)
		return
	}
	name, port := splitPort(string(host))
	n, varied := s.n, s.varied
	*s = shape{n: n, varied: varied, started: true, file: l.File, line: l.N, method: string(l.Method), host: name, port: port,
		target: string(l.Target), route: route, user: plain(user), client: client}
}

// splitPort takes a port off a host.
func splitPort(s string) (host string, port int) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 || strings.HasSuffix(s, "]") || strings.Count(s, ":") > 1 && !strings.HasPrefix(s, "[") {
		return s, 0
	}
	n, err := strconv.Atoi(s[i+1:])
	if err != nil {
		return s, 0
	}
	return s[:i], n
}

// plain undoes the escapes that nginx and Apache write into their logs: \x22, \" and \\.
func plain(b []byte) string {
	if bytes.IndexByte(b, '\\') < 0 {
		return string(b)
	}
	var out []byte
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		i++
		if b[i] == 'x' && i+2 < len(b) {
			if n, err := strconv.ParseUint(string(b[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return string(out)
}
