package browser

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// patience is how long one request with a login may keep the next one waiting.
const patience = 3 * time.Second

// decision is what becomes of a request that the browser holds for us.
type decision struct {
	id     fetch.RequestID
	block  bool
	header []*fetch.HeaderEntry // nil leaves the header as it is
	auth   *fetch.AuthChallengeResponse
}

// gate lets requests out, or not. Every request of the page, its frames and its workers waits at it.
type gate struct {
	in     *exchange.Intent
	o      Options
	named  []exchange.Origin
	tell   func(decision) error
	events chan any

	mu      sync.Mutex
	sent    int
	first   bool              // the address that was typed has gone out
	held    map[string]int    // why -> how many
	origins map[string]bool   // origins that were asked for and not named
	flying  network.RequestID // with a login in the browser: the one request that is under way
	since   time.Time
	queue   []*fetch.EventRequestPaused
	settle  func(*exchange.Response) error // is told what becomes of the login
	loan    loan
	refused bool                                  // the login was refused: nothing more goes to that origin
	network map[fetch.RequestID]network.RequestID // the same request, as the two domains call it
	form    sending                               // the login form's way out
	waiting int
	quit    chan struct{}
}

// loan is the login in the browser's hands.
type loan struct {
	given bool
	realm string
	to    network.RequestID // the request whose challenge it answered
}

func newGate(in *exchange.Intent, o Options, tell func(decision) error) *gate {
	g := &gate{in: in, o: o, tell: tell, events: make(chan any, 256), held: map[string]int{}, origins: map[string]bool{}, quit: make(chan struct{}), network: map[fetch.RequestID]network.RequestID{},
		named: append([]exchange.Origin{in.Request.URL.Origin()}, o.Calls...)}
	if u := in.Request.URL; u.Scheme == "http" && u.Port == "80" {
		g.named = append(g.named, exchange.Origin{Scheme: "https", Host: u.Origin().Host, Port: "443"}) // the same name, better kept
	}
	go g.work()
	return g
}

func (g *gate) close() { close(g.quit) }

// heard takes the events of the browser. Order matters, so one goroutine works them off.
func (g *gate) heard(ev any) {
	switch ev.(type) {
	case *fetch.EventRequestPaused, *fetch.EventAuthRequired:
		g.mu.Lock()
		g.waiting++
		g.mu.Unlock()
		select {
		case g.events <- ev:
		case <-g.quit:
		}
	}
}

func (g *gate) work() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-g.quit:
			return
		case <-tick.C:
			g.next()
		case ev := <-g.events:
			switch e := ev.(type) {
			case *fetch.EventAuthRequired:
				g.answer(decision{id: e.RequestID, auth: g.login(e)})
			case *fetch.EventRequestPaused:
				g.mu.Lock()
				g.queue = append(g.queue, e)
				g.mu.Unlock()
				g.next()
			}
		}
	}
}

func (g *gate) answer(d decision) {
	_ = g.tell(d) // an error here is a request that is gone already
	g.mu.Lock()
	g.waiting--
	g.mu.Unlock()
}

// empty reports that nothing waits at the gate.
func (g *gate) empty() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.waiting == 0
}

// next works off what waits. While the browser holds a login, requests to its origin go one by one: a password that is
// refused is then refused once.
func (g *gate) next() {
	for {
		g.mu.Lock()
		if len(g.queue) == 0 {
			g.mu.Unlock()
			return
		}
		e := g.queue[0]
		u, err := exchange.ParseURL(e.Request.URL)
		alone := err == nil && !g.in.Login.Empty() && u.Origin() == g.o.at(g.in)
		if alone && g.flying != "" && g.flying != e.NetworkID && time.Since(g.since) < patience {
			g.mu.Unlock()
			return
		}
		g.queue = g.queue[1:]
		g.mu.Unlock()
		d := g.judge(e, u, err)
		if alone && !d.block {
			g.mu.Lock()
			g.flying, g.since = e.NetworkID, time.Now()
			g.mu.Unlock()
		}
		g.answer(d)
	}
}

