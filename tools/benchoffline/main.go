// Command benchoffline measures how long the built program takes to answer from a record, process start included: over
// the labelled cases, over the pastes of every kind, and over texts of up to 1 MB. It prints the median and the 95th
// percentile of each group; nothing is a test.
//
//	go run ./tools/benchoffline [-rounds 3]
package main

import (
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

func main() {
	log.SetFlags(0)
	rounds := flag.Int("rounds", 3, "how often each input is run")
	flag.Parse()
	dir, err := os.MkdirTemp("", "benchoffline")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "why401")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", bin, "./cmd/why401").CombinedOutput(); err != nil {
		log.Fatalf("build: %v\n%s", err, out)
	}
	groups, err := inputs(dir)
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{"labelled cases", "pastes", "texts of 0.1 to 1 MB"} {
		files := groups[name]
		var took []time.Duration
		for range *rounds {
			for _, f := range files {
				start := time.Now()
				_ = exec.Command(bin, "-q", "--offline", f).Run() // the exit code tells the outcome
				took = append(took, time.Since(start))
			}
		}
		slices.Sort(took)
		if n := len(took); n > 0 {
			fmt.Printf("%-22s %4d inputs: median %v, 95 %% below %v, most %v\n", name, len(files),
				took[n/2].Round(100*time.Microsecond), took[n*95/100].Round(100*time.Microsecond), took[n-1].Round(100*time.Microsecond))
		}
	}
}

// inputs gives the files of each group; what has to be made is made in dir.
func inputs(dir string) (map[string][]string, error) {
	out := map[string][]string{}
	cases, err := filepath.Glob("lab/cases/*/*.yaml")
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(cases); i += 3 {
		out["labelled cases"] = append(out["labelled cases"], cases[i])
	}
	archives, err := filepath.Glob("input/testdata/pastes/*.txtar")
	if err != nil {
		return nil, err
	}
	var all strings.Builder
	for _, a := range archives {
		b, err := os.ReadFile(a)
		if err != nil {
			return nil, err
		}
		for n, f := range txtar.Parse(b).Files {
			all.Write(f.Data)
			if n%4 != 0 {
				continue
			}
			name := filepath.Join(dir, fmt.Sprintf("paste-%d", len(out["pastes"])))
			if err := os.WriteFile(name, f.Data, 0o600); err != nil {
				return nil, err
			}
			out["pastes"] = append(out["pastes"], name)
		}
	}
	for size := 100 << 10; size <= 1000<<10; size += 100 << 10 {
		var log, mixed strings.Builder
		for i := 0; log.Len() < size; i++ {
			fmt.Fprintf(&log, "203.0.113.%d - - [22/Nov/2026:09:%02d:%02d +0000] \"GET /api/v1/items/%d HTTP/1.1\" %d 512 \"-\" \"curl/8.5\"\n", i%250, i/60%60, i%60, i, []int{200, 401}[i%2])
		}
		for mixed.Len() < size {
			mixed.WriteString(all.String()[:min(all.Len(), size-mixed.Len())])
		}
		for kind, text := range map[string]string{"log": log.String(), "mixed": mixed.String()} {
			name := filepath.Join(dir, fmt.Sprintf("%s-%d", kind, size))
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				return nil, err
			}
			out["texts of 0.1 to 1 MB"] = append(out["texts of 0.1 to 1 MB"], name)
		}
	}
	return out, nil
}
