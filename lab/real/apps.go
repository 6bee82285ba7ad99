package real

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Settings are environment variables for an application.
type Settings map[string]string

// Node starts one of the Express applications in lab/real/node on @name@. Its settings, expanded, are the environment.
func (w *World) Node(name, app string, settings Settings) *Server {
	w.Helper()
	dir, err := nodeDir()
	if err != nil {
		w.Fatalf("node %s: %v", name, err)
	}
	s := w.begin(name, "node")
	s.accessLog = filepath.Join(s.Dir, "stdout.log")
	s.ErrorLog = filepath.Join(s.Dir, "stderr.log")
	s.set(settings)
	return s.start("node", "--require", filepath.Join(dir, "access-log.js"), filepath.Join(dir, app))
}

// Python starts a Python program, given as text, which must listen on 127.0.0.1 and the port in PORT and write lines
// in the order of accessFields to standard output.
func (w *World) Python(name, program string, settings Settings) *Server {
	w.Helper()
	s := w.begin(name, "python")
	path := w.File(name+"/app.py", program)
	s.accessLog = filepath.Join(s.Dir, "stdout.log")
	s.ErrorLog = filepath.Join(s.Dir, "stderr.log")
	s.set(settings)
	// Debian's own interpreter, which has Debian's python3-requests.
	return s.start("/usr/bin/python3", "-u", path)
}

// Settings replaces an application's settings; Restart makes them count.
func (s *Server) Settings(settings Settings) {
	s.env = slices.DeleteFunc(s.env, func(v string) bool { return len(v) > 4 && v[:4] == "APP_" })
	s.set(settings)
}

func (s *Server) set(settings Settings) {
	if !slices.Contains(s.env, fmt.Sprintf("PORT=%d", s.world.Port(s.Name))) {
		s.env = append(s.env, fmt.Sprintf("PORT=%d", s.world.Port(s.Name)), "NODE_ENV=production")
	}
	for _, k := range slices.Sorted(maps.Keys(settings)) {
		s.env = append(s.env, "APP_"+k+"="+s.world.Expand(settings[k]))
	}
}

// nodeDir finds lab/real/node from the working directory upwards: a test runs in its package's folder, a command
// anywhere in the repository.
func nodeDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("looking for the Node applications: %w", err)
	}
	for {
		for _, sub := range []string{"node", "lab/real/node"} {
			p := filepath.Join(dir, sub)
			if _, err := os.Stat(filepath.Join(p, "access-log.js")); err == nil {
				if _, err := os.Stat(filepath.Join(p, "node_modules", "express")); err != nil {
					return "", fmt.Errorf("the Node packages are not installed: run tools/install-servers.sh")
				}
				return p, nil
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("lab/real/node is not above the working directory")
		}
		dir = up
	}
}

// Clock restarts an application with a clock that is wrong by offset ("-3d", "+5m", faketime's notation), or right again
// for "".
func (s *Server) Clock(offset string) {
	s.world.Helper()
	s.env = slices.DeleteFunc(s.env, func(v string) bool { return strings.HasPrefix(v, "LD_PRELOAD=") || strings.HasPrefix(v, "FAKETIME") })
	if offset != "" {
		libs, _ := filepath.Glob("/usr/lib/*/faketime/libfaketime.so.1")
		if len(libs) == 0 {
			s.world.Fatalf("libfaketime is not installed: run tools/install-servers.sh")
		}
		s.env = append(s.env, "LD_PRELOAD="+libs[0], "FAKETIME="+offset, "FAKETIME_DONT_FAKE_MONOTONIC=1")
	}
	s.Restart()
}
