package alert

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/why401/why401/compare"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/watch/state"
)

// hostile is what a server may have put into the texts of a message.
const hostile = "\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script> \x1b]0;owned\x07 \u202e =?utf-8?q?x?= .\r\n.\r\nQUIT"

func message() state.Alert {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return state.Alert{Key: "0123456789abcdef", Channel: "hook", Status: state.Waiting, Event: state.Event{
		Row: "api" + hostile, Shown: "GET https://api.example.com/me" + hostile, Number: 3, Since: at, At: at, Held: at.Add(-time.Hour),
		From: state.Standing{Outcome: state.Held, Status: 200}, To: state.Standing{Outcome: state.Broken, Cause: "token-expired", Grade: "proved", Title: "The token has expired" + hostile, FaultAt: "client", Status: 401},
		Changed: []compare.Difference{{Area: compare.Answer, What: "WWW-Authenticate" + hostile, Good: "absent", Bad: hostile}},
	}}
}

// sent counts and remembers what a receiver was sent.
type sent struct {
	mu     sync.Mutex
	header []http.Header
	body   []string
}

func (s *sent) take(r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.header, s.body = append(s.header, r.Header.Clone()), append(s.body, string(b))
}

func (s *sent) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.body)
}

func TestWebhook(t *testing.T) {
	var s sent
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.take(r); w.WriteHeader(202) }))
	defer srv.Close()
	key := secret.New("the signing key of the test")
	h := &Webhook{Label: "hook", URL: secret.New(srv.URL + "/secret-path-of-the-hook"), Secret: key, Agent: "why401/test", Now: func() time.Time { return time.Unix(1700000000, 0) }}
	left := 0
	if f := h.Send(t.Context(), message(), func() error { left++; return nil }); f.Step != Arrived || left != 1 {
		t.Fatalf("%+v, left %d times", f, left)
	}
	if s.count() != 1 {
		t.Fatalf("%d messages", s.count())
	}
	s.mu.Lock()
	head, body := s.header[0], s.body[0]
	s.mu.Unlock()
	if head.Get(KeyField) != "0123456789abcdef" || head.Get(TimeField) != "1700000000" || head.Get(SignatureField) != Sign(key, "1700000000", []byte(body)) {
		t.Errorf("fields %v", head)
	}
	var doc struct {
		Schema, Key, Text, Row string
		Change                 uint64
		To                     struct{ Cause, Grade, FaultAt string }
		Changed                []struct{ What, Bad string }
	}
	if err := json.Unmarshal([]byte(body), &doc); err != nil || doc.Schema != Schema || doc.Change != 3 || doc.To.Cause != "token-expired" || len(doc.Changed) != 1 {
		t.Errorf("%v %+v", err, doc)
	}
	for _, v := range []string{doc.Text, doc.Row, doc.Changed[0].Bad, doc.Changed[0].What} {
		if strings.ContainsAny(v, "\r\n\x1b\x07\u202e") {
			t.Errorf("not harmless: %q", v)
		}
	}
	for _, r := range body {
		if r < ' ' || r == 0x202e {
			t.Errorf("%U stands in the body", r)
		}
	}
}

// TestWebhookFates: what an answer, or none, says about a message, and that nothing goes anywhere else.
func TestWebhookFates(t *testing.T) {
	var other sent
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { other.take(r) }))
	defer elsewhere.Close()
	var s sent
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.take(r)
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		case "/hangup":
			c, _, _ := w.(http.Hijacker).Hijack()
			c.Close()
		default:
			var status int
			fmt.Sscanf(r.URL.Path, "/%d", &status)
			w.WriteHeader(status)
		}
	}))
	defer srv.Close()
	t.Setenv("HTTP_PROXY", elsewhere.URL)
	for path, want := range map[string]Step{"/200": Arrived, "/204": Arrived, "/redirect": Refused, "/400": Refused, "/410": Refused, "/429": Refused, "/503": Refused,
		"/500": Unknown, "/502": Unknown, "/504": Unknown, "/hangup": Unknown} {
		before := s.count()
		f := (&Webhook{URL: secret.New(srv.URL + path)}).Send(t.Context(), message(), func() error { return nil })
		if f.Step != want || s.count() != before+1 {
			t.Errorf("%s: %+v after %d messages, want %d", path, f, s.count()-before, want)
		}
		if strings.Contains(f.Why, srv.URL) {
			t.Errorf("%s: the address is told: %s", path, f.Why)
		}
	}
	if other.count() > 0 {
		t.Errorf("%d messages went elsewhere", other.count())
	}
	n := s.count()
	f := (&Webhook{URL: secret.New(srv.URL + "/200")}).Send(t.Context(), message(), func() error { return errors.New("the disk is full") })
	if f.Step != NotSent || s.count() != n {
		t.Errorf("it was sent though that could not be written down: %+v", f)
	}
	asked := 0
	f = (&Webhook{URL: secret.New("http://127.0.0.1:1/")}).Send(t.Context(), message(), func() error { asked++; return nil })
	if f.Step != NotSent || asked != 0 {
		t.Errorf("no connection: %+v, asked %d times", f, asked)
	}
	tls := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a message for a certificate nobody knows") }))
	defer tls.Close()
	if f = (&Webhook{URL: secret.New(tls.URL)}).Send(t.Context(), message(), func() error { asked++; return nil }); f.Step != NotSent || asked != 0 {
		t.Errorf("an unknown certificate: %+v, asked %d times", f, asked)
	}
	for _, bad := range []string{"", "file:///etc/passwd", "example.com/x", "http://", "gopher://x/"} {
		if (&Webhook{URL: secret.New(bad)}).Check() == nil {
			t.Errorf("%q is taken for an address", bad)
		}
	}
}

