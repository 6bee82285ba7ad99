package real

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// CA writes a certificate authority called name and gives the path of its certificate.
func (w *World) CA(name string) string {
	w.Helper()
	return w.Authority(name, "", func(*x509.Certificate) {})
}

// Authority writes the certificate of an authority called name that the one called over has signed (itself when over is "").
// change is made before.
func (w *World) Authority(name, over string, change func(*x509.Certificate)) string {
	w.Helper()
	key := newECKey()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	change(tmpl)
	signer := &authority{tmpl, key}
	if over != "" {
		signer = w.authorities[over]
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, signer.cert, &key.PublicKey, signer.key)
	if err != nil {
		w.Fatalf("making a certificate authority: %v", err)
	}
	cert, _ := x509.ParseCertificate(der)
	w.authorities[name] = &authority{cert, key}
	return w.File("tls/"+name+".crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
}

// Revoked writes the list of revoked certificates of the authority ca, which names none and holds until next.
func (w *World) Revoked(ca string, next time.Time) string {
	w.Helper()
	a := w.authorities[ca]
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now().Add(-48 * time.Hour), NextUpdate: next}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.cert, a.key)
	if err != nil {
		w.Fatalf("making a list of revoked certificates: %v", err)
	}
	return w.File("tls/"+ca+".crl", string(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})))
}

// Cert writes a certificate with its key, signed by the authority ca (made when new), good for a server on 127.0.0.1
// and the given names and for a client. It gives the paths of the certificate and of the key.
func (w *World) Cert(ca, name string, hosts ...string) (cert, key string) {
	w.Helper()
	return w.CertLike(ca, name, func(c *x509.Certificate) { c.DNSNames = append(c.DNSNames, hosts...) })
}

// CertLike is Cert with a change to what is signed: another end, other uses.
func (w *World) CertLike(ca, name string, change func(*x509.Certificate)) (cert, key string) {
	w.Helper()
	if w.authorities[ca] == nil {
		w.CA(ca)
	}
	a := w.authorities[ca]
	k := newECKey()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	change(tmpl)
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &k.PublicKey, a.key)
	if err != nil {
		w.Fatalf("making a certificate: %v", err)
	}
	kb, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		w.Fatalf("writing a certificate's key: %v", err)
	}
	crt := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	secretKey := string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: kb}))
	w.File("tls/"+name+".pem", crt+secretKey) // HAProxy reads both from one file
	return w.File("tls/"+name+".crt", crt), w.File("tls/"+name+".key", secretKey)
}

func newECKey() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // the system's random source is broken
	}
	return k
}
