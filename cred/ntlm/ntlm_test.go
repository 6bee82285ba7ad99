package ntlm

import (
	"encoding/base64"
	"testing"

	"github.com/Azure/go-ntlmssp"
	"github.com/why401/why401/secret"
)

func enc(b []byte) secret.Text { return secret.New(base64.StdEncoding.EncodeToString(b)) }

// The messages of another implementation, made here, are recognised.
func TestMessages(t *testing.T) {
	one, err := ntlmssp.NewNegotiateMessage("", "")
	if err != nil {
		t.Fatal(err)
	}
	m, err := Decode(enc(one))
	if err != nil || m.Kind != Negotiate || m.InSPNEGO {
		t.Errorf("%+v %v", m, err)
	}
	two := challengeMessage("CORP")
	if m, err = Decode(enc(two)); err != nil || m.Kind != Challenge || m.Domain != "CORP" {
		t.Errorf("%+v %v", m, err)
	}
	three, err := ntlmssp.NewAuthenticateMessage(two, "alice", "wonderland", nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err = Decode(enc(three))
	if err != nil || m.Kind != Authenticate || !m.User.Is("alice") || m.User.Closed() || m.Anonymous || !m.Version2 {
		t.Errorf("%+v %v", m, err)
	}
	wrapped := append([]byte{0xa1, 0x30, 0x30, 0x2e, 0xa2, 0x2c, 0x04, 0x2a}, one...)
	if m, _ = Decode(enc(wrapped)); m.Kind != Negotiate || !m.InSPNEGO {
		t.Errorf("%+v", m)
	}
}

func challengeMessage(target string) []byte {
	name := make([]byte, 0, 2*len(target))
	for i := range len(target) {
		name = append(name, target[i], 0)
	}
	b := append([]byte("NTLMSSP\x00\x02\x00\x00\x00"), byte(len(name)), 0, byte(len(name)), 0, 56, 0, 0, 0)
	b = append(b, 0x05, 0x82, 0x89, 0xa2)                 // flags, Unicode and target info among them
	b = append(b, 1, 2, 3, 4, 5, 6, 7, 8)                 // server challenge
	b = append(b, make([]byte, 8)...)                     // reserved
	info := []byte{0, 0, 0, 0}                            // end of list
	b = append(b, byte(len(info)), 0, byte(len(info)), 0) // target info
	b = append(b, byte(56+len(name)), 0, 0, 0)            // behind the name
	b = append(b, 10, 0, 0, 0, 0, 0, 0, 15)               // version
	return append(append(b, name...), info...)
}

func TestKerberos(t *testing.T) {
	krb := append([]byte{0x60, 0x82, 0x04, 0x00}, oidSPNEGO...)
	krb = append(krb, 0xa0, 0x82, 0x03, 0xf0, 0x30, 0x82, 0x03, 0xec, 0xa0, 0x0d, 0x30, 0x0b)
	krb = append(krb, oidKerberos...)
	krb = append(krb, make([]byte, 200)...)
	v := enc(krb)
	if m, err := Decode(v); err != nil || m.Kind != Kerberos || !m.InSPNEGO || !v.HasPrefix("YII") {
		t.Errorf("%+v %v", m, err)
	}
	if m, _ := Decode(enc([]byte{0xa1, 7, 0x30, 5})); m.Kind != SPNEGO {
		t.Errorf("%+v", m)
	}
}

func TestRubbish(t *testing.T) {
	for _, s := range []string{"", "$TOKEN", "!!!!"} {
		if _, err := Decode(secret.New(s)); err == nil {
			t.Errorf("%q was read", s)
		}
	}
	for _, s := range []string{"TlRMTVNTUAA=", "TlRMTVNTUAADAAAA", "AAAA"} {
		m, err := Decode(secret.New(s))
		if err != nil || m.User.Len() > 0 {
			t.Errorf("%q: %+v %v", s, m, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("NTLMSSP\x00\x03\x00\x00\x00"))
	f.Add(challengeMessage("X"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := Decode(enc(b)); err == nil && m.Kind == "" {
			t.Fatal("no kind")
		}
	})
}
