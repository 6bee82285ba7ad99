// Package signature recognises products by what they write: error pages, headers, cookies, challenges and the
// sentences of refusals. It tells who wrote a response from who merely passed it on.
//
// Everything it knows lies in YAML files under data/ (see data/README.md): structured matchers, no expression
// language, each entry with samples that must and must not match. Data names things. The package refuses to do more:
// it sends nothing, edits nothing, and decides no cause. It never opens a closed secret.Text, and the facts it returns
// quote the literal that matched, not the reply around it.
package signature

import (
	"cmp"
	"slices"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// Says is what a match claims about a product.
type Says string

// The claims, strongest first.
const (
	Wrote  Says = "wrote"  // composed this reply
	Passed Says = "passed" // handled the reply on its way
	Runs   Says = "runs"   // is somewhere there, which of the two is not said
)

// Match is one entry of the data that fits a reply.
type Match struct {
	Product string
	Layer   exchange.Layer
	ID      string // stable name of the entry: "nginx/error-page"
	Says    Says
	Weight  int               // 0..100, how sure the entry is
	Version string            // the product's version when the reply shows it, else ""
	Facts   map[string]string // named facts of the entry: "refusal": "basic-challenge", "page": "login"; do not modify
	Because []fact.Fact       // what in the reply matched
}

// Meaning is a refusal sentence that was understood.
type Meaning struct {
	Meaning string // one of the constants below
	Product string // whose sentence it is
	Layer   exchange.Layer
	Weight  int // 0..100
	Because fact.Fact
}

// firmWriter is the weight from which a "wrote" entry is enough to name the writer.
const firmWriter = 50

// Matches lists every entry of the built-in data that fits the reply of x, best first; nil when x has no reply.
func Matches(x *exchange.Exchange) []Match { return known().Match(x) }

// Writer is the product that composed the reply of x, if the data knows it.
func Writer(x *exchange.Exchange) (Match, bool) { return known().Writer(x) }

// Path lists the products that handled the reply of x on its way, without the one that wrote it: the strongest entry
// of each product, outermost layer first.
func Path(x *exchange.Exchange) []Match { return known().Path(x) }

// Meanings lists the refusal sentences found in the reply of x, best first, each meaning of a product once.
func Meanings(x *exchange.Exchange) []Meaning { return known().Meanings(x) }

// Sentences lists what the sentences of a text mean that stands outside any reply: an error line, a log line. status is
// the one it speaks of, 0 when it names none.
func Sentences(text string, status int) []Meaning {
	x := &exchange.Exchange{Unseen: exchange.WholeRequest | exchange.WholeAnswer,
		Response: &exchange.Response{Status: status, Body: exchange.Body{Bytes: []byte(text)}}}
	return known().sentences(x)
}

// sentences is Meanings without a memory: each text is asked about once.
func (s *Set) sentences(x *exchange.Exchange) []Meaning {
	if s.of != nil {
		return s.meaningsAll(func(o *Set) []Meaning { return o.sentences(x) })
	}
	return s.meanings(s.read(x))
}

// LoginPage reports whether the reply of x shows a login page or sends the user agent to one.
func LoginPage(x *exchange.Exchange) (Match, bool) { return known().LoginPage(x) }

func (s *Set) match(r *reply) []Match {
	var out []Match
	versions := map[string]string{}
	for _, e := range s.entries {
		if _, bare := e.when.(statusIs); bare && r.status == 0 {
			continue // nothing else is asked, and the status is not known
		}
		if !e.when.holds(r) {
			continue
		}
		m := Match{Product: e.product, Layer: e.layer, ID: e.id, Says: e.says, Weight: e.weight, Facts: e.facts}
		m.Because = evidence(e.when, r)
		if v := e.version.find(r); v != "" {
			versions[e.product] = v
		}
		out = append(out, m)
	}
	for i := range out {
		out[i].Version = versions[out[i].Product]
	}
	slices.SortFunc(out, better)
	return out
}

// better orders matches: heavier first, then the stronger claim, then by name so that the order is stable.
func better(a, b Match) int {
	return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(claim(a.Says), claim(b.Says)), cmp.Compare(a.ID, b.ID))
}

func claim(s Says) int { return slices.Index([]Says{Wrote, Passed, Runs}, s) }

// Writer is like the function Writer, with the entries of s.
func (s *Set) Writer(x *exchange.Exchange) (Match, bool) { return writer(s.Match(x)) }

func writer(ms []Match) (Match, bool) {
	for _, m := range ms {
		if m.Says == Wrote && m.Weight >= firmWriter {
			return m, true
		}
	}
	return Match{}, false
}

// Path is like the function Path, with the entries of s.
func (s *Set) Path(x *exchange.Exchange) []Match {
	ms := s.Match(x)
	w, known := writer(ms)
	var out []Match
	for _, m := range ms {
		// An application that merely runs there is not on the way: it is where the way ends.
		onTheWay := m.Says == Passed || m.Says == Runs && slices.Contains(carriers, m.Layer)
		seen := slices.ContainsFunc(out, func(o Match) bool { return o.Product == m.Product })
		if onTheWay && !seen && !(known && m.Product == w.Product) {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b Match) int {
		return cmp.Compare(slices.Index(carriers, a.Layer), slices.Index(carriers, b.Layer))
	})
	return out
}

// carriers are the layers that pass replies on, in the order a request meets them.
var carriers = []exchange.Layer{exchange.Network, exchange.Edge, exchange.Gateway, exchange.WebServer}
