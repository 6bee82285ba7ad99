package browser

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// maxPosts is how many POSTs the pages of a login may send besides the one with the password: a user name that is asked for
// first, a consent, a form that a provider hands back by script.
const maxPosts = 10

// sending is a login form on its way: the only thing that a page may change at a server, and the user wants it.
type sending struct {
	pressed bool // a button was pressed for the user: POSTs of the page are what follows from it
	typed   bool // the password stands in the page
	out     bool // it has left
	to      network.RequestID
	posts   int
	barred  string // the rule that kept the password back, prompt or form
	settle  func(*exchange.Response) error
}

// formRules are the rules for a login's pages, beside those for every page: the password goes out once, in a body, to
// its own origin. g.mu is held.
func (g *gate) formRules(e *fetch.EventRequestPaused, u exchange.URL) (why string) {
	f := &g.form
	carries := f.typed && g.holdsPassword(e.Request)
	switch {
	case carries && e.Request.Method == "GET":
		return "the page would put your password into an address"
	case carries && u.Origin() != g.o.at(g.in):
		return "the page would send your password to " + u.Origin().String()
	case carries && f.out && f.to != e.NetworkID: // a redirect that keeps the POST is the same sending
		return "your login would have gone out again"
	case e.Request.Method != "POST":
		return ""
	case !f.pressed:
		return "the method POST may change something at the server"
	case f.posts >= maxPosts:
		return "more POSTs than a login needs"
	}
	if carries && !f.out {
		// In one form, whatever the page calls its fields: the ledger knows the principal by the user name.
		body := secret.Join(secret.Public("username="), escaped(g.in.Login.User), secret.Public("&password="), escaped(g.in.Login.Password))
		settle, err := g.o.Lend(exchange.Request{Method: "POST", URL: u, Body: body})
		if err != nil {
			f.barred = strings.TrimPrefix(err.Error(), "not sent ")
			return f.barred
		}
		f.out, f.to, f.settle = true, e.NetworkID, settle
	}
	f.posts++
	return ""
}

func escaped(t secret.Text) secret.Text { return t.Map(url.QueryEscape) }

// holdsPassword looks for the password as forms and scripts write it. A password of fewer than four characters is not told
// from other text; then the first POST behind the button is taken for the one that carries it.
func (g *gate) holdsPassword(r *network.Request) bool {
	if g.in.Login.Password.Len() < 4 {
		return r.Method == "POST" && g.form.pressed
	}
	text := postData(r).Reveal() + "\n" + r.URL
	for _, s := range spellings(g.in.Login.Password.Reveal()) {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

// spellings are the ways to write s in a form, a script's JSON, or an address.
func spellings(s string) []string {
	quoted, _ := json.Marshal(s)
	out := []string{s, url.QueryEscape(s), url.PathEscape(s), strings.ReplaceAll(url.QueryEscape(s), "+", "%20")}
	if len(quoted) > 2 {
		out = append(out, string(quoted[1:len(quoted)-1]))
	}
	return out
}

// postData is the body of a request as far as the browser tells it.
func postData(r *network.Request) secret.Text {
	var b strings.Builder
	for _, e := range r.PostDataEntries {
		b.Write(e.Bytes)
	}
	if b.Len() == 0 || b.Len() > maxBody {
		return secret.Text{}
	}
	return secret.New(b.String())
}

// press says that a button is about to be pressed for the user; with password when it stands in the page.
func (g *gate) press(password bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.form.pressed = true
	g.form.typed = g.form.typed || password
}

// sentForm tells whether the password left, and with which request.
func (g *gate) sentForm() (network.RequestID, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.form.to, g.form.out
}

// settleForm writes what became of the login: status stands for the judgement (200 for one that was let in, 401 for one that
// was not); 0 leaves it as one that may have been counted.
func (g *gate) settleForm(status int) error {
	g.mu.Lock()
	settle := g.form.settle
	g.form.settle = nil
	g.mu.Unlock()
	if settle == nil || status == 0 {
		return nil
	}
	return settle(&exchange.Response{Status: status})
}

// barred is the rule that kept the password back, "" for none.
func (g *gate) barred() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.form.barred
}

// heldBack lists why requests were held.
func (g *gate) heldBack() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []string
	for why := range g.held {
		out = append(out, why)
	}
	return out
}
