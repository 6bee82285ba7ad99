package contract

import (
	"net/netip"
	"strings"
	"time"
)

// Watch is what why401 watch needs beside the rows.
type Watch struct {
	At       Place
	Every    time.Duration // between two looks at a row that says nothing else
	Parallel int           // rows asked at a time; 0 for the usual number
	Webhooks []*Webhook
	Mails    []*Mail
}

// The shortest time between two looks, and the usual one. A target on this machine may be asked more often: it bans nobody.
const (
	ShortestEvery = time.Minute
	ShortestLocal = 10 * time.Millisecond
	UsualEvery    = 5 * time.Minute
	longestEvery  = 24 * time.Hour
	mostParallel  = 32
)

// Webhook is a URL that messages are posted to.
type Webhook struct {
	At     Place
	Name   string
	URL    Value // may be a literal, or a secret
	Secret Value // of the signature; empty for none
	Keyed  bool  // repeat: keyed
}

// Mail is a way for messages through a mail server.
type Mail struct {
	At       Place
	Name     string
	Server   string // host:port
	TLS      string // "starttls", "tls" or "none"
	From     string
	To       []string
	User     string
	Password Value
	Keyed    bool
}

// Watches reports that why401 watch asks the row: one without a credential unless it says watch: false, one with a
// credential only when it says watch: true, one with a wrong credential never.
func (r *Row) Watches() bool {
	switch {
	case r.As != nil && r.As.Wrong:
		return false
	case r.Watched != nil:
		return *r.Watched
	}
	return r.As == nil || r.As.Carrier == NoCarrier
}

// Interval is the time between two looks at r.
func (c *Contract) Interval(r *Row) time.Duration {
	switch {
	case r.Every > 0:
		return r.Every
	case c.Watch != nil && c.Watch.Every > 0:
		return max(c.Watch.Every, r.Target.shortest())
	}
	return UsualEvery
}

func (t *Target) shortest() time.Duration {
	if t.Local() {
		return ShortestLocal
	}
	return ShortestEvery
}

// Local reports a target on this machine.
func (t *Target) Local() bool {
	host := strings.ToLower(t.URL.Host)
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") // RFC 6761 6.3
}
