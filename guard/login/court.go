package login

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/browser"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/causes/session"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// Ruling is what the browser did with one cookie of one answer, or with one that it held and did not send.
type Ruling struct {
	Cookie   string // its name
	Exchange int    // the answer that set it, or the request that went without it
	Stored   bool
	Kept     bool   // it was stored, and held back from Exchange
	Reason   string // the browser's own word (DevTools protocol); "" when nothing is wrong
	Cause    string // id of the catalogue; "" for reasons that are no fault
	Sent     []int  // the requests that carried it
}

// Rulings are those of a whole login, in order.
type Rulings []Ruling

// Court reads out what the browser did with the cookies of a login. It is the browser's own judgement, none of ours.
func Court(rec *browser.Recording) Rulings {
	var out Rulings
	for _, x := range rec.Exchanges {
		if x.Browser == nil {
			continue
		}
		for _, c := range x.Browser.Kept {
			if !missing(x) {
				break // a cookie of another path or site, which nobody misses there
			}
			if id, reason := faulty(c.Reasons); id != "" {
				out = append(out, Ruling{Cookie: name(c.Name), Exchange: x.N, Stored: true, Kept: true, Reason: reason, Cause: id})
			}
		}
		for _, f := range x.Header().Values("Set-Cookie") {
			set := cookie.Parse(f)
			r := Ruling{Cookie: name(set.Name), Exchange: x.N, Stored: true}
			for _, d := range x.Browser.Dropped {
				if d.Line.Equal(f) || d.Line.Empty() && d.Name == set.Name {
					r.Stored = false
					if r.Cause, r.Reason = faulty(d.Reasons); r.Reason == "" {
						r.Reason = strings.Join(d.Reasons, ", ")
					}
				}
			}
			if r.Stored {
				r.Sent = carriers(rec.Exchanges, x.N, set.Name)
			}
			out = append(out, r)
		}
	}
	return out
}

// missing reports a page that was refused or led to a login: a cookie that it went without may be the reason.
func missing(x *exchange.Exchange) bool {
	_, login := signature.LoginPage(x)
	return x.Browser.Kind == "document" && (cause.Refused(x) || login && x.Status()/100 == 3)
}

// faulty gives the first reason that is somebody's mistake, with the cause.
func faulty(reasons []string) (id, reason string) {
	for _, r := range reasons {
		if id := session.OfReason(r); id != "" {
			return id, r
		}
	}
	return "", ""
}

// carriers are the requests behind number n that carried a cookie called name.
func carriers(xs []*exchange.Exchange, n int, name string) []int {
	var out []int
	for _, x := range xs {
		if x.N > n && x.Browser != nil && slices.Contains(x.Browser.Passed, name) {
			out = append(out, x.N)
		}
	}
	return out
}

// name is a cookie's, as it may be shown.
func name(s string) string {
	if len(s) > 64 || secret.Looks(s) {
		return secret.New(s).String()
	}
	return s
}

func (r Ruling) found() string {
	if r.Kept {
		return fmt.Sprintf("held, and kept back from request %d: %s", r.Exchange, r.Reason)
	}
	return fmt.Sprintf("not stored (answer %d): %s", r.Exchange, r.Reason)
}

// Differences are the cookies of a login that failed with which the browser did otherwise than the server wanted.
func (rs Rulings) Differences() []guard.Difference {
	var out []guard.Difference
	for _, r := range rs.lost() {
		want := "stored by the browser"
		if r.Kept {
			want = "sent by the browser"
		}
		out = append(out, guard.Difference{What: "cookie " + r.Cookie, Expected: want, Found: r.found(), Cause: r.Cause})
	}
	return out
}

// Notes say the same of a login that passed all the same.
func (rs Rulings) Notes() []string {
	var out []string
	for _, r := range rs.lost() {
		out = append(out, fmt.Sprintf("The cookie %s was %s. The login passed without it.", r.Cookie, r.found()))
	}
	return out
}

// lost are the rulings against a cookie, each name and reason once.
func (rs Rulings) lost() Rulings {
	var out Rulings
	for _, r := range rs {
		same := func(o Ruling) bool { return o.Cookie == r.Cookie && o.Reason == r.Reason && o.Kept == r.Kept }
		if r.Reason != "" && (!r.Stored || r.Kept) && !slices.ContainsFunc(out, same) {
			out = append(out, r)
		}
	}
	return out
}
