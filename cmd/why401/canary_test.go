package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/secret"
)

// TestProgramShowsNoSecret runs the program as a user does, with a secret in every usual place, under every flag that
// prints, against a server that echoes what it gets, and looks for the secret in what it printed and in the files that
// it left.
func TestProgramShowsNoSecret(t *testing.T) {
	const hidden = "Zt8Qw3Lm6Rk1Vx5N"
	bin := t.TempDir() + "/why401"
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	addr := echo(t)
	commands := [][]string{
		{"curl", "-u", "alice:" + hidden, addr},
		{"curl", "-H", "Authorization: Bearer " + hidden, addr},
		{"curl", "-H", "X-Api-Key: " + hidden, addr},
		{"curl", "-b", "session=" + hidden, addr},
		{"curl", "-d", "password=" + hidden, addr},
		{"curl", addr + "?access_token=" + hidden},
		{addr + "?api_key=" + hidden},
		{"-u", "alice:" + hidden, addr},
		{"curl", "--digest", "-u", "alice:" + hidden, addr},
		{"curl", "--aws-sigv4", "aws:amz:eu-west-1:s3", "-u", "AKIAIOSFODNN7EXAMPLE:" + hidden, addr},
		{"curl", "-x", addr, "-U", "me:" + hidden, "http://api.test/"},
		{"curl -H 'Authorization: Basic " + hidden + "' " + addr},
		{strings.Replace(addr, "http://", "http://alice:"+hidden+"@", 1)},
	}
	flags := [][]string{nil, {"-v"}, {"-q"}, {"--plain"}, {"--json"}, {"--markdown"}, {"--trace"}, {"--plan"}, {"--offline"}}
	for _, c := range commands {
		for _, f := range flags {
			home := t.TempDir()
			cmd := exec.Command(bin, append(append([]string(nil), f...), c...)...)
			cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "XDG_STATE_HOME=" + home}
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			_ = cmd.Run() // its exit code is other tests' business
			if out.Len() == 0 {
				t.Errorf("%q: nothing was printed", append(f, c...))
			}
			left, err := exec.Command("sh", "-c", "find "+home+" -type f -exec cat {} +").Output()
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range secret.Spellings(hidden) {
				if strings.Contains(out.String(), s) || bytes.Contains(left, []byte(s)) {
					t.Errorf("%q shows the secret as %q:\n%s%s", append(f, c...)[:1], s, out.String(), left)
				}
			}
		}
	}
}

// echo answers 401 to everything and repeats what it was sent, in the header and in the body.
func echo(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(5 * time.Second))
				buf := make([]byte, 64<<10)
				n, _ := c.Read(buf)
				head := strings.NewReplacer("\r", " ", "\n", " ").Replace(string(buf[:n]))
				body := "you sent: " + string(buf[:n])
				c.Write([]byte("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer error=\"invalid_token\"\r\nX-Echo: " + head +
					"\r\nServer: echo\r\nConnection: close\r\n\r\n" + body))
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/"
}
