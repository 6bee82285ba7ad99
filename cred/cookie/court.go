package cookie

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
	"golang.org/x/net/publicsuffix"
)

// Reply is an answer that set cookies.
type Reply struct {
	URL    exchange.URL  // whose answer it was
	At     time.Time     // the browser's clock then; zero: that of the request that is judged
	Fields []secret.Text // Set-Cookie values in order
	Place                // from where it was asked for
}

// Place is the surrounding of a request: what page made it, and under which page the user sees it.
type Place struct {
	Page     *exchange.URL // the page that made the request; nil when the user typed it, or no page did
	Top      *exchange.URL // the page in the address bar, for a request out of a frame; nil: Page
	TopLevel bool          // the request replaces the page in the address bar: a link, a form, a redirect of one
}

// Replies lists what recorded exchanges set, oldest first. The time is the reply's Date, or ours when it has none; what
// page asked is not known from an exchange, and is left open.
func Replies(xs []*exchange.Exchange) []Reply {
	var out []Reply
	for _, x := range xs {
		fields := x.Header().Values("Set-Cookie")
		if len(fields) == 0 {
			continue
		}
		r := Reply{URL: x.Request.URL, At: x.Sent, Fields: fields}
		if d, ok := x.Date(); ok {
			r.At = d
		}
		out = append(out, r)
	}
	return out
}

// Ask is the request that is judged.
type Ask struct {
	URL    exchange.URL
	Method string // "" is GET
	At     time.Time
	Place
	BlockThirdParty bool // the browser blocks third-party cookies, as Safari and Brave do, and others in private windows
}

// Judged is what becomes of one Set-Cookie value.
type Judged struct {
	Cookie Set
	Reply  int       // in which of the replies it was set
	Stored Reason    // OK, or why the browser does not keep it
	Sent   Reason    // OK, or why it does not go with the request; the same as Stored when that is not OK
	Ends   time.Time // zero for a session cookie
	Doubt  string    // where browsers differ, "" when they do not
}

// Docket is the whole judgement.
type Docket struct {
	Cookies []Judged // in the order they were set
	Order   []int    // which of them are sent, in the order of the Cookie field (RFC 6265bis 5.8.3)
	Bytes   int      // length of the Cookie field's value
	Doubled []string // names sent more than once: the server picks one
}

// More reasons, which only a jar with a history has.
const (
	Replaced       Reason = "replaced by a later Set-Cookie of the same name, domain and path"
	Deleted        Reason = "deleted by a later Set-Cookie"
	RanOut         Reason = "its lifetime is over"
	SecureShadow   Reason = "a Secure cookie of that name exists, which a plain http answer cannot replace"
	Evicted        Reason = "dropped: the browser keeps 180 cookies for a site"
	ThirdParty     Reason = "third-party cookies are blocked"
	OtherPartition Reason = "Partitioned, and set under another top-level site"
	UnsafeLax      Reason = "no SameSite, and a POST from another site more than two minutes after it was set"
)

// Where browsers differ.
const (
	doubtLaxUnsafe     = "only Chromium sends it, for two minutes after it was set; RFC 6265bis 5.6.7.2 allows that"
	doubtDefault       = "Firefox and Safari do not treat a missing SameSite as Lax and send it"
	doubtLocalSecure   = "Safari refuses Secure cookies from http://localhost"
	doubtLongAttribute = "an attribute over 1024 bytes was ignored (RFC 6265bis 5.6)"
	doubtSchemeful     = "Firefox and Safari do not count http and https as two sites and send it"
)

// Limits of browsers.
const (
	maxPerSite = 180                  // Chromium and Firefox; RFC 6265bis 6.1 asks for at least 50
	maxFields  = 3000                 // what browsers keep in all
	laxUnsafe  = 2 * time.Minute      // RFC 6265bis 5.6.7.2
	longest    = 400 * 24 * time.Hour // RFC 6265bis 5.5
)

