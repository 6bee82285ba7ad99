// Command scoreboard plays every real-server scenario: the server refuses, why401 says why, the mend lets the request
// pass. It prints a line for each and the numbers below. An argument limits it to the scenarios whose names contain it; -trace tells why each experiment was chosen.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/why401/why401/lab/real"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	trace := flag.Bool("trace", false, "tell why each experiment was chosen")
	flag.Parse()
	atOnce := 3
	if *trace {
		real.Trace, atOnce = os.Stderr, 1
	}
	var chosen []real.Scenario
	for _, sc := range real.Scenarios() {
		if strings.Contains(sc.Name, flag.Arg(0)) {
			chosen = append(chosen, sc)
		}
	}
	board := real.Play(ctx, chosen, atOnce, func(real.Line) { fmt.Fprint(os.Stderr, ".") })
	fmt.Fprintln(os.Stderr)
	board.Print(os.Stdout)
	if s := board.Sum(); s.Errors > 0 || s.WrongProved > 0 {
		os.Exit(1)
	}
}
