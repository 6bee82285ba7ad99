package htpasswd

// Server is a program that verifies passwords against such a file.
type Server string

// The servers.
const (
	Nginx    Server = "nginx"
	Apache   Server = "apache"
	Lighttpd Server = "lighttpd"
	HAProxy  Server = "haproxy"
	Caddy    Server = "caddy"
	Traefik  Server = "traefik"
	Registry Server = "registry" // the distribution registry, which docker pushes to
)

// Support says whether a server can verify a kind of hash.
type Support string

// The answers.
const (
	Always  Support = "always"  // the server brings it
	ByLibc  Support = "by libc" // it asks crypt(3) of the system: see Libc
	Never   Support = "never"   // no password is ever right
	NotSaid Support = ""        // not known
)

// own are the kinds that a server brings itself. Sources: nginx ngx_crypt.c; APR apr_password_validate; lighttpd
// mod_authn_file; go-http-auth in Traefik; Caddy's caddyauth; distribution's auth/htpasswd.
var own = map[Server][]Kind{
	Nginx:    {APR1, SHA1, SSHA, Marked},
	Apache:   {APR1, SHA1, Bcrypt},
	Lighttpd: {APR1, SHA1},
	HAProxy:  {},
	Caddy:    {Bcrypt, Argon2},
	Traefik:  {APR1, MD5Crypt, SHA1, Bcrypt},
	Registry: {Bcrypt},
}

// CanVerify says whether server can verify hashes of kind. For htdigest lines see the server's digest module.
func CanVerify(server Server, kind Kind) Support {
	kinds, known := own[server]
	if !known {
		return NotSaid
	}
	for _, k := range kinds {
		if k == kind {
			return Always
		}
	}
	switch server {
	case Caddy, Traefik, Registry:
		return Never // nothing of the system is asked
	}
	switch kind {
	case DES, MD5Crypt, SHA256Crypt, SHA512Crypt, Bcrypt, Yescrypt, Scrypt, Argon2:
		return ByLibc
	}
	return Never
}

// Libc is an implementation of crypt(3).
type Libc string

// The implementations that servers run on.
const (
	Libxcrypt Libc = "libxcrypt" // Debian 11, Ubuntu 20.04, Fedora 28 and later
	Glibc     Libc = "glibc"     // older glibc systems (RHEL 7, Debian 10)
	Musl      Libc = "musl"      // Alpine
	MacOS     Libc = "macos"
)

// Knows reports that crypt(3) of l verifies kind.
func (l Libc) Knows(kind Kind) bool {
	switch kind {
	case DES:
		return true
	case MD5Crypt, SHA256Crypt, SHA512Crypt:
		return l != MacOS
	case Bcrypt:
		return l == Libxcrypt || l == Musl
	case Yescrypt, Scrypt:
		return l == Libxcrypt
	}
	return false // argon2 is in none of them
}
