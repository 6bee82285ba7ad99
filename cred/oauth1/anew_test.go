package oauth1

import (
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// A departure from the rules stays in the copy, with a time and a nonce of its own.
func TestRepeatKeepsTheDeparture(t *testing.T) {
	k := keyText(fakeClient, fakeToken)
	for name, how := range map[string]plan{"another scheme": {scheme: "https"}, "no query": {noQuery: true}, "not sorted": {unsorted: true}, "blanks as +": {value: formEncode}} {
		r := rfcRequest(t, "x")
		r = rfcRequest(t, sum(k, base(r, collect(r), how)))
		before, err := Verify(r, secret.New(fakeClient), secret.New(fakeToken))
		if err != nil || before.OK || before.Has(NothingFits) {
			t.Fatalf("%s: %+v %v", name, before, err)
		}
		again, err := Repeat(r, secret.New(fakeClient), secret.New(fakeToken), time.Unix(1800000000, 0))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		after, err := Verify(again, secret.New(fakeClient), secret.New(fakeToken))
		if err != nil || after.OK || after.Text != before.Text {
			t.Errorf("%s: %+v became %+v (%v)", name, before, after, err)
		}
		if s, _ := Parse(again); s.Time.Unix() != 1800000000 || s.Nonce.Is("7d8f3e4a") {
			t.Errorf("%s: time or nonce of old", name)
		}
	}
	r := rfcRequest(t, "AAAA")
	if _, err := Repeat(r, secret.New(fakeClient), secret.New(fakeToken), time.Unix(1, 0)); err == nil {
		t.Error("a signature that nothing gives is repeated")
	}
}

func TestDebugBase(t *testing.T) {
	for _, text := range []string{rfcBase, strings.ReplaceAll(strings.ReplaceAll(rfcBase, "%", "%25"), "&", "%26")} {
		lines, ok := DebugBase([]byte("oauth_problem=signature_invalid&debug_sbs=" + text))
		if !ok || len(lines) < 6 || !lines[0].Value.Is("POST") || !lines[1].Value.Is("http") || !lines[2].Value.Is("example.com") || !lines[3].Value.Is("/request") {
			t.Errorf("%v %v", lines, ok)
		}
	}
	if _, ok := DebugBase([]byte("oauth_problem=signature_invalid")); ok {
		t.Error("found where there is none")
	}
}

func FuzzDebugBase(f *testing.F) {
	f.Add("debug_sbs=" + rfcBase)
	f.Add("debug_sbs=GET%26http%253A%252F%252Fa%26x%253Dy")
	f.Add("debug_sbs=")
	f.Fuzz(func(t *testing.T, body string) {
		DebugBase([]byte(body))
		u, _ := exchange.ParseURL("http://a.test/")
		Repeat(exchange.Request{Method: "GET", URL: u, Header: exchange.Header{exchange.RequestField("Authorization", body)}}, secret.New("a"), secret.New("b"), time.Unix(1, 0))
	})
}