// Court answers for each Set-Cookie value, in order, whether a browser keeps it and sends it with the request
// (RFC 6265bis 5.7 and 5.8.3, with the limits of today's browsers).
func Court(replies []Reply, ask Ask) Docket {
	if ask.At.IsZero() {
		ask.At = time.Now()
	}
	var d Docket
	count := 0
	for _, r := range replies {
		count += len(r.Fields)
	}
	d.Cookies = make([]Judged, 0, min(count, maxFields))
	var jar []*held
	at := map[string]*held{}
	for i, r := range replies {
		if r.At.IsZero() {
			r.At = ask.At
		}
		for _, f := range r.Fields {
			if len(d.Cookies) == cap(d.Cookies) {
				break
			}
			d.Cookies = append(d.Cookies, Judged{Cookie: Parse(f), Reply: i})
			h := &held{Judged: &d.Cookies[len(d.Cookies)-1], n: len(d.Cookies) - 1, set: r.URL, created: r.At}
			jar = store(jar, at, h, r, ask.BlockThirdParty)
		}
	}
	evict(jar, ask.At)
	jar = slices.DeleteFunc(jar, func(h *held) bool { return h.Stored != OK })
	for _, h := range jar {
		h.Sent = h.sends(ask)
	}
	for i := range d.Cookies {
		if c := &d.Cookies[i]; c.Stored != OK {
			c.Sent = c.Stored
		}
	}
	d.field(jar)
	return d
}

// sends answers 5.8.3 for a cookie in the jar.
func (h *held) sends(ask Ask) Reason {
	c := h.Cookie
	if !h.Ends.IsZero() && !h.Ends.After(ask.At) {
		return RanOut
	}
	page := ask.Page
	if !ask.cross(ask.URL) {
		page = nil
	} else if page == nil || SameSiteURLs(*page, ask.URL) {
		page = ask.Top
	}
	r := c.Sends(h.set, ask.URL, Context{Now: h.created, Page: page, TopLevel: ask.TopLevel, Method: ask.Method})
	switch {
	case r == DefaultLax && ask.TopLevel && ask.At.Sub(h.created) <= laxUnsafe:
		h.Doubt = doubtLaxUnsafe
		r = OK
	case r == DefaultLax && ask.TopLevel:
		h.Doubt = doubtDefault
		return UnsafeLax
	case r == DefaultLax:
		h.Doubt = doubtDefault
	case (r == LaxSite || r == StrictSite) && page != nil && sameButScheme(*page, ask.URL):
		h.Doubt = doubtSchemeful
	}
	switch {
	case r != OK:
		return r
	case c.Partitioned && h.partition != site(ask.top(ask.URL)):
		return OtherPartition
	case !c.Partitioned && ask.BlockThirdParty && ask.third(ask.URL):
		return ThirdParty
	}
	return OK
}

// cross reports a cross-site request (5.2): the page that made it or the page above it belongs to another site.
func (p Place) cross(u exchange.URL) bool {
	if p.Page != nil && !SameSiteURLs(*p.Page, u) {
		return true
	}
	return !p.TopLevel && p.Top != nil && !SameSiteURLs(*p.Top, u)
}

// top is the page that is, or will be, in the address bar.
func (p Place) top(u exchange.URL) exchange.URL {
	switch {
	case p.TopLevel:
		return u
	case p.Top != nil:
		return *p.Top
	case p.Page != nil:
		return *p.Page
	}
	return u
}

// third reports a request whose cookies are third-party ones.
func (p Place) third(u exchange.URL) bool { return !sameButScheme(p.top(u), u) }

func sameButScheme(a, b exchange.URL) bool {
	a.Scheme = b.Scheme
	return SameSiteURLs(a, b)
}

// site is scheme and registrable domain; the host where there is none.
func site(u exchange.URL) string {
	host := strings.TrimSuffix(u.Host, ".")
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		host = d
	}
	return u.Scheme + "://" + host
}

// field puts what is sent in order: longer paths first, then older ones.
func (d *Docket) field(jar []*held) {
	var sent []*held
	for _, h := range jar {
		if h.Sent == OK {
			sent = append(sent, h)
		}
	}
	slices.SortStableFunc(sent, func(a, b *held) int {
		if n := cmp.Compare(len(b.Cookie.EffectivePath(b.set)), len(a.Cookie.EffectivePath(a.set))); n != 0 {
			return n
		}
		return a.created.Compare(b.created)
	})
	seen := map[string]int{}
	for _, h := range sent {
		d.Order = append(d.Order, h.n)
		d.Bytes += h.Cookie.Size + len("=; ")
		if h.Cookie.Name == "" {
			d.Bytes-- // a cookie without a name is sent without "="
		}
		if seen[h.Cookie.Name]++; seen[h.Cookie.Name] == 2 {
			name := h.Cookie.Name
			if len(name) > 64 || secret.Looks(name) {
				name = secret.New(name).String()
			}
			d.Doubled = append(d.Doubled, name)
		}
	}
	if len(sent) > 0 {
		d.Bytes -= len("; ")
	}
}
