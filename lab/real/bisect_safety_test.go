package real

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/why401/why401/fix"
	"github.com/why401/why401/fix/bisect"
)

// bisectChild is the variable that makes this test's program a search, so that a test can kill it.
const bisectChild = "WHY401_TEST_BISECT"

// TestBisectChild is the search that TestBisectKilled kills; by itself it does nothing.
func TestBisectChild(t *testing.T) {
	var o struct {
		Site  bisect.Site
		URL   string
		State string
	}
	text := os.Getenv(bisectChild)
	if text == "" {
		return
	}
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	if _, err := bisect.Run(t.Context(), bisect.Options{Site: o.Site, Intent: intent(t, []string{o.URL}), StateDir: o.State}); err != nil {
		t.Fatal(err)
	}
}

// TestBisectKilled kills searches at random moments. Visitors meet the guard all the time, before and after; the next start
// removes whatever is left; nothing in the database changes.
func TestBisectKilled(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	s := w.WordPress("front")
	s.Activate(among(12, map[int]string{7: "rest-sealed", 9: "careful", 2: "shop"})...)
	s.Serve(80)
	w.warm([]string{w.URL("front", wpPosts)})
	before, files := s.options(), s.contents()
	stop := make(chan struct{})
	var visitors sync.WaitGroup
	var visits int
	visitors.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			r, err := w.Curl(context.Background(), []string{w.URL("front", wpPosts)})
			if err != nil || r.Status != 403 || !strings.Contains(r.Body, "rest_api_sealed") || len(r.Header.Values("X-Why401")) > 0 {
				t.Errorf("a visitor got %v %v", r, err)
			}
			visits++
		}
	})
	state := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	spec, err := json.Marshal(map[string]any{"Site": s.bisectSite(), "URL": w.URL("front", wpPosts), "State": state})
	if err != nil {
		t.Fatal(err)
	}
	left := 0
	for range 12 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestBisectChild$")
		cmd.Env = append(os.Environ(), bisectChild+"="+string(spec))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(2500)) * time.Millisecond)
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if s.contents() != files {
			left++
		}
		if _, err := bisect.Sweep(state); err != nil {
			t.Fatal(err)
		}
		if got := s.contents(); got != files {
			t.Fatalf("after the next start the folder is not as it was:\n%s\nwas\n%s", got, files)
		}
	}
	close(stop)
	visitors.Wait()
	t.Logf("%d of 12 kills left a file; %d visits", left, visits)
	if left == 0 || visits < 10 {
		t.Errorf("%d of 12 kills left a file and there were %d visits: nothing was tried", left, visits)
	}
	if after := s.options(); after != before {
		t.Errorf("the database changed: %s", otherLines(before, after))
	}
	if notes, _ := filepath.Glob(filepath.Join(bisect.NotesIn(state), "*.json")); len(notes) > 0 {
		t.Errorf("notes are left: %v", notes)
	}
}

