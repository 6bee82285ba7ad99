package main

import (
	"bytes"
	"encoding/base64"
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

// TestRecordsShowNoSecret gives the program records with a secret in the places where people leave them, and looks for it
// in what every command that reads records prints.
func TestRecordsShowNoSecret(t *testing.T) {
	const hidden = "Zt8Qw3Lm6Rk1Vx5N"
	dir := t.TempDir()
	bin := dir + "/why401"
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	basic := base64.StdEncoding.EncodeToString([]byte("alice:" + hidden))
	token := "eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://id.test","sub":"`+hidden+`","exp":1}`)) + "." + hidden + hidden
	records := map[string]string{
		"exchange": "GET /x?access_token=" + hidden + " HTTP/1.1\nHost: a.test\nAuthorization: Bearer " + hidden + "\nCookie: session=" + hidden + "\n\nHTTP/1.1 401 Unauthorized\nSet-Cookie: id=" + hidden + "; Path=/\n\n{\"error\":\"invalid_token\"}\n",
		"verbose":  "$ curl -v -u alice:" + hidden + " http://a.test/\n> GET / HTTP/1.1\n> Host: a.test\n> Authorization: Basic " + basic + "\n>\n< HTTP/1.1 401 Unauthorized\n< Server: nginx\n<\n",
		"har":      `{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[{"startedDateTime":"2026-01-01T00:00:00Z","time":1,"request":{"method":"GET","url":"https://a.test/?token=` + hidden + `","httpVersion":"HTTP/1.1","headers":[{"name":"Authorization","value":"Bearer ` + token + `"}],"queryString":[],"cookies":[{"name":"s","value":"` + hidden + `"}],"headersSize":1,"bodySize":0},"response":{"status":401,"statusText":"","httpVersion":"HTTP/1.1","headers":[],"cookies":[],"content":{"size":0,"mimeType":"","text":"no"},"redirectURL":"","headersSize":1,"bodySize":0},"cache":{},"timings":{"send":0,"wait":1,"receive":0}}]}}`,
		"token":    token + "\n",
		"env":      "API_KEY=" + hidden + "\nDB_PASSWORD=\"" + hidden + "\"\n",
		"npmrc":    "registry=https://npm.test/\n//npm.test/:_authToken=" + hidden + "\n",
		"netrc":    "machine a.test login alice password " + hidden + "\n",
		"fetch":    `fetch("https://a.test/x", {headers: {"Authorization": "Bearer ` + hidden + `", "X-Api-Key": "` + hidden + `"}})` + "\n// 401 Unauthorized\n",
		"dump":     "{'Authorization': 'Bearer " + hidden + "', 'Host': 'a.test'}\n401 Unauthorized\n",
		"error":    `net/http: invalid header field value "Bearer ` + hidden + `\n" for key Authorization` + "\n",
		"case":     "artefacts:\n  - kind: app-log\n    text: |\n      401 for https://a.test/?sig=" + hidden + " password=" + hidden + "\n",
	}
	var commands [][]string
	for name, text := range records {
		file := dir + "/" + name + ".txt"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, f := range [][]string{nil, {"-v"}, {"-q"}, {"--plain"}, {"--json"}, {"--markdown"}, {"--trace"}} {
			commands = append(commands, append(append([]string(nil), f...), "--offline", file))
		}
		commands = append(commands, []string{"redact", file}, []string{"redact", "--preview", file}, []string{"compare", file, dir + "/exchange.txt"},
			[]string{"token", file}, []string{"token", "--json", file}, []string{"--offline", "--save", dir + "/saved", "--force", file})
	}
	for _, c := range commands {
		cmd := exec.Command(bin, c...)
		cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "XDG_STATE_HOME=" + dir + "/state"}
		out, _ := cmd.CombinedOutput() // its exit code is other tests' business
		saved, _ := os.ReadFile(dir + "/saved")
		if len(out) == 0 {
			t.Errorf("%q: nothing was printed", c)
		}
		for _, s := range secret.Spellings(hidden) {
			if bytes.Contains(out, []byte(s)) || bytes.Contains(saved, []byte(s)) {
				t.Errorf("%q shows the secret as %q:\n%s%s", c, s, out, saved)
				break
			}
		}
	}
	t.Logf("%d commands", len(commands))
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
