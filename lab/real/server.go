package real

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Server is one running server.
type Server struct {
	Name      string // its name in the world; names that begin with "front" are those a client speaks to
	Kind      string // "nginx", "apache", ...
	Dir       string // its own directory, with its files and logs
	Conf      string // the file that holds the scenario's own configuration, "" when it has none
	ErrorLog  string
	accessLog string // lines in accessFields order, see access.go
	world     *World
	argv, env []string
	readLog   []string // a program that writes the access log when it is asked to, nil when the server does
	running   []*process
	within    []func() // ends what runs inside this process
}

// begin prepares name's directory and registers the server without starting it.
func (w *World) begin(name, kind string) *Server {
	w.Helper()
	if w.servers[name] != nil {
		w.Fatalf("two servers are called %q", name)
	}
	dir := filepath.Join(w.Dir, name)
	w.mkdir(dir)
	s := &Server{
		Name: name, Kind: kind, Dir: dir, world: w,
		ErrorLog: filepath.Join(dir, "error.log"), accessLog: filepath.Join(dir, "access.log"),
		// Nothing of the user's own environment reaches a server: no proxy variables, no locale, no credentials.
		env: []string{"PATH=" + os.Getenv("PATH") + ":/usr/sbin:/sbin", "LC_ALL=C", "HOME=" + dir, "TMPDIR=" + dir},
	}
	w.servers[name] = s
	w.order = append(w.order, s)
	w.Cleanup(s.Stop)
	return s
}

// configure writes the scenario's own part of the configuration.
func (s *Server) configure(file, conf string) {
	s.world.Helper()
	s.Conf = s.world.File(filepath.Join(s.Name, file), strings.TrimLeft(conf, "\n"))
}

// start runs the server and waits until its port answers.
func (s *Server) start(argv ...string) *Server {
	w := s.world
	w.Helper()
	s.argv = argv
	p, err := startProcess(s.Dir, s.env, argv, filepath.Join(s.Dir, "stdout.log"), filepath.Join(s.Dir, "stderr.log"))
	if err != nil {
		w.Fatalf("%s %s: %v", s.Kind, s.Name, err)
	}
	s.running = append(s.running, p)
	s.await(p)
	return s
}

func (s *Server) await(p *process) {
	w := s.world
	w.Helper()
	deadline := time.Now().Add(startLimit)
	for {
		if c, err := net.DialTimeout("tcp", w.Addr(s.Name), time.Second); err == nil {
			c.Close()
			if !p.exited() { // else another process answers on our port
				return
			}
		}
		if p.exited() {
			w.Fatalf("%s %s ended at once: %v\n%s", s.Kind, s.Name, p.err, s.complaints())
		}
		if time.Now().After(deadline) {
			w.Fatalf("%s %s does not answer after %v\n%s", s.Kind, s.Name, startLimit, s.complaints())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// complaints is what the server wrote about its own failure.
func (s *Server) complaints() string {
	var out []string
	for _, f := range []string{filepath.Join(s.Dir, "stderr.log"), filepath.Join(s.Dir, "stdout.log"), s.ErrorLog} {
		if b, _ := os.ReadFile(f); len(b) > 0 && !slices.Contains(out, string(b)) {
			out = append(out, string(b))
		}
	}
	return strings.Join(out, "")
}

// Stop ends the server. Stopping twice is harmless.
func (s *Server) Stop() {
	for _, p := range slices.Backward(s.running) {
		p.stop()
	}
	s.running = nil
	for _, end := range s.within {
		end()
	}
	s.within = nil
}

// Mend replaces the scenario's own configuration and restarts the server. A restart and not a reload: after a reload
// old workers may serve one more request, and a test must not depend on which.
func (s *Server) Mend(conf string) {
	s.world.Helper()
	s.configure(filepath.Base(s.Conf), conf)
	s.Restart()
}

// Restart stops the server and starts it again as it is configured now; what it held in memory is gone.
func (s *Server) Restart() {
	s.world.Helper()
	s.Stop()
	s.start(s.argv...)
}