// TestBisectDropIn asks a drop-in whose search was killed: without a token, with a wrong one, and when its time is over.
func TestBisectDropIn(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	s := w.WordPress("front")
	s.Activate("rest-sealed", "plain-1")
	s.Serve(80)
	state := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	// A site of its own notes: the drop-in is copied away while the search runs, and put back when it is over.
	var program []byte
	say := func(line string) {
		if path, ok := strings.CutPrefix(line, "wrote "); ok {
			program, _ = os.ReadFile(path)
			fi, err := os.Stat(path)
			if err != nil || fi.Mode().Perm()&0o022 != 0 {
				t.Errorf("others may write to the drop-in: %v %v", fi.Mode(), err)
			}
		}
	}
	if _, err := bisect.Run(t.Context(), bisect.Options{Site: s.bisectSite(), Intent: intent(t, []string{w.URL("front", wpPosts)}), StateDir: state, Say: say}); err != nil {
		t.Fatal(err)
	}
	path := "wp-content/mu-plugins/0-why401-00000000.php"
	s.File("site/"+path, string(program))
	for _, token := range []string{"", "x", "1.2.3.4", fmt.Sprintf("%d-1.list..%064x", time.Now().Unix(), 0), strings.Repeat("9", 3000), "a.b.c.\xff"} {
		r, err := w.Curl(t.Context(), curl("-H", "X-Why401: "+token, w.URL("front", wpPosts)))
		if err != nil || r.Status != 403 || !strings.Contains(r.Body, "rest_api_sealed") || len(r.Header.Values("X-Why401")) > 0 {
			t.Errorf("token %.20q: %v %v", token, r, err)
		}
	}
	begin := strings.Index(string(program), "$until = (int) '")
	old := string(program[:begin]) + "$until = (int) '1" + string(program[begin+len("$until = (int) '1"):begin+len("$until = (int) '1")+6]) + string(program[strings.Index(string(program[begin:]), "';")+begin:])
	s.File("site/"+path, old)
	for dir := range map[string]bool{filepath.Dir(filepath.Join(s.Dir, path)): true} {
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := w.Curl(t.Context(), []string{w.URL("front", wpPosts)}); err != nil || r.Status != 403 {
		t.Errorf("the visit that ends it: %v %v", r, err)
	}
	if _, err := os.Stat(filepath.Join(s.Dir, path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a drop-in whose time is over is still there: %v", err)
	}
}

// TestBisectWithCaches searches where PHP never looks at files again, and where the web server stores answers.
func TestBisectWithCaches(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	s := w.WordPress("front")
	s.Activate(among(8, map[int]string{5: "rest-sealed", 1: "guestbook"})...)
	s.File("site/.htaccess", wpRewrite)
	w.PHPFPMFull("php", "php_admin_value[opcache.validate_timestamps] = 0\nphp_admin_value[opcache.revalidate_freq] = 3600")
	w.Nginx("front", "fastcgi_cache_path @dir:front@/cache keys_zone=answers:1m;\n"+nginxPHP("site", "", `fastcgi_cache answers; fastcgi_cache_key $request_uri; fastcgi_cache_valid 200 10m; fastcgi_ignore_headers Set-Cookie;`))
	w.warm([]string{w.URL("front", wpPosts)})
	res, err := s.bisect(t, []string{w.URL("front", wpPosts)})
	if err != nil || res.Outcome != bisect.Guards || strings.Join(names(res.Guards), ",") != "REST sealed" {
		t.Fatalf("%+v %v\n%s", res, err, w.Logs())
	}
	r, err := w.Curl(t.Context(), []string{w.URL("front", wpPosts)})
	if err != nil || r.Status != 403 || len(r.Header.Values("X-Why401")) > 0 {
		t.Errorf("a visitor was given what the search was answered: %v %v", r, err)
	}
	// The same with the guard outside of what is cached: the next visitors must not meet a stored answer either.
	if got := s.Option("lab_visits"); got == "" {
		t.Error("the guestbook did not count the visitors")
	}
}

// TestBisectSaysWhatIsInTheWay wants a clear refusal, and nothing written.
func TestBisectSaysWhatIsInTheWay(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	s := w.WordPress("front", "define('DISALLOW_FILE_MODS', true);")
	s.Activate("rest-sealed", "plain-1")
	s.Serve(80)
	url := w.URL("front", wpPosts)
	for name, c := range map[string]struct {
		ask  []string
		host string
		want string
	}{
		"a request that changes something": {curl("-d", "a=b", url), "", "is a POST"},
		"a live site":                      {curl("--resolve", "shop.example.org:443:127.0.0.1", "https://shop.example.org/wp-json/"), "", "looks like production"},
		"another name than the site's":     {curl("--resolve", "shop.example.org:443:127.0.0.1", "https://shop.example.org/wp-json/"), "shop", `expected "shop.example.org"`},
		"a live site without TLS":          {[]string{"http://shop.example.org/wp-json/"}, "shop.example.org", "begins with http://"},
	} {
		o := bisect.Options{Site: s.bisectSite(), Intent: intent(t, c.ask), StateDir: t.TempDir(), Host: c.host}
		_, err := bisect.Run(t.Context(), o)
		if r, ok := errors.AsType[*fix.Refused](err); !ok || !strings.Contains(r.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	res, err := s.bisect(t, []string{url})
	if err != nil || !strings.Contains(strings.Join(res.Notes, "\n"), "DISALLOW_FILE_MODS") {
		t.Errorf("DISALLOW_FILE_MODS is not told: %+v %v", res, err)
	}
	if err := os.Remove(filepath.Join(s.Dir, "wp-content/mu-plugins")); err != nil {
		t.Fatal(err)
	}
	if res, err := s.bisect(t, []string{url}); err != nil || res.Outcome != bisect.Guards {
		t.Errorf("without a folder of must-use plugins: %+v %v", res, err)
	}
	if _, err := os.Stat(filepath.Join(s.Dir, "wp-content/mu-plugins")); err == nil {
		t.Error("the folder that was made for the search is still there")
	}
	elsewhere := s.bisectSite()
	elsewhere.Dir = t.TempDir()
	if _, err := bisect.Run(t.Context(), bisect.Options{Site: elsewhere, Intent: intent(t, []string{url}), StateDir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "holds no WordPress") {
		t.Errorf("a folder without WordPress: %v", err)
	}
}
