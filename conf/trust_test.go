package conf

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// papers is a file with an authority and its list of revoked certificates.
func papers(t testing.TB) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "clients"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if ca, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	list, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now(), NextUpdate: time.Now().Add(time.Hour)}, ca, key)
	if err != nil {
		t.Fatal(err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: list})...)
}

func TestReadPapers(t *testing.T) {
	text := append([]byte("# our authority\n"), papers(t)...)
	text = append(text, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"...)
	p := ReadPapers(text, time.Now())
	if len(p.Certificates) != 1 || p.Certificates[0].Subject.CommonName != "clients" || len(p.Lists) != 1 || p.Broken != 1 {
		t.Errorf("%d certificates, %d lists, %d broken", len(p.Certificates), len(p.Lists), p.Broken)
	}
	if p = ReadPapers([]byte("no certificate"), time.Now()); len(p.Certificates)+len(p.Lists)+p.Broken != 0 {
		t.Errorf("out of nothing: %+v", p)
	}
}

func FuzzReadPapers(f *testing.F) {
	f.Add(papers(f))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if p := ReadPapers(text, time.Time{}); len(p.Certificates)+len(p.Lists)+p.Broken > maxPapers {
			t.Errorf("more than %d", maxPapers)
		}
	})
}
