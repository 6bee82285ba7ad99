package alert

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"

	"github.com/why401/why401/secret"
	"github.com/why401/why401/watch/state"
)

// Mail sends messages through one mail server (RFC 5321). A message is plain text; there is no HTML in it.
type Mail struct {
	Label    string
	Server   string // host:port
	TLS      MailTLS
	From     string
	To       []string
	User     string
	Password secret.Text
	Keyed    bool           // the receiver drops a second message with the same Message-ID
	Roots    *x509.CertPool // in place of the system's
	Now      func() time.Time
}

// MailTLS is how the connection is closed to others.
type MailTLS string

// The ways. A server that does not offer STARTTLS is not spoken to further; without TLS only this machine's own is.
const (
	StartTLS MailTLS = "starttls" // RFC 3207
	Implicit MailTLS = "tls"      // RFC 8314
	Plain    MailTLS = "none"     // to a loopback address alone
)

var _ Channel = (*Mail)(nil)

// Name is what the contract calls it.
func (m *Mail) Name() string { return m.Label }

// Repeats says whether one that may have arrived is sent again.
func (m *Mail) Repeats() bool { return m.Keyed }

// Message is the mail: header and body (RFC 5322).
func (m *Mail) Message(a state.Alert, now time.Time) []byte {
	var b bytes.Buffer
	line := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	_, domain, _ := strings.Cut(address(m.From), "@")
	line("From", m.From)
	line("To", strings.Join(m.To, ", "))
	line("Subject", mime.QEncoding.Encode("utf-8", cut("why401: "+Subject(a.Event), 200)))
	line("Date", now.Format(time.RFC1123Z))
	line("Message-ID", "<"+a.Key+"@"+domain+">")
	line("Auto-Submitted", "auto-generated") // RFC 3834: no vacation answers
	line("MIME-Version", "1.0")
	line("Content-Type", "text/plain; charset=utf-8")
	line("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	for _, l := range Text(a) {
		w.Write([]byte(l + "\r\n"))
	}
	w.Close()
	return b.Bytes()
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "..."
	}
	return s
}

// address is the bare address of "Name <a@b>".
func address(s string) string {
	if a, err := mail.ParseAddress(s); err == nil {
		return a.Address
	}
	return s
}

// Send delivers a to the mail server.
func (m *Mail) Send(ctx context.Context, a state.Alert, leaving func() error) Fate {
	ctx, cancel := context.WithTimeout(ctx, SendTime)
	defer cancel()
	no := func(step string, err error) Fate { return fated(step, err) }
	c, conn, err := m.dial(ctx)
	if err != nil {
		return no("connect", err)
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := m.greet(c); err != nil {
		return no("login", err)
	}
	if err := c.Mail(address(m.From)); err != nil {
		return no("MAIL FROM", err)
	}
	for _, to := range m.To {
		if err := c.Rcpt(address(to)); err != nil {
			return no("RCPT TO", err)
		}
	}
	w, err := c.Data()
	if err != nil {
		return no("DATA", err)
	}
	now := time.Now()
	if m.Now != nil {
		now = m.Now()
	}
	if _, err := w.Write(m.Message(a, now)); err != nil {
		return no("DATA", err)
	}
	// The server takes the message over with the answer to the last dot (RFC 5321 4.2.5), and not before the dot.
	if err := leaving(); err != nil {
		return Fate{NotSent, "it could not be written down that it is being sent: " + err.Error()}
	}
	if err := w.Close(); err != nil {
		f := fated("the end of DATA", err)
		if f.Step == NotSent {
			f.Step = Unknown
		}
		return f
	}
	c.Quit()
	return Fate{Step: Arrived}
}

// fated says that a step failed: the server said no, or the line broke.
func fated(step string, err error) Fate {
	if t, ok := errors.AsType[*textproto.Error](err); ok {
		return Fate{Refused, fmt.Sprintf("the mail server answered %d to %s", t.Code, step)}
	}
	return Fate{NotSent, step + ": " + reason(err)}
}

func (m *Mail) dial(ctx context.Context) (*smtp.Client, net.Conn, error) {
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil {
		return nil, nil, err
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return nil, nil, err
	}
	if t, ok := ctx.Deadline(); ok {
		conn.SetDeadline(t)
	}
	conf := &tls.Config{ServerName: host, RootCAs: m.Roots, MinVersion: tls.VersionTLS12}
	if m.TLS == Plain {
		if a, ok := conn.RemoteAddr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
			conn.Close()
			return nil, nil, errors.New("without TLS mail goes to a loopback address alone")
		}
	}
	if m.TLS == Implicit {
		conn = tls.Client(conn, conf)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	if m.TLS == StartTLS {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			c.Close()
			return nil, nil, errors.New("the mail server does not offer STARTTLS")
		}
		if err := c.StartTLS(conf); err != nil {
			c.Close()
			return nil, nil, err
		}
	}
	return c, conn, nil
}

// greet logs in when there is a login. PlainAuth refuses to speak without TLS, but to this machine.
func (m *Mail) greet(c *smtp.Client) error {
	if m.User == "" {
		return nil
	}
	host, _, _ := net.SplitHostPort(m.Server)
	return c.Auth(smtp.PlainAuth("", m.User, m.Password.Reveal(), host))
}
