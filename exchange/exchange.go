// Package exchange is the noun everything else speaks: one request and its one response as they were on the wire,
// what the user wanted their program to do, and the case that collects what is known about one failure.
//
// Credentials inside it are secret.Text, so an exchange can be logged, compared and marshalled without care. The
// package sends nothing and decides nothing.
package exchange

import (
	"time"

	"github.com/why401/why401/secret"
)

// Layer is a place on the way from the person to the application.
type Layer string

// The layers, in the order a request passes them.
const (
	Client           Layer = "client"
	Network          Layer = "network" // forward proxy, DNS, captive portal
	Edge             Layer = "edge"    // CDN, WAF
	Gateway          Layer = "gateway" // reverse proxy, load balancer
	WebServer        Layer = "web-server"
	Application      Layer = "application"
	IdentityProvider Layer = "identity-provider"
	Unknown          Layer = ""
)

// Exchange is one request and its one response; each redirect hop is its own.
type Exchange struct {
	N        int    // number in the case, from 1
	Purpose  string // why it was sent: "your request", "the same without a credential", ...
	Key      string // the experiment it belongs to; "" for the user's own request and its hops
	Hop      int    // 0 for the first request, 1 for the first redirect target, ...; the legs of a handshake share it
	Run      int    // exchanges that were sent in one go share it; a repeat has another
	Request  Request
	Response *Response // nil when no reply came
	Failure  *Failure  // why not
	Conn     Conn
	Sent     time.Time     // our clock when the first byte went out
	Took     time.Duration // until the reply was read
	Given    string        // where it was read from when it was not sent by us: "a.har", "paste"
	Unseen   Parts         // what that record does not show
	Browser  *Browsed      // what the browser says that made it; nil for every other client
}

// Status is the status code, or 0 when there was no reply.
func (x *Exchange) Status() int {
	if x == nil || x.Response == nil {
		return 0
	}
	return x.Response.Status
}

// OK reports a 2xx reply.
func (x *Exchange) OK() bool { return x.Status()/100 == 2 }

// Header is the reply's header, empty when there was no reply.
func (x *Exchange) Header() Header {
	if x == nil || x.Response == nil {
		return nil
	}
	return x.Response.Header
}

// Body is the reply's body as kept, decoded; it is foreign text and must not be printed whole.
func (x *Exchange) Body() []byte {
	if x == nil || x.Response == nil {
		return nil
	}
	return x.Response.Body.Bytes
}

// Response is a reply as it was on the wire.
type Response struct {
	Proto     string // "HTTP/1.1"
	Status    int
	Reason    string
	Header    Header
	Trailer   Header
	Body      Body
	Raw       []byte   // status line and header block, byte for byte
	Malformed []string // how it departs from RFC 9112, in words; empty for a clean reply
	Interim   []int    // 1xx replies that came first
}

// Body is what was kept of a message body.
type Body struct {
	Bytes     []byte // at most 64 KiB, content coding removed
	Size      int64  // bytes read from the wire
	Truncated bool   // there was more than we read or kept
	Coding    string // the content coding that was removed, or that could not be
	Problem   string // why decoding stopped: "not gzip", "larger than 100 times its coded size"
}

// Failure is a request that got no reply, and the step that failed.
type Failure struct {
	Step    string // "resolve", "connect", "proxy", "tls", "write", "read", "parse"
	Message string // lower case, without secrets
	Timeout bool
	Err     error `json:"-"`
}

func (f *Failure) Error() string { return f.Step + ": " + f.Message }
func (f *Failure) Unwrap() error { return f.Err }

// Conn is the connection an exchange travelled on.
type Conn struct {
	ID        int    // equal ids: one TCP connection
	Remote    string // ip:port
	Proxy     string // host:port of the forward proxy, or ""
	TLS       *TLS
	FromProxy bool // the reply is the proxy's answer to CONNECT, the origin was not reached
}

// TLS is what the handshake showed.
type TLS struct {
	Version, Cipher, ALPN string
	Subject, Issuer       string // of the leaf certificate
	NotAfter              time.Time
	Names                 []string
	Verified              bool
	VerifyProblem         string
	ClientCertAsked       bool     // the server sent a CertificateRequest
	ClientCertSent        bool     // and we had one to give
	AcceptableCAs         []string // names in the CertificateRequest
	ClientCert            *ClientCertificate
}

// ClientCertificate is the certificate that was sent, as a server reads it; the key is never kept. It is nil when none
// was sent, or when its bytes were not seen.
type ClientCertificate struct {
	Subject             string
	Issuers             []string // who signed it, then who signed each further certificate of the chain that was sent
	NotBefore, NotAfter time.Time
	ForClients          bool // its extended key usage allows clients, or there is none (RFC 5280 4.2.1.12)
}

// Request is a request as it went out, or as it is meant to go out.
type Request struct {
	Method string
	URL    URL
	Proto  string      // "HTTP/1.1", "HTTP/1.0"
	Header Header      // in order, Host included when given
	Body   secret.Text // before any transfer coding

	// Target replaces the request-target that URL gives when it is not empty: curl's --request-target, "*" for OPTIONS.
	Target secret.Text

	// Anew says that the signature in it was made by this program for this one sending, with a key that the user gave: a
	// nonce in it was never used.
	Anew bool
}

// Clone copies r so that a change to the copy leaves r alone.
func (r Request) Clone() Request {
	r.Header = append(Header(nil), r.Header...)
	r.URL.Query = append([]Param(nil), r.URL.Query...)
	return r
}

// Safe reports a method that RFC 9110 9.2.1 calls safe.
func (r Request) Safe() bool {
	switch r.Method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		return true
	}
	return false
}

// Location is the URL the reply's Location field means, seen from the request (RFC 9110 10.2.2); ok is false when
// there is none. A Location that is no http URL gives an error that names the part.
func (x *Exchange) Location() (u URL, ok bool, err error) {
	v := x.Header().Text("Location")
	if v.Empty() {
		return u, false, nil
	}
	u, err = x.Request.URL.Resolve(v.Reveal())
	return u, true, err
}