// smtpd is a mail server of a few lines.
type smtpd struct {
	net.Listener
	mu    sync.Mutex
	lines []string
	data  []string
	say   func(line string) string // an answer in place of the usual one; "hangup" closes the line
}

func newSMTPD(t *testing.T, say func(string) string) *smtpd {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &smtpd{Listener: l, say: say}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.speak(c)
		}
	}()
	return s
}

// got are the messages, and the commands, so far.
func (s *smtpd) got() (data, lines []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.data), slices.Clone(s.lines)
}

func (s *smtpd) speak(c net.Conn) {
	defer c.Close()
	buf, text := make([]byte, 4096), ""
	inData, data := false, ""
	io.WriteString(c, "220 mail.example ESMTP\r\n")
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		text += string(buf[:n])
		for {
			line, rest, ok := strings.Cut(text, "\r\n")
			if !ok {
				break
			}
			text = rest
			answer := "250 ok"
			switch {
			case inData && line != ".":
				data += line + "\n"
				continue
			case inData:
				inData = false
				s.mu.Lock()
				s.data = append(s.data, data)
				s.mu.Unlock()
				line = "END"
			case strings.HasPrefix(line, "EHLO"):
				answer = "250-mail.example\r\n250 AUTH PLAIN"
			case line == "DATA":
				answer = "354 go on"
			case line == "QUIT":
				answer = "221 bye"
			case strings.HasPrefix(line, "AUTH"):
				answer = "235 welcome"
			}
			s.mu.Lock()
			s.lines = append(s.lines, line)
			s.mu.Unlock()
			if a := s.say(line); a != "" {
				answer = a
			}
			if answer == "hangup" {
				return
			}
			inData = inData || strings.HasPrefix(answer, "354")
			io.WriteString(c, answer+"\r\n")
		}
	}
}

func TestMail(t *testing.T) {
	srv := newSMTPD(t, func(string) string { return "" })
	m := &Mail{Label: "mail", Server: srv.Addr().String(), TLS: Plain, From: "why401 <why401@example.com>", To: []string{"ops@example.com", "dev@example.com"}, User: "u", Password: secret.New("the mail password")}
	left := 0
	if f := m.Send(t.Context(), message(), func() error { left++; return nil }); f.Step != Arrived || left != 1 {
		t.Fatalf("%+v", f)
	}
	data, lines := srv.got()
	if len(data) != 1 {
		t.Fatalf("%d messages: %q", len(data), lines)
	}
	got, err := mail.ReadMessage(strings.NewReader(strings.ReplaceAll(data[0], "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"From": "why401 <why401@example.com>", "To": "ops@example.com, dev@example.com", "Message-Id": "<0123456789abcdef@example.com>", "Auto-Submitted": "auto-generated", "Bcc": ""}
	for name, v := range want {
		if got.Header.Get(name) != v {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), v)
		}
	}
	if len(got.Header) != 9 {
		t.Errorf("%d fields: %v", len(got.Header), got.Header)
	}
	body, _ := io.ReadAll(got.Body)
	if strings.ContainsAny(string(body), "\x1b\x07") || !strings.Contains(string(body), "why401 explain token-expired") {
		t.Errorf("%q", body)
	}
	rcpt := 0
	for _, l := range lines {
		if strings.HasPrefix(l, "RCPT") {
			rcpt++
		}
	}
	if rcpt != 2 {
		t.Errorf("%d receivers: %q", rcpt, lines)
	}
}

func TestMailFates(t *testing.T) {
	at := func(command, answer string) func(string) string {
		return func(line string) string {
			if strings.HasPrefix(line, command) {
				return answer
			}
			return ""
		}
	}
	for name, c := range map[string]struct {
		say  func(string) string
		tls  MailTLS
		user string
		want Step
		left int
	}{
		"greylisted":          {at("RCPT", "450 later"), Plain, "", Refused, 0},
		"wrong login":         {at("AUTH", "535 no"), Plain, "u", Refused, 0},
		"hangs up early":      {at("MAIL", "hangup"), Plain, "", NotSent, 0},
		"refuses the message": {at("END", "554 spam"), Plain, "", Refused, 1},
		"hangs up at the end": {at("END", "hangup"), Plain, "", Unknown, 1},
		"offers no STARTTLS":  {at("", ""), StartTLS, "u", NotSent, 0},
	} {
		srv := newSMTPD(t, c.say)
		left := 0
		m := &Mail{Server: srv.Addr().String(), TLS: c.tls, From: "a@example.com", To: []string{"b@example.com"}, User: c.user, Password: secret.New("the mail password")}
		f := m.Send(t.Context(), message(), func() error { left++; return nil })
		if f.Step != c.want || left != c.left {
			t.Errorf("%s: %+v, left %d times; want %d, %d", name, f, left, c.want, c.left)
		}
		if _, lines := srv.got(); c.tls == StartTLS && strings.Contains(strings.Join(lines, "\n"), "AUTH") {
			t.Errorf("%s: the login went out in the clear", name)
		}
	}
	srv := newSMTPD(t, at("", ""))
	m := &Mail{Server: srv.Addr().String(), TLS: Plain, From: "a@example.com", To: []string{"b@example.com"}}
	if f := m.Send(t.Context(), message(), func() error { return errors.New("full") }); f.Step != NotSent {
		t.Errorf("%+v", f)
	}
	if data, _ := srv.got(); len(data) > 0 {
		t.Errorf("%d messages arrived", len(data))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if f := m.Send(ctx, message(), func() error { return nil }); f.Step != NotSent {
		t.Errorf("after the end: %+v", f)
	}
}
