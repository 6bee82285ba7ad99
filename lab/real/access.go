package real

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Access is one request as the server that received it logged it.
type Access struct {
	Server             string
	Status             int
	Method, Target     string
	Authorization      string
	ProxyAuthorization string
	Cookie             string
	Key                string // X-API-Key
}

// Every server is told to log these fields, separated by tabs, with "-" for an absent one: status, method, target,
// Authorization, Proxy-Authorization, Cookie, X-API-Key.
const accessFields = 7

// canary is the scheme word of the harmless credential that why401 may send; it is no attempt at anybody's account.
const canary = "why401-canary "

// Attempt reports whether the request carried a credential that can count against an account.
func (a Access) Attempt() bool {
	for _, v := range []string{a.Authorization, a.ProxyAuthorization} {
		if v != "" && !strings.HasPrefix(strings.ToLower(v), canary) {
			return true
		}
	}
	return a.Key != ""
}

// Refused reports an answer that may be counted as a failed attempt.
func (a Access) Refused() bool {
	return a.Status == 401 || a.Status == 403 || a.Status == 407 || a.Status == 423 || a.Status == 429
}

// Mark forgets the requests seen so far.
func (w *World) Mark() {
	w.flush()
	for _, s := range w.order {
		w.seen[s.Name] = len(s.accesses())
	}
}

// flush waits until the logs are on disk. lighttpd collects lines for seconds unless it is asked to reopen its log.
// Varnish logs to shared memory, from which another program writes all there is.
func (w *World) flush() {
	time.Sleep(logDelay)
	again := false
	for _, s := range w.order {
		switch {
		case len(s.running) == 0:
		case s.Kind == "lighttpd":
			_ = syscall.Kill(s.running[0].cmd.Process.Pid, syscall.SIGHUP)
			again = true
		case s.readLog != nil:
			os.Remove(s.accessLog)
			cmd := exec.Command(s.readLog[0], s.readLog[1:]...)
			cmd.Env = s.env
			if out, err := cmd.CombinedOutput(); err != nil {
				w.Logf("%s: %v: %s", s.readLog[0], err, out)
			}
		}
	}
	if again {
		time.Sleep(logDelay)
	}
}

// logDelay is the time between a reply's last byte and its line in the access log, with room to spare.
const logDelay = 60 * time.Millisecond

// Accesses are the requests since the last Mark that clients sent to the front servers; what these passed on to
// servers behind them is not counted again.
func (w *World) Accesses() []Access {
	w.flush()
	var out []Access
	for _, s := range w.order {
		if strings.HasPrefix(s.Name, "front") {
			all := s.accesses()
			out = append(out, all[min(w.seen[s.Name], len(all)):]...)
		}
	}
	return out
}

func (s *Server) accesses() []Access {
	b, _ := os.ReadFile(s.accessLog)
	var out []Access
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "{") {
			if a, ok := caddyAccess(line); ok {
				a.Server = s.Name
				out = append(out, a)
			}
			continue
		}
		f := strings.Split(strings.TrimSpace(line), "\t")
		status, err := strconv.Atoi(f[0])
		if err != nil || len(f) != accessFields || f[1] == "-" || f[1] == "NONE" {
			continue // a server's own notices, and connections that closed without a request
		}
		for i := range f {
			f[i] = strings.Trim(f[i], `"`)
			if f[i] == "-" {
				f[i] = ""
			}
		}
		out = append(out, Access{s.Name, status, f[1], f[2], f[3], f[4], f[5], f[6]})
	}
	return out
}

// caddyAccess reads one line of Caddy's access log.
func caddyAccess(line string) (Access, bool) {
	var l struct {
		Status  int `json:"status"`
		Request struct {
			Method  string      `json:"method"`
			URI     string      `json:"uri"`
			Headers http.Header `json:"headers"`
		} `json:"request"`
	}
	if json.Unmarshal([]byte(line), &l) != nil || l.Request.Method == "" {
		return Access{}, false
	}
	h := l.Request.Headers
	return Access{
		Status: l.Status, Method: l.Request.Method, Target: l.Request.URI,
		Authorization: h.Get("Authorization"), ProxyAuthorization: h.Get("Proxy-Authorization"),
		Cookie: h.Get("Cookie"), Key: h.Get("X-API-Key"),
	}, true
}
