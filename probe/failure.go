package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/why401/why401/exchange"
)

// netMessage says what happened to a connection, in words and without addresses or file names.
func netMessage(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		return "stopped"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the name does not exist"
	case timedOut(err):
		return "no answer within the time limit"
	case errors.As(err, &dns):
		return "the name server gave no usable answer"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the server reset the connection"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no route to the host"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		return "the server closed the connection"
	case errors.Is(err, errTooLong):
		return "a line longer than the limit"
	}
	var alert tls.AlertError
	if errors.As(err, &alert) {
		return "the server refused in TLS: " + strings.TrimPrefix(alert.Error(), "tls: ")
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return "the server refused in TLS: " + strings.TrimPrefix(op.Err.Error(), "tls: ")
	}
	return err.Error()
}

func timedOut(err error) bool {
	var ne net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &ne) && ne.Timeout()
}

func fail(step string, err error) *exchange.Failure {
	return &exchange.Failure{Step: step, Message: netMessage(err), Timeout: timedOut(err), Err: err}
}

// readFailure is a connection that gave no status line. begun: a few blank lines had come.
func readFailure(err error, begun bool) *exchange.Failure {
	f := fail("read", err)
	switch {
	case errors.Is(err, io.EOF) && begun:
		f.Step, f.Message = "parse", "blank lines and then the end, no status line"
	case errors.Is(err, io.EOF):
		f.Message = "the server closed the connection without a reply"
	case tlsRefusal(err):
		f.Step = "tls"
	}
	return f
}

// tlsRefusal recognises an alert that arrives after the handshake: in TLS 1.3 the client has finished before the
// server has judged its certificate.
func tlsRefusal(err error) bool {
	var op *net.OpError
	var alert tls.AlertError
	return errors.As(err, &alert) || errors.As(err, &op) && op.Op == "remote error"
}

// certificateMessage says why a certificate was not accepted.
func certificateMessage(err error, leaf *x509.Certificate, host string, now time.Time) string {
	var inv x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case errors.As(err, &inv) && inv.Reason == x509.Expired && inv.Cert != nil:
		who := "the certificate"
		if !inv.Cert.Equal(leaf) {
			who = fmt.Sprintf("the issuer's certificate %q", inv.Cert.Subject.String())
		}
		if now.Before(inv.Cert.NotBefore) {
			return fmt.Sprintf("%s is valid only from %s", who, inv.Cert.NotBefore.UTC().Format(time.RFC3339))
		}
		return fmt.Sprintf("%s expired on %s", who, inv.Cert.NotAfter.UTC().Format(time.RFC3339))
	case errors.As(err, &name):
		names := "no name at all"
		if leaf != nil && len(leaf.DNSNames)+len(leaf.IPAddresses) > 0 {
			names = strings.Join(certNames(leaf, 5), ", ")
		}
		return fmt.Sprintf("the certificate is for %s, not for %s", names, host)
	case errors.As(err, &unknown) && leaf != nil && leaf.Issuer.String() == leaf.Subject.String():
		return "the certificate is self-signed and not trusted on this machine"
	case errors.As(err, &unknown) && leaf != nil:
		return fmt.Sprintf("the certificate is signed by an authority that is not trusted here (%s)", leaf.Issuer.String())
	case errors.As(err, &inv):
		return "the certificate is not valid: " + strings.TrimPrefix(inv.Error(), "x509: ")
	}
	return strings.TrimPrefix(err.Error(), "x509: ")
}

func certNames(c *x509.Certificate, limit int) []string {
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) > limit {
		names = append(names[:limit:limit], fmt.Sprintf("and %d more", len(names)-limit))
	}
	return names
}
