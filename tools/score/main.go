// Command score diagnoses every case of some folders offline and prints how often the verdict is right: in all, by
// family, by grade, with what it was taken for, and the time per case. It is what "make score CASES=dir" runs.
//
// A case is a YAML file with artefacts, and with truth, layer and solvable beside them.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/lab/cases"
	"github.com/why401/why401/report"
)

// tally counts one group of cases.
type tally struct{ n, top1, family, first, named int }

func (t tally) print(what string) {
	if t.n == 0 {
		return
	}
	fmt.Printf("%-30s %4d cases: top-1 %d (%.1f %%), family %d (%.1f %%); unknown with it first %d, it among the suspects %d\n",
		what, t.n, t.top1, 100*float64(t.top1)/float64(t.n), t.family, 100*float64(t.family)/float64(t.n), t.first, t.named)
}

// board is the score so far.
type board struct {
	families    map[string]string // cause -> family
	groups      map[string]*tally
	confused    map[string]int
	times       []time.Duration
	unsolvable  int
	abstained   int
	wrongProved int
}

func main() {
	log.SetFlags(0)
	verbose := flag.Bool("v", false, "show what came out of every case that is not right")
	only := flag.String("only", "", "take the cases whose truth or name contains `TEXT`, and show each")
	flag.Parse()
	if flag.NArg() == 0 {
		log.Fatal("score: name a folder of cases")
	}
	b := &board{families: map[string]string{}, groups: map[string]*tally{}, confused: map[string]int{}}
	for _, c := range all.Causes() {
		b.families[c.ID] = c.Family
	}
	for _, dir := range flag.Args() {
		found, err := cases.Load(dir)
		if err != nil {
			log.Fatal("score: ", err)
		}
		for _, l := range found {
			if *only == "" || strings.Contains(l.Truth, *only) || strings.Contains(l.Name, *only) {
				b.judge(l, *verbose, *only != "")
			}
		}
	}
	b.print()
}

func (b *board) judge(l cases.Case, verbose, always bool) {
	start := time.Now()
	rep, err := l.Diagnose(context.Background())
	b.times = append(b.times, time.Since(start))
	if err != nil {
		fmt.Printf("%s: %v\n", l.Name, err)
		return
	}
	got := rep.Verdict.Cause
	right := got == l.Truth
	if rep.Verdict.Grade == cause.Proved && !right {
		b.wrongProved++
		fmt.Printf("WRONG PROVED %s: said %s, is %s\n", l.Name, got, l.Truth)
	}
	if !l.Decidable() {
		b.unsolvable++
		if got == "" {
			b.abstained++
		} else if verbose {
			fmt.Printf("%s: cannot be decided, said %s (%s)\n", l.Name, got, rep.Verdict.Grade)
		}
		return
	}
	kind := "notes only"
	if l.Hard() {
		kind = "with more than notes"
	}
	for _, g := range []string{"all", kind, "family " + l.Family, "grade " + rep.Verdict.Grade.String()} {
		t := b.groups[g]
		if t == nil {
			t = &tally{}
			b.groups[g] = t
		}
		t.n++
		if right {
			t.top1++
		}
		if b.families[got] == l.Family || right {
			t.family++
		}
		if got == "" && len(rep.Suspects) > 0 && rep.Suspects[0].Cause == l.Truth {
			t.first++
		}
		if slices.ContainsFunc(rep.Suspects, func(s report.Suspect) bool { return s.Cause == l.Truth }) {
			t.named++
		}
	}
	if !right {
		b.confused[l.Truth+" -> "+cmpOr(got, "unknown")]++
	}
	if always || verbose && !right {
		show(l, rep)
	}
}

func cmpOr(s, or string) string {
	if s == "" {
		return or
	}
	return s
}

func show(l cases.Case, rep *report.Report) {
	fmt.Printf("%s: is %s, said %q (%s)\n", l.Name, l.Truth, rep.Verdict.Cause, rep.Verdict.Grade)
	for _, e := range rep.Evidence {
		fmt.Printf("      because %s\n", e.Fact)
	}
	for _, s := range rep.Suspects[:min(4, len(rep.Suspects))] {
		fmt.Printf("      also %s (%s): %s\n", s.Cause, s.Grade, s.Because)
	}
}

func (b *board) print() {
	for _, g := range slices.Sorted(maps.Keys(b.groups)) {
		b.groups[g].print(g)
	}
	fmt.Printf("cannot be decided: %d, unknown said of %d; wrong proved: %d\n", b.unsolvable, b.abstained, b.wrongProved)
	if slices.Sort(b.times); len(b.times) > 0 {
		n := len(b.times)
		fmt.Printf("time per case: median %v, 95 %% below %v, most %v\n", b.times[n/2].Round(time.Microsecond), b.times[n*95/100].Round(time.Microsecond), b.times[n-1].Round(time.Microsecond))
	}
	fmt.Println("taken for another:")
	for _, c := range slices.Sorted(maps.Keys(b.confused)) {
		fmt.Printf("  %d %s\n", b.confused[c], c)
	}
}
