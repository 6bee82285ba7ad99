package days

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Day is one day of one site.
type Day struct {
	Server string // whose shapes are used
	Start  time.Time
	r      *rand.Rand
	rules  []rule
	lines  []entry
	actors []actor
	pools  []string // upstreams
	routes []string
	perMin float64
	first  time.Time // of the first answer that a rule changed
}

type entry struct {
	at   time.Time
	n    int
	err  bool
	text string
}

// actor is somebody who uses the site.
type actor struct {
	client, user, agent string
	program             bool
}

// Asked is a request that the day's traffic makes, before it is known how it is answered.
type Asked struct {
	Request
	Event string // how it is answered on a healthy day
	actor
}

// rule changes answers: from a moment on, for some requests.
type rule struct {
	from, to time.Time
	change   func(a *Asked) // sets Event
}

var browsers = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
	"Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
}

var programs = []string{"Acme-iOS/3.2.1 CFNetwork/1568.200.51 Darwin/24.1.0", "Acme-iOS/3.3.0 CFNetwork/1568.200.51 Darwin/24.1.0", "Acme-Android/7.1.0 okhttp/4.12.0", "python-requests/2.32.3", "Go-http-client/1.1", "axios/1.7.9"}

var names = strings.Fields("alice bruno chiara dmitri elif farid greta hanna ivan jonas keiko lars maria nadia oskar petra quentin rosa stefan tomas ursula vera wanda xenia yusuf zoe")

var areas = []string{"orders", "reports", "customers", "invoices", "search", "profile", "dashboard", "messages", "exports", "settings"}

// newDay makes a day with people and programs and nothing else yet. What may vary varies with the seed: size, addresses,
// time of year, software, routes.
func newDay(seed uint64, server string) *Day {
	r := rand.New(rand.NewPCG(seed, 401))
	d := &Day{Server: server, r: r, Start: time.Date(2026, time.Month(1+r.IntN(12)), 1+r.IntN(27), 0, 0, 0, 0, time.UTC), perMin: 3 + 4*r.Float64()}
	for i := range 2 + r.IntN(3) {
		d.pools = append(d.pools, fmt.Sprintf("10.1.%d.%d:8080", r.IntN(9), 10+i))
	}
	prefix := []string{"", "/api/v1", "/app", "/v2"}[r.IntN(4)]
	for _, i := range r.Perm(len(areas))[:4+r.IntN(5)] {
		d.routes = append(d.routes, prefix+"/"+areas[i])
	}
	nets := []string{"203.0.113", "198.51.100", "192.0.2", fmt.Sprintf("80.%d.%d", r.IntN(200), r.IntN(200)), fmt.Sprintf("91.%d.%d", r.IntN(200), r.IntN(200))}
	for i, n := range r.Perm(len(names))[:8+r.IntN(len(names)-8)] {
		a := actor{client: fmt.Sprintf("%s.%d", nets[r.IntN(len(nets))], 1+(i*7+n)%250), user: names[n], agent: browsers[r.IntN(len(browsers))]}
		if r.IntN(3) == 0 {
			a.agent, a.program = programs[r.IntN(len(programs))], true
		}
		d.actors = append(d.actors, a)
	}
	return d
}

func (d *Day) time(h, m, s int) time.Time {
	return d.Start.Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second)
}

// some gives a minute of the working day.
func (d *Day) some() time.Time { return d.time(8+d.r.IntN(9), d.r.IntN(60), d.r.IntN(60)) }

// rate is how busy an hour is, 1 at most.
var rate = [24]float64{.1, .08, .06, .05, .06, .1, .25, .5, .8, 1, 1, .95, .8, .9, 1, 1, .9, .75, .55, .45, .4, .35, .25, .15}

// traffic lets the actors use the site all day. healthy gives what an actor asks for and how it is answered.
func (d *Day) traffic(healthy func(d *Day, a actor, at time.Time)) {
	for m := range 24 * 60 {
		n := d.perMin * rate[m/60]
		for n > 0 && d.r.Float64() < n {
			healthy(d, d.actors[d.r.IntN(len(d.actors))], d.Start.Add(time.Duration(m)*time.Minute+time.Duration(d.r.IntN(60_000))*time.Millisecond))
			n--
		}
	}
}

