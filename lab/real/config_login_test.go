package real

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"os/exec"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/programs"
	"github.com/why401/why401/diagnose"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// schemes are ways to hash a password, each with what makes the hash: a setting for this system's crypt(3), or the hash itself.
var schemes = []struct{ name, setting, hash string }{
	{"apr1", "", strings.TrimPrefix(aliceLine, "alice:")},
	{"SHA", "", "{SHA}" + sha1Of(password)},
	{"SSHA", "", "{SSHA}" + sha1Of(password+"salt", "salt")},
	{"PLAIN", "", "{PLAIN}" + password},
	{"plain text", "", password},
	{"argon2", "", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA"},
	{"DES", "ab", ""},
	{"MD5-crypt", "$1$fakesalt", ""},
	{"SHA-256-crypt", "$5$rounds=1000$fakesalt", ""},
	{"SHA-512-crypt", "$6$rounds=1000$fakesalt", ""},
	{"bcrypt 2y", "$2y$05$fakesaltfakesaltfakese", ""},
	{"bcrypt 2a", "$2a$05$fakesaltfakesaltfakese", ""},
	{"bcrypt 2b", "$2b$05$fakesaltfakesaltfakese", ""},
	{"scrypt", "$7$CU..../....fakesaltfakesalt", ""},
	{"yescrypt", "$y$j9T$F5Jx5fExrKuPp53xLKQ..1", ""},
	{"gost-yescrypt", "$gy$j9T$F5Jx5fExrKuPp53xLKQ..1", ""},
}

// sha1Of is the base64 of a SHA-1 with what follows it, as {SHA} and {SSHA} write it.
func sha1Of(text string, behind ...string) string {
	sum := sha1.Sum([]byte(text))
	return base64.StdEncoding.EncodeToString(append(sum[:], strings.Join(behind, "")...))
}

// TestConfigLogin holds a password against a hash of every kind, and wants to be told what running servers make of it: whether
// it fits, and whether nginx and Apache can check such a hash on this system, whose libcrypt has yescrypt.
func TestConfigLogin(t *testing.T) {
	w := NewWorld(t)
	w.site()
	w.put(goodUsers)
	servers := []*Server{w.Nginx("front", siteOf(basicRule)), w.Apache("other", apacheArea("AuthType Basic", "AuthName Orders", "AuthUserFile @dir@/htpasswd", "Require valid-user"))}
	for _, s := range schemes {
		t.Run(s.name, func(t *testing.T) {
			hash := s.hash
			if s.setting != "" {
				out, err := exec.Command("perl", "-e", "print crypt($ARGV[0], $ARGV[1])", password, s.setting).Output()
				if hash = string(out); err != nil || !strings.HasPrefix(hash, s.setting) {
					t.Fatalf("crypt(3) does not make it: %q %v", hash, err)
				}
			}
			w.File("htpasswd", user+":"+hash+"\n")
			for _, front := range servers {
				right, wrong := w.loginAt(t, front, password), w.loginAt(t, front, "x"+password)
				if wrong != 401 {
					t.Errorf("%s lets another password in: %d", front.Kind, wrong)
				}
				good, bad := w.judged(t, front, password), w.judged(t, front, "x"+password)
				if (right == 200) != (good.Result == "fits" && good.Server == "yes") {
					t.Errorf("%s answers %d to the right password, and it is said: %s, %s: %s", front.Kind, right, good.Result, good.Server, good.Says)
				}
				if right != 200 && good.Server != "no" && good.Hash != "" {
					t.Errorf("%s cannot check it, and that is not said: %s", front.Kind, good.Says)
				}
				if bad.Result == "fits" || right == 200 && bad.Result != "wrong" {
					t.Errorf("of another password it is said: %s", bad.Says)
				}
				t.Logf("%s: %d; %s", front.Kind, right, good.Says)
			}
		})
	}
}

// loginAt is the status of a login at s.
func (w *World) loginAt(t *testing.T, s *Server, word string) int {
	t.Helper()
	r, err := w.Curl(context.Background(), []string{"-u", user + ":" + word, w.URL(s.Name)})
	if err != nil {
		t.Fatal(err)
	}
	return r.Status
}

// judged is what is said of a login by the configuration of s.
func (w *World) judged(t *testing.T, s *Server, word string) report.Login {
	t.Helper()
	found, failed := programs.ReadPaths(conf.Disk(), []string{s.Dir + "/" + mains[s.Kind][0]}, s.Kind)
	if len(failed) > 0 || len(found) != 1 {
		t.Fatalf("%d read, %v", len(found), failed)
	}
	out := diagnose.Logins(context.Background(), []diagnose.Configuration{{Path: s.Dir, Config: found[0].Config}}, user, secret.New(word))
	if len(out) != 1 {
		t.Fatalf("%d files: %v", len(out), out)
	}
	return out[0]
}
