// Package confdiff holds what a differential test of a configuration's trace needs: a client that sends requests byte for
// byte from a chosen address, servers that note what was passed on to them, and the comparison of a trace with what really
// happened. The generators and the tests are below it, one folder per program.
//
// CONFDIFF is the number of pairs of a configuration and a request, CONFDIFF_SEED the seed of the first.
package confdiff

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Answer is what a server answered.
type Answer struct {
	Status     int // 0 when the connection was closed without an answer
	Location   string
	Challenges []string
	Head       string
}

// Request is a request as it is sent.
type Request struct {
	From   netip.Addr // the client's address
	To     netip.AddrPort
	TLS    bool
	Method string
	Target string
	Proto  string
	Fields [][2]string
	Body   string
}

// Wire is the request byte for byte.
func (q Request) Wire() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s\r\n", q.Method, q.Target, q.Proto)
	for _, f := range q.Fields {
		b.WriteString(f[0] + ": " + f[1] + "\r\n")
	}
	return b.String() + "\r\n" + q.Body
}

// Traced is the request as a trace takes it.
func (q Request) Traced() conf.Request {
	scheme := "http"
	if q.TLS {
		scheme = "https"
	}
	r := conf.Request{Client: q.From, Port: int(q.To.Port()), Address: q.To.Addr()}
	r.Method, r.Proto, r.Target = q.Method, q.Proto, secret.Public(q.Target)
	r.URL, _ = exchange.ParseURL(scheme + "://" + q.To.String() + "/")
	for _, f := range q.Fields {
		r.Header = append(r.Header, exchange.Field{Name: f[0], Value: secret.Public(f[1])})
	}
	r.Body = secret.Public(q.Body)
	for _, f := range q.Fields {
		if strings.EqualFold(f[0], "Transfer-Encoding") { // Body is what is inside the chunks
			_, rest, _ := strings.Cut(q.Body, "\r\n")
			inside, _, _ := strings.Cut(rest, "\r\n")
			r.Body = secret.Public(inside)
		}
	}
	return r
}

// patience ends an exchange with a server that does not answer.
const patience = 30 * time.Second

// Send sends q and reads the answer.
func Send(q Request) (Answer, error) {
	d := net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: q.From.AsSlice()}}
	c, err := d.Dial("tcp", q.To.String())
	if err != nil {
		return Answer{}, err
	}
	defer c.Close()
	if q.TLS {
		c = tls.Client(c, &tls.Config{InsecureSkipVerify: true}) // the lab's own certificate, on the loopback
	}
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return Answer{}, err
	}
	if _, err := io.WriteString(c, q.Wire()); err != nil {
		return Answer{}, err
	}
	head, err := readHead(bufio.NewReader(c))
	if head == "" {
		if err == io.EOF || strings.Contains(fmt.Sprint(err), "reset") {
			return Answer{}, nil
		}
		return Answer{}, err
	}
	return readAnswer(head)
}

// readHead reads up to the empty line.
func readHead(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		b.WriteString(line)
		if err != nil {
			return b.String(), err
		}
		if line == "\r\n" || line == "\n" {
			return b.String(), nil
		}
	}
}

func readAnswer(head string) (Answer, error) {
	a := Answer{Head: head}
	lines := strings.Split(head, "\r\n")
	f := strings.SplitN(lines[0], " ", 3)
	if len(f) < 2 {
		return a, fmt.Errorf("no status line: %q", lines[0])
	}
	var err error
	if a.Status, err = strconv.Atoi(f[1]); err != nil {
		return a, fmt.Errorf("no status: %q", lines[0])
	}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ":")
		value = strings.Trim(value, " \t")
		switch strings.ToLower(name) {
		case "location":
			if a.Location == "" {
				a.Location = value
			}
		case "www-authenticate":
			a.Challenges = append(a.Challenges, value)
		}
	}
	return a, nil
}

// EchoStatus is what the servers behind answer: a status that no program makes up itself.
const EchoStatus = 203

// Unsure reports that the trace names a value that it does not know, or a fault of the server itself.
func Unsure(t *conf.Trace) bool {
	return slices.ContainsFunc(t.Open, func(s string) bool {
		return strings.HasPrefix(s, "$") || strings.HasPrefix(s, "whether the client's ") || strings.HasPrefix(s, "what nginx does ")
	})
}

// Compare says how a trace differs from what happened; nothing when it does not. passed is what the servers behind got,
// in order. Where the trace leaves a value open, or the server runs into a fault of its own, nothing is compared.
func Compare(t *conf.Trace, a Answer, passed []Passed) []string {
	var out []string
	differ := func(what string, trace, real any) {
		if fmt.Sprintf("%q", trace) != fmt.Sprintf("%q", real) {
			out = append(out, fmt.Sprintf("%s: the trace says %q, the server %q", what, trace, real))
		}
	}
	if Unsure(t) {
		return nil
	}
	status := t.Status
	switch {
	case status == 444:
		status = 0
	case status == 0 && t.Next != nil:
		status = EchoStatus
	case status == 0:
		status = 200
	}
	differ("status", strconv.Itoa(status), strconv.Itoa(a.Status))
	differ("Location", strings.Trim(t.Location, " \t"), a.Location) // blanks at the ends are no part of a field
	differ("WWW-Authenticate", append([]string{}, t.Challenges...), append([]string{}, a.Challenges...))
	if t.Next == nil {
		if n := len(passed); n > 0 && !asks(t) {
			out = append(out, fmt.Sprintf("the trace passes nothing on, and the server behind got %q", passed[n-1].Head))
		}
		return out
	}
	if len(passed) == 0 {
		return append(out, "the trace passes the request on, and no server behind got one")
	}
	differ("passed on", wire(t.Next, passed[len(passed)-1].Params), passed[len(passed)-1].Head)
	return out
}

// asks reports that the trace has another request than the client's passed on.
func asks(t *conf.Trace) bool {
	return slices.ContainsFunc(t.Steps, func(s conf.Step) bool {
		return s.Result == conf.Sends && strings.HasPrefix(s.Phase, "subrequest")
	})
}

// wire is what is passed on as text: an HTTP head, or parameters line by line.
func wire(q *exchange.Request, params bool) string {
	if params {
		var b bytes.Buffer
		for _, f := range q.Header {
			b.WriteString(f.Name + "=" + f.Value.Reveal() + "\n")
		}
		return b.String()
	}
	return q.Head(q.RequestTarget())
}

// Pairs is how many pairs of a configuration and a request are compared, and the first seed.
func Pairs(otherwise int) (n int, seed uint64) {
	n, seed = otherwise, 1
	if v, err := strconv.Atoi(os.Getenv("CONFDIFF")); err == nil {
		n = v
	}
	if v, err := strconv.ParseUint(os.Getenv("CONFDIFF_SEED"), 10, 64); err == nil {
		seed = v
	}
	return n, seed
}
