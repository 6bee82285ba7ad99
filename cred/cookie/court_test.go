package cookie

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

func reply(t testing.TB, url string, fields ...string) Reply {
	r := Reply{URL: mustURL(t, url), At: now}
	for _, f := range fields {
		r.Fields = append(r.Fields, secret.New(f))
	}
	return r
}

func ptr(t testing.TB, s string) *exchange.URL {
	if s == "" {
		return nil
	}
	u := mustURL(t, s)
	return &u
}

// One cookie, one request: where it was set, how it is asked for, what becomes of it.
func TestCourt(t *testing.T) {
	const app, other = "https://app.example.com/", "https://other.test/"
	for _, c := range []struct {
		name, field  string
		page, top    string
		topLevel     bool
		method       string
		block        bool
		after        time.Duration
		stored, sent Reason
		doubt        string
		settingTop   string
	}{
		{name: "same site", field: "s=1; SameSite=Strict", page: app},
		{name: "typed", field: "s=1; SameSite=Strict"},
		{name: "link, strict", field: "s=1; SameSite=Strict", page: other, topLevel: true, sent: StrictSite},
		{name: "link, lax", field: "s=1; SameSite=Lax", page: other, topLevel: true},
		{name: "POST, lax", field: "s=1; SameSite=Lax", page: other, topLevel: true, method: "POST", sent: LaxSite},
		{name: "link, default", field: "s=1", page: other, topLevel: true},
		{name: "POST, default, at once", field: "s=1", page: other, topLevel: true, method: "POST", after: time.Minute, doubt: doubtLaxUnsafe},
		{name: "POST, default, later", field: "s=1", page: other, topLevel: true, method: "POST", after: 3 * time.Minute, sent: UnsafeLax, doubt: doubtDefault},
		{name: "fetch, default", field: "s=1", page: other, sent: DefaultLax, doubt: doubtDefault},
		{name: "fetch, none", field: "s=1; SameSite=None; Secure", page: other},
		{name: "fetch, none, blocked", field: "s=1; SameSite=None; Secure", page: other, block: true, sent: ThirdParty},
		{name: "link, none, blocked", field: "s=1; SameSite=None; Secure", page: other, topLevel: true, block: true},
		{name: "none without secure", field: "s=1; SameSite=None", page: other, stored: NoneWithoutSec, sent: NoneWithoutSec},
		{name: "frame", field: "s=1; SameSite=Lax", page: app, top: other, sent: LaxSite},
		{name: "http page of the same host", field: "s=1; SameSite=Strict", page: "http://app.example.com/", sent: StrictSite, doubt: doubtSchemeful},
		{name: "partitioned, elsewhere", field: "s=1; SameSite=None; Secure; Partitioned", page: other, sent: OtherPartition},
		{name: "partitioned, same", field: "s=1; SameSite=None; Secure; Partitioned", page: other, block: true, settingTop: other},
		{name: "set in a frame, blocked", field: "s=1; SameSite=None; Secure", page: app, block: true, settingTop: other, stored: ThirdParty, sent: ThirdParty},
		{name: "set in a frame, default", field: "s=1", page: app, settingTop: other, stored: CrossSiteSet, sent: CrossSiteSet},
		{name: "ran out", field: "s=1; Max-Age=60", after: time.Minute, sent: RanOut},
		{name: "lives", field: "s=1; Max-Age=60", after: 59 * time.Second},
		{name: "Expires ran out", field: "s=1; Expires=Wed, 01 Jul 2026 00:00:30 GMT", after: time.Minute, sent: RanOut},
		{name: "capped at 400 days", field: "s=1; Max-Age=999999999", after: 401 * 24 * time.Hour, sent: RanOut},
		{name: "too large", field: "s=" + strings.Repeat("x", 4096), stored: TooLarge, sent: TooLarge},
		{name: "long attribute", field: "s=1; Path=/" + strings.Repeat("x", 1024), doubt: doubtLongAttribute},
	} {
		r := reply(t, app, c.field)
		if c.settingTop != "" {
			r.Page, r.Top = ptr(t, c.settingTop), ptr(t, c.settingTop)
		}
		d := Court([]Reply{r}, Ask{URL: mustURL(t, app), Method: c.method, At: now.Add(c.after), BlockThirdParty: c.block,
			Place: Place{Page: ptr(t, c.page), Top: ptr(t, c.top), TopLevel: c.topLevel}})
		got := d.Cookies[0]
		if got.Stored != c.stored || got.Sent != c.sent || got.Doubt != c.doubt || (len(d.Order) == 1) != (c.sent == OK) {
			t.Errorf("%s: stored %q, sent %q, doubt %q", c.name, got.Stored, got.Sent, got.Doubt)
		}
	}
}

