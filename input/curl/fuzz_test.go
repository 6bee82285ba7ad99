package curl_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/input/curl"
)

// FuzzCommand: any text gives intents or one of the two errors, never a panic, and what is given can be written to
// the wire.
func FuzzCommand(f *testing.F) {
	for _, name := range []string{"commands.txt", "refused.txt"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		text := strings.NewReplacer("{{sink}}", "127.0.0.1:80", "{{port}}", "80").Replace(string(b))
		for block := range strings.SplitSeq(text, "\n-- ") {
			if _, command, ok := strings.Cut(block, "\n"); ok {
				f.Add(command)
			}
		}
	}
	f.Add("curl <(id)")
	f.Add("curl {a,{b,c}}{1..3} ${x:-${y}} $'\\u00e9\\x' \"$(id)\"")
	f.Add("curl -H @- http://h/ <<-'E'\n\tx: 1\n\tE\n")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		in, err := curl.Commands(text, curl.Options{Dir: dir, Home: dir})
		if err != nil {
			var u *curl.UsageError
			var e *curl.FileError
			if !errors.As(err, &u) && !errors.As(err, &e) {
				t.Fatalf("untyped error %T %v", err, err)
			}
			return
		}
		if len(in) == 0 {
			t.Fatal("neither intents nor an error")
		}
		for _, i := range in {
			if len(i.Request.Wire()) == 0 || i.Request.URL.Host == "" {
				t.Fatalf("empty request from %q", text)
			}
		}
	})
}
