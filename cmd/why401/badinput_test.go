package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// The promises that hold whatever comes in: a run ends within the time limit that --help names, and stays small.
const (
	runLimit     = 30 * time.Second
	memoryLimit  = 256 << 10 // KiB, as ru_maxrss counts
	machineSlack = 3 * time.Second
)

// built is the real program, made by build: the test binary would be measured with the tests in it.
var built string

func build(t *testing.T) {
	t.Helper()
	built = filepath.Join(t.TempDir(), "why401")
	if out, err := exec.Command("go", "build", "-o", built, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
}

// outcome is what a run of the program left behind.
type outcome struct {
	code        int
	stdout, msg string
	took        time.Duration
	memory      int64 // KiB, at its highest
}

// program runs the built program. prepare may be nil; started is called when it runs.
func program(t *testing.T, stdin io.Reader, started func(*os.Process), args ...string) outcome {
	t.Helper()
	name := built
	home := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), 2*runLimit)
	defer cancel()
	sheet := filepath.Join(home, "rusage")
	cmd := exec.CommandContext(ctx, os.Args[0], append([]string{name}, args...)...)
	if started != nil { // a signal must reach the program itself
		cmd = exec.CommandContext(ctx, name, args...)
	}
	cmd.Env = []string{"HOME=" + home, "XDG_STATE_HOME=" + home, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "GOTRACEBACK=single", measureEnv + "=" + sheet}
	cmd.Stdin = stdin
	var out, msg bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &msg
	from := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if started != nil {
		started(cmd.Process)
	}
	_ = cmd.Wait() // the exit code tells
	o := outcome{code: cmd.ProcessState.ExitCode(), stdout: out.String(), msg: msg.String(), took: time.Since(from)}
	if started == nil {
		b, err := os.ReadFile(sheet)
		if err != nil {
			t.Fatal(err)
		}
		if o.memory, err = strconv.ParseInt(string(b), 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// measureEnv makes the test binary run the program in its arguments and write the program's peak of memory, in KiB, to
// a file. It stands between the tests and the program because a process takes over the peak of the one that starts it.
const measureEnv = "WHY401_TEST_MEASURE"

func measure(sheet string) int {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	_ = cmd.Run() // the exit code tells
	ru, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return -1
	}
	if err := os.WriteFile(sheet, []byte(strconv.FormatInt(int64(ru.Maxrss), 10)), 0o600); err != nil {
		return -1
	}
	return cmd.ProcessState.ExitCode()
}

// harmless checks what no input may break: time, memory, no crash, nothing that drives a terminal.
func (o outcome) harmless(t *testing.T) {
	t.Helper()
	if o.took > runLimit+machineSlack {
		t.Errorf("took %v, more than %v", o.took, runLimit)
	}
	if o.memory > memoryLimit {
		t.Errorf("grew to %d MiB, more than %d", o.memory>>10, memoryLimit>>10)
	}
	if o.code == exitCrashed || o.code < 0 || strings.Contains(o.msg, "goroutine ") {
		t.Errorf("crashed: exit code %d\n%s", o.code, o.msg)
	}
	for name, s := range map[string]string{"standard output": o.stdout, "standard error": o.msg} {
		if !utf8.ValidString(s) {
			t.Errorf("%s is not UTF-8", name)
		}
		for i, r := range s {
			if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069) {
				t.Errorf("%s holds %U behind %q", name, r, s[max(0, i-40):i])
				break
			}
		}
	}
}

// shown is a piece of output short enough for a failed test.
func (o outcome) shown() string {
	cut := func(s string) string {
		if len(s) > 1500 {
			s = s[:1500] + "..."
		}
		return s
	}
	return fmt.Sprintf("exit code %d after %v, %d MiB\n%s%s", o.code, o.took.Round(time.Millisecond), o.memory>>10, cut(o.stdout), cut(o.msg))
}

