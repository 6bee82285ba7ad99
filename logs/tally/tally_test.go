package tally

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/why401/why401/logs/line"
	"pgregory.net/rapid"
)

// lines makes n lines of a busy site: few clients with many requests, many with few, negotiations, error lines, and
// clocks that go back.
func lines(r *rand.Rand, n int) []line.Line {
	start := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	var all []line.Line
	for i := range n {
		l := line.Line{N: int64(i + 1), File: r.IntN(2), Time: start.Add(time.Duration(r.IntN(40*3600)) * time.Second), Size: int64(r.IntN(900)), Took: -1}
		client := fmt.Sprintf("203.0.%d.%d", r.IntN(4), r.IntN(1+r.IntN(250)))
		l.Client = []byte(client)
		l.Agent = []byte([]string{"Mozilla/5.0 (X11) Firefox/140.0", "curl/8.5.0", "Acme-iOS/3.2.1 CFNetwork", "sqlmap/1.8"}[r.IntN(4)])
		l.Method, l.Target, l.Status = []byte("GET"), fmt.Appendf(nil, "/api/v1/things/%d?x=%d", r.IntN(30), i), []int{200, 200, 200, 401, 403, 302, 404, 500, 429}[r.IntN(9)]
		if r.IntN(3) == 0 {
			l.User = fmt.Appendf(nil, "user%d", r.IntN(20))
		}
		if r.IntN(9) == 0 {
			l.Kind, l.Status, l.Level = line.Error, 0, []byte("error")
			l.Message = fmt.Appendf(nil, `user "user%d": password mismatch, client: %s, server: x`, r.IntN(20), client)
		}
		if r.IntN(2) == 0 {
			l.RequestID = fmt.Appendf(nil, "id-%d", r.IntN(60))
		} else if l.Kind == line.Error && r.IntN(2) == 0 {
			l.Message = fmt.Appendf(l.Message, " request_id=id-%d-00000", r.IntN(60))
		}
		if r.IntN(500) == 0 {
			l.Time = time.Unix(0, 0)
		}
		all = append(all, l)
	}
	return all
}

// small makes the bounds so tight that all of them are reached.
func small(t *Tally) *Tally {
	t.Refused.limit, t.Refused.weightLimit = 60, 90
	t.Other.limit, t.Other.weightLimit = 40, 1000
	t.Marks.limit, t.Parties.limit, t.Sample.limit = 50, 40, 30
	t.Phrases.limit, t.Phrases.weightLimit = 35, 50
	t.Requests.limit = 20
	return t
}

// rows is what a table holds, without the places where it holds it.
type rows[V any] struct {
	Door   uint64
	Weight int
	Rows   map[uint64]V
}

func contents[V any]() cmp.Option {
	return cmp.Transformer("rows", func(t *Table[V]) rows[V] {
		r := rows[V]{t.Door, t.weight, map[uint64]V{}}
		for h, v := range t.All() {
			r.Rows[h] = *v
		}
		return r
	})
}

var private = []cmp.Option{contents[Kind](), contents[Mark](), contents[Party](), contents[Sample](), contents[Phrase](), contents[Request](),
	cmpopts.IgnoreUnexported(Tally{}), cmpopts.EquateEmpty()}

// TestPartsMakeTheWhole: however lines are dealt out to tallies, in whatever order they come and the tallies are merged,
// by way of files or not, the result is the tally of all lines; with room for everything, and with none to spare.
func TestPartsMakeTheWhole(t *testing.T) {
	for name, bound := range map[string]func(*Tally) *Tally{"roomy": func(t *Tally) *Tally { return t }, "tight": small} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
				all := lines(r, rapid.IntRange(1, 1500).Draw(t, "lines"))
				files := []string{"access.log", "error.log"}
				whole := bound(New(files...))
				for i := range all {
					whole.Add(&all[i])
				}
				whole.Trim()
				parts := make([]*Tally, rapid.IntRange(1, 5).Draw(t, "parts"))
				for i := range parts {
					parts[i] = bound(New(files...))
				}
				deal := rapid.SampledFrom([]string{"blocks", "turns", "chance"}).Draw(t, "deal")
				r.Shuffle(len(all), func(i, j int) {
					if deal != "blocks" {
						all[i], all[j] = all[j], all[i]
					}
				})
				for i := range all {
					k := map[string]int{"blocks": i * len(parts) / len(all), "turns": i % len(parts), "chance": r.IntN(len(parts))}[deal]
					parts[k].Add(&all[i])
				}
				r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
				for i, p := range parts {
					if r.IntN(2) == 0 {
						parts[i] = bound(throughFile(t, p))
					}
				}
				for len(parts) > 1 { // ((a b) c) as well as (a (b c))
					i := r.IntN(len(parts) - 1)
					parts[i].Merge(parts[i+1])
					parts = append(parts[:i+1], parts[i+2:]...)
				}
				parts[0].Trim()
				if d := cmp.Diff(whole, parts[0], private...); d != "" {
					t.Fatalf("%s: the whole and its parts differ:\n%.3000s", deal, d)
				}
			})
		})
	}
}

