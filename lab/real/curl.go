package real

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Reply is what curl ended with: the last answer, after the redirects it was told to follow.
type Reply struct {
	Status int
	Header http.Header // of the last answer
	Body   string
	Error  string // curl's own complaint, "" when it was content
}

// OK reports a 2xx answer.
func (r Reply) OK() bool { return r.Status/100 == 2 }

func (r Reply) String() string {
	body := r.Body
	if len(body) > 300 {
		body = body[:300] + "..."
	}
	return fmt.Sprintf("status %d, %v, body %q, curl: %q", r.Status, r.Header, body, r.Error)
}

// curlLimit ends a curl that hangs. Nothing here takes a second on an idle machine; the first page of a WordPress on a busy
// one takes many.
const curlLimit = 45 * time.Second

// Curl runs the curl program with args, whose first is "curl" or a bare URL, in an empty home directory and without
// proxy variables, and returns the last answer. An error means that curl could not be run.
func (w *World) Curl(ctx context.Context, args []string) (Reply, error) {
	if len(args) > 0 && args[0] == "curl" {
		args = args[1:]
	}
	dir, err := os.MkdirTemp(w.Dir, "curl-")
	if err != nil {
		return Reply{}, fmt.Errorf("making a directory for curl: %w", err)
	}
	head, body := filepath.Join(dir, "head"), filepath.Join(dir, "body")
	ctx, cancel := context.WithTimeout(ctx, curlLimit)
	defer cancel()
	// --disable comes first or not at all: it keeps the user's own .curlrc out.
	full := slices.Concat([]string{"--disable", "-sS", "-D", head, "-o", body, "-w", "%{http_code}"}, args)
	cmd := exec.CommandContext(ctx, "curl", full...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C"}
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return Reply{}, fmt.Errorf("running curl: %w", err)
	}
	r := Reply{Error: strings.TrimSpace(errs.String())}
	r.Status, _ = strconv.Atoi(strings.TrimSpace(out.String()))
	b, _ := os.ReadFile(body)
	r.Body = string(b)
	h, _ := os.ReadFile(head)
	r.Header = lastHeader(string(h))
	return r, nil
}

// lastHeader reads the last header block of curl's -D file.
func lastHeader(dump string) http.Header {
	h := http.Header{}
	for line := range strings.Lines(dump) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "HTTP/") {
			h = http.Header{}
			continue
		}
		if name, value, ok := strings.Cut(line, ":"); ok {
			h.Add(name, strings.TrimSpace(value))
		}
	}
	return h
}

// warm sends a request whose answer does not matter to the scenario, only that it was sent.
func (w *World) warm(args []string) Reply {
	w.Helper()
	r, err := w.Curl(context.Background(), args)
	if err != nil {
		w.Fatalf("a request before the scenario: %v", err)
	}
	return r
}
