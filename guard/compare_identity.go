package guard

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/secret"
)

// found is what a selector finds in an answer; nothing is an absent value, null, false, 0 or an empty text: the ways in
// which applications say "nobody".
func found(x *exchange.Exchange, s contract.Selector) (value secret.Text, why string) {
	switch {
	case s.Header != "":
		v := x.Header().Text(s.Header)
		if v.Empty() {
			return v, "the answer has no field " + s.Header
		}
		return v, ""
	case s.Text != "":
		re, err := regexp.Compile(s.Text)
		if err != nil {
			return secret.Text{}, "the pattern cannot be read"
		}
		m := re.FindSubmatch(x.Body())
		if m == nil {
			return secret.Text{}, "the pattern matches nothing in the answer"
		}
		return foreign(string(m[len(m)-1])), ""
	}
	return jsonValue(x, s.JSON)
}

func jsonValue(x *exchange.Exchange, path string) (secret.Text, string) {
	steps, err := contract.JSONPath(path)
	if err != nil {
		return secret.Text{}, err.Error()
	}
	dec := json.NewDecoder(strings.NewReader(string(x.Body())))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return secret.Text{}, "the answer is no JSON"
	}
	for _, step := range steps {
		switch in := v.(type) {
		case map[string]any:
			next, ok := in[step]
			if !ok {
				return secret.Text{}, "there is no " + path
			}
			v = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(in) {
				return secret.Text{}, "there is no " + path
			}
			v = in[i]
		default:
			return secret.Text{}, "there is no " + path
		}
	}
	switch v := v.(type) {
	case nil:
		return secret.Text{}, path + " is null"
	case string:
		return foreign(v), ""
	case bool, json.Number:
		return secret.Public(fmt.Sprint(v)), ""
	}
	return secret.Text{}, path + " is no single value"
}

// foreign is a text of an answer: closed when it looks like a credential.
func foreign(s string) secret.Text {
	if len(s) > 80 || secret.Looks(s) {
		return secret.New(s)
	}
	return secret.Public(s)
}

// nobody reports a value by which an application says that it knows no caller.
func nobody(v secret.Text) bool {
	return v.Empty() || v.Is("0") || v.Is("false") || v.Is("null") || v.Is("anonymous")
}

// identity compares whom the application takes the caller for.
func (a *asking) identity(x *exchange.Exchange) []Difference {
	want := a.res.Check.Row.Expect.Identity
	if want == nil {
		return nil
	}
	v, why := found(x, want.Selector)
	d := Difference{What: "identity", At: want.At, Expected: want.Is, Found: v.String()}
	switch {
	case d.Expected != "":
	case want.No:
		d.Expected = "nobody"
	default:
		d.Expected = "somebody"
	}
	if nobody(v) {
		d.Found = "nobody"
		if why != "" {
			d.Found += " (" + why + ")"
		}
	}
	switch {
	case want.No && nobody(v), !want.No && want.Is == "" && !nobody(v), want.Is != "" && v.Is(want.Is):
		return nil
	case want.No || a.res.Check.Row.As.Carrier == contract.NoCarrier:
		return []Difference{d}
	case nobody(v):
		d.Cause = a.whyNobody(x)
	default:
		d.Cause = a.whySomebodyElse(x, v)
	}
	return []Difference{d}
}

// whySomebodyElse names what gives a caller another's name: an answer out of a cache, or a gateway that puts a credential of
// its own in place of everybody's, so that nobody is that somebody, too.
func (a *asking) whySomebodyElse(x *exchange.Exchange, who secret.Text) string {
	if _, hit := fromCache(x); hit {
		return "cdn-cached-auth-response"
	}
	if a.anon != nil && a.anon.Status()/100 == 2 {
		if v, _ := found(a.anon, a.res.Check.Row.Expect.Identity.Selector); !nobody(v) && v.Equal(who) {
			return "proxy-injects-own-authorization"
		}
	}
	return ""
}

// whyNobody names what makes an application overlook a credential that was not refused. The gateway refuses the same
// request without it: then the credential counts there and is not handed on. Nobody refuses it: then it is lost, or not
// looked at; where it was lost is told by who stands on the way.
func (a *asking) whyNobody(x *exchange.Exchange) string {
	if _, hit := fromCache(x); hit && !varies(x, a.in.Request) {
		return "cdn-cached-auth-response" // what somebody else was answered
	}
	if a.anon == nil {
		return ""
	}
	if a.anon.Status() == 401 || a.anon.Status() == 403 {
		if w, ok := writer(a.anon); ok && inFront(w) {
			return "auth-request-header-not-forwarded"
		}
		return ""
	}
	if a.in.Request.Header.Has("Authorization") && a.anon.Status()/100 == 2 {
		return lostOnTheWay(x, "Authorization")
	}
	return ""
}
