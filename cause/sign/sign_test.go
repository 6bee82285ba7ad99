package sign

import (
	"encoding/base64"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		s    Sign
		want string // "" for a good one
	}{
		{"good", Sign{Says: []string{"a b"}, Likely: 0.5}, ""},
		{"against", Sign{Idea: []string{"cached"}, Against: 0.5}, ""},
		{"no weight", Sign{Says: []string{"a"}}, "one of likely, strong, against"},
		{"two weights", Sign{Says: []string{"a"}, Likely: 0.5, Against: 0.5}, "one of likely, strong, against"},
		{"too heavy", Sign{Says: []string{"a"}, Strong: 1.1}, "expected 0 to 1"},
		{"below zero", Sign{Says: []string{"a"}, Likely: -0.1}, "expected 0 to 1"},
		{"no condition", Sign{Likely: 0.5, Because: "It is so."}, "needs a condition"},
		{"bad phrase", Sign{Told: []string{"(a"}, Likely: 0.5}, "not closed"},
		{"an idea is a name", Sign{Idea: []string{"two words"}, Likely: 0.5}, "expected a name"},
		{"empty not", Sign{Says: []string{"a"}, Likely: 0.5, Not: []Sign{{}}}, "needs a condition"},
		{"bad not", Sign{Says: []string{"a"}, Likely: 0.5, Not: []Sign{{Text: []string{"()"}}}}, "empty choice"},
	} {
		err := c.s.Check()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"a", "a", true}, {"a", "ab", false}, {"*", "", true}, {"*", "a/b", true}, {"a*", "a", true}, {"a*c", "a/b/c", true},
		{"a*c", "a/b/cd", false}, {"*b*", "abc", true}, {"*b*c*", "acb", false}, {"a**b", "ab", true}, {"*ab", "aab", true},
		{"https://sts.windows.net/*", "https://sts.windows.net/tenant/", true}, {"[a]*", "[a]b", true}, {"a*a", "a", false},
	} {
		if got := glob(c.pattern, c.s); got != c.want {
			t.Errorf("%q, %q: %v", c.pattern, c.s, got)
		}
	}
}

