// Package differ compares what conf's tracers say of a request with what the real program does with it: status, challenges,
// Location, and every field that an upstream is sent. It is for the tests of programs whose requests to an upstream do not follow
// from the client's byte for byte: HAProxy, Caddy, lighttpd, Varnish and Squid write fields anew, in an order and with additions
// of their own. So it compares field by field, whatever their order, and leaves out those that a program adds. Package confdiff,
// whose client it uses, compares every byte; that is for nginx and httpd.
package differ

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/lab/confdiff"
)

// Ask is one request, as it goes over the wire to 127.0.0.1.
type Ask struct {
	Method string   // GET when empty
	Path   string   // with its query
	Host   string   // for Host
	Fields []string // "Name: value"
	Proxy  bool     // the request-target is absolute, as a forward proxy wants it
}

// Login is the Authorization line of a Basic login.
func Login(value string) string { return "Authorization: Basic " + value }

// Request is the request as a tracer gets it.
func (a Ask) Request(port int) (conf.Request, error) {
	u, err := exchange.ParseURL("http://" + a.host(port) + a.Path)
	if err != nil {
		return conf.Request{}, err
	}
	r := conf.Request{Client: loopback, Port: port}
	r.Method, r.URL, r.Proto = a.method(), u, "HTTP/1.1"
	r.Header = exchange.Header{exchange.RequestField("Host", a.host(port))}
	for _, f := range a.Fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header = append(r.Header, exchange.RequestField(name, value))
	}
	return r, nil
}

func (a Ask) method() string {
	if a.Method == "" {
		return "GET"
	}
	return a.Method
}

func (a Ask) host(port int) string {
	if a.Host == "" {
		return "127.0.0.1:" + strconv.Itoa(port)
	}
	return a.Host
}

// Got is what the program answered.
type Got struct {
	Status     int // 0 when the connection ended without an answer
	Location   string
	Challenges []string
	Seen       *Seen // what the upstream got; nil when it was not asked
}

// Seen is a request as the upstream got it.
type Seen struct {
	Method, Target string
	Fields         map[string]string // by lower-case name; several values joined by ", "
}

// Echo is an upstream that answers with what it was sent.
func Echo() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := Seen{Method: r.Method, Target: r.RequestURI, Fields: map[string]string{"host": r.Host}}
		for k, v := range r.Header {
			s.Fields[strings.ToLower(k)] = strings.Join(v, ", ")
		}
		b, _ := json.Marshal(s)
		w.Header().Set("X-Echo", string(b))
		w.Header().Set("Cache-Control", "no-store")
		fmt.Fprintln(w, "echo")
	})
}

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// Send sends a to 127.0.0.1:port.
func (a Ask) Send(port int) (Got, error) {
	target := a.Path
	if a.Proxy {
		target = "http://" + a.host(port) + a.Path
	}
	q := confdiff.Request{From: loopback, To: netip.AddrPortFrom(loopback, uint16(port)), Method: a.method(), Target: target, Proto: "HTTP/1.1",
		Fields: [][2]string{{"Host", a.host(port)}}}
	for _, f := range append(a.Fields, "Connection: close") {
		name, value, _ := strings.Cut(f, ": ")
		q.Fields = append(q.Fields, [2]string{name, value})
	}
	answer, err := confdiff.Send(q)
	if err != nil || answer.Status == 0 { // 0: closed without an answer
		return Got{}, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(answer.Head)), &http.Request{Method: "HEAD"}) // the body is not wanted
	if err != nil {
		return Got{}, err
	}
	resp.Body.Close()
	g := Got{Status: resp.StatusCode, Location: resp.Header.Get("Location"),
		Challenges: append(resp.Header.Values("WWW-Authenticate"), resp.Header.Values("Proxy-Authenticate")...)}
	if e := resp.Header.Get("X-Echo"); e != "" {
		g.Seen = &Seen{}
		if err := json.Unmarshal([]byte(e), g.Seen); err != nil {
			return g, err
		}
	}
	return g, nil
}

// SendAll sends several at a time: some programs let whoever is refused wait.
func SendAll(port int, asks []Ask) ([]Got, error) {
	got, errs := make([]Got, len(asks)), make([]error, len(asks))
	var wg sync.WaitGroup
	turn := make(chan struct{}, 8)
	for i, a := range asks {
		wg.Go(func() {
			turn <- struct{}{}
			got[i], errs[i] = a.Send(port)
			<-turn
		})
	}
	wg.Wait()
	return got, errors.Join(errs...)
}

