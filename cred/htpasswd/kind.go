package htpasswd

import (
	"encoding/base64"
	"strings"

	"github.com/why401/why401/secret"
)

// Kind is how a password was hashed. Its texts are stable.
type Kind string

// The kinds.
const (
	APR1        Kind = "apr1"         // $apr1$, Apache's MD5: htpasswd -m, openssl passwd -apr1
	Bcrypt      Kind = "bcrypt"       // $2y$, $2a$, $2b$: htpasswd -B
	SHA1        Kind = "sha1"         // {SHA}: htpasswd -s
	SSHA        Kind = "ssha"         // {SSHA}, from LDAP
	Marked      Kind = "marked-plain" // {PLAIN}, of nginx
	MD5Crypt    Kind = "md5-crypt"    // $1$: openssl passwd -1
	SHA256Crypt Kind = "sha256-crypt" // $5$: htpasswd -2, openssl passwd -5
	SHA512Crypt Kind = "sha512-crypt" // $6$: htpasswd -5, openssl passwd -6
	Yescrypt    Kind = "yescrypt"     // $y$: mkpasswd
	Argon2      Kind = "argon2"       // $argon2id$
	Scrypt      Kind = "scrypt"       // $7$
	DES         Kind = "des-crypt"    // 13 characters: htpasswd -d
	Mosquitto   Kind = "mosquitto"    // $6$salt$ or $7$rounds$salt$ and base64: mosquitto_passwd, read by that broker alone
	Digest      Kind = "digest-ha1"   // user:realm:hex, htdigest
	Unknown     Kind = ""             // plain text, or nothing that is known
)

// KindOf names the kind of a hash by its form.
func KindOf(hash secret.Text) Kind { return kindOf(strings.TrimSpace(hash.Reveal())) }

var prefixes = []struct {
	prefix string
	kind   Kind
}{
	{"$apr1$", APR1}, {"$2y$", Bcrypt}, {"$2a$", Bcrypt}, {"$2b$", Bcrypt}, {"$2x$", Bcrypt}, {"$1$", MD5Crypt}, {"$5$", SHA256Crypt},
	{"$6$", SHA512Crypt}, {"$y$", Yescrypt}, {"$gy$", Yescrypt}, {"$argon2", Argon2}, {"$7$", Scrypt},
	{"{SHA}", SHA1}, {"{SSHA}", SSHA}, {"{PLAIN}", Marked},
}

func kindOf(s string) Kind {
	if ofBroker(s) {
		return Mosquitto
	}
	for _, p := range prefixes {
		if strings.HasPrefix(s, p.prefix) {
			return p.kind
		}
	}
	if len(s) == 13 && only(s, crypt64) {
		return DES
	}
	return Unknown
}

// ofBroker reports a hash of mosquitto_passwd(1): 64 bytes in base64 with its padding, where crypt(3) writes 86 characters
// without any.
func ofBroker(s string) bool {
	if !strings.HasPrefix(s, "$6$") && !strings.HasPrefix(s, "$7$") {
		return false
	}
	raw, err := base64.StdEncoding.DecodeString(s[strings.LastIndexByte(s, '$')+1:])
	return err == nil && len(raw) == 64
}

const crypt64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func only(s, set string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return !strings.ContainsRune(set, c) }) < 0
}

// shapeOf compares a hash with the length and alphabet of its kind.
func shapeOf(k Kind, s string) []Problem {
	tail := s[strings.LastIndexByte(s, '$')+1:]
	want := 0
	switch k {
	case APR1, MD5Crypt:
		want = 22
	case SHA256Crypt:
		want = 43
	case SHA512Crypt:
		want = 86
	case Bcrypt:
		want = 53
	case SHA1:
		raw, err := base64.StdEncoding.DecodeString(s[5:])
		switch {
		case err != nil && len(s) < 33:
			return []Problem{HashCut}
		case err != nil:
			return []Problem{HashAlphabet}
		case len(raw) < 20:
			return []Problem{HashCut}
		case len(raw) > 20:
			return []Problem{HashLong}
		}
		return nil
	case SSHA:
		if raw, err := base64.StdEncoding.DecodeString(s[6:]); err != nil {
			return []Problem{HashAlphabet}
		} else if len(raw) <= 20 {
			return []Problem{HashCut}
		}
		return nil
	case Unknown:
		if eaten(s) {
			return []Problem{DollarEaten}
		}
		return []Problem{NoHash}
	default:
		return nil
	}
	var out []Problem
	if strings.Count(s, "$") < 3 {
		return []Problem{HashCut}
	}
	if len(tail) < want {
		out = append(out, HashCut)
	} else if len(tail) > want {
		out = append(out, HashLong)
	}
	if !only(tail, crypt64) {
		out = append(out, HashAlphabet)
	}
	return out
}

// eaten reports what a shell makes of a hash in double quotation marks: "$apr1$salt$rest" loses its variables.
func eaten(s string) bool {
	return strings.HasPrefix(s, "apr1$") || strings.HasPrefix(s, "2y$") || strings.HasPrefix(s, "y$05$") || (len(s) == 22 || len(s) == 23) && strings.HasPrefix(s, ".")
}
