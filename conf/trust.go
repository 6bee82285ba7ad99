package conf

import (
	"crypto/x509"
	"encoding/pem"
	"time"
)

// Trust is how a server judges the certificates of its clients.
type Trust struct {
	Place       Place       // of the line that asks for a certificate
	Asks        string      // as written: "on", "optional", "require", "optional_no_ca"
	Authorities []*CredFile // whose certificates are accepted, of the kind Authorities
	Folder      bool        // authorities are in a folder as well, which is not read
	Lists       []*CredFile // of what was revoked, of the kind Revocations; those that are not consulted are left out
	Chain       bool        // a list of every authority of the chain is wanted, not of the last alone
	Depth       int         // how long a chain may be, as the program counts
	DepthAt     Place       // unknown for the program's own number
	// Heeded says that some line reads what came of it: a rule, or a field that tells the application.
	Heeded bool
}

// Requires reports that nobody gets by without a certificate that is accepted.
func (t *Trust) Requires() bool { return t != nil && (t.Asks == "on" || t.Asks == "require") }

// Papers are the certificates and the lists of revoked ones that stand in a file.
type Papers struct {
	Certificates []*x509.Certificate
	Lists        []*x509.RevocationList
	Broken       int       // blocks that could not be read
	At           time.Time // when the file was looked at
}

// maxPapers bounds the blocks of a file: a system's whole bundle has about 150.
const maxPapers = 2000

// ReadPapers reads the PEM blocks of text (RFC 7468). Others than certificates and lists are passed over; what stands between
// blocks is no part of them.
func ReadPapers(text []byte, now time.Time) *Papers {
	p := &Papers{At: now}
	for range maxPapers {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			break
		}
		switch b.Type {
		case "CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE":
			if c, err := x509.ParseCertificate(b.Bytes); err == nil {
				p.Certificates = append(p.Certificates, c)
			} else {
				p.Broken++
			}
		case "X509 CRL":
			if l, err := x509.ParseRevocationList(b.Bytes); err == nil {
				p.Lists = append(p.Lists, l)
			} else {
				p.Broken++
			}
		}
	}
	return p
}
