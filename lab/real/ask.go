package real

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input"
	"github.com/why401/why401/secret"
)

// options are the options in front of what why401 is asked about, as its command line takes them. curl, to which a
// scenario's words go as well, does not get them.
type options struct {
	unsafe   bool              // --replay-unsafe
	browsing *why401.Browsing  // --browser, with --call ORIGIN and --third-party block
	keyFiles []string          // --key FILE
	client   string            // --as-client NAME
	files    []string          // --client-config FILE
	sendTo   []exchange.Origin // --send-to ORIGIN
	rest     []string          // what is left: a URL, a curl command
}

// replayed lets why401 send an unsafe request again.
func replayed(*World) []string { return []string{"--replay-unsafe"} }

func ask401(args []string) (options, error) {
	a := options{rest: args}
	for len(a.rest) > 1 && strings.HasPrefix(a.rest[0], "--") {
		flag, value := a.rest[0], a.rest[1]
		switch flag {
		case "--replay-unsafe", "--browser":
			a.unsafe = a.unsafe || flag == "--replay-unsafe"
			if flag == "--browser" {
				a.browsing = &why401.Browsing{NoSandbox: asRoot()}
			}
			a.rest = a.rest[1:]
			continue
		case "--key":
			a.keyFiles = append(a.keyFiles, value)
		case "--as-client":
			a.client = value
		case "--client-config":
			a.files = append(a.files, value)
		case "--send-to", "--call":
			u, err := exchange.ParseURL(value)
			if err != nil {
				return a, fmt.Errorf("%s: %w", flag, err)
			}
			if flag == "--send-to" {
				a.sendTo = append(a.sendTo, u.Origin())
			} else {
				a.browsing.Calls = append(a.browsing.Calls, u.Origin())
			}
		case "--third-party":
			a.browsing.BlockThirdParty = true
		default:
			return a, fmt.Errorf("no option of why401 that scenarios use: %s", flag)
		}
		a.rest = a.rest[2:]
	}
	return a, nil
}

// input makes what was asked the input of a diagnosis.
func (a options) input(in *exchange.Intent) ([]why401.Option, error) {
	var opts []why401.Option
	if a.unsafe {
		opts = append(opts, why401.AllowUnsafe())
	}
	if a.browsing != nil {
		opts = append(opts, why401.WithBrowser(*a.browsing))
	}
	for _, o := range a.sendTo {
		opts = append(opts, why401.SendTo(o))
	}
	if a.client == "" {
		return opts, nil
	}
	// Only the files that the scenario names: nothing of the machine's own.
	config, _, err := input.ClientConfig(a.client, input.ClientSource{Env: func(string) string { return "" }, Home: "/nonexistent", Dir: "/nonexistent", Files: a.files})
	if err != nil {
		return nil, err
	}
	input.AsClient(in, a.client, config)
	return opts, nil
}

// keys reads the key files that were named.
func (a options) keys() ([]exchange.Key, error) {
	var out []exchange.Key
	for _, f := range a.keyFiles {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		out = append(out, exchange.Key{Value: secret.New(string(b)), From: "file"})
	}
	return out, nil
}

// programIn runs another client than curl in dir, with a home directory of its own and nothing of the user's environment,
// and gives its output as the body of a reply: 200 when it succeeded, the status that its output names when it did not.
func (w *World) programIn(dir, home string, env []string, argv ...string) Reply {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), programLimit)
	defer cancel()
	path, err := findProgram(argv[0])
	if err != nil {
		w.Fatalf("%v", err)
	}
	cmd := exec.CommandContext(ctx, path, argv[1:]...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LC_ALL=C", "NO_COLOR=1"}, env...)
	out, err := cmd.CombinedOutput()
	r := Reply{Body: string(out), Status: 200}
	if err != nil {
		r.Error, r.Status = err.Error(), 1
		if m := statusWord.FindStringSubmatch(r.Body); m != nil {
			r.Status, _ = strconv.Atoi(m[1])
		}
	}
	return r
}

// statusWord is a status as clients write it, npm with an E before it: a number of its own, not a part of a port or of a
// directory's name.
var statusWord = regexp.MustCompile(`\bE?(40[1347])\b`)

// programLimit ends a client that hangs, or asks at a terminal that is not there.
const programLimit = 60 * time.Second

func replace(s, old, now string) string { return strings.Replace(s, old, now, 1) }

func replaceAll(s, old, now string) string { return strings.ReplaceAll(s, old, now) }
