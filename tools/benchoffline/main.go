// Command benchoffline measures how long the built program takes to answer from a record, process start included: over
// the labelled cases, over the pastes of every kind, and over texts of 1 MB of several kinds. For each group it prints
// the median and the 95th percentile of the wall time, and beside it those of the CPU time, user and system: on a
// machine that does other work the wall time tells about that work, too. Nothing is a test.
//
//	go run ./tools/benchoffline [-rounds 3] [-bin why401] [-only TEXT]
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// group is inputs that are counted together.
type group struct {
	name  string
	files []string
}

func main() {
	log.SetFlags(0)
	rounds := flag.Int("rounds", 3, "how often each input is run")
	bin := flag.String("bin", "", "measure this program instead of one built from here")
	only := flag.String("only", "", "the groups whose name contains `TEXT`")
	flag.Parse()
	dir, err := os.MkdirTemp("", "benchoffline")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if *bin == "" {
		*bin = filepath.Join(dir, "why401")
		if out, err := exec.Command("go", "build", "-trimpath", "-o", *bin, "./cmd/why401").CombinedOutput(); err != nil {
			log.Fatalf("build: %v\n%s", err, out)
		}
	}
	groups, err := inputs(dir)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%-22s %6s  %27s  %27s\n", "", "", "wall: median   95 %   most", "CPU: median   95 %   most")
	for _, g := range groups {
		if !strings.Contains(g.name, *only) {
			continue
		}
		var wall, cpu []time.Duration
		for range *rounds {
			for _, f := range g.files {
				w, c, err := run(*bin, f, dir)
				if err != nil {
					log.Fatal(err)
				}
				wall, cpu = append(wall, w), append(cpu, c)
			}
		}
		fmt.Printf("%-22s %6d  %s  %s\n", g.name, len(g.files), spread(wall), spread(cpu))
	}
}

// run gives the time that one answer took, and the CPU time of it. home is where the user's own causes are not.
func run(bin, file, home string) (wall, cpu time.Duration, err error) {
	c := exec.Command(bin, "-q", "--offline", file)
	c.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home)
	start := time.Now()
	err = c.Run()
	wall = time.Since(start)
	if c.ProcessState == nil {
		return 0, 0, err
	}
	return wall, c.ProcessState.UserTime() + c.ProcessState.SystemTime(), nil // the exit code tells the outcome
}

func spread(took []time.Duration) string {
	if len(took) == 0 {
		return "-"
	}
	slices.Sort(took)
	ms := func(d time.Duration) string { return fmt.Sprintf("%7.1f", float64(d)/1e6) }
	return fmt.Sprintf("%s %s %s ms", ms(took[len(took)/2]), ms(took[len(took)*95/100]), ms(took[len(took)-1]))
}

// size is that of the long texts.
const size = 1000 << 10

// inputs gives the files of each group; what has to be made is made in dir.
func inputs(dir string) ([]group, error) {
	cases, err := filepath.Glob("lab/cases/*/*.yaml")
	if err != nil {
		return nil, err
	}
	if len(cases) == 0 {
		return nil, errors.New("no lab/cases/*/*.yaml below this folder: run it from the root of the repository")
	}
	labelled, pastes := group{name: "labelled cases"}, group{name: "pastes"}
	for i := 0; i < len(cases); i += 3 {
		labelled.files = append(labelled.files, cases[i])
	}
	archives, err := filepath.Glob("input/testdata/pastes/*.txtar")
	if err != nil {
		return nil, err
	}
	var mixed strings.Builder
	for _, a := range archives {
		b, err := os.ReadFile(a)
		if err != nil {
			return nil, err
		}
		for n, f := range txtar.Parse(b).Files {
			mixed.Write(f.Data)
			if n%4 != 0 {
				continue
			}
			name := filepath.Join(dir, fmt.Sprintf("paste-%d", len(pastes.files)))
			if err := os.WriteFile(name, f.Data, 0o600); err != nil {
				return nil, err
			}
			pastes.files = append(pastes.files, name)
		}
	}
	out := []group{labelled, pastes}
	for _, l := range []struct{ kind, text string }{
		{"access log", repeat(accessLine)}, {"error log", repeat(errorLine)}, {"HAR", harOf()}, {"JSON body", bodyOf()},
		{"exchanges", repeat(exchangeText)}, {"prose", prose()}, {"mixed pastes", strings.Repeat(mixed.String(), 1+size/mixed.Len())[:size]},
	} {
		name := filepath.Join(dir, strings.ReplaceAll(l.kind, " ", "-"))
		if err := os.WriteFile(name, []byte(l.text), 0o600); err != nil {
			return nil, err
		}
		out = append(out, group{"1 MB " + l.kind, []string{name}})
	}
	return out, nil
}

