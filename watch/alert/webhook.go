package alert

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/watch/state"
)

// Schema names the form of a webhook's JSON object. Fields are only ever added within one number.
const Schema = "why401.alert/1"

// SendTime is how long a message may take, connection included.
const SendTime = 15 * time.Second

// Webhook posts messages to one URL and nowhere else: redirects are not followed, no proxy of the environment is used.
type Webhook struct {
	Label  string
	URL    secret.Text // closed: the addresses of many services are their own secret
	Secret secret.Text // of the signature; empty for none
	Keyed  bool        // the receiver knows a message by its Idempotency-Key
	Agent  string
	Roots  *x509.CertPool   // in place of the system's
	Now    func() time.Time // the clock; nil for the system's
}

var _ Channel = (*Webhook)(nil)

// Name is what the contract calls it.
func (w *Webhook) Name() string { return w.Label }

// Repeats says whether one that may have arrived is sent again.
func (w *Webhook) Repeats() bool { return w.Keyed }

// Check reports an address that is none.
func (w *Webhook) Check() error {
	u, err := url.Parse(w.URL.Reveal())
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("its address is not an http or https URL")
	}
	return nil
}

// The fields of a message beside the JSON object. The signature covers the time and the body, so that neither an old
// message nor another body passes: "sha256=" and the HMAC-SHA-256 of "<time>.<body>", in hexadecimal.
const (
	KeyField       = "Idempotency-Key" // draft-ietf-httpapi-idempotency-key-header
	TimeField      = "Why401-Time"     // seconds since 1970, when it was sent
	SignatureField = "Why401-Signature"
)

type difference struct {
	Area string `json:"area"`
	What string `json:"what"`
	Good string `json:"good"`
	Bad  string `json:"bad"`
}

type standing struct {
	Outcome   state.Outcome `json:"outcome"`
	Cause     string        `json:"cause"`
	Title     string        `json:"title"`
	Grade     string        `json:"grade"`
	RefusedBy string        `json:"refused_by"`
	FaultAt   string        `json:"fault_at"`
	Status    int           `json:"status"`
}

func standingOf(s state.Standing) standing {
	o := s.Outcome
	if o == state.NotYet {
		o = "not asked yet"
	}
	return standing{o, one(s.Cause), one(s.Title), one(s.Grade), one(s.RefusedBy), one(s.FaultAt), s.Status}
}

// Body is the JSON object of a message.
func Body(a state.Alert) ([]byte, error) {
	e := a.Event
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return moment(t)
	}
	b, err := json.Marshal(struct {
		Schema  string       `json:"schema"`
		Key     string       `json:"key"`
		Text    string       `json:"text"` // the one line that chats show
		Row     string       `json:"row"`
		Asked   string       `json:"asked"`
		Change  uint64       `json:"change"` // which change of the row, from 1
		From    standing     `json:"from"`
		To      standing     `json:"to"`
		Since   string       `json:"since"`
		At      string       `json:"at"`
		Held    string       `json:"last_held"`
		Changed []difference `json:"changed"`
		Halted  string       `json:"halted"`
		Doubt   uint64       `json:"in_doubt"` // an earlier change whose message may not have arrived; 0 for none
		Repeat  bool         `json:"repeat"`   // this one may have arrived before
	}{Schema, a.Key, Subject(e), one(e.Row), one(e.Shown), e.Number, standingOf(e.From), standingOf(e.To),
		when(e.Since), when(e.At), when(e.Held), changes(e.Changed), one(e.Halted), e.Doubt, a.Repeat})
	return report.SafeJSON(b), err
}

// Sign is the signature of a body sent at a time.
func Sign(key secret.Text, at string, body []byte) string {
	m := hmac.New(sha256.New, []byte(key.Reveal()))
	m.Write([]byte(at + "."))
	m.Write(body)
	return "sha256=" + hex.EncodeToString(m.Sum(nil))
}

