package real

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net"
	"os/exec"
	"strings"
	"sync"
	"time"

	"crypto"
)

// Passwords writes an htpasswd file below the world's directory with the htpasswd program and gives its path. pairs
// are user name, password, user name, password...; hash is htpasswd's flag: "-m" (MD5, which every server here
// knows), "-B" (bcrypt), "-s" (SHA-1).
func (w *World) Passwords(file, hash string, pairs ...string) string {
	w.Helper()
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteString(w.HashPassword(hash, pairs[i], pairs[i+1]) + "\n")
	}
	return w.File(file, b.String())
}

// HashPassword gives one line of an htpasswd file.
func (w *World) HashPassword(hash, user, password string) string {
	w.Helper()
	args := []string{"-n", "-b", hash}
	if hash == "-B" {
		args = append(args, "-C", "4") // bcrypt's cheapest: nobody attacks these
	}
	out, err := exec.Command("htpasswd", append(args, user, password)...).Output()
	if err != nil {
		w.Fatalf("htpasswd (run tools/install-servers.sh): %v", err)
	}
	return strings.TrimSpace(string(out))
}

// DigestPasswords writes an htdigest file with one user (RFC 2617's HA1, which depends on the realm).
func (w *World) DigestPasswords(file, realm, user, password string) string {
	w.Helper()
	sum := md5.Sum([]byte(user + ":" + realm + ":" + password))
	return w.File(file, user+":"+realm+":"+hex.EncodeToString(sum[:])+"\n")
}

// Basic is the value of an Authorization field for the Basic scheme (RFC 7617).
func Basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// Claims are the content of a JSON Web Token; a time.Duration stands for the moment that far from now.
type Claims map[string]any

// HS256 signs claims with a shared key (RFC 7515).
func HS256(key string, claims Claims) string {
	signed := jwtPart(map[string]any{"alg": "HS256", "typ": "JWT"}) + "." + jwtPart(claims.at(time.Now()))
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// RS256 signs claims with key and names it kid in the header.
func RS256(key *rsa.PrivateKey, kid string, claims Claims) string {
	signed := jwtPart(map[string]any{"alg": "RS256", "typ": "JWT", "kid": kid}) + "." + jwtPart(claims.at(time.Now()))
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err) // a 2048-bit key and a SHA-256 sum always fit
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func (c Claims) at(now time.Time) Claims {
	out := maps.Clone(c)
	for k, v := range out {
		if d, ok := v.(time.Duration); ok {
			out[k] = now.Add(d).Unix()
		}
	}
	return out
}

func jwtPart[M ~map[string]any](m M) string {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // claims are literals in this package
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// rsaKeys are made once per process: a 2048-bit key takes longer than most scenarios.
var rsaKeys = [2]func() *rsa.PrivateKey{newRSAKey(), newRSAKey()}

func newRSAKey() func() *rsa.PrivateKey {
	return sync.OnceValue(func() *rsa.PrivateKey {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return k
	})
}

// RSAKey gives the key number i (0 or 1) of this process.
func RSAKey(i int) *rsa.PrivateKey { return rsaKeys[i]() }

// PublicPEM is the public half of an RSA key in PEM.
func PublicPEM(k *rsa.PrivateKey) string {
	b, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: b}))
}

// JWKS is the key set document (RFC 7517) with one RSA key.
func JWKS(k *rsa.PrivateKey, kid string) string {
	b64 := base64.RawURLEncoding.EncodeToString
	return fmt.Sprintf(`{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":%q,"n":%q,"e":%q}]}`, kid,
		b64(k.N.Bytes()), b64(big.NewInt(int64(k.E)).Bytes()))
}

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// CA writes a certificate authority called name and gives the path of its certificate.
func (w *World) CA(name string) string {
	w.Helper()
	key := newECKey()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		w.Fatalf("making a certificate authority: %v", err)
	}
	cert, _ := x509.ParseCertificate(der)
	w.authorities[name] = &authority{cert, key}
	return w.File("tls/"+name+".crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
}

// Cert writes a certificate with its key, signed by the authority ca (made when new), good for a server on 127.0.0.1
// and the given names and for a client. It gives the paths of the certificate and of the key.
func (w *World) Cert(ca, name string, hosts ...string) (cert, key string) {
	w.Helper()
	if w.authorities[ca] == nil {
		w.CA(ca)
	}
	a := w.authorities[ca]
	k := newECKey()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: append([]string{"localhost"}, hosts...), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &k.PublicKey, a.key)
	if err != nil {
		w.Fatalf("making a certificate: %v", err)
	}
	kb, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		w.Fatalf("writing a certificate's key: %v", err)
	}
	return w.File("tls/"+name+".crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
		w.File("tls/"+name+".key", string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: kb})))
}

func newECKey() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // the system's random source is broken
	}
	return k
}
