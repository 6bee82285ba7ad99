package logs

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/logs/tally"
)

// What tells guessing from a person who mistypes and from a program with an old password: how many names, how often, and
// whether the address was ever let in.
const (
	guessWindow = 10 // minutes
	guessTries  = 15 // in a window, of one address or for one name
	guessNames  = 5  // that one address tries
	guessSpread = 8  // addresses that try one name, or names that many addresses try
)

// isTry reports a request that offers a login: a name was given, or a login form was filled in.
func isTry(i *item) bool {
	s := i.Group[tally.Status]
	switch {
	case s == "200":
		return true
	case s != "401" && s != "403" && s != "423" && s != "429":
		return false
	}
	return i.Group[tally.User] != "" || i.Group[tally.Method] == "POST" && tally.IsLogin(i.Group[tally.Route])
}

// attacks finds the guessing of logins.
func (v *view) attacks(items []*item) []*finding {
	var tries, entered []*item
	turned := map[string]bool{} // login forms that answer a right password with a redirect
	for _, i := range v.other {
		if i.Group[tally.Method] == "POST" && i.Group[tally.Status][0] == '3' {
			turned[i.Group[tally.Route]] = true
			if tally.IsLogin(i.Group[tally.Route]) {
				entered = append(entered, i)
			}
		}
	}
	for _, i := range items {
		route := i.Group[tally.Route]
		if i.Group[tally.Status] == "200" && !turned[route] && !strings.HasSuffix(route, "/wp-login.php") {
			entered = append(entered, i) // as APIs answer
			continue
		}
		if isTry(i) {
			tries = append(tries, i)
		}
	}
	var found []*finding
	taken := func(f *finding) {
		found = append(found, f)
		tries = without(tries, f.items)
	}
	client := func(i *item) string { return i.Group[tally.Client] }
	user := func(i *item) string { return i.Group[tally.User] }

	// One address. Where a server does not log the names that it refuses, every 401 of an address that was never let in
	// and asks quickly counts as a try.
	for _, s := range by(append(slices.Clone(tries), v.nameless(items)...), client) {
		w := v.densest(s.items)
		names := len(distinct(restrict(s.items, w), dimensions[0].of))
		n := count(s.items, w)
		many := names >= guessNames
		if n < guessTries || !v.keeps(s.value) || v.usedByMany(s, w) {
			continue
		}
		if !many && v.steadyProgram(s.items) {
			continue // a program that sends what it was given, over and over
		}
		f := &finding{change: change{span: v.around(s.items, w), inside: float64(n)}, kind: "one address tries many logins", cause: "credential-guessing", grade: cause.Strong}
		if !many {
			f.kind = "one address tries one login over and over"
		}
		f.items = restrict(s.items, f.span)
		if f.share(isTry) == 0 { // nobody saw a name or a form: a program without a login, or with a wrong one, looks the same
			f.kind, f.grade = "one address is refused over and over and was never let in", cause.Likely
			f.suspects = []string{"no-credentials-sent", "stale-cached-credentials", "wrong-endpoint-or-host"}
		}
		f.traits = []telling{{dimensionOf("client"), s.value}}
		if one := distinct(f.items, dimensions[0].of); len(one) == 1 {
			f.traits = append(f.traits, telling{0, one[0].Value})
		}
		taken(f)
	}
	var strangers []*item
	for _, i := range tries {
		if v.stranger(i) {
			strangers = append(strangers, i)
		}
	}
	// Many addresses, each a few tries on a few of many names: what one of them does looks like a mistake, together they
	// are none. Before that, one name from many addresses, if most tries are for it.
	for range 4 {
		w := v.densest(strangers)
		near := restrict(strangers, w)
		names := distinct(near, dimensions[0].of)
		if count(near, w) < guessTries || len(distinct(near, dimensions[dimensionOf("client")].of)) < guessSpread {
			break
		}
		f := &finding{change: change{span: v.around(strangers, w)}, kind: "many addresses try many names, a few times each", cause: "credential-guessing", grade: cause.Strong}
		f.items = restrict(strangers, f.span)
		named := int64(0)
		for _, c := range names {
			named += c.N
		}
		switch {
		case count(near, w) >= 2*guessTries && named*2 < count(near, w):
			f.kind = "many addresses fill in a login form in vain, a few times each"
			f.items = slices.DeleteFunc(f.items, func(i *item) bool { return user(i) != "" })
		case len(names) > 0 && names[0].N*2 > count(near, w):
			f.kind = "many addresses try one name"
			f.traits = []telling{{0, names[0].Value}}
			f.items = slices.DeleteFunc(f.items, func(i *item) bool { return user(i) != names[0].Value })
		case len(names) < guessSpread || count(near, w) < 2*guessTries:
			return found
		}
		strangers = without(strangers, f.items)
		if v.standsOut(f, entered) {
			taken(f)
		}
	}
	return found
}

