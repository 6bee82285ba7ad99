package real

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// How long a server may take to answer its port, and to end after being asked. The machine may be busy with other
// tests, so the first is generous; it is only reached when something is wrong.
const (
	startLimit = 20 * time.Second
	stopLimit  = 700 * time.Millisecond
)

// process is a running server with all its children, which share one process group.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the leader has been waited for
	err  error
}

// startProcess runs argv in dir with the given environment; output goes to the two files.
func startProcess(dir string, env, argv []string, stdout, stderr string) (*process, error) {
	path, err := findProgram(argv[0])
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile(stdout, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, fmt.Errorf("opening the output file: %w", err)
	}
	defer out.Close()
	errs, err := os.OpenFile(stderr, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, fmt.Errorf("opening the error file: %w", err)
	}
	defer errs.Close()
	cmd := exec.Command(path, argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, out, errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", argv[0], err)
	}
	guard("+", cmd.Process.Pid)
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// stop ends the whole group: politely first, because Apache leaves semaphores behind when it is killed, then surely.
func (p *process) stop() {
	pgid := p.cmd.Process.Pid
	_ = syscall.Kill(pgid, syscall.SIGTERM) // to the leader only: Apache's children would otherwise end too early for it
	select {
	case <-p.done:
	case <-time.After(stopLimit):
	}
	_ = syscall.Kill(-pgid, syscall.SIGKILL)
	<-p.done
	guard("-", pgid)
}

func (p *process) exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// findProgram looks in PATH and in the sbin folders, which an ordinary user's PATH lacks on Debian.
func findProgram(name string) (string, error) {
	if p, err := exec.LookPath(name); err == nil {
		return p, nil
	}
	for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/local/sbin"} {
		p := filepath.Join(dir, name)
		if st, err := os.Stat(p); err == nil && st.Mode()&0o111 != 0 {
			return p, nil
		}
	}
	return "", fmt.Errorf("%s is not installed: run tools/install-servers.sh", name)
}

// watcher outlives this process by a moment: a test that is interrupted or runs into its time limit never reaches
// its clean-up, and daemons on a developer's machine are worse than a failed test. It is a shell that reads which
// groups and directories exist and, when our end of the pipe closes, ends and removes those that are left.
var watcher struct {
	sync.Once
	sync.Mutex
	w io.Writer
}

const watcherScript = `
trap '' INT TERM HUP
live=" " dirs=" "
while read -r op what; do
	case $op in
	+) live="$live$what " ;;
	-) live="${live%% $what *} ${live#* $what }" ;;
	d) dirs="$dirs$what " ;;
	esac
done
for g in $live; do kill -s KILL -- "-$g" 2>/dev/null; done
for d in $dirs; do case $d in */` + dirPrefix + `*) rm -rf -- "$d" ;; esac; done
`

func guard(op string, what any) {
	watcher.Do(func() {
		cmd := exec.Command("/bin/sh", "-c", watcherScript)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if in, err := cmd.StdinPipe(); err == nil && cmd.Start() == nil {
			watcher.w = in
		}
	})
	watcher.Lock()
	defer watcher.Unlock()
	if watcher.w != nil {
		fmt.Fprintln(watcher.w, op, what)
	}
}
