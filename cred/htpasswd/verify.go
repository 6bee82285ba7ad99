package htpasswd

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"github.com/why401/why401/secret"
	"golang.org/x/crypto/bcrypt"
)

// ErrUnsupported says that a kind cannot be verified here: yescrypt, scrypt, argon2 and DES need code that this program does
// not carry. Package libcrypt asks the system's.
var ErrUnsupported = errors.New("hashes of this kind cannot be verified here")

// maxRounds and maxCost bound the work that a line may ask for. htpasswd -B writes a cost of 5, and 17 at most; each step
// doubles the work, and 13 takes half a second.
const (
	maxRounds = 1_000_000
	maxCost   = 13
)

// Verify reports whether password is the one that was hashed. It verifies apr1, md5-crypt, sha1, ssha, marked-plain,
// sha256-crypt, sha512-crypt and bcrypt; other kinds give ErrUnsupported, a damaged hash another error. For htdigest lines use
// VerifyDigest.
func Verify(hashed, password secret.Text) (bool, error) {
	h, p := strings.TrimSpace(hashed.Reveal()), []byte(password.Reveal())
	if len(h) > maxLine || len(p) > 1024 {
		return false, errors.New("longer than any password or hash")
	}
	k := kindOf(h)
	switch k {
	case APR1:
		salt, _, ok := saltOf(h, "$apr1$", 8)
		return ok && same(h, "$apr1$"+salt+"$"+md5crypt(p, salt, "$apr1$")), damaged(ok)
	case MD5Crypt:
		salt, _, ok := saltOf(h, "$1$", 8)
		return ok && same(h, "$1$"+salt+"$"+md5crypt(p, salt, "$1$")), damaged(ok)
	case SHA1:
		sum := sha1.Sum(p)
		return same(h, "{SHA}"+base64.StdEncoding.EncodeToString(sum[:])), nil
	case SSHA:
		raw, err := base64.StdEncoding.DecodeString(h[6:])
		if err != nil || len(raw) < 20 {
			return false, damaged(false)
		}
		sum := sha1.Sum(append(p[:len(p):len(p)], raw[20:]...))
		return subtle.ConstantTimeCompare(sum[:], raw[:20]) == 1, nil
	case Marked:
		return same(h[7:], string(p)), nil
	case SHA256Crypt, SHA512Crypt:
		return verifySHA(h, p, k)
	case Bcrypt:
		return verifyBcrypt(h, p)
	}
	return false, ErrUnsupported
}

func verifyBcrypt(h string, p []byte) (bool, error) {
	cost, err := bcrypt.Cost([]byte(h))
	switch {
	case err != nil:
		return false, damaged(false)
	case cost > maxCost || strings.HasPrefix(h, "$2x$"): // 2x marks hashes of an old, faulty crypt_blowfish
		return false, ErrUnsupported
	}
	switch err := bcrypt.CompareHashAndPassword([]byte(h), p); {
	case err == nil:
		return true, nil
	case errors.Is(err, bcrypt.ErrMismatchedHashAndPassword):
		return false, nil
	}
	return false, damaged(false)
}

