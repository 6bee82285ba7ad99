package real

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
)

// TestRunCountsWhatADiagnosisSends plays a scenario with a diagnosis that behaves badly, and wants that seen.
func TestRunCountsWhatADiagnosisSends(t *testing.T) {
	defer func() { Diagnose = nil }()
	Diagnose = func(ctx context.Context, args []string, stateDir string, _ ...exchange.Issuer) (Verdict, error) {
		if _, err := os.Stat(stateDir); err != nil {
			return Verdict{}, err
		}
		url := args[len(args)-1]
		for _, extra := range [][]string{{"-u", "alice:guess"}, {"-H", "Authorization: Why401-Canary 1"}, {}, {"-u", login}} {
			if err := exec.CommandContext(ctx, "curl", append(extra, "-s", "-o", "/dev/null", url)...).Run(); err != nil {
				return Verdict{}, err
			}
		}
		return Verdict{Cause: "wrong-password", Grade: "likely"}, nil
	}
	res := Run(context.Background(), nginxAccess[0])
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	if res.Verdict == nil || res.Verdict.Cause != "wrong-password" || res.Requests != 4 || res.Attempts != 2 || res.RefusedAttempts != 1 {
		t.Errorf("got %+v, %d requests, %d attempts, %d refused", res.Verdict, res.Requests, res.Attempts, res.RefusedAttempts)
	}
}

// TestRunSeesWhatIsNotBroken wants an error for a scenario that is answered, and for one that is not mended.
func TestRunSeesWhatIsNotBroken(t *testing.T) {
	sc := nginxAccess[0]
	sc.Input = func(w *World) []string { return curl("-u", login, w.URL("front")) }
	if res := Run(context.Background(), sc); res.Err == nil || !strings.Contains(res.Err.Error(), "should have ended with 401") {
		t.Errorf("answered at once: %v", res.Err)
	}
	sc = nginxAccess[0]
	sc.Mend = sc.Input
	if res := Run(context.Background(), sc); res.Err == nil || !strings.Contains(res.Err.Error(), "still refused") || res.Logs == "" {
		t.Errorf("not mended: %v", res.Err)
	}
}

// TestKilledTestLeavesNothing kills a test process that has a server running, as a time limit would.
func TestKilledTestLeavesNothing(t *testing.T) {
	if os.Getenv("REAL_TEST_VICTIM") != "" {
		w := NewWorld(t)
		startNginxBasic(w)
		fmt.Printf("victim %d %s\n", w.Server("front").running[0].cmd.Process.Pid, w.Dir)
		select {}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledTestLeavesNothing$", "-test.v")
	cmd.Env = append(os.Environ(), "REAL_TEST_VICTIM=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid, dir := 0, ""
	for lines := bufio.NewScanner(out); dir == "" && lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) == 3 && f[0] == "victim" {
			pid, _ = strconv.Atoi(f[1])
			dir = f[2]
		}
	}
	if pid == 0 {
		t.Fatal("the victim started no server")
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		_, err := os.Stat(dir)
		if os.IsNotExist(err) && errors.Is(syscall.Kill(-pid, 0), syscall.ESRCH) {
			return
		}
		if time.Since(begin) > 10*time.Second {
			t.Fatalf("ten seconds later: directory %v, process group %d: %v", err, pid, syscall.Kill(-pid, 0))
		}
	}
}
