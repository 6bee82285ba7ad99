package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// progress receives the engine's trace. It passes the lines on when --trace is given; otherwise, when something takes
// longer than a moment, it says in one line on standard error what is waited for, and since when.
type progress struct {
	a       *app
	trace   bool
	silent  bool
	started time.Time
	quit    chan struct{}
	ended   sync.WaitGroup

	mu    sync.Mutex
	step  string
	shown bool
}

// firstSign is when a run that is not over yet shows that it is at work: what comes within a tenth of a second feels
// immediate, and a line that appears and goes at once is only a flicker.
const firstSign = 90 * time.Millisecond

func newProgress(a *app, host string, trace bool) *progress {
	p := &progress{a: a, trace: trace, silent: a.quietly(), started: time.Now(), quit: make(chan struct{}), step: "waiting for " + host}
	if !trace && !p.silent {
		p.ended.Add(1)
		go p.watch()
	}
	return p
}

// Write takes lines of the trace.
func (p *progress) Write(b []byte) (int, error) {
	for line := range strings.SplitSeq(strings.TrimRight(string(b), "\n"), "\n") {
		if p.trace {
			p.a.say("%s", line)
			continue
		}
		if what, ok := strings.CutPrefix(line, "chosen: "); ok {
			what, _, _ = strings.Cut(what, " (value")
			p.mu.Lock()
			p.step = "trying " + what
			p.mu.Unlock()
		}
	}
	return len(b), nil
}

func (p *progress) watch() {
	defer p.ended.Done()
	tick := time.NewTicker(firstSign)
	defer tick.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-tick.C:
			tick.Reset(time.Second)
			p.mu.Lock()
			line := []rune(report.ASCII(secret.Scrub(p.step)))
			if len(line) > 60 {
				line = append(line[:57], []rune("...")...)
			}
			fmt.Fprintf(p.a.err, "\r%-60s %3.0f s", string(line), time.Since(p.started).Seconds())
			p.shown = true
			p.mu.Unlock()
		}
	}
}

// stop ends the line and wipes it.
func (p *progress) stop() {
	close(p.quit)
	p.ended.Wait()
	if p.shown {
		fmt.Fprintf(p.a.err, "\r%66s\r", "")
	}
}