// ask writes what the server wrote about a request, after the rules of the day.
func (d *Day) ask(a Asked) {
	if a.Upstream == "" {
		a.Upstream = d.pools[d.r.IntN(len(d.pools))]
	}
	for _, r := range d.rules {
		if !a.At.Before(r.from) && a.At.Before(r.to) {
			was := a.Event + a.Target + fmt.Sprint(a.Size)
			r.change(&a)
			if was != a.Event+a.Target+fmt.Sprint(a.Size) && (d.first.IsZero() || a.At.Before(d.first)) {
				d.first = a.At
			}
		}
	}
	if a.Event == "" {
		return
	}
	shapes := Shapes()[d.Server]
	s, ok := shapes[a.Event]
	if !ok {
		panic(fmt.Sprintf("lab/days: %s was never asked for %s", d.Server, a.Event))
	}
	r := a.Request
	if r.Client == "" {
		r.Client = a.actor.client
	}
	if r.User == "" {
		r.User = a.actor.user
	}
	if r.Agent == "" {
		r.Agent = a.actor.agent
	}
	if r.Method == "" {
		r.Method = "GET"
		if strings.HasPrefix(a.Event, "post-") || a.Event == "login-ok" {
			r.Method = "POST"
		}
	}
	for _, l := range s.Error {
		d.lines = append(d.lines, entry{r.At, len(d.lines), true, fill(l, r)})
	}
	for _, l := range s.Access {
		text := fill(l, r)
		if r.Size > 0 {
			text = resize(text, r.Size)
		}
		d.lines = append(d.lines, entry{r.At, len(d.lines), false, text})
	}
}

// resize puts another size behind the status of a line in one of the CLF forms.
func resize(text string, size int) string {
	i := strings.Index(text, `HTTP/1.1" `)
	if i < 0 { // Caddy's JSON; HAProxy's line counts the header as well and is left alone
		return strings.Replace(text, `"size":49`, fmt.Sprintf(`"size":%d`, size), 1)
	}
	f := strings.SplitN(text[i+len(`HTTP/1.1" `):], " ", 3)
	if len(f) < 3 {
		return text
	}
	return text[:i] + `HTTP/1.1" ` + f[0] + " " + fmt.Sprint(size) + " " + f[2]
}

// complain adds a line to the error log.
func (d *Day) complain(at time.Time, text string) {
	d.lines = append(d.lines, entry{at, len(d.lines), true, text})
}

func (d *Day) rule(from time.Time, change func(a *Asked)) {
	d.rules = append(d.rules, rule{from, d.Start.Add(48 * time.Hour), change})
}

// Logs are the day's access log and error log, in order of time.
func (d *Day) Logs() (access, errors string) {
	slices.SortFunc(d.lines, func(a, b entry) int {
		if c := a.at.Truncate(time.Second).Compare(b.at.Truncate(time.Second)); c != 0 {
			return c
		}
		return a.n - b.n
	})
	var out [2]strings.Builder
	for _, l := range d.lines {
		k := 0
		if l.err {
			k = 1
		}
		out[k].WriteString(l.text + "\n")
	}
	return out[0].String(), out[1].String()
}

func (d *Day) target(route string) string {
	switch d.r.IntN(4) {
	case 0:
		return fmt.Sprintf("%s/%d", route, 1000+d.r.IntN(9000))
	case 1:
		return fmt.Sprintf("%s?page=%d", route, d.r.IntN(9))
	}
	return route
}

// page is a request to any route: mostly reads, some writes, and files beside a browser's pages.
func page(d *Day, a actor, at time.Time) {
	route := d.routes[d.r.IntN(len(d.routes))]
	q := Asked{Request: Request{At: at, Target: d.target(route)}, Event: "ok", actor: a}
	if d.r.IntN(5) == 0 {
		q.Event = "post-ok"
	}
	if q.Event == "ok" {
		q.Size = 800 + d.r.IntN(9000)
	}
	d.ask(q)
	if !a.program && d.r.IntN(2) == 0 {
		for i := range 2 {
			d.ask(Asked{Request: Request{At: at.Add(200 * time.Millisecond), Target: fmt.Sprintf("/static/app-%d.js", i)}, Event: "ok", actor: a})
		}
	}
	if !a.program && d.r.IntN(40) == 0 { // logs in
		d.ask(Asked{Request: Request{At: at.Add(-30 * time.Second), Target: "/login", Size: 2319}, Event: "ok", actor: a})
		d.ask(Asked{Request: Request{At: at.Add(-9 * time.Second), Target: "/login"}, Event: "login-ok", actor: a})
	}
}

// guarded is a request to a page behind the web server's own password: programs and fresh browsers are asked first.
func guarded(d *Day, a actor, at time.Time) {
	t := d.target(d.routes[d.r.IntN(len(d.routes))])
	if d.r.IntN(6) == 0 || a.program && d.r.IntN(2) == 0 {
		d.ask(Asked{Request: Request{At: at, Target: t}, Event: "challenge", actor: a})
		at = at.Add(time.Duration(30+d.r.IntN(400)) * time.Millisecond)
	}
	d.ask(Asked{Request: Request{At: at, Target: t}, Event: "user-ok", actor: a})
	if d.r.IntN(90) == 0 { // mistypes
		d.ask(Asked{Request: Request{At: at.Add(3 * time.Second), Target: t}, Event: "wrong-password", actor: a})
	}
}