// nameless are 401s without a name of addresses that were never let in, to anything but a browser's own first question.
func (v *view) nameless(items []*item) []*item {
	var out []*item
	for _, i := range items {
		if i.Group[tally.Status] == "401" && i.Group[tally.User] == "" && i.Group[tally.Method] != "OPTIONS" && !isTry(i) && v.stranger(i) {
			out = append(out, i)
		}
	}
	return out
}

// group is items of one value.
type group struct {
	value string
	items []*item
	left  int64
}

func by(items []*item, of func(i *item) string) []group {
	at := map[string]int{}
	var all []group
	for _, i := range items {
		value := of(i)
		k, ok := at[value]
		if !ok {
			k = len(all)
			at[value] = k
			all = append(all, group{value: value})
		}
		all[k].items = append(all[k].items, i)
		all[k].left += i.left
	}
	slices.SortStableFunc(all, func(a, b group) int { return int(b.left - a.left) })
	return all
}

// densest is the window with the most requests.
func (v *view) densest(items []*item) span {
	n := perMinute(items)
	best, sum := span{}, int64(0)
	for m := range n {
		k := int64(0)
		for d := range uint32(guessWindow) {
			k += n[m+d]
		}
		if k > sum || k == sum && m < best.from {
			best, sum = span{m, m + guessWindow}, k
		}
	}
	return best
}

func perMinute(items []*item) map[uint32]int64 {
	n := map[uint32]int64{}
	for _, i := range items {
		for _, m := range i.times {
			n[m.Minute] += int64(m.N)
		}
	}
	return n
}

func count(items []*item, s span) int64 {
	n := int64(0)
	for _, i := range items {
		for _, m := range i.times {
			if s.has(m.Minute) {
				n += int64(m.N)
			}
		}
	}
	return n
}

// around widens a window to all that belongs to it: up to where nothing was tried for half an hour.
func (v *view) around(items []*item, w span) span {
	const pause = 30
	n := perMinute(items)
	at := make([]uint32, 0, len(n))
	for m := range n {
		at = append(at, m)
	}
	slices.Sort(at)
	out := w
	for _, m := range slices.Backward(at) {
		if m < out.from && out.from-m <= pause {
			out.from = m
		}
	}
	for _, m := range at {
		if m >= out.to && m-out.to < pause {
			out.to = m + 1
		}
	}
	for _, m := range at {
		if out.has(m) {
			out.from = m
			break
		}
	}
	return out
}

// steadyProgram reports a program that comes at an even pace for long: few different gaps between its minutes, the same
// number each time.
func (v *view) steadyProgram(items []*item) bool {
	if !slices.ContainsFunc(items, func(i *item) bool { return i.sort != tally.Browser }) {
		return false
	}
	n := perMinute(items)
	if len(n) < 30 {
		return false
	}
	most := map[int64]int{}
	top := 0
	for _, k := range n {
		most[k]++
		top = max(top, most[k])
	}
	return top*3 >= len(n)*2
}

func dimensionOf(name string) int {
	return slices.IndexFunc(dimensions, func(d dimension) bool { return d.name == name })
}
