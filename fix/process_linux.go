package fix

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a running program as /proc shows it (proc(5)).
type process struct {
	pid, parent int
	exe         string   // of the program file, "(deleted)" cut off
	args        []string // the command line; programs that rewrite it (nginx, PHP-FPM) give one long word
	cwd         string
}

func (p process) title() string { return strings.TrimSpace(strings.Join(p.args, " ")) }

// processes lists what runs in our own file system; a container's files are not those that we see.
func processes() []process {
	var out []process
	ours, err := os.Stat("/")
	if err != nil {
		return nil
	}
	dirs, _ := os.ReadDir("/proc")
	for _, d := range dirs {
		pid, err := strconv.Atoi(d.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if p, ok := processOf(pid); ok {
			if root, err := os.Stat(fmt.Sprintf("/proc/%d/root/", pid)); err == nil && os.SameFile(root, ours) {
				out = append(out, p)
			}
		}
	}
	return out
}

func processOf(pid int) (process, bool) {
	base := fmt.Sprintf("/proc/%d/", pid)
	stat, err := os.ReadFile(base + "stat")
	if err != nil {
		return process{}, false
	}
	// The name in brackets may hold anything; the fields begin behind the last one: state, parent.
	after := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(after) < 2 || after[0] == "Z" {
		return process{}, false
	}
	exe, err := os.Readlink(base + "exe")
	if err != nil {
		return process{}, false
	}
	p := process{pid: pid, exe: strings.TrimSuffix(exe, " (deleted)")}
	p.parent, _ = strconv.Atoi(after[1])
	p.cwd, _ = os.Readlink(base + "cwd")
	if b, err := os.ReadFile(base + "cmdline"); err == nil {
		p.args = strings.Split(strings.TrimRight(string(b), "\x00"), "\x00")
	}
	return p, true
}

// environ is the environment that the process was started with.
func (p process) environ() []string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.pid))
	if err != nil || len(b) == 0 {
		return nil
	}
	return strings.Split(strings.TrimRight(string(b), "\x00"), "\x00")
}

// unit is the systemd service that the process belongs to, "" when there is none.
func (p process) unit() string {
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return ""
	}
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", p.pid))
	for line := range strings.Lines(string(b)) {
		for part := range strings.SplitSeq(strings.TrimSpace(line), "/") {
			if strings.HasSuffix(part, ".service") && !strings.HasPrefix(part, "user@") {
				return part
			}
		}
	}
	return ""
}

// send makes a command of a signal to p.
func (p process) send(sig syscall.Signal, name string) *Command {
	return &Command{
		Argv: []string{"kill", "-s", name, strconv.Itoa(p.pid)},
		signal: func() error {
			// Between the look and the signal the number could have become another program's.
			if now, ok := processOf(p.pid); !ok || now.exe != p.exe {
				return fmt.Errorf("process %d does not run any more", p.pid)
			}
			if err := syscall.Kill(p.pid, sig); err != nil {
				return fmt.Errorf("kill -s %s %d: %w", name, p.pid, err)
			}
			return nil
		},
	}
}

// generationTime is the longest that is waited for new workers.
const generationTime = 15 * time.Second

// follow makes s wait, after its reload, until workers answer that were not there before and none does that was. A worker
// answers as long as it holds a socket that listens: those that finish what they had begun have closed theirs.
func (s *Server) follow(p process) {
	var before []int
	s.watch = func() { before = listening(p) }
	s.settled = func(ctx context.Context) error {
		end := time.Now().Add(generationTime)
		for {
			if _, alive := processOf(p.pid); !alive {
				return nil // the user's own command restarted it
			}
			fresh, old := false, false
			for _, pid := range listening(p) {
				if slices.Contains(before, pid) {
					old = true
				} else {
					fresh = true
				}
			}
			switch {
			case fresh && !old:
				return nil
			case ctx.Err() != nil:
				return ctx.Err()
			case time.Now().After(end) && !fresh:
				return fmt.Errorf("%s has no new workers after %v: it did not take the new configuration; its error log says why", s.Name, generationTime)
			case time.Now().After(end):
				return fmt.Errorf("old workers of %s still answer after %v", s.Name, generationTime)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// listening gives the workers of p that answer requests: its children that hold a listening socket, one of p's own where p
// holds any (a helper, such as Apache's cgid, listens at one that nobody else has).
func listening(p process) []int {
	open := listeners()
	own := slices.DeleteFunc(sockets(p.pid), func(inode string) bool { return !open[inode] })
	var out []int
	for _, c := range processes() {
		if c.parent == p.pid && c.exe == p.exe && slices.ContainsFunc(sockets(c.pid), func(inode string) bool {
			return open[inode] && (len(own) == 0 || slices.Contains(own, inode))
		}) {
			out = append(out, c.pid)
		}
	}
	return out
}

// sockets gives the inodes of a process's sockets.
func sockets(pid int) []string {
	var out []string
	dir := fmt.Sprintf("/proc/%d/fd/", pid)
	fds, _ := os.ReadDir(dir)
	for _, fd := range fds {
		to, _ := os.Readlink(dir + fd.Name())
		if inode, ok := strings.CutPrefix(to, "socket:["); ok {
			out = append(out, strings.TrimSuffix(inode, "]"))
		}
	}
	return out
}

// listeners gives the inodes of the sockets that listen (proc_net_tcp(5), proc_net_unix(5)).
func listeners() map[string]bool {
	out := map[string]bool{}
	for name, is := range map[string]struct {
		state, inode int
		listens      string
	}{"tcp": {3, 9, "0A"}, "tcp6": {3, 9, "0A"}, "unix": {3, 6, "00010000"}} {
		b, _ := os.ReadFile("/proc/net/" + name)
		for line := range strings.Lines(string(b)) {
			if cols := strings.Fields(line); len(cols) > is.inode && cols[is.state] == is.listens {
				out[cols[is.inode]] = true
			}
		}
	}
	return out
}

// rest makes s wait a fixed time after its reload, for programs that reload within one process and show nothing of it, and then
// until p listens at as many sockets as before: Squid closes its own while it reads a long configuration.
func (s *Server) rest(p process, d time.Duration) {
	before := 0
	s.watch = func() { before = doors(p) }
	s.settled = func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d):
		}
		for end := time.Now().Add(generationTime); doors(p) < before; time.Sleep(20 * time.Millisecond) {
			if _, alive := processOf(p.pid); !alive {
				return nil // the user's own command restarted it
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if time.Now().After(end) {
				if doors(p) == 0 {
					return fmt.Errorf("%s does not listen %v after its reload; its error log says why", s.Name, generationTime)
				}
				return nil // the new configuration has fewer
			}
		}
		return nil
	}
}

// doors is at how many sockets p and its children listen.
func doors(p process) int {
	open, n := listeners(), 0
	for _, c := range processes() {
		if c.pid != p.pid && (c.parent != p.pid || c.exe != p.exe) {
			continue
		}
		for _, inode := range sockets(c.pid) {
			if open[inode] {
				n++
			}
		}
	}
	return n
}

// errNotRunning says that no process was found that reads the configuration.
var errNotRunning = errors.New("not running")

// sameFile reports that two names, relative ones seen from dir, are one file.
func sameFile(dir, a, b string) bool {
	if !filepath.IsAbs(a) {
		a = filepath.Join(dir, a)
	}
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}
