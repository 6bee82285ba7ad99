package hmac

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
)

// style is a sender's documented way.
type style struct {
	name string
	form string // what is signed: {body}, {t}, {id}, {url}, {form}
	time string // the field that holds the time, when it is not inside the signature field
	id   string
	key  string // "base64": the secret is decoded, after "whsec_"
}

// styles are the fields whose way is known, by lower-case name.
var styles = map[string]style{
	"x-hub-signature-256":            {name: "GitHub", form: "{body}"}, // Meta and others took it over
	"x-hub-signature":                {name: "GitHub", form: "{body}"},
	"x-gitea-signature":              {name: "Gitea", form: "{body}"},
	"x-gogs-signature":               {name: "Gogs", form: "{body}"},
	"stripe-signature":               {name: "Stripe", form: "{t}.{body}"},
	"calendly-webhook-signature":     {name: "Calendly", form: "{t}.{body}"},
	"paddle-signature":               {name: "Paddle", form: "{t}:{body}"},
	"x-slack-signature":              {name: "Slack", form: "v0:{t}:{body}", time: "X-Slack-Request-Timestamp"},
	"x-zm-signature":                 {name: "Zoom", form: "v0:{t}:{body}", time: "X-Zm-Request-Timestamp"},
	"x-shopify-hmac-sha256":          {name: "Shopify", form: "{body}"},
	"x-wc-webhook-signature":         {name: "WooCommerce", form: "{body}"},
	"webhook-signature":              {name: "Standard Webhooks", form: "{id}.{t}.{body}", time: "Webhook-Timestamp", id: "Webhook-Id", key: "base64"},
	"svix-signature":                 {name: "Svix", form: "{id}.{t}.{body}", time: "Svix-Timestamp", id: "Svix-Id", key: "base64"},
	"x-twilio-signature":             {name: "Twilio", form: "{url}{form}"},
	"x-square-hmacsha256-signature":  {name: "Square", form: "{url}{body}"},
	"x-line-signature":               {name: "LINE", form: "{body}"},
	"x-dropbox-signature":            {name: "Dropbox", form: "{body}"},
	"typeform-signature":             {name: "Typeform", form: "{body}"},
	"linear-signature":               {name: "Linear", form: "{body}"},
	"x-razorpay-signature":           {name: "Razorpay", form: "{body}"},
	"x-cal-signature-256":            {name: "Cal.com", form: "{body}"},
	"x-webhook-signature":            {name: "X-Webhook-Signature", form: "{body}"},
	"x-signature":                    {name: "X-Signature", form: "{body}"},
	"x-signature-256":                {name: "X-Signature-256", form: "{body}"},
	"x-hmac-signature":               {name: "X-Hmac-Signature", form: "{body}"},
	"x-nextcloud-talk-bot-signature": {name: "Nextcloud Talk", form: "{t}{body}", time: "X-Nextcloud-Talk-Random"},
}

// variant is one of several possible texts; word is "" for the documented one.
type variant struct {
	text string
	word Word
	how  string
}

type key struct{ variant }

// keys are the spellings of the secret, the documented one first.
func (s style) keys(raw string) []key {
	var out []key
	add := func(text string, word Word, how string) {
		if !slices.ContainsFunc(out, func(k key) bool { return k.text == text }) {
			out = append(out, key{variant{text, word, how}})
		}
	}
	core := strings.TrimSpace(raw)
	bare := strings.TrimPrefix(core, "whsec_")
	decoded, isBase64 := decode64(bare)
	if s.key == "base64" && isBase64 {
		add(decoded, "", "")
		add(raw, KeyForm, "the secret taken as text rather than base64-decoded")
	} else {
		add(raw, "", "")
	}
	add(core, KeyForm, "the secret without the blanks or the line break around it")
	add(core+"\n", KeyForm, "a line break behind the secret")
	add(strings.Trim(core, `"'`), KeyForm, "the secret without the quotation marks around it")
	add(bare, KeyForm, "the secret without whsec_ in front")
	if isBase64 {
		add(decoded, KeyForm, "the base64-decoded secret")
	}
	if b, err := hex.DecodeString(core); err == nil {
		add(string(b), KeyForm, "the hex-decoded secret")
	}
	add("", KeyForm, "an empty secret: a variable was never set")
	return out
}

func decode64(s string) (string, bool) {
	plain := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(s, "="))
	b, err := base64.RawURLEncoding.DecodeString(plain)
	return string(b), err == nil && len(b) > 0
}

// message is what there is to sign.
type message struct {
	req          exchange.Request
	at, id, body string
}

type form struct {
	variant
	template string
}

