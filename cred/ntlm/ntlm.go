// Package ntlm recognises what a token of the NTLM and Negotiate schemes holds: NTLMSSP messages of type 1, 2 and 3,
// or a Kerberos ticket in SPNEGO. It refuses to build, answer or verify any of them.
package ntlm

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/why401/why401/secret"
)

// Kind is what a token holds.
type Kind string

// The kinds.
const (
	Negotiate    Kind = "ntlm-negotiate"    // NTLMSSP type 1, the client begins
	Challenge    Kind = "ntlm-challenge"    // type 2, the server asks
	Authenticate Kind = "ntlm-authenticate" // type 3, the client answers: this one costs a login try
	Kerberos     Kind = "kerberos"          // a Kerberos AP-REQ, alone or in SPNEGO
	SPNEGO       Kind = "spnego"            // SPNEGO of another mechanism, or a continuation
	Unknown      Kind = "unknown"
)

// Message is what may be known about a token.
type Message struct {
	Kind        Kind
	InSPNEGO    bool        // an NTLMSSP message wrapped in SPNEGO
	User        secret.Text // type 3: public when it may be shown
	Domain      string      // type 3: the domain of the user; type 2: the target name
	Workstation string      // type 3
	Anonymous   bool        // type 3 without a user name
	Version2    bool        // type 3 with an NTLMv2 response
	Bytes       int         // size of the decoded token
	Target      Target      // type 2: what the server says of itself
	Mechs       []string    // SPNEGO: the mechanisms that the client offers, best first, or the one that the server took
	State       string      // SPNEGO reply: "accepted", "incomplete", "rejected", "mic wanted"
}

// Target is what a server says of itself in its challenge ([MS-NLMP] 2.2.2.1, AV_PAIR). Names are showable or "".
type Target struct {
	Computer, Domain             string // NetBIOS names
	DNSComputer, DNSDomain, Tree string
	Time                         time.Time // the server's clock; zero when it does not say
}

const maxToken = 64 << 10

var signature = []byte("NTLMSSP\x00")

// Object identifiers as they stand in a token, with tag and length.
var (
	oidSPNEGO   = []byte{0x06, 0x06, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02}
	oidKerberos = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02}
	oidMSKrb5   = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 0x01, 0x02, 0x02}
)

// Decode reads the token behind "NTLM " or "Negotiate ". The error says that it is not base64 or too long.
func Decode(v secret.Text) (Message, error) {
	s := strings.Trim(v.Reveal(), " \t\r\n")
	if len(s) > maxToken {
		return Message{Kind: Unknown}, errors.New("ntlm token: longer than is read")
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil || len(raw) == 0 {
		return Message{Kind: Unknown}, errors.New("ntlm token: not base64")
	}
	m := Message{Kind: Unknown, Bytes: len(raw)}
	if i := bytes.Index(raw, signature); i >= 0 {
		if m.InSPNEGO = i > 0; m.InSPNEGO {
			m.spnego(raw)
		}
		m.ntlm(raw[i:])
		return m, nil
	}
	head := raw[:min(len(raw), 128)]
	m.spnego(raw)
	switch {
	case raw[0] == 0x60 && (bytes.Contains(head, oidKerberos) || bytes.Contains(head, oidMSKrb5)):
		// In SPNEGO the first mechanism offered is the one whose token travels along.
		m.Kind, m.InSPNEGO = Kerberos, bytes.Contains(head[:min(len(head), 32)], oidSPNEGO)
	case raw[0] == 0x60 && bytes.Contains(head, oidSPNEGO), raw[0] == 0xa1, raw[0] == 0xa0:
		m.Kind, m.InSPNEGO = SPNEGO, true
	}
	return m, nil
}

// ntlm reads an NTLMSSP message ([MS-NLMP] 2.2.1).
func (m *Message) ntlm(b []byte) {
	if len(b) < 12 {
		return
	}
	switch binary.LittleEndian.Uint32(b[8:]) {
	case 1:
		m.Kind = Negotiate
	case 2:
		m.Kind = Challenge
		m.Domain = shown(text(field(b, 12), flags(b, 20)))
		m.Target = target(field(b, 40))
	case 3:
		m.Kind = Authenticate
		unicode := flags(b, 60)
		m.Domain = shown(text(field(b, 28), unicode))
		m.Workstation = shown(text(field(b, 44), unicode))
		user := text(field(b, 36), unicode)
		m.Anonymous = user == ""
		m.Version2 = len(field(b, 20)) > 24
		m.User = secret.New(user)
		if len(user) <= 64 && shown(user) == user {
			m.User = secret.Public(user)
		}
	}
}

// field gives the bytes that a security buffer at off points to, nothing when it points outside.
func field(b []byte, off int) []byte {
	if off+8 > len(b) {
		return nil
	}
	n := int(binary.LittleEndian.Uint16(b[off:]))
	start := binary.LittleEndian.Uint32(b[off+4:])
	if uint64(start)+uint64(n) > uint64(len(b)) {
		return nil
	}
	return b[start : int(start)+n]
}

// flags reports whether strings are in UTF-16.
func flags(b []byte, off int) bool {
	return off+4 > len(b) || binary.LittleEndian.Uint32(b[off:])&1 != 0
}

func text(b []byte, unicode bool) string {
	if !unicode {
		return string(b)
	}
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}

// shown keeps names printable; anything else is left out.
func shown(s string) string {
	if len(s) > 256 || strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) >= 0 || secret.Looks(s) {
		return ""
	}
	return s
}