// bad is one kind of bad input and what must be said about it.
type bad struct {
	name  string
	serve func(net.Conn)             // answers one connection, whose first request was read; nil: no server
	url   func(base string) []string // the arguments; nil: the server's address
	stdin func() io.Reader
	codes []int
	says  string // a pattern for standard output and standard error together
	first string // no request is read before the reply (TLS, protocols whose server speaks first)
}

var (
	unreadableOnly = []int{exitUnreadable}
	judged         = []int{1, 3}
)

func TestBadInput(t *testing.T) {
	build(t)
	for _, b := range slices.Concat(badWords(t), badNetwork(t), badReplies(), badSizes(), badText()) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			base := ""
			if b.serve != nil {
				base = loopback(t, b.serve, b.first != "")
			}
			args := []string{"http://" + base + "/"}
			if b.url != nil {
				args = b.url(base)
			}
			var stdin io.Reader
			if b.stdin != nil {
				stdin = b.stdin()
			}
			o := program(t, stdin, nil, args...)
			o.harmless(t)
			if !slices.Contains(b.codes, o.code) {
				t.Errorf("want exit code %v; %s", b.codes, o.shown())
			}
			if b.says != "" && !regexp.MustCompile(b.says).MatchString(o.stdout+o.msg) {
				t.Errorf("nothing matches %q; %s", b.says, o.shown())
			}
			t.Logf("%d, %v, %d MiB", o.code, o.took.Round(time.Millisecond), o.memory>>10)
		})
	}
}

// loopback serves every connection with serve until the test ends. The first request is read before, unless the
// server speaks first.
func loopback(t *testing.T, serve func(net.Conn), speaksFirst bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var open sync.Map
	t.Cleanup(func() {
		close(done)
		l.Close()
		open.Range(func(c, _ any) bool { c.(net.Conn).Close(); return true })
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open.Store(c, nil)
			go func() {
				defer open.Delete(c)
				defer c.Close()
				c.SetDeadline(time.Now().Add(2 * runLimit))
				if !speaksFirst {
					c.Read(make([]byte, 64<<10))
				}
				serve(c)
				// A close with unread bytes would be a reset, which takes what was sent with it.
				if tc, ok := c.(*net.TCPConn); ok {
					tc.CloseWrite()
				}
				c.SetDeadline(time.Now().Add(2 * time.Second))
				io.Copy(io.Discard, io.LimitReader(c, 1<<20))
			}()
		}
	}()
	return l.Addr().String()
}

func says(reply string) func(net.Conn) {
	return func(c net.Conn) { io.WriteString(c, reply) }
}

// refusal is a whole 401 with the given fields and body.
func refusal(fields, body string) string {
	return "HTTP/1.1 401 Unauthorized\r\n" + fields + fmt.Sprintf("Content-Length: %d\r\nConnection: close\r\n\r\n", len(body)) + body
}

// endless writes piece until the other side has had enough.
func endless(head, piece string, pause time.Duration) func(net.Conn) {
	return func(c net.Conn) {
		io.WriteString(c, head)
		for {
			if _, err := io.WriteString(c, piece); err != nil {
				return
			}
			time.Sleep(pause)
		}
	}
}

func words(args ...string) func(string) []string {
	return func(base string) []string {
		out := slices.Clone(args)
		for i := range out {
			out[i] = strings.ReplaceAll(out[i], "BASE", base)
		}
		return out
	}
}

