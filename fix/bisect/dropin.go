package bisect

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/why401/why401/secret"
)

//go:embed dropin.php
var dropInProgram string

// headerName carries the token to the drop-in, and its mark back.
const headerName = "X-Why401"

// lifetime is how long a drop-in works. A run takes less.
const lifetime = 10 * time.Minute

// token is what a run shares with its drop-in. Every request is signed with the key for one set of plugins and a minute of
// time (RFC 2104, HMAC with SHA-256).
type token struct {
	id    string
	key   secret.Text
	until time.Time
	now   func() time.Time
	n     atomic.Int64
}

func newToken(now func() time.Time) *token {
	var b [36]byte
	rand.Read(b[:])
	return &token{id: hex.EncodeToString(b[:4]), key: secret.New(hex.EncodeToString(b[4:])), until: now().Add(lifetime), now: now}
}

// program is the drop-in of the run.
func (t *token) program() []byte {
	return []byte(strings.NewReplacer("@ID@", t.id, "@KEY@", t.key.Reveal(), "@UNTIL@", fmt.Sprint(t.until.Unix())).Replace(dropInProgram))
}

// fileName is a name of its own for each run, so that no cache of compiled programs has an older one under it. The zero
// makes WordPress, which sorts by name, load it early.
func (t *token) fileName() string { return "0-why401-" + t.id + ".php" }

// sign makes the value for one request: when it was made, the list that it is about, what is off. The time has a counter
// behind it, so that no two are equal and an answer that was stored is told from a fresh one.
func (t *token) sign(list, off string) (at string, value secret.Text) {
	at = fmt.Sprintf("%d-%d", t.now().Unix(), t.n.Add(1))
	text := at + "." + list + "." + off
	mac := hmac.New(sha256.New, []byte(t.key.Reveal()))
	mac.Write([]byte(text))
	return at, secret.New(text + "." + hex.EncodeToString(mac.Sum(nil)))
}
