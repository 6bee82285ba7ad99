package real

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	guarding "github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/watch"
	"github.com/why401/why401/watch/state"
)

const watchedNginx = `
server {
	listen @front@ ssl;
	ssl_certificate @dir@/tls/server.crt;
	ssl_certificate_key @dir@/tls/server.key;
	root @dir@/www;
	location /private/ { auth_basic "Orders"; auth_basic_user_file @dir@/htpasswd; }
}
`

// TestWatchSaysWhatChanged: nginx is watched while its challenge, a redirect and its certificate change under it. Each
// time the row that breaks is told, with what changed and nothing else.
func TestWatchSaysWhatChanged(t *testing.T) {
	w := NewWorld(t)
	w.site()
	w.File("htpasswd", "alice:{PLAIN}x\n")
	w.Cert("ca", "server")
	w.Cert("another", "other")
	srv := w.Nginx("front", watchedNginx)
	c, err := contract.Parse("contract.yaml", fmt.Appendf(nil, `why401: guard/1
target: {url: %q, ca_file: %q}
watch: {every: 150ms}
rows:
  - {name: page, route: /old/, expect: {status: 200}}
  - {name: private, route: /private/, expect: {status: 401, challenge: {scheme: Basic, realm: Orders}}}
`, "https://"+w.Addr("front"), w.ca()))
	if err != nil {
		t.Fatal(err)
	}
	store, err := state.OpenLocal(filepath.Join(t.TempDir(), "watch"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	asker, err := watch.NewContract(c, guarding.Options{StateDir: filepath.Join(t.TempDir(), "ledger")}, []byte("a key"))
	if err != nil {
		t.Fatal(err)
	}
	events, held := make(chan state.Event, 100), make(chan string, 1000)
	watcher := &watch.Watcher{Store: store, Asker: asker, Heard: func(n watch.Notice) {
		switch {
		case n.Trouble != nil:
			t.Error(n.Trouble)
		case n.Event != nil:
			events <- *n.Event
		case n.Entry != nil && n.Entry.Answer.Outcome == state.Held:
			select {
			case held <- n.State.ID:
			default:
			}
		}
	}}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- watcher.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	for seen := map[string]bool{}; len(seen) < 2; {
		select {
		case id := <-held:
			seen[id] = true
		case <-time.After(20 * time.Second):
			t.Fatalf("only %v held\n%s", seen, w.Logs())
		}
	}
	// told waits for a change of row to outcome. While nginx starts anew the target is down, which may be told, too.
	told := func(row string, outcome state.Outcome, with string) state.Event {
		t.Helper()
		limit := time.After(20 * time.Second)
		for {
			select {
			case e := <-events:
				if e.Row == row && e.To.Outcome == outcome && (with == "" || e.To.Step == with) {
					return e
				}
				if e.To.Outcome == state.Broken {
					t.Errorf("%s is told as broken: %+v", e.Row, e.To)
				}
			case <-limit:
				s, _ := store.States(ctx)
				t.Fatalf("%s was not told as %s: %+v\n%s", row, outcome, s, w.Logs())
			}
		}
	}
	for _, change := range []struct {
		what, from, to string // in nginx's configuration
		row            string
		outcome        state.Outcome
		step           string
		want           []string // what changed
	}{
		{"challenge", `auth_basic "Orders"`, `auth_basic "Staging"`, "private", state.Broken, "", []string{"WWW-Authenticate Basic realm: Orders | Staging"}},
		{"redirect", "location /private/", "location /old/ { return 302 /login; }\n\tlocation /private/", "page", state.Broken, "",
			[]string{"status: 200 | 302", "way: 200 | 302 to https://" + w.Addr("front") + "/login"}},
		{"certificate", "tls/server", "tls/other", "page", state.Unclear, "tls", []string{"certificate's issuer: CN=ca | CN=another", "certificate's name: CN=server | CN=other"}},
	} {
		srv.Mend(strings.ReplaceAll(watchedNginx, change.from, change.to))
		e := told(change.row, change.outcome, change.step)
		var got []string
		for _, d := range e.Changed {
			got = append(got, d.What+": "+d.Good+" | "+d.Bad)
		}
		all := strings.Join(got, "\n")
		for _, want := range change.want {
			if !strings.Contains(all, want) {
				t.Errorf("%s: it is not said that it changed to %s; said:\n%s", change.what, want, all)
			}
		}
		if change.outcome == state.Broken && strings.Contains(all, "certificate") {
			t.Errorf("%s: the certificate is the same, and said is:\n%s", change.what, all)
		}
		if e.Held.IsZero() || e.Number == 0 {
			t.Errorf("%s: %+v", change.what, e)
		}
		t.Logf("%s: %s\n%s", change.what, e.To.Title, all)
		srv.Mend(watchedNginx)
		told(change.row, state.Held, "")
	}
}