func throughFile(t rapid.TB, p *Tally) *Tally {
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestBoundsHold: a flood of different clients, users and routes leaves the tables at their bounds.
func TestBoundsHold(t *testing.T) {
	s := New("a")
	l := line.Line{Kind: line.Access, Method: []byte("GET"), Status: 401, Agent: []byte("x"), Size: -1}
	for i := range 200_000 {
		l.N, l.Time = int64(i), time.Unix(1_790_000_000+int64(i)*7, 0)
		l.Client, l.Target, l.User = fmt.Appendf(nil, "2001:db8::%x", i), fmt.Appendf(nil, "/%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26), nil
		if l.Status = 401; i%2 == 0 {
			l.Status, l.User = 200, fmt.Appendf(nil, "u%d", i)
		}
		s.Add(&l)
	}
	s.Trim()
	for name, n := range map[string][2]int{"refused": {s.Refused.Len(), maxKinds}, "marks": {s.Marks.Len(), maxMarks}, "parties": {s.Parties.Len(), maxParties},
		"sample": {s.Sample.Len(), maxSample}, "buckets": {len(s.Time.At), maxMinutes}} {
		if n[0] > n[1] || n[0] < n[1]/8 {
			t.Errorf("%s: %d rows, bound %d", name, n[0], n[1])
		}
	}
	if got := s.Parties.Distinct(); got < 285_000 || got > 315_000 {
		t.Errorf("%.0f distinct parties, want about 300,000", got)
	}
}

// TestTableIsAMap: whatever rows come and go, a table below its bound is a map, and above it the map's smallest hashes.
func TestTableIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 300).Draw(t, "limit")
		table, all := NewTable[int](limit), map[uint64]int{}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		keys := uint64(1 + r.IntN(4*limit))
		near := rapid.Bool().Draw(t, "near") // hashes that begin alike, as a URL's minutes have
		for range rapid.IntRange(0, 1500).Draw(t, "rows") {
			h := mix(r.Uint64() % keys)
			if near {
				h = h>>60<<60 | r.Uint64()%keys
			}
			all[h]++
			if n := table.Row(h); n != nil {
				*n++
			}
		}
		table.Trim()
		kept := 0
		for h, n := range all {
			switch got := table.Get(h); {
			case h >= table.Door && got != nil:
				t.Fatalf("%x stands behind the door", h)
			case h < table.Door && (got == nil || *got != n):
				t.Fatalf("%x: got %v, want %d", h, got, n)
			case h < table.Door:
				kept++
			}
		}
		if kept != table.Len() || kept != min(len(all), limit) {
			t.Fatalf("%d rows of %d keys, %d kept, bound %d", table.Len(), len(all), kept, limit)
		}
	})
}

// TestPathOf: a path ends at the first query, parameter or fragment, wherever that is.
func TestPathOf(t *testing.T) {
	for n := range 20 {
		path := "/" + strings.Repeat("x>\xbf/", n)[:n]
		for _, end := range []string{"", "?", ";", "#", "?a=1;b#c", "#c?a=1&d=22222222", ";v=1?aaaaaaaaaaaa"} {
			if got := string(pathOf([]byte(path + end))); got != path {
				t.Errorf("%q: got %q", path+end, got)
			}
		}
	}
}