func target(t testing.TB, s string) exchange.URL {
	t.Helper()
	u, err := exchange.ParseURL(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// token is an unsigned JWT of a payload.
func token(payload string) secret.Text {
	e := base64.RawURLEncoding
	return secret.New(e.EncodeToString([]byte(`{"alg":"RS256","kid":"k1","typ":"JWT"}`)) + "." + e.EncodeToString([]byte(payload)) + ".c2ln")
}

// example is a case with something of every kind in it.
func example(t testing.TB) *exchange.Case {
	c := &exchange.Case{
		Messages: []exchange.Message{{Text: "ERROR: token validation failed, issuer mismatch", Who: "kubectl", Status: 403, From: fact.Source{Input: "log"}}},
		Notes:    []exchange.Note{{Text: "It works in Postman, but the browser gets 407.", From: fact.Source{Input: "note"}}},
		Settings: []exchange.Setting{{System: "nginx", Name: "proxy_set_header", Args: []secret.Text{secret.Public("Authorization"), secret.Public(`""`)}, From: fact.Source{File: "site.conf", Line: 7}}},
		Tokens: []exchange.Token{{Value: token(`{"iss":"https://id.test/realms/a","aud":["api"],"sub":"alice"}`), Whole: true},
			{Value: token(`{"iss":"https://sts.windows.net/t/"}`)}},
	}
	c.Add(&exchange.Exchange{
		Request: exchange.Request{Method: "OPTIONS", URL: target(t, "https://api.test/v1/Orders?x=1"), Proto: "HTTP/1.1",
			Header: exchange.Header{exchange.RequestField("Host", "api.test"), exchange.RequestField("Origin", "https://app.test"), exchange.RequestField("Authorization", "Basic YWxpY2U6d29yZA==")}},
		Response: &exchange.Response{Proto: "HTTP/1.1", Status: 401, Reason: "Unauthorized",
			Header: exchange.Header{exchange.ResponseField("Server", "nginx/1.25"), exchange.ResponseField("WWW-Authenticate", `Bearer realm="x", error="invalid_token"`)},
			Body:   exchange.Body{Bytes: []byte(`{"error":{"code":"E42","list":[{"why":"Stale badge"}]}}`)}},
	})
	return c
}

func TestConditions(t *testing.T) {
	b := Open(&Packed{Ideas: map[string][]string{"works-elsewhere": {"works in (postman|curl)"}}})
	e := NewEvidence(example(t), []string{"Keycloak"})
	for _, c := range []struct {
		name string
		s    Sign
		want bool
	}{
		{"says, in a message", Sign{Says: []string{"issuer mismatch"}}, true},
		{"says, in a body", Sign{Says: []string{"stale badge"}}, true},
		{"says, in a challenge", Sign{Says: []string{"error invalid_token"}}, true},
		{"says is not what a person tells", Sign{Says: []string{"works in postman"}}, false},
		{"told", Sign{Told: []string{"works in postman"}}, true},
		{"told is not what a program says", Sign{Told: []string{"issuer mismatch"}}, false},
		{"text is either", Sign{Text: []string{"issuer mismatch"}}, true},
		{"text is settings, too", Sign{Text: []string{"proxy_set_header authorization"}}, true},
		{"one of several phrases", Sign{Says: []string{"no such", "stale badge"}}, true},
		{"all conditions", Sign{Says: []string{"stale badge"}, Told: []string{"no such"}}, false},
		{"idea", Sign{Idea: []string{"works-elsewhere"}}, true},
		{"another idea", Sign{Idea: []string{"nowhere"}}, false},
		{"status of a reply", Sign{Status: []int{401}}, true},
		{"status of a message", Sign{Status: []int{403}}, true},
		{"status in prose", Sign{Status: []int{407}}, true},
		{"another status", Sign{Status: []int{500}}, false},
		{"who: a product", Sign{Who: []string{"keycloak"}}, true},
		{"who: a message's program", Sign{Who: []string{"kubectl"}}, true},
		{"who: named in a text", Sign{Who: []string{"postman"}}, true},
		{"who: nobody", Sign{Who: []string{"squid"}}, false},
		{"header", Sign{Header: []string{"server"}}, true},
		{"header's value", Sign{Header: []string{"Server: NGINX"}}, true},
		{"header's other value", Sign{Header: []string{"Server: apache"}}, false},
		{"a request's field is no reply's", Sign{Header: []string{"Origin"}}, false},
		{"request", Sign{Request: []string{"Origin: *app.test"}}, true},
		{"a closed value can be asked", Sign{Request: []string{"Authorization: basic"}}, true},
		{"challenge", Sign{Challenge: []string{"Bearer"}}, true},
		{"challenge's parameter", Sign{Challenge: []string{"Bearer error=invalid_token"}}, true},
		{"challenge's other parameter", Sign{Challenge: []string{"Bearer error=insufficient_scope"}}, false},
		{"another challenge", Sign{Challenge: []string{"Basic"}}, false},
		{"url", Sign{URL: []string{"/v1/orders"}}, true},
		{"another url", Sign{URL: []string{"/v2/"}}, false},
		{"method", Sign{Method: []string{"options"}}, true},
		{"json", Sign{JSON: []string{"error.code"}}, true},
		{"json's value", Sign{JSON: []string{"error.code: e42"}}, true},
		{"json in a list", Sign{JSON: []string{"error.list.*.why: stale"}}, true},
		{"json by number", Sign{JSON: []string{"error.list.0.why"}}, true},
		{"no such json", Sign{JSON: []string{"error.list.1.why"}}, false},
		{"claim", Sign{Claim: []string{"aud"}}, true},
		{"claim's value", Sign{Claim: []string{"aud: api"}}, true},
		{"claim's value behind slashes", Sign{Claim: []string{"iss: https://sts.windows.net/*"}}, true},
		{"claim's other value", Sign{Claim: []string{"aud: web"}}, false},
		{"a claim that is missing", Sign{Claim: []string{"!exp"}}, true},
		{"a claim that is there is not missing", Sign{Claim: []string{"!iss"}}, false},
		{"what a part does not show is not missing", Sign{Claim: []string{"!aud"}}, false},
		{"the token's header", Sign{Claim: []string{"header.alg: rs256"}}, true},
		{"token's kind", Sign{Token: []string{"jwt"}}, true},
		{"token's scheme", Sign{Token: []string{"Basic"}}, true},
		{"no such token", Sign{Token: []string{"digest"}}, false},
		{"setting", Sign{Setting: []string{"nginx proxy_set_header"}}, true},
		{"setting's value", Sign{Setting: []string{"nginx proxy_set_header: authorization"}}, true},
		{"any system", Sign{Setting: []string{"* proxy_*"}}, true},
		{"any name", Sign{Setting: []string{"nginx *: authorization"}}, true},
		{"another system", Sign{Setting: []string{"apache proxy_set_header"}}, false},
		{"not, when it holds", Sign{Says: []string{"stale badge"}, Not: []Sign{{Status: []int{401}}}}, false},
		{"not, when it does not", Sign{Says: []string{"stale badge"}, Not: []Sign{{Status: []int{500}}}}, true},
	} {
		if _, got := b.asks(c.s, e); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestNothingIsUnseen: an empty case and a reply that let somebody in give no sign.
func TestNothingIsUnseen(t *testing.T) {
	b := Open(&Packed{})
	passed := &exchange.Case{}
	passed.Add(&exchange.Exchange{Request: exchange.Request{Method: "GET", URL: target(t, "http://a.test/")},
		Response: &exchange.Response{Status: 200, Body: exchange.Body{Bytes: []byte("how to handle an invalid issuer")}}})
	for _, c := range []*exchange.Case{{}, passed} {
		e := NewEvidence(c, nil)
		for _, s := range []Sign{{Says: []string{"invalid issuer"}}, {Text: []string{"invalid"}}, {Claim: []string{"!exp"}}, {Token: []string{"jwt"}}, {Status: []int{0}}} {
			if _, ok := b.asks(s, e); ok && len(s.Status) == 0 {
				t.Errorf("%+v holds", s)
			}
		}
	}
}

// asks holds a sign that is not in b against e.
func (b *Book) asks(s Sign, e *Evidence) (hit, bool) {
	r, n := prepare([]Sign{s}, len(b.keys))
	more := &Book{ideas: b.ideas, keys: append(slices.Clone(b.keys), make([]Keys, n-len(b.keys))...), parsed: make([]atomic.Pointer[phrase], n)}
	return more.holds(&r[0], e)
}

func weigh(t *testing.T, signs ...Sign) Tally {
	t.Helper()
	p, err := Pack(nil, map[string]*Signs{"x": {Signs: signs}})
	if err != nil {
		t.Fatal(err)
	}
	return Open(p).Weigh("x", NewEvidence(example(t), nil))
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestWeigh(t *testing.T) {
	said := func(w float64) Sign { return Sign{Says: []string{"stale badge"}, Likely: w, Because: "It says so."} }
	if got := weigh(t, said(0.5), said(0.5)); !near(got.Weight, 0.75) || got.Strong || !got.Voiced || len(got.Because) != 2 {
		t.Errorf("two signs: %+v", got)
	}
	if got := weigh(t, said(0.8), Sign{Status: []int{401}, Against: 0.5, Because: "no"}); !near(got.Weight, 0.4) || len(got.Against) != 1 {
		t.Errorf("one against: %+v", got)
	}
	strong := Sign{Says: []string{"stale badge"}, Strong: 0.9}
	if got := weigh(t, strong); !got.Strong || !got.Voiced || got.Because[0].Text != `The text says "stale badge".` {
		t.Errorf("a strong one: %+v", got)
	}
	if got := weigh(t, strong, Sign{Status: []int{401}, Against: 0.3}); !got.Strong {
		t.Errorf("little against it: %+v", got)
	}
	if got := weigh(t, strong, Sign{Status: []int{401}, Against: 0.5}); got.Strong {
		t.Errorf("much against it: %+v", got)
	}
	if got := weigh(t, Sign{Told: []string{"works in postman"}, Strong: 0.9}); got.Voiced || !got.Strong {
		t.Errorf("a person's word: %+v", got)
	}
	if got := weigh(t, said(0.2), said(0.6)); got.Because[0].Weight != 0.6 {
		t.Errorf("the heaviest comes first: %+v", got.Because)
	}
	if got := weigh(t, Sign{Says: []string{"no such"}, Likely: 0.9}); got.Weight != 0 || len(got.Because) != 0 {
		t.Errorf("nothing held: %+v", got)
	}
}

func TestPackNamesTheCause(t *testing.T) {
	ideas := map[string][]string{"cached": {"cach~"}}
	for _, c := range []struct {
		s    Sign
		want string
	}{
		{Sign{Says: []string{"a"}}, "x, sign 1: a sign has one of"},
		{Sign{Idea: []string{"moon"}, Likely: 0.5}, `x: unknown idea "moon": expected one of cached`},
		{Sign{Says: []string{"a"}, Likely: 0.5, Not: []Sign{{Idea: []string{"moon"}}}}, "unknown idea"},
	} {
		if _, err := Pack(ideas, map[string]*Signs{"x": {Signs: []Sign{c.s}}}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	if _, err := Pack(map[string][]string{"bad": {"("}}, nil); err == nil || !strings.Contains(err.Error(), "idea bad") {
		t.Errorf("%v", err)
	}
}

func TestOpenAndIdeas(t *testing.T) {
	p, err := Pack(map[string][]string{"badge": {"stale badge"}, "other": {"no such"}},
		map[string]*Signs{"x": {Signs: []Sign{{Idea: []string{"badge"}, Likely: 0.6}}, Raise: []Raise{{Command: "c"}}}})
	if err != nil {
		t.Fatal(err)
	}
	b := Open(p)
	e := NewEvidence(example(t), nil)
	if got := b.Ideas(e); len(got) != 1 || got[0] != "badge" {
		t.Errorf("ideas %v", got)
	}
	if got := b.Weigh("x", e); !near(got.Weight, 0.6) || got.Because[0].Text != "The evidence fits." {
		t.Errorf("%+v", got)
	}
	if !b.Has("x") || b.Has("y") || len(b.Raise("x")) != 1 || b.Raise("y") != nil || b.Signs("y") != nil || len(b.Signs("x")) != 1 {
		t.Error("Has, Raise or Signs")
	}
}

func TestJoin(t *testing.T) {
	p, err := Pack(map[string][]string{"badge": {"stale badge"}}, map[string]*Signs{"x": {Signs: []Sign{{Says: []string{"stale badge"}, Likely: 0.5}}}})
	if err != nil {
		t.Fatal(err)
	}
	b := Open(p)
	joined, err := b.Join(map[string]*Signs{"y": {Signs: []Sign{{Idea: []string{"badge"}, Likely: 0.7}, {Says: []string{"issuer mismatch"}, Likely: 0.5}}}})
	if err != nil {
		t.Fatal(err)
	}
	e := NewEvidence(example(t), nil)
	if w := joined.Weigh("y", e).Weight; !near(w, 0.85) {
		t.Errorf("y weighs %v", w)
	}
	if w := joined.Weigh("x", e).Weight; !near(w, 0.5) {
		t.Errorf("x weighs %v", w)
	}
	if b.Has("y") || len(p.Causes) != 1 {
		t.Error("the first book was changed")
	}
	for want, more := range map[string]map[string]*Signs{
		"has signs of this cause": {"x": {}},
		"unknown idea":            {"z": {Signs: []Sign{{Idea: []string{"moon"}, Likely: 0.5}}}},
	} {
		if _, err := b.Join(more); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := b.Check("z", &Signs{Signs: []Sign{{Idea: []string{"badge"}, Likely: 0.5}}}); err != nil {
		t.Error(err)
	}
}

// TestEvidenceIsBounded: what is longer than anybody reads is cut, not refused.
func TestEvidenceIsBounded(t *testing.T) {
	c := &exchange.Case{}
	for range 2000 {
		c.Notes = append(c.Notes, exchange.Note{Text: "stale badge"})
	}
	c.Messages = append(c.Messages, exchange.Message{Text: exchange.Raw(strings.Repeat("word ", 100_000) + "stale badge")},
		exchange.Message{Text: exchange.Raw(strings.Repeat("[", 1_000_000))}, exchange.Message{Text: "\xff\xfe\x00s\x00t"}, exchange.Message{})
	e := NewEvidence(c, nil)
	if len(e.pieces) > maxPieces {
		t.Errorf("%d pieces", len(e.pieces))
	}
	for _, p := range e.pieces {
		if len(p.Words) > maxWords {
			t.Errorf("%d words", len(p.Words))
		}
	}
}

// FuzzSigns looks for evidence that makes a condition panic, or a weight that is none.
func FuzzSigns(f *testing.F) {
	f.Add("issuer mismatch", "It works in Postman.", `{"error":{"code":"E42"}}`, "proxy_set_header", "Bearer error=invalid_token", 401)
	f.Add("\xff\xfe\x00", "", "[[[[", "*", "Basic realm=\"", 0)
	f.Add(strings.Repeat("a ", 500), "a", `{"a":[1,{"b":null}]}`, "", "Negotiate YII=", 407)
	signs := []Sign{
		{Says: []string{"issuer * mismatch", "(a|b) ** z"}, Likely: 0.4}, {Told: []string{"works in (postman|curl)"}, Likely: 0.3},
		{Text: []string{"expir~ & token"}, Strong: 0.9}, {JSON: []string{"error.code: e4", "*.*", "a.0.b"}, Likely: 0.2},
		{Claim: []string{"!exp", "iss: https://*/x", "header.kid"}, Likely: 0.2}, {Token: []string{"jwt", "basic"}, Likely: 0.1},
		{Setting: []string{"* proxy_*: *", "nginx *"}, Against: 0.3}, {Challenge: []string{"Bearer error=invalid", "Basic realm="}, Likely: 0.2},
		{Header: []string{"WWW-Authenticate: *realm*"}, Status: []int{401, 407}, Likely: 0.2, Not: []Sign{{Method: []string{"POST"}}}}, {URL: []string{"/v1"}, Likely: 0.1},
	}
	p, err := Pack(nil, map[string]*Signs{"x": {Signs: signs}})
	if err != nil {
		f.Fatal(err)
	}
	b := Open(p)
	f.Fuzz(func(t *testing.T, message, note, body, setting, challenge string, status int) {
		c := &exchange.Case{
			Messages: []exchange.Message{{Text: exchange.Raw(message), Status: status}, {Text: exchange.Raw(body)}},
			Notes:    []exchange.Note{{Text: exchange.Raw(note)}},
			Settings: []exchange.Setting{{System: "nginx", Name: setting, Args: []secret.Text{secret.New(note)}}},
			Tokens:   []exchange.Token{{Value: secret.New(message), Whole: true}},
		}
		c.Add(&exchange.Exchange{Request: exchange.Request{Method: "GET", URL: target(t, "http://a.test/v1")},
			Response: &exchange.Response{Status: status, Header: exchange.Header{exchange.ResponseField("WWW-Authenticate", challenge)}, Body: exchange.Body{Bytes: []byte(body)}}})
		got := b.Weigh("x", NewEvidence(c, nil))
		if !(got.Weight >= 0 && got.Weight <= 1) {
			t.Errorf("weight %v", got.Weight)
		}
		for _, r := range got.Because {
			if strings.ContainsAny(r.Text, "\x00\x1b\n") {
				t.Errorf("%q stands in a reason", r.Text)
			}
		}
	})
}
