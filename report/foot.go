package report

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
)

// requests lists what was sent, in the long form.
func (s *screen) requests() {
	if !s.shape.extras || len(s.r.Sent) == 0 {
		return
	}
	s.blank()
	s.add("  Sent")
	for _, x := range s.r.Sent {
		s.text(fmt.Sprintf("    %d  ", x.N), sentLine(x), 0)
	}
}

func sentLine(x Sent) string {
	end := fmt.Sprintf("%d", x.Status)
	if x.Status == 0 {
		end = "no reply"
	}
	return fmt.Sprintf("%s %s: %s; %s, %s", x.Method, x.URL, end, x.Purpose, credentialWord(x.Credential))
}

func credentialWord(c string) string {
	switch c {
	case "yours":
		return "with your credentials"
	case "canary":
		return "with a canary"
	}
	return "no credentials"
}

func (s *screen) next() {
	if s.r.Next == "" {
		return
	}
	s.blank()
	hint := ""
	if s.r.Next == "why401 -" {
		hint = "paste what you send when it fails: F12, Network, the red line, Copy as cURL"
	}
	if hint != "" {
		s.text("  Missing  ", hint, 3)
	}
	lines := wrapCommand(s.r.Next, "        ", s.o.Width)
	switch {
	case len(lines) == 1:
		s.add("  Next  " + strings.TrimLeft(lines[0], " "))
		return
	case len(lines) > s.shape.next:
		s.cut = true
		return
	}
	s.add("  Next")
	s.command(s.r.Next, "")
}

func (s *screen) foot() {
	line := footer(s.r)
	if s.r.Redacted > 0 && s.o.Verbose {
		line += fmt.Sprintf(" - secrets hidden in %d places", s.r.Redacted)
	}
	if s.cut {
		line += " - more: -v"
	}
	s.text("", line, 2)
}

// footer says what went out: "sent 2 requests to example.com, 1 with your credentials".
func footer(r *Report) string { return tally(r, true) }

func tally(r *Report, where bool) string {
	if len(r.Sent) == 0 {
		return "sent nothing"
	}
	if r.Failure != nil && unsent(r) {
		return "nothing got through to " + host(r.Target)
	}
	var hosts []string
	yours, canary := 0, 0
	for _, x := range r.Sent {
		if h := host(x.URL); h != "" && !slices.Contains(hosts, h) {
			hosts = append(hosts, h)
		}
		switch x.Credential {
		case "yours":
			yours++
		case "canary":
			canary++
		}
	}
	line := fmt.Sprintf("sent %d %s", len(r.Sent), plural(len(r.Sent), "request"))
	switch {
	case !where:
	case len(hosts) > 2:
		line += fmt.Sprintf(" to %s and %d more hosts", hosts[0], len(hosts)-1)
	case len(hosts) > 0:
		line += " to " + strings.Join(hosts, " and ")
	}
	switch {
	case yours > 0:
		line += fmt.Sprintf(", %d with your credentials", yours)
	default:
		line += ", no credentials"
	}
	if canary > 0 {
		line += fmt.Sprintf(", %d with a canary", canary)
	}
	return line
}

// unsent reports that the connection failed before a request could be written.
func unsent(r *Report) bool {
	before := slices.Contains([]string{"resolve", "connect", "proxy", "tls"}, r.Failure.Step)
	return before && !slices.ContainsFunc(r.Sent, func(x Sent) bool { return x.Status != 0 })
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	return u.Host
}

func layerName(l exchange.Layer) string { return strings.ReplaceAll(string(l), "-", " ") }
