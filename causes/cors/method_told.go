package cors

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// methodWord is a method that browsers ask leave for, in the capitals in which people and programs write it.
var methodWord = lazyregexp.New(`\b(?:PUT|PATCH|DELETE)\b`)

// methodTold finds a method that the record tells of in words, and that the answer of a preflight does not list: an answer
// was pasted without its request.
func methodTold(v *cause.View, x *exchange.Exchange) []*cause.Finding {
	given := x.Header().Get("Access-Control-Allow-Methods")
	if given == "" || !x.OK() || x.Unseen&exchange.RequestLine == 0 && x.Request.Method != "OPTIONS" || x.Request.Header.Has("Access-Control-Request-Method") {
		return nil
	}
	for _, p := range v.Excerpts(20, 20, 8<<10) {
		text := string(p.Text)
		for _, at := range methodWord.FindAllStringIndex(text, 20) {
			c := call{method: text[at[0]:at[1]], origin: x.Header().Get("Access-Control-Allow-Origin")}
			if listed(text[:at[0]], text[at[1]:]) || !c.refusesMethod(x) {
				continue
			}
			told := fact.Given("the description", "It tells of a %s.", c.method)
			told.From = p.From
			return []*cause.Finding{cause.Found("cors-method-not-allowed", cause.Likely, 0.85, told,
				fact.At(x.N, "Access-Control-Allow-Methods of the answer lists only %s.", methods(given)))}
		}
	}
	return nil
}

// listed reports that a method stands in a list of several, by what is before and behind it: such a list is what a server
// allows, not what was asked.
func listed(before, behind string) bool {
	const marks = " \t'\"`:"
	before, behind = strings.TrimRight(before, marks), strings.TrimLeft(behind, marks)
	return strings.HasSuffix(before, ",") || strings.HasSuffix(before, "[") || strings.HasPrefix(behind, ",") || strings.HasPrefix(behind, "]")
}
