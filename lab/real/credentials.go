package real

import (
	"crypto"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"os/exec"
	"strings"
	"sync"
	"time"
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
	return signRS256(key, map[string]any{"alg": "RS256", "typ": "JWT", "kid": kid}, claims.at(time.Now()))
}

func signRS256(key *rsa.PrivateKey, header, claims map[string]any) string {
	signed := jwtPart(header) + "." + jwtPart(claims)
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

// JWKS is the key set document (RFC 7517) with one RSA key.
func JWKS(k *rsa.PrivateKey, kid string) string {
	b64 := base64.RawURLEncoding.EncodeToString
	return fmt.Sprintf(`{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":%q,"n":%q,"e":%q}]}`, kid,
		b64(k.N.Bytes()), b64(big.NewInt(int64(k.E)).Bytes()))
}