// VerifyDigest reports whether the hash of an htdigest line is that of user, realm and password (RFC 7616 3.4.2).
func VerifyDigest(l Line, password secret.Text) bool {
	a1 := strings.TrimSpace(l.User.Reveal()) + ":" + l.Realm + ":" + password.Reveal()
	h := strings.ToLower(l.Hash.Reveal())
	if len(h) == 64 {
		sum := sha256.Sum256([]byte(a1))
		return same(h, hex.EncodeToString(sum[:]))
	}
	sum := md5.Sum([]byte(a1))
	return same(h, hex.EncodeToString(sum[:]))
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func damaged(ok bool) error {
	if ok {
		return nil
	}
	return errors.New("the hash is damaged")
}

// saltOf takes the salt and the digest out of prefix salt$digest.
func saltOf(h, prefix string, most int) (salt, digest string, ok bool) {
	salt, digest, ok = strings.Cut(h[len(prefix):], "$")
	return salt[:min(len(salt), most)], digest, ok
}

// md5crypt is the digest part of FreeBSD's MD5 crypt; Apache's differs in the magic alone.
func md5crypt(p []byte, salt, magic string) string {
	inner := md5.New()
	inner.Write(p)
	inner.Write([]byte(salt))
	inner.Write(p)
	mix := inner.Sum(nil)
	d := md5.New()
	d.Write(p)
	d.Write([]byte(magic + salt))
	repeat(d, mix, len(p))
	for i := len(p); i > 0; i >>= 1 {
		if i&1 == 1 || len(p) == 0 {
			d.Write([]byte{0})
		} else {
			d.Write(p[:1])
		}
	}
	sum := d.Sum(nil)
	for i := range 1000 {
		d.Reset()
		pick(d, i&1 == 1, p, sum)
		if i%3 != 0 {
			d.Write([]byte(salt))
		}
		if i%7 != 0 {
			d.Write(p)
		}
		pick(d, i&1 == 1, sum, p)
		sum = d.Sum(nil)
	}
	var b strings.Builder
	for _, g := range [][3]int{{0, 6, 12}, {1, 7, 13}, {2, 8, 14}, {3, 9, 15}, {4, 10, 5}} {
		to64(&b, uint(sum[g[0]])<<16|uint(sum[g[1]])<<8|uint(sum[g[2]]), 4)
	}
	to64(&b, uint(sum[11]), 2)
	return b.String()
}

// repeat writes n bytes of block, over and over.
func repeat(d hash.Hash, block []byte, n int) {
	for ; n > 0; n -= len(block) {
		d.Write(block[:min(n, len(block))])
	}
}

func pick(d hash.Hash, first bool, a, b []byte) {
	if first {
		d.Write(a)
	} else {
		d.Write(b)
	}
}

func to64(b *strings.Builder, v uint, n int) {
	for ; n > 0; n-- {
		b.WriteByte(crypt64[v&0x3f])
		v >>= 6
	}
}

// verifySHA compares with SHA-crypt (Drepper, "Unix crypt using SHA-256 and SHA-512").
func verifySHA(h string, p []byte, k Kind) (bool, error) {
	rest := h[3:]
	rounds, head := 5000, ""
	if v, after, ok := strings.Cut(rest, "$"); ok && strings.HasPrefix(v, "rounds=") {
		n, err := strconv.Atoi(v[7:])
		if err != nil {
			return false, damaged(false)
		}
		if n > maxRounds {
			return false, fmt.Errorf("the hash asks for more than %d rounds", maxRounds)
		}
		rounds, rest, head = max(1000, n), after, fmt.Sprintf("rounds=%d$", max(1000, n))
	}
	salt, digest, ok := saltOf(rest, "", 16)
	if !ok {
		return false, damaged(false)
	}
	got := shacrypt(p, salt, rounds, k == SHA512Crypt)
	return same(h[:3]+head+salt+"$"+digest, h[:3]+head+salt+"$"+got), nil
}

func shacrypt(p []byte, salt string, rounds int, long bool) string {
	make1 := sha256.New
	if long {
		make1 = sha512.New
	}
	b := make1()
	b.Write(p)
	b.Write([]byte(salt))
	b.Write(p)
	mix := b.Sum(nil)
	a := make1()
	a.Write(p)
	a.Write([]byte(salt))
	repeat(a, mix, len(p))
	for i := len(p); i > 0; i >>= 1 {
		pick(a, i&1 == 1, mix, p)
	}
	sum := a.Sum(nil)
	dp := make1()
	for range len(p) {
		dp.Write(p)
	}
	ds := make1()
	for range 16 + int(sum[0]) {
		ds.Write([]byte(salt))
	}
	pp := fill(dp.Sum(nil), len(p))
	ss := fill(ds.Sum(nil), len(salt))
	c := make1()
	for i := range rounds {
		c.Reset()
		pick(c, i&1 == 1, pp, sum)
		if i%3 != 0 {
			c.Write(ss)
		}
		if i%7 != 0 {
			c.Write(pp)
		}
		pick(c, i&1 == 1, sum, pp)
		sum = c.Sum(nil)
	}
	return shaText(sum, long)
}

func fill(block []byte, n int) []byte {
	out := make([]byte, 0, n)
	for len(out) < n {
		out = append(out, block[:min(len(block), n-len(out))]...)
	}
	return out
}

// shaText writes a digest in crypt's alphabet and byte order.
func shaText(sum []byte, long bool) string {
	var b strings.Builder
	x, y, z, n := 0, 10, 20, 10
	if long {
		x, y, z, n = 0, 21, 42, 21
	}
	for range n {
		to64(&b, uint(sum[x])<<16|uint(sum[y])<<8|uint(sum[z]), 4)
		if long {
			x, y, z = y+1, z+1, x+1
		} else {
			x, y, z = z+1, x+1, y+1
		}
	}
	if long {
		to64(&b, uint(sum[63]), 2)
	} else {
		to64(&b, uint(sum[31])<<8|uint(sum[30]), 3)
	}
	return b.String()
}
