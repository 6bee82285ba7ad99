package oauth1

import (
	"net/url"
	"strings"

	"github.com/why401/why401/exchange"
)

// change is one thing that a signer may do otherwise than RFC 5849 says.
type change struct {
	word Word
	how  string
	do   func(*plan)
}

// changes are those that are possible with this request.
func changes(req exchange.Request, p params) []change {
	u := req.URL
	other := map[string]string{"http": "https", "https": "http"}[u.Scheme]
	host := strings.TrimSuffix(u.Authority(), ":"+u.Port)
	path := u.Path
	if path == "" {
		path = "/"
	}
	var out []change
	add := func(on bool, w Word, how string, do func(*plan)) {
		if on {
			out = append(out, change{w, how, do})
		}
	}
	add(true, SchemeDiffers, "the address with "+other+": (a proxy ends TLS in front of one of the two)", func(l *plan) { l.scheme = other })
	add(host != u.Authority(), PortDiffers, "the address without its port", func(l *plan) { l.authority = host })
	add(host == u.Authority(), PortDiffers, "the address with the port :"+u.Port, func(l *plan) { l.authority = host + ":" + u.Port })
	add(strings.ContainsAny(req.Header.Text("Host").Reveal(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), HostDiffers, "the host name in upper case", func(l *plan) { l.authority = req.Header.Text("Host").Reveal() })
	add(strings.Contains(path, "%"), PathDiffers, "the path encoded once more", func(l *plan) { l.path = encodePath(path) })
	if plain, err := url.PathUnescape(path); err == nil && plain != path {
		add(true, PathDiffers, "the path not encoded", func(l *plan) { l.path = plain })
	}
	add(len(path) > 1 && strings.HasSuffix(path, "/"), PathDiffers, "the path without the slash at its end", func(l *plan) { l.path = strings.TrimSuffix(path, "/") })
	add(!strings.HasSuffix(path, "/"), PathDiffers, "the path with a slash at its end", func(l *plan) { l.path = path + "/" })
	add(len(p.query) > 0, QueryLeftOut, "the query parameters left out", func(l *plan) { l.noQuery = true })
	add(len(p.body) > 0 && p.form, BodyDiffers, "the parameters of the form left out", func(l *plan) { l.noBody = true })
	add(len(p.body) > 0 && !p.form, BodyDiffers, "the body taken for a form, which its Content-Type does not say", func(l *plan) { l.anyBody = true })
	add(p.realm != "", RealmSigned, "realm signed with the parameters", func(l *plan) { l.realm = true })
	add(true, OrderDiffers, "the parameters not sorted", func(l *plan) { l.unsorted = true })
	add(true, DuplicateLost, "only the last of parameters with one name", func(l *plan) { l.unique = true })
	add(true, PlusForSpace, "blanks encoded as + (form encoding) in place of %20", func(l *plan) { l.value = formEncode })
	add(true, PlusForSpace, "a plus sign in place of a blank: it was not decoded", func(l *plan) { l.value = func(s string) string { return encode(strings.ReplaceAll(s, " ", "+")) } })
	add(true, EncodingOther, "the parameters encoded twice", func(l *plan) { l.value = func(s string) string { return encode(encode(s)) } })
	add(true, EncodingOther, "the parameters not encoded by themselves", func(l *plan) { l.value = func(s string) string { return s } })
	add(true, EncodingOther, "! * ' ( ) left as they are, as JavaScript's encodeURIComponent does", func(l *plan) { l.value = uriComponent })
	add(true, EncodingOther, "percent-encoding in lower case (%2f)", func(l *plan) { l.lower = true })
	add(req.Method != strings.ToLower(req.Method), MethodDiffers, "the method in lower case", func(l *plan) { l.method = strings.ToLower(req.Method) })
	for _, m := range []string{"GET", "POST"} {
		add(strings.ToUpper(req.Method) != m, MethodDiffers, "the method "+m, func(l *plan) { l.method = m })
	}
	return out
}

func encodePath(p string) string { return strings.ReplaceAll(encode(p), "%2F", "/") }

// uriComponent leaves what JavaScript's encodeURIComponent leaves.
func uriComponent(s string) string {
	return strings.NewReplacer("%21", "!", "%2A", "*", "%27", "'", "%28", "(", "%29", ")").Replace(encode(s))
}

type keyVariant struct{ text, how string }

// keyVariants are the mistakes with the key of RFC 5849 3.4.2.
func keyVariants(client, token string) []keyVariant {
	c, t := strings.TrimSpace(client), strings.TrimSpace(token)
	right := keyText(client, token)
	var out []keyVariant
	for _, v := range []keyVariant{
		{keyText(c, t), "the secrets without the blanks or line breaks around them"},
		{encode(client), "the client's secret alone, without the & behind it"},
		{keyText(client, ""), "the token's secret left out"},
		{keyText(token, client), "the two secrets exchanged"},
		{client + "&" + token, "the secrets not percent-encoded"},
		{keyText(encode(client), encode(token)), "the secrets percent-encoded twice"},
		{encode(client + "&" + token), "the & between the secrets encoded"},
		{"&", "empty secrets: variables that were never set"},
		{keyText("", token), "an empty client secret"},
	} {
		if v.text != right {
			out = append(out, v)
		}
	}
	return out
}

// explain looks for one change, then for two, that give the signature.
func explain(req exchange.Request, p params, method, client, token string) Verified {
	h, right := hashes[method], keyText(client, token)
	all := changes(req, p)
	found := func(words []Word, how ...string) Verified {
		return Verified{Words: words, Text: "the signature comes out with " + strings.Join(how, ", and ")}
	}
	rfc := base(req, p, plan{})
	for _, s := range []string{encode(p.signature), unescape(p.signature), strings.ReplaceAll(p.signature, " ", "+")} {
		if s != p.signature && signs(h, right, rfc, s) {
			return found([]Word{SignatureTwice}, "the signature itself percent-encoded once more or once less than RFC 5849 3.5 says")
		}
	}
	keys := keyVariants(client, token)
	for _, k := range keys {
		if signs(h, k.text, rfc, p.signature) {
			return found([]Word{KeyDiffers}, k.how)
		}
	}
	for name, other := range hashes {
		if name != method && signs(other, right, rfc, p.signature) {
			return found([]Word{HashDiffers}, name+" in place of "+method)
		}
	}
	texts := make([]string, len(all))
	for i, c := range all {
		var l plan
		c.do(&l)
		texts[i] = base(req, p, l)
		if signs(h, right, texts[i], p.signature) {
			return found([]Word{c.word}, c.how)
		}
	}
	for i, c := range all {
		for _, k := range keys {
			if signs(h, k.text, texts[i], p.signature) {
				return found([]Word{c.word, KeyDiffers}, c.how, k.how)
			}
		}
		for _, d := range all[i+1:] {
			if c.word == d.word {
				continue
			}
			var l plan
			c.do(&l)
			d.do(&l)
			if signs(h, right, base(req, p, l), p.signature) {
				return found([]Word{c.word, d.word}, c.how, d.how)
			}
		}
	}
	return Verified{Words: []Word{NothingFits}, Text: "neither RFC 5849 nor any usual departure from it gives the signature with these secrets: other secrets signed it, or the request was changed otherwise"}
}
