package ntlm

import (
	"encoding/asn1"
	"encoding/binary"
	"time"
)

// Kinds of AV_PAIR ([MS-NLMP] 2.2.2.1).
const (
	avEnd, avComputer, avDomain              = 0, 1, 2
	avDNSComputer, avDNSDomain, avTree, avAt = 3, 4, 5, 7
)

// target reads the list of AV_PAIRs in a challenge. A list that ends early gives what was read before.
func target(b []byte) Target {
	var t Target
	for len(b) >= 4 {
		id, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if id == avEnd || n > len(b)-4 {
			break
		}
		value := b[4 : 4+n]
		b = b[4+n:]
		switch id {
		case avComputer:
			t.Computer = shown(text(value, true))
		case avDomain:
			t.Domain = shown(text(value, true))
		case avDNSComputer:
			t.DNSComputer = shown(text(value, true))
		case avDNSDomain:
			t.DNSDomain = shown(text(value, true))
		case avTree:
			t.Tree = shown(text(value, true))
		case avAt:
			t.Time = fileTime(value)
		}
	}
	return t
}

// fileTime reads a FILETIME: tenths of microseconds since 1601 ([MS-DTYP] 2.3.3). Times outside 1970 to 2200 are none.
func fileTime(b []byte) time.Time {
	if len(b) != 8 {
		return time.Time{}
	}
	const perSecond, to1970 = 10_000_000, 11_644_473_600
	ticks := binary.LittleEndian.Uint64(b)
	seconds := int64(ticks/perSecond) - to1970
	if seconds < 0 || seconds > 7_258_118_400 {
		return time.Time{}
	}
	return time.Unix(seconds, int64(ticks%perSecond)*100).UTC()
}

// mechanisms are the GSS-API mechanisms that HTTP logins know, by object identifier.
var mechanisms = map[string]string{
	"1.2.840.113554.1.2.2":   "Kerberos",
	"1.2.840.48018.1.2.2":    "Kerberos (Microsoft's number)",
	"1.2.840.113554.1.2.2.3": "Kerberos user to user",
	"1.3.6.1.4.1.311.2.2.10": "NTLM",
	"1.3.6.1.4.1.311.2.2.30": "NegoEx",
	"1.3.6.1.5.2.5":          "IAKERB",
}

const maxMechs = 16

// spnego reads the list of mechanisms in a NegTokenInit, or what the server chose in a NegTokenResp (RFC 4178 4.2). Of a
// token that is no SPNEGO, or is cut short, it keeps what could be read.
func (m *Message) spnego(raw []byte) {
	var outer asn1.RawValue
	if _, err := asn1.Unmarshal(raw, &outer); err != nil {
		return
	}
	switch {
	case outer.Class == asn1.ClassApplication && outer.Tag == 0:
		var oid asn1.ObjectIdentifier
		rest, err := asn1.Unmarshal(outer.Bytes, &oid)
		if err != nil || oid.String() != "1.3.6.1.5.5.2" {
			return
		}
		m.fields(rest)
	case outer.Class == asn1.ClassContextSpecific && outer.Tag <= 1:
		m.fields(raw)
	}
}

// fields reads NegTokenInit ([0]) or NegTokenResp ([1]), which share the place of their mechanisms but not the tag.
func (m *Message) fields(b []byte) {
	var choice, seq asn1.RawValue
	if _, err := asn1.Unmarshal(b, &choice); err != nil || choice.Class != asn1.ClassContextSpecific {
		return
	}
	if _, err := asn1.Unmarshal(choice.Bytes, &seq); err != nil || seq.Tag != asn1.TagSequence {
		return
	}
	for rest := seq.Bytes; len(rest) > 0; {
		var f asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &f); err != nil {
			return
		}
		switch {
		case choice.Tag == 0 && f.Tag == 0:
			m.offered(f.Bytes)
		case choice.Tag == 1 && f.Tag == 0:
			var state asn1.Enumerated
			if _, err := asn1.Unmarshal(f.Bytes, &state); err == nil && state >= 0 && int(state) < len(states) {
				m.State = states[state]
			}
		case choice.Tag == 1 && f.Tag == 1:
			var oid asn1.ObjectIdentifier
			if _, err := asn1.Unmarshal(f.Bytes, &oid); err == nil {
				m.Mechs = append(m.Mechs, mechanism(oid))
			}
		}
	}
}

var states = [...]string{"accepted", "incomplete", "rejected", "mic wanted"}

func (m *Message) offered(b []byte) {
	var list asn1.RawValue
	if _, err := asn1.Unmarshal(b, &list); err != nil {
		return
	}
	for rest := list.Bytes; len(rest) > 0 && len(m.Mechs) < maxMechs; {
		var oid asn1.ObjectIdentifier
		var err error
		if rest, err = asn1.Unmarshal(rest, &oid); err != nil {
			return
		}
		m.Mechs = append(m.Mechs, mechanism(oid))
	}
}

// mechanism names an object identifier; one that is not known is shown in digits, cut to a length that a report bears.
func mechanism(oid asn1.ObjectIdentifier) string {
	s := oid.String()
	if name, ok := mechanisms[s]; ok {
		return name
	}
	return s[:min(len(s), 64)]
}