// badWords are command lines and files that hold no request.
func badWords(t *testing.T) []bad {
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			panic(err)
		}
		return p
	}
	random := make([]byte, 64<<10)
	rand.Read(random)
	huge := file("huge.txt", nil)
	if err := os.Truncate(huge, 100<<20); err != nil { // sparse: it costs no disk
		panic(err)
	}
	usageOnly, file4 := []int{exitUsage}, unreadableOnly
	return []bad{
		{name: "no URL", url: words("this is not a url"), codes: usageOnly, says: `not a URL`},
		{name: "no host", url: words("http:///path"), codes: usageOnly, says: `host`},
		{name: "no port number", url: words("http://127.0.0.1:notaport/"), codes: usageOnly, says: `port`},
		{name: "port too large", url: words("http://127.0.0.1:99999/"), codes: usageOnly, says: `port`},
		{name: "control bytes in URL", url: words("http://127.0.0.1/\x1b[2J\x07"), codes: usageOnly, says: `hint: `},
		{name: "other scheme", url: words("gopher://127.0.0.1/"), codes: usageOnly, says: `gopher`},
		{name: "unknown curl option", url: words("curl", "--no-such-option", "http://127.0.0.1/"), codes: usageOnly, says: `no-such-option`},
		{name: "curl option without value", url: words("curl", "http://127.0.0.1/", "-H"), codes: usageOnly, says: `-H`},
		{name: "curl body file missing", url: words("curl", "-d", "@/no/such/file", "http://127.0.0.1:1/"), codes: []int{2, 4}, says: `/no/such/file`},
		{name: "1 MB URL", url: words("http://127.0.0.1:1/" + strings.Repeat("a", 100<<10)), codes: []int{2, 4}},
		{name: "missing file", url: words("./no-such-file.txt"), codes: file4, says: `no-such-file`},
		{name: "folder", url: words(dir), codes: file4, says: `(?i)folder|directory`},
		{name: "empty file", url: words(file("empty.txt", nil)), codes: file4, says: `empty|nothing`},
		{name: "binary file", url: words(file("random.bin", random)), codes: file4, says: `random.bin`},
		{name: "100 MB file", url: words(huge), codes: file4, says: `huge.txt`},
		{name: "unclosed quote", url: words(file("open.sh", []byte("curl -H 'Authorization: Bearer x http://127.0.0.1:1/"))), codes: []int{2, 4}, says: `(?i)quot|'`},
		{name: "100000 curl commands", url: words(file("many.sh", bytes.Repeat([]byte("curl http://127.0.0.1:1/\n"), 30000))), codes: file4, says: `refused|first`},
		{name: "deep substitution", url: words(file("deep.sh", []byte("curl "+strings.Repeat("$(", 20000)))), codes: []int{2, 4}},
		{name: "CRLF file", url: words(file("crlf.sh", []byte("curl \\\r\n  -H 'Accept: */*' \\\r\n  http://127.0.0.1:1/\r\n"))), codes: file4, says: `connection refused`},
		{name: "UTF-16 file", url: words(file("utf16.txt", []byte("\xff\xfec\x00u\x00r\x00l\x00 \x00h\x00t\x00t\x00p\x00:\x00/\x00/\x00a\x00"))), codes: []int{2, 4}},
		{name: "stdin closed", url: words("-"), codes: file4, says: `nothing on standard input`},
		{name: "stdin endless", url: words("-"), stdin: func() io.Reader { return io.LimitReader(forever("curl "), 200<<20) }, codes: []int{2, 4}},
		{name: "stdin binary", url: words("-"), stdin: func() io.Reader { return bytes.NewReader(random) }, codes: file4, says: `standard input`},
	}
}

// forever repeats a text.
type forever string

func (f forever) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		n += copy(b[n:], f)
	}
	return n, nil
}

