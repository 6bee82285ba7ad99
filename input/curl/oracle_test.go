package curl_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/curl"
	"github.com/why401/why401/secret"
)

// sink records each request byte for byte and answers 204.
type sink struct {
	net.Listener
	mu   sync.Mutex
	seen []string
	busy sync.WaitGroup
}

func newSink(t *testing.T) *sink {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{Listener: l}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.busy.Go(func() { s.serve(c) })
		}
	}()
	t.Cleanup(func() { l.Close(); <-done; s.busy.Wait() })
	return s
}

func (s *sink) serve(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	var raw bytes.Buffer
	br := bufio.NewReader(io.TeeReader(c, &raw))
	length, chunked, expect := 0, false, false
	for first := true; ; first = false {
		l, err := br.ReadString('\n')
		if err != nil {
			return
		}
		l = strings.TrimRight(l, "\r\n")
		if l == "" && !first {
			break
		}
		name, value, _ := strings.Cut(l, ":")
		switch strings.ToLower(name) {
		case "content-length":
			length, _ = strconv.Atoi(strings.TrimSpace(value))
		case "transfer-encoding":
			chunked = strings.Contains(value, "chunked")
		case "expect":
			expect = strings.Contains(value, "100")
		}
	}
	if expect {
		fmt.Fprint(c, "HTTP/1.1 100 Continue\r\n\r\n")
	}
	switch {
	case chunked:
		for !bytes.HasSuffix(raw.Bytes(), []byte("0\r\n\r\n")) {
			if _, err := br.ReadByte(); err != nil {
				return
			}
		}
	default:
		_, _ = io.CopyN(io.Discard, br, int64(length))
	}
	s.mu.Lock()
	s.seen = append(s.seen, raw.String())
	s.mu.Unlock()
	fmt.Fprint(c, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
}

func (s *sink) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.seen
	s.seen = nil
	return out
}

// block is a named command of a testdata file.
type block struct{ name, text string }

func blocks(t *testing.T, file, address string) []block {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(address)
	text := strings.NewReplacer("{{sink}}", address, "{{port}}", port).Replace(string(b))
	var out []block
	for l := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(l, "-- "); ok {
			out = append(out, block{name: strings.TrimSpace(name)})
		} else if len(out) > 0 {
			out[len(out)-1].text += l
		}
	}
	return out
}

// workDir holds the files that the commands name.
func workDir(t *testing.T, address string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/files")); err != nil {
		t.Fatal(err)
	}
	conf, err := os.ReadFile(filepath.Join(dir, "conf2"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"conf2": bytes.ReplaceAll(conf, []byte("{{sink}}"), []byte(address)),
		"big":   bytes.Repeat([]byte("0123456789abcdef"), 1<<16+1),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// run gives a command to bash and the real curl.
func run(t *testing.T, dir, text string) (code int, output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", text)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(dir, "home"), "LC_ALL=C.UTF-8"}
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatalf("bash: %v", err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

func needCurl(t *testing.T) {
	t.Helper()
	out, err := exec.Command("curl", "--version").Output()
	if err != nil {
		t.Fatalf("these tests compare with the real curl: %v", err)
	}
	if !strings.HasPrefix(string(out), "curl "+curl.Version) {
		t.Fatalf("the installed curl is not %s (Debian 12 has it), so the bytes cannot be compared", curl.Version)
	}
}

func TestSameBytesAsCurl(t *testing.T) {
	needCurl(t)
	s := newSink(t)
	address := s.Addr().String()
	dir := workDir(t, address)
	all := blocks(t, "commands.txt", address)
	if len(all) < 170 {
		t.Fatalf("%d commands, expected at least 170", len(all))
	}
	for _, b := range all {
		t.Run(strings.ReplaceAll(b.name, " ", "_"), func(t *testing.T) {
			code, output := run(t, dir, b.text)
			want := s.take()
			if len(want) == 0 {
				t.Fatalf("curl sent nothing, exit code %d: %s", code, output)
			}
			intents, err := curl.Commands(b.text, curl.Options{Dir: dir, Home: filepath.Join(dir, "home")})
			if err != nil {
				t.Fatalf("not read: %v", err)
			}
			var got []string
			for _, i := range intents {
				got = append(got, wire(i, i.Request))
				if i.Full != nil {
					got = append(got, wire(i, *i.Full))
				}
			}
			for n := range want {
				want[n] = normal(want[n], intents)
			}
			for n := range got {
				got[n] = normal(got[n], intents)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("curl (-) and why401 (+) differ:\n%s\n%s", b.text, d)
			}
		})
	}
}

// wire is what goes out for i, through its proxy if it has one: absolute form, and the two proxy fields in curl's
// places.
func wire(i *exchange.Intent, r exchange.Request) string {
	if i.Proxy == nil {
		return string(r.Wire())
	}
	if !i.Proxy.Login.Empty() {
		l := i.Proxy.Login.BasicField()
		r.Header = slices.Insert(slices.Clone(r.Header), 1, exchange.Field{Name: "Proxy-Authorization", Value: l.Value})
	}
	at := slices.IndexFunc(r.Header, func(f exchange.Field) bool { return f.Name == "Accept" }) + 1
	r.Header = slices.Insert(slices.Clone(r.Header), at, exchange.Field{Name: "Proxy-Connection", Value: secret.Public("Keep-Alive")})
	r.Header = append(r.Header, i.Proxy.Headers...)
	target := secret.Join(secret.Public("http://"+r.URL.Authority()), r.URL.Target())
	return r.Head(target) + r.Body.Reveal()
}

var (
	boundary = regexp.MustCompile(`-{24}[0-9a-f]{16}`)
	ntlmOne  = regexp.MustCompile(`Authorization: NTLM [A-Za-z0-9+/=]+\r\n`)
	signed   = regexp.MustCompile(`(Authorization: AWS4-HMAC-SHA256 .*|X-Amz-Date: .*)\r\n`)
)

// normal takes out what cannot be equal: random boundaries, NTLM's first message (it holds no credential and the probe
// makes its own), and SigV4's signature.
func normal(s string, intents []*exchange.Intent) string {
	seen := map[string]string{}
	s = boundary.ReplaceAllStringFunc(s, func(b string) string {
		if seen[b] == "" {
			seen[b] = fmt.Sprintf("--------------boundary%d", len(seen)+1)
		}
		return seen[b]
	})
	for _, i := range intents {
		switch i.Auth {
		case exchange.AuthNTLM:
			s = ntlmOne.ReplaceAllString(s, "")
		case exchange.AuthSigV4:
			s = signed.ReplaceAllString(s, "")
		}
	}
	if len(s) > 1<<16 {
		head, body, _ := strings.Cut(s, "\r\n\r\n")
		return fmt.Sprintf("%s\r\n\r\n[%d bytes]", head, len(body))
	}
	return s
}

func TestRefusesWhatCurlRefuses(t *testing.T) {
	needCurl(t)
	s := newSink(t)
	address := s.Addr().String()
	dir := workDir(t, address)
	for _, b := range blocks(t, "refused.txt", address) {
		t.Run(strings.ReplaceAll(b.name, " ", "_"), func(t *testing.T) {
			code, output := run(t, dir, b.text)
			if got := s.take(); len(got) > 0 || code == 0 {
				t.Fatalf("curl did not refuse: exit code %d, sent %q, said %s", code, got, output)
			}
			_, err := curl.Commands(b.text, curl.Options{Dir: dir, Home: filepath.Join(dir, "home")})
			if err == nil {
				t.Fatalf("read without an error; curl said: %s", output)
			}
			t.Log(err)
		})
	}
}
