package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/why401/why401"
	"github.com/why401/why401/compare"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input"
	"github.com/why401/why401/report"
)

func (a *app) compare() *cobra.Command {
	asJSON, all := false, false
	as := ""
	c := &cobra.Command{
		Use:   "compare GOOD BAD",
		Short: "Say in what two requests differ, of which one is let in and one is refused",
		Long: "Takes two of a kind: HARs, transcripts, curl commands, tokens; - is standard\n" +
			"input. What authentication depends on comes first; of secret values it says\n" +
			"only that they differ. Nothing is sent.",
		Args: exactlyTwo,
		RunE: func(_ *cobra.Command, args []string) error {
			good, err := a.side(args[0], as)
			if err != nil {
				return err
			}
			bad, err := a.side(args[1], as)
			if err != nil {
				return err
			}
			r, err := compare.Sides(good, bad)
			if err != nil {
				return unreadable(err, "why401 compare good.har bad.har")
			}
			if asJSON {
				return a.print(compareJSON(r))
			}
			return a.print(a.compareText(r, all))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	c.Flags().BoolVar(&all, "all", false, "show what means nothing as a rule, too")
	c.Flags().StringVar(&as, "as", "", "read both as this `KIND`")
	return c
}

func exactlyTwo(c *cobra.Command, args []string) error {
	if len(args) != 2 {
		return usage("why401 compare good.har bad.har", "compare: expected two inputs, got %d", len(args))
	}
	if args[0] == "-" && args[1] == "-" {
		return usage("why401 compare good.har -", "compare: standard input is one input, not two")
	}
	return nil
}

func (a *app) side(arg, as string) (compare.Side, error) {
	got, err := input.Read([]string{arg}, a.stdin, input.Options{Version: why401.Version(), Home: a.env("HOME"), Typed: true, As: as})
	return compare.Side{Evidence: got.Evidence, Intents: got.Intents}, err
}

func ending(x *exchange.Exchange) string {
	if x.Status() == 0 {
		return "answer not known"
	}
	return fmt.Sprint(x.Status())
}

func asked(x *exchange.Exchange) string {
	if x.Request.URL.Host == "" && x.Request.Method == "" {
		return "a request that is not shown"
	}
	return strings.TrimSpace(x.Request.Method + " " + x.Request.URL.String())
}

// conclusion says what follows from the differences.
func conclusion(r compare.Result) string {
	n := len(r.Telling())
	switch {
	case r.Good == nil && n == 0:
		return "The tokens do not differ in anything that decides."
	case r.Good == nil:
		return "The tokens differ in " + things(n) + "."
	case r.OneThing:
		return "The requests are the same but for one thing, and end differently: " + r.Telling()[0].What + "."
	case r.Undetectable && len(r.Unseen) > 0:
		return "What is shown of the requests is the same, and they end differently: look at what is not shown."
	case r.Undetectable:
		return "The requests are the same, and end differently: the difference is the server, the time, or the way between."
	case r.EndDiffer:
		return "The requests differ in " + things(n) + " that may count, most telling first."
	case n == 0:
		return "The requests are the same, and end alike."
	case r.Good.Status() == 0 || r.Bad.Status() == 0:
		return "The requests differ in " + things(n) + " that may count; how they ended is not known."
	}
	return "Both end alike; the requests differ in " + things(n) + "."
}

func things(n int) string {
	if n == 1 {
		return "one thing"
	}
	return fmt.Sprintf("%d things", n)
}

func (a *app) compareText(r compare.Result, all bool) string {
	s := report.NewSheet(a.options())
	s.Text(conclusion(r))
	s.Rule()
	if r.Good != nil {
		s.Row("Good", asked(r.Good)+" -> "+ending(r.Good))
		s.Row("Bad", asked(r.Bad)+" -> "+ending(r.Bad))
		s.Rule()
	}
	show := func(d compare.Difference) {
		s.Text(d.What)
		s.Row("  good", d.Good)
		s.Row("  bad", d.Bad)
	}
	quiet := 0
	for _, d := range r.Differences {
		if d.Area == compare.Noise && !all {
			quiet++
			continue
		}
		show(d)
	}
	if len(r.Answers) > 0 {
		s.Rule()
		for _, d := range r.Answers {
			s.Row("Answer", d.What+": "+d.Good+" | "+d.Bad)
		}
	}
	for _, u := range r.Unseen {
		s.Row("Unseen", u)
	}
	if quiet > 0 {
		s.Row("Left out", things(quiet)+" that mean nothing as a rule; --all shows them")
	}
	return s.String()
}

func compareJSON(r compare.Result) string {
	type difference struct {
		Area string `json:"area"`
		What string `json:"what"`
		Good string `json:"good"`
		Bad  string `json:"bad"`
	}
	s := report.NewSheet(report.TextOptions{Plain: true})
	list := func(ds []compare.Difference) []difference {
		out := []difference{}
		for _, d := range ds {
			out = append(out, difference{string(d.Area), s.Escape(d.What), s.Escape(d.Good), s.Escape(d.Bad)})
		}
		return out
	}
	doc := struct {
		Schema      string       `json:"schema"`
		Conclusion  string       `json:"conclusion"`
		OneThing    bool         `json:"one_thing"`
		Good        int          `json:"good_status"`
		Bad         int          `json:"bad_status"`
		Differences []difference `json:"differences"`
		Answers     []difference `json:"answers"`
		Unseen      []string     `json:"unseen"`
	}{"why401.compare/1", s.Escape(conclusion(r)), r.OneThing, 0, 0, list(r.Differences), list(r.Answers), append([]string{}, r.Unseen...)}
	if r.Good != nil {
		doc.Good, doc.Bad = r.Good.Status(), r.Bad.Status()
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic(err) // strings only
	}
	return string(b) + "\n"
}
