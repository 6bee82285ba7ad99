package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
)

type handshakeOptions struct {
	insecure bool // -k
	own      bool // the user's own origin: client certificate and --servername apply
}

// handshake puts TLS on c and describes it. The certificate is judged before anything else is written; without -k a
// certificate that does not verify ends the connection, and no request is ever written on it.
func (s *Sender) handshake(ctx context.Context, c *conn, host string, o handshakeOptions) (*exchange.TLS, *exchange.Failure) {
	info := &exchange.TLS{}
	name := strings.TrimSuffix(host, ".")
	if o.own && s.intent.TLS.ServerName != "" {
		name = s.intent.TLS.ServerName
	}
	roots, err := s.roots()
	if err != nil {
		return info, &exchange.Failure{Step: "tls", Message: err.Error(), Err: err}
	}
	var problem error
	cfg := &tls.Config{
		ServerName: name,
		NextProtos: []string{"http/1.1"},
		Time:       s.o.Now,
		// Our own verification below replaces the library's, so that the certificate is on record when it fails.
		InsecureSkipVerify: true,
		VerifyConnection: func(cs tls.ConnectionState) error {
			describe(info, cs)
			if problem = verify(cs, name, roots, s); problem != nil {
				leaf := cs.PeerCertificates[0]
				info.VerifyProblem = certificateMessage(problem, leaf, name, s.o.Now())
				if !o.insecure {
					return problem
				}
				return nil
			}
			info.Verified = true
			return nil
		},
		GetClientCertificate: func(req *tls.CertificateRequestInfo) (*tls.Certificate, error) {
			info.ClientCertAsked = true
			info.AcceptableCAs = authorities(req.AcceptableCAs)
			if !o.own || s.intent.TLS.CertFile == "" {
				return &tls.Certificate{}, nil
			}
			cert, err := s.clientCertificate()
			if err != nil {
				return nil, err
			}
			info.ClientCertSent, info.ClientCert = true, sentCertificate(cert)
			return cert, nil
		},
	}
	t := tls.Client(c.Conn, cfg)
	if err := t.HandshakeContext(ctx); err != nil {
		f := fail("tls", err)
		var record tls.RecordHeaderError
		switch {
		case info.VerifyProblem != "" && problem != nil && !o.insecure:
			f.Message = info.VerifyProblem
		case tlsRefusal(err) && info.ClientCertAsked && !info.ClientCertSent:
			f.Message += "; it asked for a client certificate and none was given"
		case errors.As(err, &record):
			f.Message = "the server does not speak TLS on this port"
			if strings.HasPrefix(string(record.RecordHeader[:]), "HTTP/") {
				f.Message += ": it answered in plain HTTP, http is expected instead of https"
			}
		case errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrPermission):
			f.Message = "client certificate: " + err.Error()
		}
		return info, f
	}
	describe(info, t.ConnectionState())
	c.Conn = t
	return info, nil
}

func describe(info *exchange.TLS, cs tls.ConnectionState) {
	info.Version, info.Cipher, info.ALPN = tls.VersionName(cs.Version), tls.CipherSuiteName(cs.CipherSuite), cs.NegotiatedProtocol
	if len(cs.PeerCertificates) == 0 {
		return
	}
	leaf := cs.PeerCertificates[0]
	info.Subject, info.Issuer, info.NotAfter = leaf.Subject.String(), leaf.Issuer.String(), leaf.NotAfter
	info.Names = certNames(leaf, 50)
}

func verify(cs tls.ConnectionState, name string, roots *x509.CertPool, s *Sender) error {
	if len(cs.PeerCertificates) == 0 {
		return errors.New("the server showed no certificate")
	}
	opts := x509.VerifyOptions{DNSName: name, Roots: roots, CurrentTime: s.o.Now(), Intermediates: x509.NewCertPool()}
	for _, c := range cs.PeerCertificates[1:] {
		opts.Intermediates.AddCert(c)
	}
	if ip := net.ParseIP(name); ip != nil {
		opts.DNSName = "[" + name + "]"
	}
	_, err := cs.PeerCertificates[0].Verify(opts)
	return err
}

// roots are the authorities of --cacert, of the caller, or of the system (nil).
func (s *Sender) roots() (*x509.CertPool, error) {
	o := s.intent.TLS
	if o.CAFile == "" && o.CADir == "" {
		return s.o.Roots, nil
	}
	pool := x509.NewCertPool()
	if o.CAFile != "" {
		pem, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("reading the authorities file: %w", err)
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the authorities file %s holds no PEM certificate", o.CAFile)
		}
	}
	if o.CADir != "" {
		files, err := os.ReadDir(o.CADir)
		if err != nil {
			return nil, fmt.Errorf("reading the authorities folder: %w", err)
		}
		for _, f := range files {
			if pem, err := os.ReadFile(filepath.Join(o.CADir, f.Name())); err == nil {
				pool.AppendCertsFromPEM(pem)
			}
		}
	}
	return pool, nil
}

// clientCertificate reads the pair of --cert and --key; the key may stand in the certificate's file.
func (s *Sender) clientCertificate() (*tls.Certificate, error) {
	o := s.intent.TLS
	if t := strings.ToUpper(o.CertType); t != "" && t != "PEM" || strings.HasSuffix(strings.ToLower(o.CertFile), ".p12") {
		return nil, errors.New("client certificate: only PEM files are read here; convert it with openssl pkcs12 -nodes")
	}
	certPEM, err := os.ReadFile(o.CertFile)
	if err != nil {
		return nil, fmt.Errorf("reading the client certificate: %w", err)
	}
	keyPEM := certPEM
	if o.KeyFile != "" {
		if keyPEM, err = os.ReadFile(o.KeyFile); err != nil {
			return nil, fmt.Errorf("reading the client certificate's key: %w", err)
		}
	}
	cert, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		if strings.Contains(string(keyPEM), "ENCRYPTED") {
			return nil, errors.New("the client certificate's key is encrypted, which is not supported: give a decrypted copy")
		}
		return nil, fmt.Errorf("client certificate: %w", err)
	}
	return &cert, nil
}

// sentCertificate is what a server reads in the client's chain; nil when it cannot be read.
func sentCertificate(chain *tls.Certificate) *exchange.ClientCertificate {
	var out *exchange.ClientCertificate
	for _, der := range chain.Certificate {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return out
		}
		if out == nil {
			any := len(c.ExtKeyUsage) == 0 && len(c.UnknownExtKeyUsage) == 0
			out = &exchange.ClientCertificate{Subject: c.Subject.String(), NotBefore: c.NotBefore, NotAfter: c.NotAfter,
				ForClients: any || slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageClientAuth) || slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny)}
		}
		out.Issuers = append(out.Issuers, c.Issuer.String())
	}
	return out
}

// authorities decodes the names in a CertificateRequest; one that does not decode is left out.
func authorities(raw [][]byte) []string {
	var out []string
	for _, der := range raw {
		var rdn pkix.RDNSequence
		if _, err := asn1.Unmarshal(der, &rdn); err == nil && len(out) < 50 {
			var n pkix.Name
			n.FillFromRDNSequence(&rdn)
			out = append(out, n.String())
		}
	}
	return out
}