// badNetwork are targets that cannot be reached, or not as asked.
func badNetwork(t *testing.T) []bad {
	certs := testCerts(t)
	over := func(c tls.Certificate) func(net.Conn) {
		return func(raw net.Conn) {
			s := tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{c}})
			s.Read(make([]byte, 4096))
			io.WriteString(s, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
			s.Close()
		}
	}
	secure := func(extra ...string) func(string) []string {
		return func(base string) []string { return append(append([]string{"curl"}, extra...), "https://"+base+"/") }
	}
	ca := filepath.Join(certs.dir, "ca.pem")
	return []bad{
		{name: "unknown name", url: words("http://no-such-host.invalid/"), codes: unreadableOnly, says: `(?i)resolve|name`},
		{name: "connection refused", url: words("http://127.0.0.1:1/"), codes: unreadableOnly, says: `connection refused`},
		{name: "reset", serve: func(c net.Conn) { c.(*net.TCPConn).SetLinger(0); c.Close() }, codes: unreadableOnly, says: `reset`},
		{name: "closed without reply", serve: says(""), codes: unreadableOnly, says: `closed the connection`},
		{name: "unknown authority", serve: over(certs.good), first: "tls", url: secure(), codes: unreadableOnly, says: `not trusted|authority`},
		{name: "expired certificate", serve: over(certs.expired), first: "tls", url: secure("--cacert", ca), codes: unreadableOnly, says: `expired on`},
		{name: "certificate of another name", serve: over(certs.other), first: "tls", url: secure("--cacert", ca), codes: unreadableOnly, says: `other\.example`},
		{name: "good certificate", serve: over(certs.good), first: "tls", url: secure("--cacert", ca), codes: []int{0}, says: `Nothing is refused`},
		{name: "http on the https port", serve: says("\x15\x03\x01\x00\x02\x02\x46"), codes: unreadableOnly, says: `https is expected`},
		{name: "http on the https port of Go", serve: over(certs.good), first: "tls", codes: unreadableOnly, says: `closed the connection`},
		{name: "https on the http port", serve: says(refusal("", "")), url: secure("-k"), codes: unreadableOnly, says: `(?i)tls|http:`},
		{name: "tls handshake stalls", serve: func(c net.Conn) { time.Sleep(runLimit) }, url: secure("-k"), codes: unreadableOnly, says: `time limit`},
		{name: "never answers", serve: func(c net.Conn) { time.Sleep(runLimit) }, codes: unreadableOnly, says: `time limit`},
	}
}

