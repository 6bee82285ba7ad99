// Package libcrypt asks crypt(3) of this system whether a password fits a hash. It is what nginx, Apache, lighttpd and HAProxy
// ask, so its answer is theirs for a server on this machine: yescrypt, scrypt and DES hashes are checked here and nowhere
// else in this program.
//
// A Go program without cgo cannot call the library, and no maintained Go package knows yescrypt. perl can, and every Debian,
// Ubuntu, Fedora, macOS and most others have it. Password and hash go to it over a pipe, never as an argument.
package libcrypt

import (
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/secret"
)

// ErrNoHelper says that there is no perl to ask.
var ErrNoHelper = errors.New("there is no perl on this machine, through which the system's crypt(3) is asked")

// patience is how long one hash may take: yescrypt with the usual settings takes 30 ms.
const patience = 10 * time.Second

// ask reads password and setting, with a NUL between them, and prints what crypt(3) makes of them; nothing when it does
// not know the kind.
const ask = `binmode STDIN; local $/; my ($p, $s) = split /\0/, <STDIN>, 2; my $h = crypt($p, $s); print $h if defined $h;`

// Verify reports whether password is the one that was hashed. It asks the system for the kinds that htpasswd.Verify cannot
// check; htpasswd.ErrUnsupported says that the system's library does not know the kind either.
func Verify(ctx context.Context, hashed, password secret.Text) (bool, error) {
	fits, err := htpasswd.Verify(hashed, password)
	if !errors.Is(err, htpasswd.ErrUnsupported) {
		return fits, err
	}
	return system(ctx, hashed, password)
}

func system(ctx context.Context, hashed, password secret.Text) (bool, error) {
	h, p := strings.TrimSpace(hashed.Reveal()), password.Reveal()
	switch {
	case strings.ContainsAny(h+p, "\x00") || len(h) > 512 || len(p) > 512: // CRYPT_MAX_PASSPHRASE_SIZE of libxcrypt
		return false, htpasswd.ErrUnsupported
	case htpasswd.KindOf(hashed) == htpasswd.Unknown:
		return false, htpasswd.ErrUnsupported
	}
	perl, err := exec.LookPath("perl")
	if err != nil {
		return false, ErrNoHelper
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	cmd := exec.CommandContext(ctx, perl, "-e", ask)
	cmd.Env = []string{"LC_ALL=C", "PATH=/usr/bin:/bin"} // no PERL5OPT of the caller's
	cmd.Stdin = strings.NewReader(p + "\x00" + h)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return false, fmt.Errorf("crypt(3) took longer than %v", patience)
		}
		return false, fmt.Errorf("asking crypt(3) through perl: %w", err)
	}
	made := out.String()
	if made == "" || strings.HasPrefix(made, "*") || htpasswd.KindOf(secret.New(made)) != htpasswd.KindOf(hashed) {
		return false, htpasswd.ErrUnsupported // a failure token (crypt(3)), or what another kind makes of it
	}
	return subtle.ConstantTimeCompare([]byte(made), []byte(h)) == 1, nil
}