// judge applies the rules to one request.
func (g *gate) judge(e *fetch.EventRequestPaused, u exchange.URL, err error) decision {
	d := decision{id: e.RequestID}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.network[e.RequestID] = e.NetworkID
	hold := func(why string) decision {
		g.held[why]++
		d.block = true
		return d
	}
	if err != nil {
		return hold("an address that is no http or https")
	}
	o := u.Origin()
	own, at := o == g.in.Request.URL.Origin(), g.o.at(g.in)
	switch {
	case !slices.Contains(g.named, o):
		if len(g.origins) < 50 {
			g.origins[o.String()] = true
		}
		return hold("another origin")
	case g.sent >= g.o.Requests:
		return hold(fmt.Sprintf("more than %d requests", g.o.Requests))
	case g.refused && o == at:
		return hold("your login was refused, and would have gone out again")
	}
	r := exchange.Request{Method: e.Request.Method, URL: u}
	if g.o.Login != nil {
		if why := g.formRules(e, u); why != "" {
			return hold(why)
		}
		if r.Method == "POST" {
			r.Method = "GET" // the rule about methods is the form's; all others are asked as ever
		}
	}
	for name, value := range e.Request.Headers {
		if s, ok := value.(string); ok {
			r.Header = append(r.Header, exchange.RequestField(name, s))
		}
	}
	typed := !g.first && e.ResourceType == network.ResourceTypeDocument && own
	if err := g.o.Permit(r, typed); err != nil {
		return hold(strings.TrimPrefix(err.Error(), "not sent "))
	}
	g.sent++
	if typed {
		g.first = true
		d.header = g.with(e.Request.Headers)
	}
	return d
}

// with adds to the request that was typed the fields that the command gives by hand. It is the only one that gets them.
func (g *gate) with(have network.Headers) []*fetch.HeaderEntry {
	extra := ownFields(g.in)
	if len(extra) == 0 {
		return nil
	}
	var out []*fetch.HeaderEntry
	for name, value := range have {
		s, _ := value.(string)
		if !extra.Has(name) {
			out = append(out, &fetch.HeaderEntry{Name: name, Value: s})
		}
	}
	for _, f := range extra {
		out = append(out, &fetch.HeaderEntry{Name: f.Name, Value: f.Value.Reveal()})
	}
	return out
}

// login answers a challenge: with the user's login, once and to its own origin; otherwise not at all.
func (g *gate) login(e *fetch.EventAuthRequired) *fetch.AuthChallengeResponse {
	no := &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth}
	g.mu.Lock()
	defer g.mu.Unlock()
	u, err := exchange.ParseURL(e.Request.URL)
	c, in, id := e.AuthChallenge, g.in, g.network[e.RequestID]
	if g.loan.given && id == g.loan.to {
		g.concluded(401) // asked again: it was not taken
	}
	if err != nil || c == nil || c.Source == fetch.AuthChallengeSourceProxy || g.loan.given || in.Login.Empty() || in.Login.NeedPassword ||
		g.form.first != "" || u.Origin() != g.o.at(in) || !strings.EqualFold(c.Scheme, "basic") {
		return no
	}
	r := exchange.Request{Method: "GET", URL: u, Header: exchange.Header{in.Login.BasicField()}}
	settle, err := g.o.Lend(r)
	if err != nil {
		g.form.barred = strings.TrimPrefix(err.Error(), "not sent ")
		g.held[g.form.barred]++
		return no
	}
	g.settle, g.loan = settle, loan{true, c.Realm, id}
	return &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseProvideCredentials,
		Username: in.Login.User.Reveal(), Password: in.Login.Password.Reveal()}
}

// answered hears the status of an answer: it says what became of the login, and lets the next request go.
func (g *gate) answered(e *network.EventResponseReceivedExtraInfo) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.flying == e.RequestID {
		g.flying = ""
	}
	if g.loan.given && g.loan.to == e.RequestID {
		g.concluded(int(e.StatusCode))
	}
}

// used hears of a request that carried the login out of the browser's memory, and of its status.
func (g *gate) used(status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.concluded(status)
}

// concluded notes what became of the login. The first answer decides; a refusal later on ends its use all the same.
func (g *gate) concluded(status int) {
	if !g.loan.given {
		return
	}
	if status == 401 || status == 423 || status == 429 {
		g.refused = true
	}
	if g.settle != nil {
		_ = g.settle(&exchange.Response{Status: status})
		g.settle = nil
	}
}

func (g *gate) done(id network.RequestID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.flying == id {
		g.flying = ""
	}
}

// notes tells what was held back.
func (g *gate) notes() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []string
	if n := g.held["another origin"]; n > 0 {
		var list []string
		for o := range g.origins {
			list = append(list, o)
		}
		slices.Sort(list)
		more := ""
		if len(list) > 3 {
			list, more = list[:3], fmt.Sprintf(" and %d more", len(list)-3)
		}
		out = append(out, fmt.Sprintf("The page wanted %s from origins that you did not name, and got none: %s%s. --call ORIGIN names one.",
			plural(n, "thing"), secret.Scrub(strings.Join(list, ", ")), more))
	}
	var whys []string
	for why := range g.held {
		if why != "another origin" {
			whys = append(whys, why)
		}
	}
	slices.Sort(whys)
	for _, why := range whys[:min(len(whys), 5)] {
		out = append(out, fmt.Sprintf("%s of the page not sent: %s.", plural(g.held[why], "request"), secret.Scrub(why)))
	}
	return out
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// lent tells for what the login was given.
func (g *gate) lent() loan {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.loan
}