// badReplies are replies that are no HTTP, or hardly.
func badReplies() []bad {
	return []bad{
		{name: "ssh", serve: says("SSH-2.0-OpenSSH_9.6\r\n"), codes: unreadableOnly, says: `SSH`},
		{name: "smtp", serve: says("220 mail.example ESMTP\r\n"), codes: unreadableOnly, says: `mail`},
		{name: "HTTP/0.9", serve: says("<html><body>old</body></html>"), codes: unreadableOnly, says: `HTTP/0\.9`},
		{name: "plain text", serve: says("who are you?\n"), codes: unreadableOnly, says: `status line`},
		{name: "random bytes", serve: func(c net.Conn) { b := make([]byte, 4096); rand.Read(b); c.Write(b) }, codes: unreadableOnly},
		{name: "HTTP/2 preface", serve: says("\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80"), codes: unreadableOnly, says: `HTTP/2`},
		{name: "status line without code", serve: says("HTTP/1.1 OK\r\n\r\n"), codes: unreadableOnly, says: `status`},
		{name: "status 999", serve: says("HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n"), codes: []int{0}, says: `Not a refusal.*999`},
		{name: "status line without end", serve: endless("HTTP/1.1 401 ", strings.Repeat("x", 64<<10), 0), codes: []int{1, 3, 4}},
		{name: "1000 interim replies", serve: says(strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1000)), codes: unreadableOnly, says: `interim`},
		{name: "NUL bytes", serve: says("HTTP/1.1 401 \x00\r\nWWW-Authenticate: Basic realm=\"\x00\x00\"\r\nContent-Length: 0\r\n\r\n"), codes: judged},
		{name: "half a header", serve: says("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bas"), codes: []int{1, 3, 4}},
		{name: "body shorter than said", serve: says("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 1000\r\n\r\nshort"), codes: judged},
		{name: "negative length", serve: says("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: -1\r\n\r\nx"), codes: judged},
		{name: "broken chunks", serve: says("HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx"), codes: judged},
		{name: "broken gzip", serve: says(refusal("Content-Encoding: gzip\r\n", "not gzip at all")), codes: judged},
		{name: "redirect to itself", serve: says("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), url: words("curl", "-L", "http://BASE/"), codes: judged, says: `(?i)redirect|loop`},
		{name: "redirects between two names", serve: alternate(), url: words("curl", "-L", "--connect-to", "a.test:80:BASE", "--connect-to", "b.test:80:BASE", "http://a.test/"), codes: judged, says: `(?i)redirect|loop`},
		{name: "100 redirects", serve: countdown(), url: words("curl", "-L", "http://BASE/"), codes: judged, says: `(?i)redirect`},
		{name: "redirect to nowhere", serve: says("HTTP/1.1 302 Found\r\nLocation: http://[::bad/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), url: words("curl", "-L", "http://BASE/"), codes: []int{0, 1, 3, 4}},
		{name: "redirect to file", serve: says("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), url: words("curl", "-L", "http://BASE/"), codes: []int{0, 1, 3, 4}},
	}
}

func alternate() func(net.Conn) {
	var n atomic.Int64
	return func(c net.Conn) {
		to := "b.test"
		if n.Add(1)%2 == 0 {
			to = "a.test"
		}
		fmt.Fprintf(c, "HTTP/1.1 302 Found\r\nLocation: http://%s/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", to)
	}
}

func countdown() func(net.Conn) {
	var n atomic.Int64
	return func(c net.Conn) {
		if i := n.Add(1); i <= 100 {
			fmt.Fprintf(c, "HTTP/1.1 302 Found\r\nLocation: /hop%d\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", i)
			return
		}
		io.WriteString(c, refusal("", ""))
	}
}

// badSizes are replies that are too much of something, or come too slowly.
func badSizes() []bad {
	basic := "WWW-Authenticate: Basic realm=\"x\"\r\n"
	open := "HTTP/1.1 401 Unauthorized\r\n" + basic
	zeros := func(w io.WriteCloser) {
		block := make([]byte, 1<<20)
		for range 64 {
			w.Write(block)
		}
		w.Close()
	}
	bomb := func(coding string, packer func(io.Writer) io.WriteCloser) func(net.Conn) {
		// Packed before the program starts: the packing is slow under the race detector, and the program's time counts.
		var packed bytes.Buffer
		zeros(packer(&packed))
		return func(c net.Conn) {
			fmt.Fprintf(c, "%sContent-Encoding: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", open, coding, packed.Len())
			c.Write(packed.Bytes())
		}
	}
	zst := func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w, zstd.WithWindowSize(1<<27), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
		if err != nil {
			panic(err)
		}
		return z
	}
	cookies := strings.Repeat("Set-Cookie: c="+strings.Repeat("v", 4000)+"\r\n", 60)
	return []bad{
		{name: "endless body", serve: endless(open+"\r\n", strings.Repeat("(", 64<<10), 0), codes: judged},
		{name: "50 MB of parentheses", serve: func(c net.Conn) {
			fmt.Fprintf(c, "%sContent-Type: text/html\r\nContent-Length: %d\r\n\r\n", open, 50<<20)
			io.Copy(c, io.LimitReader(forever("("), 50<<20))
		}, codes: judged},
		{name: "endless chunks", serve: endless(open+"Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", 0), codes: judged},
		{name: "endless chunk extension", serve: endless(open+"Transfer-Encoding: chunked\r\n\r\n1;", strings.Repeat("e", 64<<10), 0), codes: judged},
		{name: "endless trailers", serve: endless(open+"Transfer-Encoding: chunked\r\n\r\n0\r\n", "T: v\r\n", 0), codes: judged},
		{name: "slow body", serve: endless(open+"Content-Length: 100000\r\n\r\n", "x", 300*time.Millisecond), codes: judged},
		{name: "slow headers", serve: endless("HTTP/1.1 401 Unauthorized\r\nX: ", "y", 300*time.Millisecond), codes: []int{1, 3, 4}},
		{name: "slow status line", serve: endless("H", "", time.Second), codes: unreadableOnly, says: `time limit`},
		{name: "10 MB header", serve: says("HTTP/1.1 401 Unauthorized\r\nX-Big: " + strings.Repeat("h", 10<<20) + "\r\n" + basic + "\r\n"), codes: []int{1, 3, 4}},
		{name: "100000 fields", serve: says("HTTP/1.1 401 Unauthorized\r\n" + strings.Repeat("X-F: v\r\n", 100000) + basic + "\r\n"), codes: []int{1, 3, 4}},
		{name: "1000 challenges", serve: says(refusal(strings.Repeat("WWW-Authenticate: Basic realm=\"x\", Digest realm=\"y\", nonce=\"n\", Bearer\r\n", 190)+"", "")), codes: judged},
		{name: "1000 challenges in a field", serve: says(refusal("WWW-Authenticate: "+strings.Repeat("Basic realm=\"x\", ", 1000)+"Bearer\r\n", "")), codes: judged},
		{name: "unclosed quotation marks", serve: says(refusal("WWW-Authenticate: Basic realm=\""+strings.Repeat(`\"`, 100000)+"\r\n", "")), codes: judged},
		{name: "1 MB realm", serve: says(refusal("WWW-Authenticate: Basic realm=\""+strings.Repeat("r", 1<<20)+"\"\r\n", "")), codes: []int{1, 3, 4}},
		{name: "200 KB realm", serve: says(refusal("WWW-Authenticate: Basic realm=\""+strings.Repeat("r", 200<<10)+"\"\r\n", "")), codes: judged, says: `wrong|no-credentials|(?i)credential|log`},
		{name: "gigantic cookies", serve: says(refusal(basic+cookies, "")), codes: judged},
		{name: "deep JSON", serve: func(c net.Conn) {
			fmt.Fprintf(c, "%sContent-Type: application/json\r\nConnection: close\r\n\r\n", open)
			io.Copy(c, io.LimitReader(forever(`{"a":[`), 6<<20))
		}, codes: judged},
		{name: "deep HTML", serve: func(c net.Conn) {
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")
			io.Copy(c, io.LimitReader(forever(`<form><input type=password><div>`), 6<<20))
		}, codes: []int{0, 1, 3}},
		{name: "gzip bomb", serve: bomb("gzip", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }), codes: judged},
		{name: "brotli bomb", serve: bomb("br", func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 5) }), codes: judged},
		{name: "zstd bomb", serve: bomb("zstd", zst), codes: judged},
		{name: "gzip in gzip", serve: bomb("gzip, gzip, gzip, gzip", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }), codes: judged},
	}
}

