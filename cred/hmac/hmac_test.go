package hmac

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

const (
	shared = "obviously-fake-webhook-secret"
	body   = `{"b": 1.0, "a": "é/<", "list": [1, 2]}`
	ts     = "1700000000"
)

func request(t testing.TB, url, body string, fields ...string) exchange.Request {
	t.Helper()
	u, err := exchange.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	r := exchange.Request{Method: "POST", URL: u, Body: secret.New(body)}
	for i := 0; i < len(fields); i += 2 {
		r.Header = append(r.Header, exchange.RequestField(fields[i], fields[i+1]))
	}
	return r
}

func hexed(k, text string) string { return hex.EncodeToString(mac(sha256.New, k, text)) }

func b64(k, text string) string {
	return base64.StdEncoding.EncodeToString(mac(sha256.New, k, text))
}

// GitHub's documented example: secret, payload and value.
func TestGitHubExample(t *testing.T) {
	r := request(t, "https://h.test/", "Hello, World!", "X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
	if a, ok := Check(r, "", secret.New("It's a Secret to Everybody")); !ok || !a.OK || a.Style != "GitHub" {
		t.Errorf("%v %v", a, ok)
	}
}

// Slack's documented example.
func TestSlackExample(t *testing.T) {
	r := request(t, "https://h.test/", "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
		"X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503", "X-Slack-Request-Timestamp", "1531420618")
	if a, ok := Check(r, "", secret.New("8f742231b10e8888abcd99yyyzzz85a5")); !ok || !a.OK || !a.Time.Equal(time.Unix(1531420618, 0)) {
		t.Errorf("%v %v", a, ok)
	}
}

func TestStyles(t *testing.T) {
	long := "whsec_" + base64.StdEncoding.EncodeToString([]byte(shared))
	for _, c := range []struct {
		name   string
		secret string
		url    string
		body   string
		fields []string
	}{
		{"Stripe", shared, "https://h.test/", body, []string{"Stripe-Signature", "t=" + ts + ",v1=" + hexed(shared, ts+"."+body) + ",v0=" + hexed("x", "y")}},
		{"Stripe, two secrets", shared, "https://h.test/", body, []string{"Stripe-Signature", "t=" + ts + ",v1=" + hexed("old", ts+"."+body) + ",v1=" + hexed(shared, ts+"."+body)}},
		{"Paddle", shared, "https://h.test/", body, []string{"Paddle-Signature", "ts=" + ts + ";h1=" + hexed(shared, ts+":"+body)}},
		{"Shopify", shared, "https://h.test/", body, []string{"X-Shopify-Hmac-Sha256", b64(shared, body)}},
		{"Standard Webhooks", long, "https://h.test/", body, []string{"webhook-id", "msg_1", "webhook-timestamp", ts, "webhook-signature", "v1," + b64("x", "y") + " v1," + b64(shared, "msg_1."+ts+"."+body)}},
		{"Typeform", shared, "https://h.test/", body, []string{"Typeform-Signature", "sha256=" + b64(shared, body)}},
		{"Twilio", shared, "https://h.test/hook?x=1", "b=2&a=1%20x", []string{"X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac(sha1.New, shared, "https://h.test/hook?x=1a1 xb2"))}},
		{"Square", shared, "https://h.test/hook", body, []string{"X-Square-HmacSha256-Signature", b64(shared, "https://h.test/hook"+body)}},
	} {
		if a, ok := Check(request(t, c.url, c.body, c.fields...), "", secret.New(c.secret)); !ok || !a.OK {
			t.Errorf("%s: %v %v", c.name, a, ok)
		}
	}
}

func TestDiffers(t *testing.T) {
	std := []string{"webhook-id", "msg_1", "webhook-timestamp", ts}
	coded := base64.StdEncoding.EncodeToString([]byte(shared))
	for _, c := range []struct {
		name   string
		secret string
		url    string
		body   string
		fields []string
		want   []Word
		how    string
	}{
		{"line break cut", shared, "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, body+"\n")}, []Word{BodyEnd}, "line break"},
		{"line break added", shared, "https://h.test/", body + "\n", []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, body)}, []Word{BodyEnd}, "without the line break"},
		{"CRLF", shared, "https://h.test/", "a\nb", []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, "a\r\nb")}, []Word{BodyBreaks}, "CRLF"},
		{"JavaScript", shared, "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, `{"b":1,"a":"é/<","list":[1,2]}`)}, []Word{BodyRewrit}, "JavaScript"},
		{"compact", shared, "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, `{"b":1.0,"a":"é/<","list":[1,2]}`)}, []Word{BodyRewrit}, "without blanks"},
		{"Python", shared, "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, `{"b": 1.0, "a": "\u00e9/<", "list": [1, 2]}`)}, []Word{BodyRewrit}, "Python"},
		{"PHP", shared, "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, `{"b":1.0,"a":"\u00e9\/<","list":[1,2]}`)}, []Word{BodyRewrit}, "PHP"},
		{"Go", shared, "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, `{"a":"é/\u003c","b":1.0,"list":[1,2]}`)}, []Word{BodyRewrit}, "Go"},
		{"sorted", shared, "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, `{"a":"é/<","b":1.0,"list":[1,2]}`)}, []Word{BodyRewrit}, "sorted"},
		{"indented", shared, "https://h.test/", `{"a":[1,{}]}`, []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, "{\n  \"a\": [\n    1,\n    {}\n  ]\n}")}, []Word{BodyRewrit}, "two blanks"},
		{"parsed object", shared, "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, "[object Object]")}, []Word{BodyOther}, "Object"},
		{"empty body", shared, "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, "")}, []Word{BodyOther}, "empty"},
		{"Stripe without time", shared, "https://h.test/", body, []string{"Stripe-Signature", "t=" + ts + ",v1=" + hexed(shared, body)}, []Word{MessageForm}, "body alone"},
		{"Stripe, rewritten", shared, "https://h.test/", body, []string{"Stripe-Signature", "t=" + ts + ",v1=" + hexed(shared, ts+`.{"b":1,"a":"é/<","list":[1,2]}`)}, []Word{BodyRewrit}, "JavaScript"},
		{"secret with line break", shared + "\n", "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, body)}, []Word{KeyForm}, "line break"},
		{"secret and body", shared + "\n", "https://h.test/", body + "\n", []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, body)}, []Word{KeyForm, BodyEnd}, "secret"},
		{"never set", shared, "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed("", body)}, []Word{KeyForm}, "never set"},
		{"whsec not decoded", "whsec_" + coded, "https://h.test/", body, append(slices.Clone(std), "webhook-signature", "v1,"+b64("whsec_"+coded, "msg_1."+ts+"."+body)), []Word{KeyForm}, "as text"},
		{"no id", "whsec_" + coded, "https://h.test/", body, []string{"webhook-timestamp", ts, "webhook-signature", "v1," + b64(shared, body)}, []Word{PartAbsent}, "missing"},
		{"hex in base64", shared, "https://h.test/", body, []string{"X-Shopify-Hmac-Sha256", base64.StdEncoding.EncodeToString([]byte(hexed(shared, body)))}, []Word{Coding}, "once more"},
		{"other hash", shared, "https://h.test/", body, []string{"X-Hub-Signature", "sha1=" + hexed(shared, body)}, []Word{HashOther}, "SHA-256"},
		{"behind a proxy", shared, "http://h.test:8080/hook", body, []string{"X-Square-HmacSha256-Signature", b64(shared, "https://h.test/hook"+body)}, []Word{MessageForm}, "https:"},
		{"another secret", shared, "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed("another", body)}, []Word{NoMatch}, "another secret"},
		{"cut", shared, "https://h.test/", body, []string{"X-Hub-Signature-256", "sha256=" + hexed(shared, body)[:40] + "zz"}, []Word{Unreadable}, "cut"},
	} {
		a, ok := Check(request(t, c.url, c.body, c.fields...), "", secret.New(c.secret))
		if !ok || a.OK || !slices.Equal(a.Words, c.want) || !strings.Contains(a.Text, c.how) {
			t.Errorf("%s: %v %q", c.name, a, a.Text)
		}
		if strings.Contains(a.Text, shared) || strings.Contains(a.Text, "msg_1") {
			t.Errorf("%s: a secret is told", c.name)
		}
	}
	if _, ok := Check(request(t, "https://h.test/", body, "X-My-Sig", "x"), "", secret.New(shared)); ok {
		t.Error("a field nobody knows")
	}
	if a, ok := Check(request(t, "https://h.test/", body, "X-My-Sig", hexed(shared, body)), "x-my-sig", secret.New(shared)); !ok || !a.OK {
		t.Error("a named field", a)
	}
}

func TestLarge(t *testing.T) {
	big := `{"a":[` + strings.Repeat("1, ", 30_000) + `1]}`
	r := request(t, "https://h.test/", big, "X-Hub-Signature-256", "sha256="+hexed("another", big))
	start := time.Now()
	if a, ok := Check(r, "", secret.New(shared)); !ok || !a.Has(NoMatch) || time.Since(start) > time.Minute {
		t.Error(a, time.Since(start))
	}
	for _, bad := range []string{strings.Repeat("[", 1e5), strings.Repeat(`{"a":`, 5e4), "\xff\xfe{", ""} {
		Check(request(t, "https://h.test/", bad, "X-Hub-Signature-256", "sha256="+hexed("another", big)), "", secret.New(shared))
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", body)
	f.Add("Stripe-Signature", "t=1,v1=00,v1=,=,;", `{"a":1e400,"b":"\ud800"}`)
	f.Add("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "a=%zz&b")
	f.Fuzz(func(t *testing.T, name, value, body string) {
		if len(body) > 4096 {
			return
		}
		r := exchange.Request{Method: "POST", Body: secret.New(body), Header: exchange.Header{{Name: name, Value: secret.New(value)}}}
		a, ok := Check(r, "", secret.New("a-key-that-the-fuzzer-does-not-know-"+fmt.Sprint(len(body))))
		if ok && a.OK {
			t.Fatal("a signature is accepted that nobody made")
		}
		if ok && (a.Text == "" || len(a.Words) == 0) {
			t.Fatalf("no reason: %+v", a)
		}
	})
}