// hop are fields that belong to one connection, and those that programs add for themselves.
var hop = []string{"connection", "keep-alive", "te", "accept-encoding", "user-agent", "x-forwarded-server", "content-length"}

// Differences says where the trace and the answer differ; nil when they do not. ignore names fields, in lower case, that the
// program adds with values of its own (Via, X-Varnish).
func Differences(t *conf.Trace, g Got, ignore ...string) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if t.To == "" {
		if t.Status != g.Status && (t.Status != 0 || t.Refusing != nil) {
			say("status: traced %d, real %d", t.Status, g.Status)
		}
		if g.Seen != nil {
			say("the upstream was asked")
		}
		// A closed query value is shown by its number.
		if traced, _, closed := strings.Cut(t.Location, "secret#"); closed && !strings.HasPrefix(g.Location, traced) || !closed && t.Location != "" && t.Location != g.Location {
			say("Location: traced %q, real %q", t.Location, g.Location)
		}
		if !slices.Equal(t.Challenges, g.Challenges) && len(t.Challenges)+len(g.Challenges) > 0 {
			say("challenges: traced %q, real %q", t.Challenges, g.Challenges)
		}
		return out
	}
	if g.Seen == nil {
		say("traced to %s, but the upstream was not asked: real %d", t.To, g.Status)
		return out
	}
	if t.Next.Method != g.Seen.Method {
		say("method: traced %s, real %s", t.Next.Method, g.Seen.Method)
	}
	if target := t.Next.RequestTarget(); !target.Is(g.Seen.Target) && !strings.HasPrefix(g.Seen.Target, "http://") {
		say("target: traced %q, real %q", t.Next.URL.Path, g.Seen.Target)
	}
	want := map[string]bool{}
	for _, f := range t.Next.Header {
		want[strings.ToLower(f.Name)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if slices.Contains(hop, name) || slices.Contains(ignore, name) {
			continue
		}
		real, there := g.Seen.Fields[name]
		var all []string
		same := true
		values := t.Next.Header.Values(name)
		for i, v := range values {
			all = append(all, v.String())
			same = same && (len(values) > 1 && strings.Contains(real, ", ") || i == 0 && v.Is(real))
		}
		if !there || !same {
			say("%s: traced %q, real %q", name, strings.Join(all, ", "), real)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.Seen.Fields)) {
		if !want[name] && !slices.Contains(hop, name) && !slices.Contains(ignore, name) {
			say("%s: not traced, real %q", name, g.Seen.Fields[name])
		}
	}
	return out
}

// TB is what a Tally needs of a test.
type TB interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
}

// Tally compares pairs of a configuration and a request, and counts them.
type Tally struct {
	TB     TB
	Ignore []string // see Differences

	pairs, open int
}

// Ask sends a to the program on port and compares what comes back with c's trace. where gives the configuration that a
// meets, for the message.
func (n *Tally) Ask(c *conf.Config, port int, a Ask, where func() string) {
	n.TB.Helper()
	got, err := a.Send(port)
	if err != nil {
		n.TB.Fatal(err)
	}
	n.Compare(c, port, a, got, where)
}

// Compare is Ask for an answer that is there. A trace that leaves something open is counted and not compared.
func (n *Tally) Compare(c *conf.Config, port int, a Ask, got Got, where func() string) {
	n.TB.Helper()
	r, err := a.Request(port)
	if err != nil {
		n.TB.Fatal(err)
	}
	trace := c.Tracer.Trace(r)
	n.pairs++
	if len(trace.Open) > 0 {
		n.open++
		return
	}
	if d := Differences(trace, got, n.Ignore...); d != nil {
		n.TB.Errorf("%+v:\n%s\n%s\nsteps %+v", a, strings.Join(d, "\n"), where(), trace.Steps)
	}
}

// Done wants that at most one trace in twenty left something open.
func (n *Tally) Done() {
	n.TB.Helper()
	n.TB.Logf("%d pairs, %d open", n.pairs, n.open)
	if n.open*20 > n.pairs {
		n.TB.Errorf("%d of %d traces leave something open", n.open, n.pairs)
	}
}
