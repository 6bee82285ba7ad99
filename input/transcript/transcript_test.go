package transcript

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

// describe writes ev in one line per thing, for golden tests. It shows names of fields, never closed values.
func describe(ev exchange.Evidence) string {
	var b strings.Builder
	for _, x := range ev.Exchanges {
		fmt.Fprintf(&b, "%s %s %d hop=%d", x.Request.Method, x.Request.URL, x.Status(), x.Hop)
		if x.Run > 0 {
			fmt.Fprintf(&b, " run=%d", x.Run)
		}
		if x.Request.URL.Host == "" {
			fmt.Fprintf(&b, " path=%s", x.Request.URL.ShownPath())
		}
		fmt.Fprintf(&b, " unseen=%s", parts(x.Unseen))
		fmt.Fprintf(&b, " sent=%s got=%s", names(x.Request.Header), names(x.Header()))
		if n := len(x.Body()); n > 0 {
			fmt.Fprintf(&b, " body=%d", n)
		}
		if n := x.Request.Body.Len(); n > 0 {
			fmt.Fprintf(&b, " reqbody=%d", n)
		}
		if c := x.Conn; c.ID > 0 {
			fmt.Fprintf(&b, " conn=%d,%s", c.ID, c.Remote)
		}
		if c := x.Conn; c.Proxy != "" {
			fmt.Fprintf(&b, " proxy=%s", c.Proxy)
		}
		if c := x.Conn.TLS; c != nil {
			fmt.Fprintf(&b, " tls=%s,%s,%v", c.Version, c.ALPN, c.Verified)
		}
		if x.Failure != nil {
			fmt.Fprintf(&b, " failure=%s", x.Failure.Step)
		}
		if x.Purpose != "" {
			fmt.Fprintf(&b, " purpose=%q", x.Purpose)
		}
		b.WriteByte('\n')
	}
	for _, m := range ev.Messages {
		fmt.Fprintf(&b, "message %s %s %d line=%d\n", m.Kind, m.Who, m.Status, m.From.Line)
	}
	fmt.Fprintf(&b, "intents %d notes %d\n", len(ev.Intents), len(ev.Notes))
	return b.String()
}

func names(h exchange.Header) string {
	var out []string
	for _, f := range h {
		out = append(out, f.Name)
	}
	return strings.Join(out, ",")
}

func parts(p exchange.Parts) string {
	out := ""
	for _, n := range []struct {
		p exchange.Parts
		s string
	}{{exchange.RequestLine, "L"}, {exchange.RequestHeader, "H"}, {exchange.RequestCredentials, "C"}, {exchange.RequestBody, "B"},
		{exchange.StatusLine, "s"}, {exchange.ResponseHeader, "h"}, {exchange.ResponseBody, "b"}} {
		if p&n.p != 0 {
			out += n.s
		}
	}
	return out
}

// TestShow prints what is read from the file that SHOW names.
func TestShow(t *testing.T) {
	name := os.Getenv("SHOW")
	if name == "" {
		t.Skip("SHOW names a file to read")
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for k, part := range strings.Split(string(b), "\n=====\n") {
		t.Logf("#%d %s", k, strings.SplitN(part, "\n", 2)[0])
		for _, f := range Forms {
			if n := f.Is(part); n > 0 {
				t.Logf("  %s %d", f.Kind, n)
			}
		}
		ev, err := read(part, form.Options{Source: fact.Source{Input: "paste"}})
		t.Logf("%v\n%s", err, describe(ev))
	}
}

// TestNoReply reads lines that look like a browser's console or a printed header, and are neither: they stay with the reader of
// messages.
func TestNoReply(t *testing.T) {
	for _, s := range []string{
		"Error: GET https://api.github.com/repos/o/r/releases/tags/v1: 401 Bad credentials []",
		`failed with 401 Unauthorized: {"error":{"type":"security_exception","header":{"WWW-Authenticate":["Bearer realm=\"security\"","ApiKey"]}},"status":401}`,
	} {
		if found, _ := Scan(s, form.Options{}); len(found) > 0 {
			t.Errorf("%s is read as %s", s[:20], found[0].Kind)
		}
	}
}