// badText is text that would drive a terminal, a CI log or a shell.
func badText() []bad {
	evil := "\x1b]0;owned\x07\x1b[2J\x1b[31m\u202egnp.exe\u2066\u200b\x9b1A\x00::error::x `id` $(id) <script>"
	reply := func(c net.Conn) {
		body := "<title>" + evil + "</title>{\"error\":\"" + evil + "\"}"
		line := strings.NewReplacer("\n", "", "\r", "").Replace(evil)
		fmt.Fprintf(c, "HTTP/1.1 401 %s\r\nServer: %s\r\nWWW-Authenticate: Basic realm=\"%s\"\r\nX-%s: %s\r\nSet-Cookie: %s=%s; Path=%s\r\nLocation: http://%s/\r\nContent-Type: text/html; charset=%s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
			line, line, line, line, line, line, line, line, line, line, len(body), body)
	}
	var out []bad
	for _, form := range [][]string{nil, {"--json"}, {"--markdown"}, {"--width=80"}, {"--width=40", "-v"}, {"-q"}, {"--trace"}, {"--plan"}} {
		codes := judged
		if slices.Contains(form, "--plan") {
			codes = []int{0}
		}
		out = append(out, bad{name: "control bytes " + strings.Join(form, " "), serve: reply, codes: codes, url: func(base string) []string {
			return append(slices.Clone(form), "curl", "-L", "-H", "X-Mine: \x1b[2J\u202e", "-A", "agent\x1b[0m", "http://"+base+"/"+"%1b2J\u202e")
		}})
	}
	return append(out,
		bad{name: "control bytes in a redirect", serve: says("HTTP/1.1 302 \x1b[2J\r\nLocation: /\x1b]0;x\x07\u202e\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), url: words("curl", "-L", "http://BASE/"), codes: []int{0, 1, 3, 4}},
		bad{name: "control bytes instead of HTTP", serve: says("\x1b]0;x\x07\u202e\x9b\x00\r\n"), codes: unreadableOnly},
		bad{name: "control bytes as a file name", url: words("./\x1b]0;x\x07\u202e.txt"), codes: unreadableOnly},
	)
}

// TestHealthyIsOneLine: a target that refuses nothing gives one line.
func TestHealthyIsOneLine(t *testing.T) {
	build(t)
	base := loopback(t, says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"), false)
	for _, form := range []string{"--plain", "--width=80", "-q"} {
		o := program(t, nil, nil, form, "http://"+base+"/")
		o.harmless(t)
		if o.code != 0 || o.msg != "" || strings.Count(o.stdout, "\n") != 1 {
			t.Errorf("%s: %s", form, o.shown())
		}
	}
}

// TestInterrupt: Ctrl-C prints what is known, soon, wherever the run stands.
func TestInterrupt(t *testing.T) {
	build(t)
	stalls := map[string]func(net.Conn){
		"before the reply": func(c net.Conn) { time.Sleep(runLimit) },
		"in the headers":   endless("HTTP/1.1 401 Unauthorized\r\nX: ", "y", 100*time.Millisecond),
		"in the body":      endless("HTTP/1.1 401 Unauthorized\r\nContent-Length: 100000\r\n\r\n", "y", 100*time.Millisecond),
	}
	for name, serve := range stalls {
		t.Run(name, func(t *testing.T) {
			asked := make(chan struct{}, 16)
			base := loopback(t, func(c net.Conn) { asked <- struct{}{}; serve(c) }, false)
			best := runLimit
			for range 3 { // the machine may be busy: the best of three counts
				var at time.Time
				var waited sync.WaitGroup
				o := program(t, nil, func(p *os.Process) {
					waited.Go(func() {
						<-asked
						time.Sleep(50 * time.Millisecond)
						at = time.Now()
						p.Signal(os.Interrupt)
					})
				}, "http://"+base+"/")
				waited.Wait()
				took := time.Since(at)
				o.harmless(t)
				if o.code != exitInterrupted || o.stdout == "" {
					t.Fatal(o.shown())
				}
				if best = min(best, took); best < 200*time.Millisecond {
					break
				}
			}
			t.Logf("%v", best)
			if best > 200*time.Millisecond {
				t.Errorf("%v from the interrupt to the end, want 200ms", best)
			}
		})
	}
}

// certSet are certificates of a made-up authority.
type certSet struct {
	dir                  string
	good, expired, other tls.Certificate
}

func testCerts(t *testing.T) certSet {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	s := certSet{dir: t.TempDir()}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	now := time.Now()
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"}, NotBefore: now.Add(-time.Hour),
		NotAfter: now.Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	must(err)
	must(os.WriteFile(filepath.Join(s.dir, "ca.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	leaf := func(end time.Time, ip string, names ...string) tls.Certificate {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(err)
		leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "leaf"}, NotBefore: now.Add(-2 * time.Hour), NotAfter: end,
			DNSNames: names, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
		if ip != "" {
			leaf.IPAddresses = []net.IP{net.ParseIP(ip)}
		}
		der, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
		must(err)
		return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	}
	s.good = leaf(now.Add(time.Hour), "127.0.0.1")
	s.expired = leaf(now.Add(-time.Hour), "127.0.0.1")
	s.other = leaf(now.Add(time.Hour), "", "other.example")
	return s
}

// TestPlainText: what is written back keeps its byte order mark, which may be what is wrong; what is packed is no text.
func TestPlainText(t *testing.T) {
	for raw, want := range map[string]string{
		"abc": "abc", "\ufeffabc": "\ufeffabc", "\xff\xfea\x00b\x00": "ab", "a\x00b\x00": "ab", "gr\xfc\xdfe": "grüße",
	} {
		if got, ok := plainText([]byte(raw)); !ok || got != want {
			t.Errorf("%q: %q %v", raw, got, ok)
		}
	}
	for _, raw := range []string{"\x1f\x8b\x08", "PK\x03\x04", "%PDF-1.7", "7z\xbc\xaf", "a\x00\x00"} {
		if got, ok := plainText([]byte(raw)); ok {
			t.Errorf("%q is text: %q", raw, got)
		}
	}
}
