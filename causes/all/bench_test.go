package all

import (
	"fmt"
	"strings"
	"testing"

	"github.com/why401/why401/cause/likeness"
	"github.com/why401/why401/cause/sign"
	"github.com/why401/why401/exchange"
)

// BenchmarkBook makes the signs ready, as every run does once.
func BenchmarkBook(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		m, err := likeness.Open(learnt)
		if err != nil {
			b.Fatal(err)
		}
		signs.Open().Compare(m)
	}
}

// BenchmarkWeigh holds the signs of every cause against evidence: a line, and as much of a log as is looked at. Phrases
// are parsed once, so that what is measured is the second case of a process.
func BenchmarkWeigh(b *testing.B) {
	long := &exchange.Case{}
	for i := range 600 {
		long.Messages = append(long.Messages, exchange.Message{Who: "apache", Status: 401, Text: exchange.Raw(strings.Repeat(fmt.Sprintf(
			"[auth_basic:error] [pid %d] [client 203.0.113.%d] AH01617: user bob: authentication failure for \"/private/%d\": Password Mismatch\n", i, i%250, i), 12))})
	}
	for name, c := range map[string]*exchange.Case{
		"line": {Notes: []exchange.Note{{Text: "It works in Postman, but the browser gets 401 with an expired token."}}},
		"log":  long,
	} {
		book := Book()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e := sign.NewEvidence(c, nil)
				for _, k := range signs.Causes {
					book.Weigh(k.ID, e)
				}
				book.Like(e)
			}
		})
	}
}
