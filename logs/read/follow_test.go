package read

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/why401/why401/logs/line"
)

// followed runs Follow over paths and keeps the targets of the lines.
type followed struct {
	t    *testing.T
	mu   sync.Mutex
	got  []string
	idle int
	stop func()
	done chan *Summary
}

func follow(t *testing.T, paths ...string) *followed {
	ctx, stop := context.WithCancel(context.Background())
	f := &followed{t: t, stop: stop, done: make(chan *Summary, 1)}
	t.Cleanup(stop)
	go func() {
		s, err := Follow(ctx, paths, Options{}, func(l *line.Line) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.got = append(f.got, string(l.Target)+string(l.Message))
		}, func(*Summary) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.idle++
		})
		if err != nil {
			t.Error(err)
		}
		f.done <- s
	}()
	return f
}

// wait waits until the lines are these.
func (f *followed) wait(want ...string) {
	f.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		f.mu.Lock()
		got := slices.Clone(f.got)
		f.mu.Unlock()
		if slices.Equal(got, want) {
			return
		}
		if time.Now().After(end) || len(got) > len(want) {
			f.t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// What is there is read, and what comes; a line is given when it is whole.
func TestFollowGrowth(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	put(t, path, clf(0, "/a", 200))
	f := follow(t, path)
	f.wait("/a")
	put(t, path, clf(1, "/b", 200)+clf(2, "/c", 401)[:20])
	f.wait("/a", "/b")
	put(t, path, clf(2, "/c", 401)[20:])
	f.wait("/a", "/b", "/c")
	f.stop()
	s := <-f.done
	if x := s.Files[0]; x.Read != 3 || len(x.Skipped) > 0 || x.Format != "combined" {
		t.Errorf("%+v", x)
	}
}

// logrotate renames the file and the server opens a new one: nothing is lost, also what the server wrote into the old file
// after the renaming.
func TestFollowRename(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	put(t, path, clf(0, "/a", 200))
	f := follow(t, path)
	f.wait("/a")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	put(t, path+".1", clf(1, "/late", 200))
	f.wait("/a", "/late")
	put(t, path, clf(2, "/new", 200))
	f.wait("/a", "/late", "/new")
}

// copytruncate cuts the file off.
func TestFollowTruncation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	put(t, path, clf(0, "/a", 200)+clf(1, "/b", 200))
	f := follow(t, path)
	f.wait("/a", "/b")
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	put(t, path, clf(2, "/c", 200))
	f.wait("/a", "/b", "/c")
	f.stop()
	if s := <-f.done; len(s.Files[0].Doubts) != 1 || !strings.Contains(s.Files[0].Doubts[0].Why, "cut off") {
		t.Errorf("%+v", s.Files[0])
	}
}

// A record of several lines is held until the next one begins, or nothing comes any more.
func TestFollowRecords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "exception.log")
	put(t, path, "[2026-11-22T10:00:00.1+00:00] main.CRITICAL: one\n#0 a.php\n")
	other := filepath.Join(filepath.Dir(path), "later.log")
	f := follow(t, path, other)
	f.wait("one\n#0 a.php")
	put(t, path, "[2026-11-22T10:00:01.1+00:00] main.CRITICAL: two\n#0 b.php\n[2026-11-22T10:00:02.1+00:00] main.CRITICAL: three\n")
	f.wait("one\n#0 a.php", "two\n#0 b.php", "three")
	put(t, other, clf(0, "/other", 200)) // a file that was not there in the beginning
	f.wait("one\n#0 a.php", "two\n#0 b.php", "three", "/other")
}

func TestFollowNothing(t *testing.T) {
	dir := t.TempDir()
	if _, err := Follow(context.Background(), []string{filepath.Join(dir, "none.log")}, Options{}, nil, nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	gz := filepath.Join(dir, "a.gz")
	put(t, gz, "\x1f\x8b\x08\x00")
	if _, err := Follow(context.Background(), []string{gz}, Options{}, nil, nil); err == nil || !strings.Contains(err.Error(), "compressed") {
		t.Error(err)
	}
}

// FuzzEach cuts any bytes into blocks of any size: none is lost or counted twice, and nothing crashes.
func FuzzEach(f *testing.F) {
	f.Add([]byte(many(3)), uint16(200))
	f.Add([]byte("[2026-11-22T10:00:00.1+00:00] main.CRITICAL: one\n#0 a.php\n[2026-11-22T10:00:01.1+00:00] main.CRITICAL: two\n"), uint16(64))
	f.Add([]byte("#Fields: date time cs-method sc-status\n2026-11-22 10:00:00 GET 200\n"), uint16(90))
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"), uint16(90))
	f.Add([]byte("\x28\xb5\x2f\xfd\x00\x00"), uint16(90))
	f.Add([]byte("BZh9"), uint16(90))
	f.Add([]byte("\xff\xfea\x00\n\x00"), uint16(90))
	f.Fuzz(func(t *testing.T, b []byte, size uint16) {
		s := text("fuzz", string(b))
		n, last := int64(0), int64(0)
		sum, err := Lines(context.Background(), []Source{s}, Options{BlockSize: int(size)%4096 + 64}, func(l *line.Line) {
			n++
			if l.N <= last {
				t.Fatalf("line %d behind line %d", l.N, last)
			}
			last = l.N
		})
		if err != nil {
			return // not what its first bytes promise
		}
		x := sum.Files[0]
		skipped := int64(0)
		for _, k := range x.Skipped {
			if skipped += k.Count; k.First < 1 {
				t.Fatalf("%+v", k)
			}
		}
		if x.Read != n || x.Bytes > 64*int64(len(b))+1<<20 {
			t.Fatalf("%d lines given, %+v", n, x)
		}
		_ = sum.Notes()
	})
}
