package htpasswd_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/secret"
)

const long = "a much longer pass phrase than any hash block would ever be, so that the mixing wraps more than once"

// The hashes were made with openssl passwd and htpasswd of apache2-utils.
func TestVerify(t *testing.T) {
	for _, c := range []struct{ hash, password string }{
		{"$apr1$fakesalt$74kRbezVuI21ZdYKiesAd0", "fake-word-1"},
		{"$apr1$ab$S8K6Sgp3W8c9Jb6LxgywZ.", ""},
		{"$apr1$saltsalt$KXDi0gasotyCFN/RIxF5j0", long},
		{"$1$fakesalt$OqYcYFeT5Q6ZaSzgSDshu1", "fake-word-1"},
		{"$1$ab$rn6aQS/o7141mj179E/zA.", ""},
		{"$1$saltsalt$c04vZnCQZKZTyQy1VOUzC1", long},
		{"$5$fakesalt$N8y678TUbmylkA2HN1KOLqpZ7fJikPCcyqlG5z5Xn7.", "fake-word-1"},
		{"$5$saltsalt$/iqZCL0W3kjUUQfOmIcLuXE7fZVQ2jGfUtXSpNiia/6", long},
		{"$6$fakesalt$CPAceUwNqQgYrdOdJec9uRwiDITMOJs3dY8n6mP6wsg9i2FCwBDqyJhK3Gv1/bCk6Bu4gpIJYXGcS1yS5QLag/", "fake-word-1"},
		{"$6$saltsalt$vCiIWfdowg3USQAnveO02G97aFfwHTLvl70JAxmamNExhyRvPKHpEzeOTItJUAF6uHvh.P/E1swIcnGMzo1iG.", long},
		{"{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "password"},
		{"{PLAIN}fake-word-1", "fake-word-1"},
		{"$2y$05$4UFuU4J2JYiy/t7qPuO/R.0hVdLHGauI5LOdE.23eC0JdDoAjzYCe", "fake-word-1"},
	} {
		if ok, err := htpasswd.Verify(secret.New(c.hash), secret.New(c.password)); !ok || err != nil {
			t.Errorf("%s: %v %v", c.hash, ok, err)
		}
		if ok, err := htpasswd.Verify(secret.New(c.hash), secret.New(c.password+"x")); ok || err != nil {
			t.Errorf("%s with a wrong password: %v %v", c.hash, ok, err)
		}
	}
	for _, h := range []string{"$2y$30$FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEF", "$y$j9T$fake$fake", "fakefakefakef"} {
		if _, err := htpasswd.Verify(secret.New(h), secret.New("x")); !errors.Is(err, htpasswd.ErrUnsupported) {
			t.Errorf("%s: %v", h, err)
		}
	}
	for _, h := range []string{"$apr1$", "{SSHA}!", "$5$rounds=999999999$a$b", "$6$rounds=x$a$b", "$5$", "$2y$05$short", "$2y$99$FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEF"} {
		if ok, err := htpasswd.Verify(secret.New(h), secret.New("x")); ok || err == nil {
			t.Errorf("%s: %v %v", h, ok, err)
		}
	}
}

func TestVerifyDigest(t *testing.T) {
	f := htpasswd.Parse("Mufasa:testrealm@host.com:939e7578ed9e3c518a452acee763bce9\n") // the example of RFC 2617
	if l := f.Lines[0]; l.Kind != htpasswd.Digest || l.Realm != "testrealm@host.com" || !htpasswd.VerifyDigest(l, secret.New("Circle Of Life")) {
		t.Errorf("%+v", l)
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		line string
		kind htpasswd.Kind
		want []htpasswd.Problem
	}{
		{"bob:$apr1$fakesalt$74kRbezVuI21ZdYKiesAd0", htpasswd.APR1, nil},
		{"bob:$apr1$fakesalt$74kRbezVuI21ZdYKiesA", htpasswd.APR1, []htpasswd.Problem{htpasswd.HashCut}},
		{"bob:$apr1$fakesalt$74kRbezVuI21ZdYKiesAd0\r", htpasswd.APR1, []htpasswd.Problem{htpasswd.CarriageReturn}},
		{"\ufeffbob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", htpasswd.SHA1, []htpasswd.Problem{htpasswd.ByteOrderMark}},
		{"bob :{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", htpasswd.SHA1, []htpasswd.Problem{htpasswd.BlankAtColon}},
		{"bob: {SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g= ", htpasswd.SHA1, []htpasswd.Problem{htpasswd.BlankAfterColon, htpasswd.BlankAtEnd}},
		{"bob", htpasswd.Unknown, []htpasswd.Problem{htpasswd.NoColon}},
		{"bob:", htpasswd.Unknown, []htpasswd.Problem{htpasswd.EmptyHash}},
		{"bob:fake-word", htpasswd.Unknown, []htpasswd.Problem{htpasswd.NoHash}},
		{"bob:rl.3StKT.4T8M", htpasswd.DES, []htpasswd.Problem{htpasswd.DESTruncates}},
		{"bob:$$apr1$$fakesalt$$74kRbezVuI21ZdYKiesAd0", htpasswd.APR1, []htpasswd.Problem{htpasswd.DollarDoubled}},
		{"bob:$2y$05$FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEF", htpasswd.Bcrypt, []htpasswd.Problem{htpasswd.HashCut}},
		{"bob:$2y$05$FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEF", htpasswd.Bcrypt, nil},
		{"bob:apr1$fakesalt$74kR", htpasswd.Unknown, []htpasswd.Problem{htpasswd.DollarEaten}},
	} {
		f := htpasswd.Parse(c.line + "\n")
		if len(f.Lines) != 1 || f.Lines[0].Kind != c.kind || !slices.Equal(f.Lines[0].Problems, c.want) {
			t.Errorf("%q: %+v", c.line, f.Lines)
		}
	}
	f := htpasswd.Parse("# users\n\nbob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\nbob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n")
	if len(f.Lines) != 2 || !f.Lines[1].Has(htpasswd.Duplicate) || f.Lines[1].N != 4 {
		t.Errorf("%+v", f)
	}
}

func TestCanVerify(t *testing.T) {
	for _, c := range []struct {
		s    htpasswd.Server
		k    htpasswd.Kind
		want htpasswd.Support
	}{
		{htpasswd.Nginx, htpasswd.APR1, htpasswd.Always}, {htpasswd.Nginx, htpasswd.Bcrypt, htpasswd.ByLibc},
		{htpasswd.Apache, htpasswd.Bcrypt, htpasswd.Always}, {htpasswd.Apache, htpasswd.SSHA, htpasswd.Never},
		{htpasswd.Registry, htpasswd.APR1, htpasswd.Never}, {htpasswd.Nginx, htpasswd.Unknown, htpasswd.Never},
	} {
		if got := htpasswd.CanVerify(c.s, c.k); got != c.want {
			t.Errorf("%s %s: %s", c.s, c.k, got)
		}
	}
	if htpasswd.Libxcrypt.Knows(htpasswd.Argon2) || !htpasswd.Libxcrypt.Knows(htpasswd.Yescrypt) || htpasswd.Glibc.Knows(htpasswd.Bcrypt) {
		t.Error("libc")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"bob:$apr1$fakesalt$74kRbezVuI21ZdYKiesAd0\n", "\ufeffbob:{SHA}x\r\n", "a:b:939e7578ed9e3c518a452acee763bce9", "$6$rounds=1000$a$b", strings.Repeat(":", 1e4)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range htpasswd.Parse(s).Lines {
			if l.Kind == htpasswd.SHA256Crypt || l.Kind == htpasswd.SHA512Crypt {
				continue
			}
			_, _ = htpasswd.Verify(l.Hash, secret.New("fake-word"))
		}
	})
}