// Send posts a.
func (w *Webhook) Send(ctx context.Context, a state.Alert, leaving func() error) Fate {
	ctx, cancel := context.WithTimeout(ctx, SendTime)
	defer cancel()
	body, err := Body(a)
	if err != nil {
		return Fate{NotSent, "encode the message: " + err.Error()}
	}
	d := &departure{leaving: leaving}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL.Reveal(), bytes.NewReader(body))
	if err != nil {
		return Fate{NotSent, "the address is not a URL"}
	}
	req.GetBody = nil // the transport must not send it a second time by itself
	clock := w.Now
	if clock == nil {
		clock = time.Now
	}
	at := strconv.FormatInt(clock().Unix(), 10)
	req.Header = http.Header{"Content-Type": {"application/json"}, "User-Agent": {w.Agent}, KeyField: {a.Key}, TimeField: {at}}
	if !w.Secret.Empty() {
		req.Header.Set(SignatureField, Sign(w.Secret, at, body))
	}
	client := w.client(req.URL.Hostname(), d)
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		return d.failed(err)
	}
	res.Body.Close()
	return fateOf(res.StatusCode)
}

// fateOf reads an answer. Those that say that the message was not taken are certain; a gateway that got no answer itself,
// or a server that broke off, may have passed it on.
func fateOf(status int) Fate {
	said := fmt.Sprintf("the receiver answered %d", status)
	switch {
	case status/100 == 2:
		return Fate{Step: Arrived}
	case status/100 == 3:
		return Fate{Refused, said + ", and redirects are not followed"}
	case status/100 == 4, status == http.StatusServiceUnavailable, status == http.StatusNotImplemented:
		return Fate{Refused, said}
	}
	return Fate{Unknown, said}
}

// departure notes that the message began to leave.
type departure struct {
	leaving func() error
	mu      sync.Mutex
	gone    bool
	err     error
}

func (d *departure) leave() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.gone && d.err == nil {
		if d.err = d.leaving(); d.err == nil {
			d.gone = true
		}
	}
	return d.err
}

func (d *departure) failed(err error) Fate {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.err != nil:
		return Fate{NotSent, "it could not be written down that it is being sent: " + d.err.Error()}
	case d.gone:
		return Fate{Unknown, "no answer: " + reason(err)}
	}
	return Fate{NotSent, reason(err)}
}

// reason is a failure without the address, which may be a secret.
func reason(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "it took too long"
	}
	if n, ok := errors.AsType[*net.OpError](err); ok && n.Err != nil {
		return n.Op + ": " + n.Err.Error()
	}
	return secret.Scrub(err.Error())
}

// client speaks to one host, with a connection that is used once.
func (w *Webhook) client(host string, d *departure) *http.Client {
	_, err := netip.ParseAddr(host)
	literal := err == nil
	dialer := &net.Dialer{Control: func(_, addr string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(addr)
		if err == nil && !literal && linkLocal(a.Addr().Unmap()) {
			return fmt.Errorf("the name leads to %s, an address of the machine's own network such as cloud metadata has", a.Addr())
		}
		return nil
	}}
	plain := func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &gate{c, d}, nil
	}
	closed := func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		t := tls.Client(c, &tls.Config{ServerName: host, RootCAs: w.Roots, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
		if err := t.HandshakeContext(ctx); err != nil {
			c.Close()
			return nil, err
		}
		return &gate{t, d}, nil
	}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DialContext: plain, DialTLSContext: closed, DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 64 << 10},
	}
}

// gate holds the first byte of a message back until it is written down that it leaves.
type gate struct {
	net.Conn
	d *departure
}

func (g *gate) Write(b []byte) (int, error) {
	if err := g.d.leave(); err != nil {
		return 0, err
	}
	return g.Conn.Write(b)
}

// linkLocal are addresses at which clouds keep credentials; a webhook's name never means one.
func linkLocal(a netip.Addr) bool {
	return a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() || a == netip.MustParseAddr("fd00:ec2::254") || a == netip.MustParseAddr("100.100.100.200") || a == netip.MustParseAddr("192.0.0.192")
}
