package oauth1

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// RFC 5849 3.4.1.1: the base string of the example.
const rfcBase = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"

const rfcAuth = `OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", oauth_token="kkk9d7dh3k39sjv7", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="7d8f3e4a", oauth_signature="SIGNATURE"`

func rfcRequest(t testing.TB, signature string) exchange.Request {
	r := request(t, "http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", strings.Replace(rfcAuth, "SIGNATURE", encode(signature), 1))
	r.Method, r.Body = "POST", secret.New("c2&a3=2+q")
	r.Header = append(r.Header, exchange.Field{Name: "Content-Type", Value: secret.Public("application/x-www-form-urlencoded")})
	return r
}

const fakeClient, fakeToken = "fake client/secret", "fake-token-secret"

func sum(key, text string) string {
	m := hmac.New(sha1.New, []byte(key))
	m.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

func TestBaseString(t *testing.T) {
	r := rfcRequest(t, "x")
	if got := base(r, collect(r), plan{}); got != rfcBase {
		t.Errorf("\n%s\n%s", got, rfcBase)
	}
}

// RFC 5849 1.2: the photo example, with its published secrets.
func TestRFCSignature(t *testing.T) {
	auth := `OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131202", oauth_nonce="chapoH", oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"`
	v, err := Verify(request(t, "http://photos.example.net/photos?file=vacation.jpg&size=original", auth), secret.New("kd94hf93k423kf44"), secret.New("pfkkdhi9sl3r4s00"))
	if err != nil || !v.OK {
		t.Errorf("%+v %v", v, err)
	}
	v, err = Verify(request(t, "http://photos.example.net/photos?file=vacation.jpg&size=original", auth), secret.New("kd94hf93k423kf44"), secret.New("another"))
	if err != nil || v.OK || !v.Has(NothingFits) {
		t.Errorf("%+v %v", v, err)
	}
}

func TestExplain(t *testing.T) {
	k := keyText(fakeClient, fakeToken)
	swap := func(from, to string) string {
		if !strings.Contains(rfcBase, from) {
			t.Fatalf("%q is not in the base string", from)
		}
		return strings.Replace(rfcBase, from, to, 1)
	}
	for _, c := range []struct {
		name, key, text string
		want            []Word
	}{
		{"right", k, rfcBase, nil},
		{"https", k, swap("http%3A", "https%3A"), []Word{SchemeDiffers}},
		{"port", k, swap("example.com", "example.com%3A80"), []Word{PortDiffers}},
		{"slash at the end", k, swap("%2Frequest", "%2Frequest%2F"), []Word{PathDiffers}},
		{"no query", k, "POST&http%3A%2F%2Fexample.com%2Frequest&a3%3D2%2520q%26c2%3D%26" + rfcBase[strings.Index(rfcBase, "oauth_consumer_key"):], []Word{QueryLeftOut}},
		{"no form", k, swap("a3%3D2%2520q%26", "")[:0] + strings.Replace(swap("a3%3D2%2520q%26", ""), "c2%3D%26", "", 1), []Word{BodyDiffers}},
		{"plus", k, strings.ReplaceAll(rfcBase, "%2520", "%2B"), []Word{PlusForSpace}},
		{"plus not decoded", k, strings.ReplaceAll(rfcBase, "%2520", "%252B"), []Word{PlusForSpace}},
		{"get", k, swap("POST", "GET"), []Word{MethodDiffers}},
		{"realm", k, rfcBase + "%26realm%3DExample", []Word{RealmSigned}},
		{"lower case", k, lowerHex(rfcBase), []Word{EncodingOther}},
		{"no token secret", keyText(fakeClient, ""), rfcBase, []Word{KeyDiffers}},
		{"no ampersand", encode(fakeClient), rfcBase, []Word{KeyDiffers}},
		{"not encoded", fakeClient + "&" + fakeToken, rfcBase, []Word{KeyDiffers}},
		{"https and port", k, swap("http%3A%2F%2Fexample.com", "https%3A%2F%2Fexample.com%3A80"), []Word{SchemeDiffers, PortDiffers}},
		{"https and key", keyText(fakeClient, ""), swap("http%3A", "https%3A"), []Word{SchemeDiffers, KeyDiffers}},
		{"another", "another&secret", rfcBase, []Word{NothingFits}},
	} {
		v, err := Verify(rfcRequest(t, sum(c.key, c.text)), secret.New(fakeClient), secret.New(fakeToken))
		if err != nil || v.OK != (c.want == nil) || !slices.Equal(v.Words, c.want) || v.Text == "" {
			t.Errorf("%s: %+v %v, want %v", c.name, v, err, c.want)
		}
		if strings.Contains(v.Text, "fake") {
			t.Errorf("%s tells a secret", c.name)
		}
	}
	twice := rfcRequest(t, encode(sum(k, rfcBase)))
	if v, _ := Verify(twice, secret.New(fakeClient), secret.New(fakeToken)); !v.Has(SignatureTwice) || v.OK {
		t.Errorf("%+v", v)
	}
	path := request(t, "https://h.test/a%2Fb", strings.Replace(rfcAuth, "SIGNATURE", encode(sum(k, "GET&https%3A%2F%2Fh.test%2Fa%25252Fb&oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7")), 1))
	if v, _ := Verify(path, secret.New(fakeClient), secret.New(fakeToken)); !slices.Equal(v.Words, []Word{PathDiffers}) {
		t.Errorf("%+v", v)
	}
	plain := request(t, "https://h.test/", `OAuth oauth_consumer_key="k", oauth_signature_method="PLAINTEXT", oauth_signature="`+encode(k)+`"`)
	if v, err := Verify(plain, secret.New(fakeClient), secret.New(fakeToken)); err != nil || !v.OK {
		t.Errorf("%+v %v", v, err)
	}
	if v, err := Verify(plain, secret.New(fakeClient), secret.New("x")); err != nil || v.OK {
		t.Errorf("%+v %v", v, err)
	}
	for _, auth := range []string{"", `OAuth oauth_consumer_key="k", oauth_signature_method="RSA-SHA1", oauth_signature="x"`, `OAuth oauth_consumer_key="k", oauth_signature_method="HMAC-SHA1"`} {
		if v, err := Verify(request(t, "https://h.test/", auth), secret.New("a"), secret.New("b")); err == nil || v.OK {
			t.Errorf("%q: %+v", auth, v)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(strings.Replace(rfcAuth, "SIGNATURE", "wOJIO9A2W5mFwDgiDvZbTSMK%2FPY%3D", 1), "http://h.test:8080/a%2Fb/?a=%zz&a=+", "x=1&y", "application/x-www-form-urlencoded")
	f.Add(`OAuth oauth_signature_method="PLAINTEXT", oauth_signature="&"`, "https://h.test", "", "")
	f.Fuzz(func(t *testing.T, auth, address, body, mime string) {
		u, err := exchange.ParseURL(address)
		if err != nil || len(auth)+len(address)+len(body) > 8192 {
			return
		}
		r := exchange.Request{Method: "POST", URL: u, Body: secret.New(body), Header: exchange.Header{
			{Name: "Authorization", Value: secret.New(auth)}, {Name: "Content-Type", Value: secret.Public(mime)}}}
		if v, err := Verify(r, secret.New("a-secret-not-in-the-corpus-1"), secret.New("a-secret-not-in-the-corpus-2")); err == nil && (v.OK || len(v.Words) == 0) {
			t.Fatalf("%+v", v)
		}
	})
}
