package browser

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
	"golang.org/x/text/encoding/charmap"
)

// maxPosts is how many POSTs the pages of a login may send besides the one with the password: a user name that is asked for
// first, a consent, a form that a provider hands back by script.
const maxPosts = 10

// sending is a login form on its way: the only thing that a page may change at a server, and the user wants it.
type sending struct {
	pressed bool              // a button was pressed for the user: POSTs of the page are what follows from it
	typed   bool              // the password stands in the page
	first   network.RequestID // the first POST behind the button, which the ledger counts whatever it carries
	out     network.RequestID // the one that carries the password, as far as that shows
	posts   int
	barred  string // the rule that kept the password back, prompt or form
	settle  func(*exchange.Response) error
}

// id is the request that took the password along; "" while it is at home. A page may write it in a way that is not
// recognised (a hash): then it is the first POST.
func (f *sending) id() network.RequestID {
	if f.out != "" {
		return f.out
	}
	return f.first
}

// formRules are the rules for a login's pages, beside those for every page: the password goes out once, in a body, to
// its own origin. g.mu is held.
func (g *gate) formRules(e *fetch.EventRequestPaused, u exchange.URL) (why string) {
	f, method := &g.form, e.Request.Method
	carries := f.typed && (g.holdsPassword(e.Request) || method == "POST" && (f.first == "" || f.id() == e.NetworkID))
	switch {
	case carries && method == "GET":
		return "the page would put your password into an address"
	case carries && u.Origin() != g.o.at(g.in):
		return "the page would send your password to " + u.Origin().String()
	case carries && f.out != "" && f.out != e.NetworkID: // a redirect that keeps the POST is the same sending
		return "your login would have gone out again"
	case method != "POST":
		return ""
	case !f.pressed:
		return "the method POST may change something at the server"
	case f.posts >= maxPosts:
		return "more POSTs than a login needs"
	}
	if f.typed && f.first == "" {
		// In one form, whatever the page calls its fields: the ledger knows the principal by the user name.
		body := secret.Join(secret.Public("username="), g.in.Login.User, secret.Public("&password="), g.in.Login.Password)
		settle, err := g.o.Lend(exchange.Request{Method: "POST", URL: u, Body: body})
		if err != nil {
			f.barred = strings.TrimPrefix(err.Error(), "not sent ")
			return f.barred
		}
		f.first, f.settle = e.NetworkID, settle
	}
	if f.typed && f.out == "" && (e.ResourceType == network.ResourceTypeDocument || g.holdsPassword(e.Request)) {
		f.out = e.NetworkID
	}
	f.posts++
	return ""
}

// holdsPassword looks for the password as forms and scripts write it. One of fewer than four characters is not told from
// other text.
func (g *gate) holdsPassword(r *network.Request) bool {
	if g.in.Login.Password.Len() < 4 {
		return false
	}
	text := postData(r).Reveal() + "\n" + r.URL
	return slices.ContainsFunc(spellings(g.in.Login.Password.Reveal()), func(s string) bool { return strings.Contains(text, s) })
}

// spellings are the ways to write s in a form (in UTF-8, and in the Latin-1 of a page that names no charset), a script's JSON,
// or an address.
func spellings(s string) []string {
	quoted, _ := json.Marshal(s)
	out := []string{s, string(quoted[1 : len(quoted)-1]), base64.StdEncoding.EncodeToString([]byte(s))}
	latin, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil {
		latin = s
	}
	for _, b := range []string{s, latin} {
		out = append(out, b, url.QueryEscape(b), url.PathEscape(b), strings.ReplaceAll(url.QueryEscape(b), "+", "%20"))
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
	return g.form.id(), g.form.first != ""
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
