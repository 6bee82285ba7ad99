package nginx

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/secret"
)

// checkPassword looks user up in the file that f names and compares the password: fine, 401, another status, or unclear with
// the reason.
func (r *run) checkPassword(f *Directive, user, password string) (rc int, why string) {
	name := f.Arg(0)
	if strings.Contains(name, "$") {
		name = r.value(name)
	}
	name = r.m.full(name)
	if !r.m.real {
		return unclear, "whether " + name + " lets this user in cannot be known: the file is on the server's disk"
	}
	b, err := r.m.src.ReadFile(name)
	var pe *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 403, name + " does not exist"
	case errors.As(err, &pe) && errors.Is(pe.Err, fs.ErrPermission):
		return unclear, name + " cannot be read by why401"
	case err != nil:
		return 500, fmt.Sprintf("%s: %v", name, reason(err))
	}
	worker, known := r.m.users[r.m.config.Worker]
	if known {
		if reads, blocks := conf.Readable(r.m.src, name, worker); reads == "no" {
			return 500, fmt.Sprintf("%s: permission denied for the user %s at %s", name, worker.Name, blocks)
		}
	}
	hash, ok := passwordOf(string(b), user)
	if !ok {
		return 401, "the user is not in " + name
	}
	if r.hidden.Vouches() {
		return r.vouched(name, user, hash)
	}
	match, err := verify(hash, password)
	switch {
	case errors.Is(err, htpasswd.ErrUnsupported):
		return unclear, fmt.Sprintf("the password is right or wrong by a hash of the kind %s in %s, which is not checked here",
			htpasswd.KindOf(secret.New(hash)), name)
	case err != nil || !match:
		return 401, "the password is not the one in " + name
	}
	return fine, "user and password fit " + name
}

// vouched asks who speaks for a password that is not in the request.
func (r *run) vouched(name, user, hash string) (rc int, why string) {
	h := secret.New(hash)
	switch kind := htpasswd.KindOf(h); kind {
	case htpasswd.Unknown, htpasswd.Digest:
		return 401, "what " + name + " has for the user is no hash that nginx or crypt(3) knows"
	}
	switch fit, why := r.hidden.Password(user, h); fit {
	case conf.Fits:
		return fine, "user and password fit " + name
	case conf.CannotTell:
		return unclear, why
	}
	return 401, "the password is not the one in " + name
}

// passwordOf is the first line of user, up to a colon or the line's end (the state machine of ngx_http_auth_basic_handler).
// Lines that begin with # or CR are none; nothing is trimmed.
func passwordOf(text, user string) (hash string, ok bool) {
	for line := range strings.Lines(text) {
		if line[0] == '#' || line[0] == '\r' {
			continue
		}
		rest, ok := strings.CutPrefix(line, user+":")
		if !ok {
			continue
		}
		if i := strings.IndexAny(rest, "\r\n:"); i >= 0 {
			rest = rest[:i]
		}
		hash, _, _ := strings.Cut(rest, "\x00")
		return hash, true
	}
	return "", false
}

// verify is ngx_crypt: apr1, {PLAIN}, {SHA} and {SSHA} by nginx itself, all else by the system's crypt. What crypt does not
// know is no password at all.
func verify(hash, password string) (bool, error) {
	h, p := secret.New(hash), secret.New(password)
	switch htpasswd.KindOf(h) {
	case htpasswd.Unknown, htpasswd.Digest:
		return false, nil
	}
	return htpasswd.Verify(h, p)
}