// TestRoutes wants objects of one kind on one route.
func TestRoutes(t *testing.T) {
	for in, want := range map[string]string{
		"/": "/", "/api/v2/users/81": "/api/v2/users/{n}", "/o/3f2504e0-4f89-11d3-9a0c-0305e82c3301/x": "/o/{uuid}/x",
		"/blob/9f86d081884c7d65": "/blob/{hex}", "/u/anna@example.org": "/u/{email}", "/day/2026-11-20": "/day/{date}", "/wp-login.php": "/wp-login.php",
		"/order-10023.html": "/order-{n}.html", "/reset/dGhpcyBpcyBhIHRva2VuIDQy1A": "/reset/{token}", "http://example.org/a/7": "/a/{n}",
		"/a/b/c/d/e/f/g/h/i/j": "/a/b/c/d/e/f/g/h/...", "//x": "//x", "": "", "/wp-json/wp/v2/posts/1,2": "/wp-json/wp/v2/posts/1,2", "/oauth2/token": "/oauth2/token",
		"/" + strings.Repeat("x", 300) + "7": "/{token}", "/" + strings.Repeat("7", 300): "/{n}", "/" + strings.Repeat("a", 30): "/" + strings.Repeat("a", 30),
	} {
		if got := string(appendRoute(nil, []byte(in))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestAgents(t *testing.T) {
	for raw, want := range map[string]Agent{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903": {"Edg/131", Browser},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1":      {"Safari/18", Browser},
		"Acme-iOS/3.2.1 CFNetwork/1568 Darwin/24":                                 {"Acme-iOS/3.2.1", Program},
		"python-requests/2.32.3":                                                  {"python-requests/2.32.3", Program},
		"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)": {"bingbot/2.0", Bot},
		"Mozilla/5.0 zgrab/0.x":                                                   {"zgrab/0.x", Scanner},
		"Uptime-Kuma/1.23.13":                                                     {"Uptime-Kuma/1.23.13", Monitor},
		"okhttp/4.9.3":                                                            {"okhttp/4.9.3", Program},
		"Rehydrate/1.0 something":                                                 {"Rehydrate/1.0", Program},
	} {
		if got := ReadAgent(raw); got != want {
			t.Errorf("%s: got %+v, want %+v", raw, got, want)
		}
		if want.Sort == Scanner || want.Sort == Monitor {
			if got := SortOf(want.Name); got != want.Sort {
				t.Errorf("%s: sort by name %v, want %v", want.Name, got, want.Sort)
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	for in, want := range map[string][2]string{
		`user "anna": password mismatch, client: 203.0.113.7, server: x, request: "GET / HTTP/1.1"`: {`user "*": password mismatch`, "anna"},
		`user anna: authentication failure for "/in": Password Mismatch`:                            {`user *: authentication failure for "*": Password Mismatch`, "anna"},
		`open() "/etc/nginx/.htpasswd" failed (2: No such file or directory), client: 1.2.3.4`:      {`open() "*" failed (# No such file or directory)`, ""},
		`user anna not found: /in`: {`user * not found: /in`, "anna"},
	} {
		user := userIn([]byte(in))
		if got := string(appendPattern(nil, []byte(in), user, nil)); got != want[0] || string(user) != want[1] {
			t.Errorf("%s: got %q of %q, want %q", in, got, user, want)
		}
	}
}

func TestIDsInSentences(t *testing.T) {
	for in, want := range map[string]string{
		`ModSecurity: Access denied with code 403 [id "1"] [unique_id "aSHd3X8AAQEAAAbR@3k"] [uri "/"]`: "aSHd3X8AAQEAAAbR@3k",
		`token expired request_id=4f1c0a9b77e2 user=7`:                                                  "4f1c0a9b77e2",
		`refused (X-Request-Id: 4f1c0a9b-77e2-4b1f), no role`:                                           "4f1c0a9b-77e2-4b1f",
		`{"trace_id":"0af7651916cd43dd8448eb211c80319c"}`:                                               "0af7651916cd43dd8448eb211c80319c",
		`request_id missing in 12345678`:                                                                "",
		`request_id=unknown`:                                                                            "",
		`no id at all`:                                                                                  "",
	} {
		if got := string(idIn([]byte(in))); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestClientBehindAProxy(t *testing.T) {
	for _, c := range [][3]string{
		{"10.0.0.5", "198.51.100.9, 203.0.113.4, 10.0.0.2", "203.0.113.4"},
		{"203.0.113.80", "198.51.100.9", "203.0.113.80"}, // whoever connects from outside may write what he likes
		{"127.0.0.1", "", "127.0.0.1"}, {"172.20.0.1", "unknown", "unknown"}, {"172.40.0.1", "1.2.3.4", "172.40.0.1"},
	} {
		if got := string(clientOf(&line.Line{Client: []byte(c[0]), Forwarded: []byte(c[1])})); got != c[2] {
			t.Errorf("%v: got %s", c, got)
		}
	}
}

// FuzzRead: no file makes Read fail in another way than with an error, and what it reads can be written and read again.
func FuzzRead(f *testing.F) {
	s := New("a.log")
	r := rand.New(rand.NewPCG(7, 1))
	for _, l := range lines(r, 40) {
		s.Add(&l)
	}
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()/2])
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		if d := cmp.Diff(got, throughFile(t, got), private...); d != "" {
			t.Fatal(d)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 1))
	all := lines(r, 20_000)
	for i := range all {
		if r.IntN(20) > 0 {
			all[i].Kind, all[i].Status = line.Access, 200
		}
	}
	s := New("a", "b")
	b.ResetTimer()
	for i := range b.N {
		s.Add(&all[i%len(all)])
	}
}