// forms are the ways to put a message together, the documented one first.
func (s style) forms() []form {
	out := []form{{template: s.form}}
	for _, f := range []struct{ template, how string }{
		{"{body}", "the body alone"}, {"{t}.{body}", "time, full stop and body"}, {"v0:{t}:{body}", "v0:, time, colon and body"}, {"{t}:{body}", "time, colon and body"},
		{"{id}.{t}.{body}", "id, time and body"}, {"{t}{body}", "time and body"}, {"{body}{t}", "body and time"}, {"{t}\n{body}", "time, line break and body"},
		{"{url}{body}", "address and body"}, {"{method}{path}{body}", "method, path and body"}, {"{url}", "the address alone"}, {"{t}", "the time alone"},
	} {
		if f.template != s.form {
			out = append(out, form{variant{word: MessageForm, how: f.how + " as the message"}, f.template})
		}
	}
	return out
}

// build fills the template; an address has several spellings, which behind proxies differ.
func (f form) build(m message, body string) []variant {
	t := f.template
	if strings.Contains(t, "{t}") && m.at == "" || strings.Contains(t, "{id}") && m.id == "" {
		return nil
	}
	if strings.Contains(t, "{form}") {
		body, t = formText(body), strings.Replace(t, "{form}", "{body}", 1)
	}
	t = strings.NewReplacer("{t}", m.at, "{id}", m.id, "{body}", body, "{method}", m.req.Method, "{path}", m.req.URL.Target().Reveal()).Replace(t)
	if !strings.HasPrefix(t, "{url}") {
		return []variant{{text: t}}
	}
	rest := strings.TrimPrefix(t, "{url}")
	u := m.req.URL
	out := []variant{{text: address(u, u.Scheme, u.Authority(), true) + rest}}
	other := map[string]string{"http": "https", "https": "http"}[u.Scheme]
	bare := u.Authority()
	if u.Port != "" {
		bare = strings.TrimSuffix(bare, ":"+u.Port)
	}
	for _, v := range []struct{ text, how string }{
		{address(u, other, u.Authority(), true), "the address with " + other + ":"},
		{address(u, other, bare, true), "the address with " + other + ": and without the port"},
		{address(u, u.Scheme, bare, true), "the address without its port"},
		{address(u, u.Scheme, bare+":"+u.Port, true), "the address with its port"},
		{address(u, u.Scheme, u.Authority(), false), "the address without its query"},
		{address(u, other, bare, false), "the address with " + other + ": and without its query"},
	} {
		out = append(out, variant{v.text + rest, MessageForm, v.how})
	}
	return out
}

func address(u exchange.URL, scheme, authority string, query bool) string {
	s := scheme + "://" + authority + u.Path
	if query && u.HasQuery {
		s += "?" + u.RawQuery().Reveal()
	}
	return s
}

// formText is Twilio's way: each parameter of a form, sorted by name, name and value joined.
func formText(body string) string {
	q, err := url.ParseQuery(body)
	if err != nil {
		return body
	}
	var b strings.Builder
	names := make([]string, 0, len(q))
	for n := range q {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		for _, v := range q[n] {
			b.WriteString(n + v)
		}
	}
	return b.String()
}

// received is a signature field, taken apart.
type received struct {
	hash string // "sha256" when the field names it
	time string
	sums []sum
}

type sum struct {
	bytes []byte
	word  Word
	how   string
}

// maxSums bounds the signatures in one field: senders give two while they change secrets.
const maxSums = 8

// parseValue reads "sha256=HEX", "t=1,v1=HEX,v1=HEX", "v1,BASE64 v1,BASE64", "ts=1;h1=HEX", "v0=HEX", HEX and BASE64.
func parseValue(s string) received {
	var r received
	for _, piece := range strings.FieldsFunc(s, func(c rune) bool { return c == ' ' || c == ';' || c == ',' || c == '\t' }) {
		name, value, eq := strings.Cut(piece, "=")
		name = strings.ToLower(name)
		if !eq || value == "" || strings.Trim(value, "=") == "" { // base64 ends with the same sign
			name, value = "", piece
		}
		switch {
		case name == "t" || name == "ts" || name == "timestamp":
			r.time = value
			continue
		case strings.HasPrefix(name, "sha") || name == "md5":
			r.hash = strings.ReplaceAll(name, "-", "")
		}
		if len(value) > 4 && len(r.sums) < maxSums {
			r.sums = append(r.sums, sums(value)...)
		}
	}
	return r
}

func sums(s string) []sum {
	var out []sum
	if b, err := hex.DecodeString(s); err == nil && hashes[len(b)].new != nil {
		return append(out, sum{bytes: b})
	}
	if text, ok := decode64(s); ok {
		if hashes[len(text)].new != nil {
			out = append(out, sum{bytes: []byte(text)})
		}
		if b, err := hex.DecodeString(text); err == nil && hashes[len(b)].new != nil {
			out = append(out, sum{b, Coding, "the hexadecimal text of the hash encoded once more in base64"})
		}
	}
	return out
}
