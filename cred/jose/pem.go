package jose

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cred/jwt"
)

// ReadKeys reads what people keep keys in: a JWK, a JWK set, Google's map of certificates, PEM (keys and certificates,
// several in one text, or with \n written out as environment variables hold it), and DER, plain or in base64 as Keycloak
// shows a realm's key. A key that cannot be used stays in the set with its Problem. The error says what was expected; it
// holds nothing of the text. For a shared secret use Secret: any text can be one.
func ReadKeys(data []byte) (Set, error) {
	if len(data) > maxDocument {
		return Set{}, fmt.Errorf("keys: %d bytes, more than the %d that are read", len(data), maxDocument)
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	switch {
	case len(text) == 0:
		return Set{}, errors.New("keys: empty")
	case text[0] == '{':
		return fromJSON(text)
	case text[0] == '[':
		return fromJSON(append(append([]byte(`{"keys":`), text...), '}'))
	case bytes.Contains(text, []byte("-----BEGIN ")):
		return fromPEM(text)
	case text[0] == 0x30:
		return fromDER(data, "")
	}
	compact := strings.Join(strings.Fields(string(text)), "")
	if der, err := base64.StdEncoding.DecodeString(compact); err == nil && len(der) > 32 && der[0] == 0x30 {
		s, err := fromDER(der, "")
		if err == nil {
			s.Notes = append(s.Notes, "the key stands without its BEGIN and END lines, which most programs need")
		}
		return s, err
	}
	return Set{}, errors.New("keys: expected a JWK, a JWK set, PEM or DER")
}

func fromPEM(text []byte) (Set, error) {
	var s Set
	if !bytes.Contains(text, []byte("\n")) && bytes.Contains(text, []byte(`\n`)) {
		text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte(`\r`), nil), []byte(`\n`), []byte("\n"))
		s.Notes = append(s.Notes, `line breaks are written as \n: a program that does not turn them back cannot read the key`)
	}
	ended := slices.Concat(bytes.TrimSpace(text), []byte("\n"))
	for rest := text; len(s.Keys) < maxKeys; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		one, err := fromDER(block.Bytes, block.Type)
		if err != nil {
			s.Keys = append(s.Keys, Key{Form: "PEM", Problem: err.Error()})
			continue
		}
		// The text as a program would read it from a file, with and without the last line break.
		whole := pem.EncodeToMemory(block)
		for i := range one.Keys {
			if m := one.Keys[i].m; m != nil {
				m.texts = append(m.texts, whole, bytes.TrimSpace(whole), text, ended)
			}
		}
		s.Add(one)
	}
	if len(s.Keys) == 0 {
		return Set{}, errors.New("keys: a BEGIN line, but no whole PEM block: END line missing or base64 damaged")
	}
	return s, nil
}

// fromDER reads by the PEM type, or by trying when it is "".
func fromDER(der []byte, kind string) (Set, error) {
	var key any
	var err error
	k := Key{Form: "PEM " + strings.ToLower(kind), m: &material{}}
	switch kind {
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(der)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(der)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(der)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(der)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(der)
	case "CERTIFICATE":
		var c *x509.Certificate
		if c, err = x509.ParseCertificate(der); err == nil {
			key, k.Form, k.m.cert, k.NotAfter, k.Subject = c.PublicKey, "certificate", c, c.NotAfter, jwt.NameOf(c.Subject.CommonName).Show
		}
	case "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY":
		return Set{}, fmt.Errorf("a PEM block of type %s is not read", kind)
	case "":
		for _, try := range []string{"PUBLIC KEY", "CERTIFICATE", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "RSA PUBLIC KEY"} {
			if s, err := fromDER(der, try); err == nil {
				return s, nil
			}
		}
		return Set{}, errors.New("keys: DER, but no key or certificate")
	default:
		return Set{}, errors.New("a PEM block that holds no key")
	}
	if err != nil {
		return Set{}, fmt.Errorf("the PEM block says %s, but does not hold one that can be read", kind)
	}
	if err := k.take(key); err != nil {
		return Set{}, err
	}
	k.m.texts = append(k.m.texts, der)
	return Set{Keys: []Key{k}}, nil
}

func (k *Key) take(key any) error {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		k.Private, k.m.rsaKey = true, key
		return k.take(&key.PublicKey)
	case *rsa.PublicKey:
		if key.N.BitLen() > maxRSA || key.N.BitLen() < 512 || key.E < 3 || key.E&1 == 0 || key.N.Bit(0) == 0 {
			return errors.New("the RSA key's numbers are not sound")
		}
		k.Kty, k.Bits, k.m.rsa = "RSA", key.N.BitLen(), key
	case *ecdsa.PrivateKey:
		k.Private, k.m.ecKey = true, key
		return k.take(&key.PublicKey)
	case *ecdsa.PublicKey:
		k.Kty, k.Crv, k.Bits = "EC", key.Curve.Params().Name, key.Curve.Params().BitSize
		if curves[k.Crv] == nil {
			return fmt.Errorf("curve %s is not supported", k.Crv)
		}
		k.m.ec = key
	case ed25519.PrivateKey:
		k.Private = true
		return k.take(key.Public())
	case ed25519.PublicKey:
		k.Kty, k.Crv, k.Bits, k.m.ed = "OKP", "Ed25519", 256, key
	case *ecdh.PrivateKey:
		k.Private, k.m.xKey = true, key
		return k.take(key.PublicKey())
	case *ecdh.PublicKey:
		if key.Curve() != ecdh.X25519() {
			return errors.New("a key of a type that is not supported")
		}
		k.Kty, k.Crv, k.Bits, k.m.x = "OKP", "X25519", 256, key
	default:
		return errors.New("a key of a type that is not supported")
	}
	return nil
}
