package real

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

const dirPrefix = "why401-real-"

// TB is what a world needs of a test; *testing.T has it, and Run brings its own so that a command can play scenarios
// too. Fatalf must not return.
type TB interface {
	Helper()
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// World is the servers of one scenario with their files. It belongs to one goroutine.
type World struct {
	TB
	Dir         string // readable by the servers' own user; removed with the test
	ports       map[string]int
	servers     map[string]*Server
	order       []*Server
	authorities map[string]*authority
	tokens      *tokenServer
	npmToken    string
	seen        map[string]int // access log lines read before the last Mark

	// The installed application of this world, nil for none.
	Site *WordPress
	Civi *CiviCRM
	Shop *Magento
	CMS  *Database // of a Drupal whose settings are stored
}

// NewWorld makes an empty world that ends with t.
func NewWorld(t TB) *World {
	t.Helper()
	dir, err := os.MkdirTemp("", dirPrefix)
	if err != nil {
		t.Fatalf("making a directory for servers: %v", err)
	}
	guard("d", dir)
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatalf("opening the servers' directory: %v", err)
	}
	return &World{TB: t, Dir: dir, ports: map[string]int{}, servers: map[string]*Server{}, authorities: map[string]*authority{}, seen: map[string]int{}}
}

// taken remembers the ports that this process gave away. They come from below the range that the kernel uses for
// outgoing connections, so that no client socket can sit on one between the choice and the server's bind.
var taken = struct {
	sync.Mutex
	ports map[int]bool
}{ports: map[int]bool{}}

const firstPort, lastPort = 12000, 31999

// Port is the port that belongs to name, chosen free when it is first asked for.
func (w *World) Port(name string) int {
	if p, ok := w.ports[name]; ok {
		return p
	}
	taken.Lock()
	defer taken.Unlock()
	for range 500 {
		p := firstPort + rand.IntN(lastPort-firstPort)
		if taken.ports[p] {
			continue
		}
		taken.ports[p] = true
		if l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p))); err == nil {
			l.Close()
			w.ports[name] = p
			return p
		}
	}
	w.Fatalf("no free port between %d and %d", firstPort, lastPort)
	return 0
}

// Addr is 127.0.0.1:port of the server called name, which need not run yet.
func (w *World) Addr(name string) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(w.Port(name)))
}

// URL is http://address/ of the server called name, followed by the path parts as they are.
func (w *World) URL(name string, path ...string) string {
	return "http://" + w.Addr(name) + "/" + strings.TrimPrefix(strings.Join(path, ""), "/")
}

// Resolve is the value for curl's --resolve that makes host mean the server called name.
func (w *World) Resolve(host, name string) string {
	return fmt.Sprintf("%s:%d:127.0.0.1", host, w.Port(name))
}

var placeholder = regexp.MustCompile(`@(port:|dir:)?([a-z0-9][a-z0-9-]*)@`)

// Expand fills in a configuration: @front@ becomes the address of the server called front, @port:front@ its port,
// @dir:front@ its directory, @dir@ the world's directory.
func (w *World) Expand(conf string) string {
	return placeholder.ReplaceAllStringFunc(conf, func(m string) string {
		p := placeholder.FindStringSubmatch(m)
		switch {
		case p[1] == "port:":
			return strconv.Itoa(w.Port(p[2]))
		case p[1] == "dir:":
			return filepath.Join(w.Dir, p[2])
		case p[2] == "dir":
			return w.Dir
		}
		return w.Addr(p[2])
	})
}

// File writes content, expanded, to a file below the world's directory and gives its path. Everyone may read it.
func (w *World) File(name, content string) string {
	w.Helper()
	path := filepath.Join(w.Dir, name)
	w.mkdir(filepath.Dir(path))
	if err := os.WriteFile(path, []byte(w.Expand(content)), 0o644); err != nil {
		w.Fatalf("writing a server's file: %v", err)
	}
	w.Chmod(name, 0o644)
	return path
}

// Chmod sets the permissions of a file below the world's directory.
func (w *World) Chmod(name string, mode os.FileMode) {
	w.Helper()
	if err := os.Chmod(filepath.Join(w.Dir, name), mode); err != nil {
		w.Fatalf("setting permissions: %v", err)
	}
}

// mkdir makes a directory that every server's user can write to; they run under different names.
func (w *World) mkdir(dir string) {
	w.Helper()
	if _, err := os.Stat(dir); err == nil {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		w.Fatalf("making a server's directory: %v", err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		w.Fatalf("opening a server's directory: %v", err)
	}
}

// Server gives the server called name.
func (w *World) Server(name string) *Server {
	w.Helper()
	s := w.servers[name]
	if s == nil {
		w.Fatalf("no server called %q in this world", name)
	}
	return s
}

// Evidence lists what somebody with access to the machines could also show: the configuration and the error log of
// every server, for those that have them.
func (w *World) Evidence() (configs, logs []string) {
	for _, s := range w.order {
		if s.Conf != "" {
			configs = append(configs, s.Conf)
		}
		if st, err := os.Stat(s.ErrorLog); err == nil && st.Size() > 0 {
			logs = append(logs, s.ErrorLog)
		}
	}
	return configs, logs
}

// Logs is the end of every server's error log, for the message of a failed test.
func (w *World) Logs() string {
	var b strings.Builder
	for _, s := range w.order {
		text, _ := os.ReadFile(s.ErrorLog)
		if len(text) > 1500 {
			text = text[len(text)-1500:]
		}
		if len(text) > 0 {
			fmt.Fprintf(&b, "--- %s (%s)\n%s", s.Name, s.Kind, text)
		}
	}
	return b.String()
}
