package ntlm

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/why401/why401/secret"
)

// The challenge of [MS-NLMP] 4.2.4.3 (NTLMv2), as the document prints it.
const challengeOfTheSpec = "4e544c4d53535000020000000c000c003800000033828ae20123456789abcdef00000000000000002400240044000000060070170000000f" +
	"530065007200760065007200" + "02000c0044006f006d00610069006e00" + "01000c00530065007200760065007200" + "00000000"

func fromHex(t *testing.T, s string) secret.Text {
	t.Helper()
	raw, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return secret.New(base64.StdEncoding.EncodeToString(raw))
}

func TestTargetOfTheSpec(t *testing.T) {
	m, err := Decode(fromHex(t, challengeOfTheSpec))
	if err != nil || m.Kind != Challenge || m.Domain != "Server" || m.Target.Computer != "Server" || m.Target.Domain != "Domain" || !m.Target.Time.IsZero() {
		t.Errorf("%+v %v", m, err)
	}
}

func TestTargetNamesAndTime(t *testing.T) {
	at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	ticks := uint64(at.Unix()+11_644_473_600) * 10_000_000
	var stamp []byte
	for i := range 8 {
		stamp = append(stamp, byte(ticks>>(8*i)))
	}
	list := slices.Concat(pair(avDNSComputer, utf16le("web01.corp.example")), pair(avDNSDomain, utf16le("corp.example")), pair(avAt, stamp), []byte{0, 0, 0, 0})
	got := target(list)
	if got.DNSComputer != "web01.corp.example" || got.DNSDomain != "corp.example" || !got.Time.Equal(at) {
		t.Errorf("%+v", got)
	}
	if got := target(list[:20]); got.DNSComputer != "" {
		t.Errorf("a pair that is cut short was read: %+v", got)
	}
	if !fileTime([]byte{1, 2, 3}).IsZero() || !fileTime([]byte{255, 255, 255, 255, 255, 255, 255, 255}).IsZero() {
		t.Error("a time that is none")
	}
}

func pair(id byte, value []byte) []byte {
	return append([]byte{id, 0, byte(len(value)), 0}, value...)
}

func utf16le(s string) []byte {
	var out []byte
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}

// A NegTokenInit with the mechanisms of Windows clients, and the two replies that servers send.
func TestMechanisms(t *testing.T) {
	krb, ms, ntlm := "06092a864886f712010202", "06092a864882f712010202", "060a2b06010401823702020a"
	list := ms + krb + ntlm
	body := "a0" + size(list, 2) + "30" + size(list, 0) + list
	token := "a0" + size(body, 2) + "30" + size(body, 0) + body
	whole := "06062b0601050502" + token
	m, err := Decode(fromHex(t, "60"+size(whole, 0)+whole))
	if err != nil || !slices.Equal(m.Mechs, []string{"Kerberos (Microsoft's number)", "Kerberos", "NTLM"}) || m.Kind != Kerberos {
		t.Errorf("%+v %v", m, err)
	}
	for state, want := range map[string]string{"00": "accepted", "01": "incomplete", "02": "rejected"} {
		inner := "a0030a01" + state + "a10c" + ntlm
		m, err := Decode(fromHex(t, "a1"+size(inner, 2)+"30"+size(inner, 0)+inner))
		if err != nil || m.State != want || !slices.Equal(m.Mechs, []string{"NTLM"}) || m.Kind != SPNEGO {
			t.Errorf("%s: %+v %v", want, m, err)
		}
	}
}

// size is the DER length of the bytes that s writes in hexadecimal, and of more around them.
func size(s string, more int) string { return hex.EncodeToString([]byte{byte(len(s)/2 + more)}) }

// FuzzTarget feeds both lists with what no server sends.
func FuzzTarget(f *testing.F) {
	raw, _ := hex.DecodeString(challengeOfTheSpec)
	f.Add(raw[68:])
	f.Add([]byte{0xa1, 0x15, 0x30, 0x13, 0xa0, 0x03, 0x0a, 0x01, 0x02})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, name := range []string{target(b).Computer, target(b).DNSComputer} {
			if len(name) > 256 {
				t.Errorf("a name of %d bytes", len(name))
			}
		}
		var m Message
		if m.spnego(b); len(m.Mechs) > maxMechs {
			t.Errorf("%d mechanisms", len(m.Mechs))
		}
	})
}
