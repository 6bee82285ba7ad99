package libcrypt_test

import (
	"context"
	"errors"
	"testing"

	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/cred/libcrypt"
	"github.com/why401/why401/secret"
)

// The hashes (yescrypt, scrypt, DES) were made with crypt(3) of Debian's libxcrypt.
func TestVerify(t *testing.T) {
	for _, c := range []struct{ hash, password string }{
		{"$y$j9T$F5Jx5fExrKuPp53xLKQ..1$Ez4WsMO79zACi57OC0SYc7OY8I2m04QHls7IiGVlky7", "fake-word-1"},
		{"$7$CU..../....2Q9obwLhin8qvQl6sisAO/$oYJ12d64992X35Sk3FVZyrBBd7isOagOd4pGf5p7Wo9", "fake-word-1"},
		{"abOcb/1PrqIGg", "fake-word-1"},
	} {
		for _, try := range []struct {
			password string
			want     bool
		}{{c.password, true}, {"y" + c.password, false}} {
			if ok, err := libcrypt.Verify(context.Background(), secret.New(c.hash), secret.New(try.password)); ok != try.want || err != nil {
				t.Errorf("%s with %q: %v %v", c.hash, try.password, ok, err)
			}
		}
	}
}

func TestVerifyNotKnown(t *testing.T) {
	for _, h := range []string{"$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$AAAA", "plain text", "$2x$05$FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEF\x00"} {
		if ok, err := libcrypt.Verify(context.Background(), secret.New(h), secret.New("x")); ok || !errors.Is(err, htpasswd.ErrUnsupported) {
			t.Errorf("%q: expected that it is not known, got %v %v", h, ok, err)
		}
	}
}
