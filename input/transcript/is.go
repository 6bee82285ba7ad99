package transcript

import (
	"hash/maphash"
	"strings"
	"sync"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

// headSize is what Is looks at.
const headSize = 24 << 10

// certain is how sure a form is of text that is nothing but its own.
var certain = map[string]int{"curl-trace": 97, "git-curl-verbose": 96, "curl-verbose": 95, "wget-debug": 95, "httpie-output": 94,
	"http-debug": 93, "devtools": 90, "console": 90, "http-exchange": 92, "curl-include": 92, "header-dump": 85}

// is says how much of text is of the given kind. All forms are asked about one text, one after another: what the last
// text gave is remembered by its hash, without the text.
func is(kind, text string) int {
	if len(text) > headSize {
		text = text[:headSize]
	}
	lastText.Lock()
	defer lastText.Unlock()
	h := maphash.String(seed, text)
	if lastText.scores == nil || lastText.hash != h || lastText.size != len(text) {
		lastText.hash, lastText.size, lastText.scores = h, len(text), score(text)
	}
	return lastText.scores[kind]
}

var (
	seed     = maphash.MakeSeed()
	lastText struct {
		sync.Mutex
		hash   uint64
		size   int
		scores map[string]int
	}
)

var (
	recorded = lazyregexp.New(`\A\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d`)
	absolute = lazyregexp.New(`\A(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) https?://`)
	bareCode = lazyregexp.New(`\AHTTP (?:status )?[1-5]\d\d\b`)
)

func score(text string) map[string]int {
	found, rest := Scan(text, form.Options{})
	lines, left := 0, 0
	all := strings.Split(text, "\n")
	for _, s := range all {
		if strings.TrimSpace(s) != "" && !fence(s) && !noise(s) {
			lines++
		}
	}
	for _, s := range rest {
		left += words(all, s)
	}
	used, firm, raw := map[string]int{}, map[string]bool{}, false
	for _, f := range found {
		used[f.Kind] += words(all, f.Span)
		for _, x := range f.Exchanges {
			firm[f.Kind] = firm[f.Kind] || x.Unseen&exchange.RequestLine == 0 || x.Unseen&exchange.StatusLine == 0
			raw = raw || f.Kind == "http-exchange" && x.Request.Proto != ""
		}
	}
	out := map[string]int{}
	for kind, n := range used {
		p := certain[kind]
		switch share := 100 * n / max(lines, 1); {
		case share >= 70:
		case share >= 40:
			p -= 10
		case share >= 20:
			p -= 22
		default:
			p -= 35
		}
		if !firm[kind] && kind != "console" && kind != "header-dump" {
			p -= 18 // fields or remarks alone
		}
		switch {
		case kind == "header-dump" && strings.HasPrefix(strings.TrimSpace(text), "{\""):
			p -= 22 // a JSON text with a field called headers: a body or a setting
		case kind == "console" && recorded.MatchString(text):
			p -= 30 // a program's log that quotes what browsers write, too
		case kind == "http-exchange" && absolute.MatchString(text) && !strings.Contains(text, "\nHTTP/"):
			p -= 8 // a request to a whole URL, without a reply, is how .http files are written
		case kind == "http-exchange" && bareCode.MatchString(text):
			p -= 26 // "HTTP 403 from ..." is how people and programs begin to quote a body
		}
		out[kind] = p
	}
	if bareCode.MatchString(text) {
		out["curl-include"] = min(out["curl-include"], out["http-exchange"])
	}
	both := max(out["http-exchange"], out["curl-include"])
	if out["curl-include"] > 0 {
		out["http-exchange"] = both
	}
	if out["http-exchange"] > 0 && !raw {
		out["curl-include"] = both
	}
	return out
}

// words counts the lines of s that are not blank.
func words(all []string, s form.Span) int {
	n := 0
	for _, l := range all[min(s.First-1, len(all)):min(s.Last, len(all))] {
		if strings.TrimSpace(l) != "" && !fence(l) && !noise(l) {
			n++
		}
	}
	return n
}