// A history: replacing, deleting, shadowing, order, names sent twice.
func TestCourtJar(t *testing.T) {
	list := func(d Docket) string {
		var out []string
		for _, i := range d.Order {
			out = append(out, d.Cookies[i].Cookie.Name+"="+d.Cookies[i].Cookie.Value.Reveal())
		}
		return strings.Join(out, "; ")
	}
	const app = "https://app.example.com/a/b"
	for _, c := range []struct {
		name    string
		replies []Reply
		sent    string
		stored  []Reason
		doubled []string
	}{
		{"replaced", []Reply{reply(t, app, "a=1; Path=/"), reply(t, app, "a=2; Path=/")}, "a=2", []Reason{Replaced, OK}, nil},
		{"keeps its place", []Reply{reply(t, app, "a=1", "b=1"), reply(t, app, "a=2")}, "a=2; b=1", []Reason{Replaced, OK, OK}, nil},
		{"deleted", []Reply{reply(t, app, "a=1; Path=/"), reply(t, app, "a=; Path=/; Max-Age=0")}, "", []Reason{Deleted, Expired}, nil},
		{"deleted at another path", []Reply{reply(t, app, "a=1; Path=/"), reply(t, app, "a=; Max-Age=0")}, "a=1", []Reason{OK, Expired}, nil},
		{"deleted at another domain", []Reply{reply(t, app, "a=1; Domain=example.com"), reply(t, app, "a=; Max-Age=0")}, "a=1", []Reason{OK, Expired}, nil},
		{"set again", []Reply{reply(t, app, "a=1", "a=; Max-Age=0", "a=3")}, "a=3", []Reason{Deleted, Expired, OK}, nil},
		{"longer paths first", []Reply{reply(t, app, "a=1; Path=/", "a=2; Path=/a")}, "a=2; a=1", []Reason{OK, OK}, []string{"a"}},
		{"host and domain", []Reply{reply(t, app, "a=1", "a=2; Domain=example.com; Path=/a")}, "a=1; a=2", []Reason{OK, OK}, []string{"a"}},
		{"shadow", []Reply{reply(t, app, "a=1; Secure; Path=/"), reply(t, "http://app.example.com/", "a=2; Path=/")}, "a=1", []Reason{OK, SecureShadow}, nil},
		{"shadow deletes nothing", []Reply{reply(t, app, "a=1; Secure; Path=/"), reply(t, "http://app.example.com/", "a=; Path=/; Max-Age=0")}, "a=1", []Reason{OK, Expired}, nil},
		{"no shadow over https", []Reply{reply(t, app, "a=1; Secure; Path=/"), reply(t, app, "a=2; Path=/")}, "a=2", []Reason{Replaced, OK}, nil},
		{"nameless", []Reply{reply(t, app, "x; Path=/")}, "=x", []Reason{OK}, nil},
	} {
		d := Court(c.replies, Ask{URL: mustURL(t, "https://app.example.com/a/c"), At: now})
		var stored []Reason
		for _, j := range d.Cookies {
			stored = append(stored, j.Stored)
		}
		if list(d) != c.sent || !slices.Equal(stored, c.stored) || !slices.Equal(d.Doubled, c.doubled) {
			t.Errorf("%s: %q %q %q", c.name, list(d), stored, d.Doubled)
		}
	}
}

func TestReplies(t *testing.T) {
	x := &exchange.Exchange{Request: exchange.Request{URL: mustURL(t, "https://app.example.com/login")}, Response: &exchange.Response{Header: exchange.Header{
		exchange.ResponseField("Date", "Wed, 01 Jul 2026 00:00:00 GMT"), exchange.ResponseField("Set-Cookie", "a=1; Max-Age=60"), exchange.ResponseField("Set-Cookie", "b=2")}}}
	d := Court(Replies([]*exchange.Exchange{x, {}}), Ask{URL: mustURL(t, "https://app.example.com/login"), At: now.Add(time.Minute)})
	if len(d.Cookies) != 2 || d.Cookies[0].Sent != RanOut || d.Cookies[1].Sent != OK {
		t.Errorf("%+v", d)
	}
}

func TestCourtEvicts(t *testing.T) {
	r := reply(t, "https://app.example.com/", "first=1", "safe=1; Secure")
	for i := range 180 {
		r.Fields = append(r.Fields, secret.New(fmt.Sprintf("c%d=1", i)))
	}
	d := Court([]Reply{r}, Ask{URL: mustURL(t, "https://app.example.com/"), At: now})
	if d.Cookies[0].Sent != Evicted || d.Cookies[1].Sent != OK || d.Cookies[2].Sent != Evicted || len(d.Order) != 180 {
		t.Error(d.Cookies[0].Sent, d.Cookies[1].Sent, d.Cookies[2].Sent, len(d.Order))
	}
	r.Fields = slices.Repeat([]secret.Text{secret.New("a=b")}, 20_000)
	if d := Court([]Reply{r}, Ask{URL: r.URL, At: now}); len(d.Cookies) != maxFields || len(d.Order) != 1 {
		t.Error(len(d.Cookies), len(d.Order))
	}
}

func FuzzCourt(f *testing.F) {
	f.Add("a=1; Path=/; Max-Age=5\na=2; Secure; SameSite=None; Partitioned\n=x", "https://app.example.com/x", "http://example.com/", "https://other.test/", true, true)
	f.Add("__Host-a=1; Secure; Path=/\nb=1; Domain=com; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "http://localhost:8/", "http://127.0.0.1/", "http://[::1]/", false, false)
	f.Fuzz(func(t *testing.T, fields, set, ask, page string, top, block bool) {
		s, err1 := exchange.ParseURL(set)
		u, err2 := exchange.ParseURL(ask)
		p, err3 := exchange.ParseURL(page)
		if err1 != nil || err2 != nil || err3 != nil {
			return
		}
		r := Reply{URL: s, At: now, Place: Place{Page: &p}}
		for line := range strings.SplitSeq(fields, "\n") {
			r.Fields = append(r.Fields, secret.New(line))
		}
		d := Court([]Reply{r, {URL: u, Fields: r.Fields}}, Ask{URL: u, At: now.Add(time.Minute), Place: Place{Page: &p, TopLevel: top}, BlockThirdParty: block})
		for _, i := range d.Order {
			if j := d.Cookies[i]; j.Sent != OK || j.Cookie.Secure && !secureOrigin(u) || j.Cookie.Size > MaxSize {
				t.Fatalf("%+v is sent", j)
			}
		}
		if d.Bytes < 0 {
			t.Fatal(d.Bytes)
		}
	})
}