// repeat joins what line gives for 0, 1, 2 ... up to the size.
func repeat(line func(int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(line(i))
	}
	return b.String()
}

func accessLine(i int) string {
	return fmt.Sprintf("203.0.113.%d - - [22/Nov/2026:09:%02d:%02d +0000] \"GET /api/v1/items/%d HTTP/1.1\" %d 512 \"-\" \"curl/8.5\"\n", i%250, i/60%60, i%60, i, []int{200, 401}[i%2])
}

func errorLine(i int) string {
	said := []string{"user u%d: authentication failure for \"/private\": Password Mismatch", "AH01617: user u%d: authentication failure for \"/secret\": Password Mismatch",
		"AH01618: user u%d not found: /api", "AH01630: client denied by server configuration: /srv/www/%d"}[i%4]
	return fmt.Sprintf("[Sun Nov 22 09:%02d:%02d.%06d 2026] [auth_basic:error] [pid %d:tid 1402] [client 203.0.113.%d:%d] "+said+"\n", i/60%60, i%60, i, i%900, i%250, 40000+i%9000, i)
}

func exchangeText(i int) string {
	return fmt.Sprintf("GET /a%d HTTP/1.1\nHost: api.example.com\nAuthorization: Bearer abc%d\n\nHTTP/1.1 401 Unauthorized\nWWW-Authenticate: Bearer error=\"invalid_token\"\nContent-Type: application/json\n\n{\"message\":\"token %d expired\"}\n\n", i, i, i)
}

// prose is what the pages tell, without their headings and code.
func prose() string {
	pages, _ := filepath.Glob("causes/*/*.md")
	var words []string
	for _, p := range pages {
		b, _ := os.ReadFile(p)
		for l := range strings.Lines(string(b)) {
			if !strings.HasPrefix(l, "#") && !strings.HasPrefix(l, "`") && !strings.HasPrefix(l, " ") && !strings.HasPrefix(l, "-") {
				words = append(words, strings.Fields(l)...)
			}
		}
	}
	if len(words) < 200 {
		return ""
	}
	at := 0
	return repeat(func(i int) string {
		n := 30 + i*37%130
		at = (at + i*7919) % (len(words) - n)
		return strings.Join(words[at:at+n], " ") + "\n\n"
	})
}

func harOf() string {
	type pair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	entry := func(i int) map[string]any {
		return map[string]any{"startedDateTime": "2026-11-22T09:00:00.000Z", "time": 12.5,
			"request": map[string]any{"method": "GET", "url": fmt.Sprintf("https://api.example.com/v1/items/%d", i), "httpVersion": "HTTP/2", "cookies": []any{}, "queryString": []any{},
				"headers": []pair{{"Accept", "application/json"}, {"Authorization", fmt.Sprintf("Bearer abcdefghijklmnop%d", i)}}, "headersSize": -1, "bodySize": 0},
			"response": map[string]any{"status": []int{200, 401, 403}[i%3], "statusText": "", "httpVersion": "HTTP/2", "cookies": []any{}, "redirectURL": "", "headersSize": -1, "bodySize": 60,
				"headers": []pair{{"Content-Type", "application/json"}, {"Server", "nginx"}}, "content": map[string]any{"size": 60, "mimeType": "application/json", "text": `{"message":"the token is expired"}`}},
			"cache": map[string]any{}, "timings": map[string]any{"send": 0, "wait": 12, "receive": 0}}
	}
	var entries []string
	for i, n := 0, 0; n < size; i++ {
		b, _ := json.Marshal(entry(i))
		entries = append(entries, string(b))
		n += len(b)
	}
	return `{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[],"entries":[` + strings.Join(entries, ",") + `]}}`
}

func bodyOf() string {
	return `{"error":"unauthorized","message":"invalid token","items":[` + repeat(func(i int) string {
		return fmt.Sprintf(`{"id":%d,"name":"user %d","email":"user%d@example.com","message":"access denied for user %d"},`, i, i, i, i)
	}) + `null]}`
}
