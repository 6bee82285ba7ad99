package oauth1

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"net/url"
	"slices"
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Word says what the signer did otherwise; its text is stable.
type Word string

// What can differ between signer and verifier.
const (
	SchemeDiffers  Word = "scheme"    // http and https
	PortDiffers    Word = "port"      // the port is in the base string or not
	HostDiffers    Word = "host"      // upper case
	PathDiffers    Word = "path"      // encoded once more or once less, a slash at the end
	QueryLeftOut   Word = "query"     // query parameters were not signed
	BodyDiffers    Word = "body"      // form parameters were not signed, or a body that is no form was
	PlusForSpace   Word = "plus"      // a blank as +, or a plus taken for one
	EncodingOther  Word = "encoding"  // other characters encoded than RFC 5849 3.6 says, or in lower case
	OrderDiffers   Word = "order"     // parameters not sorted
	DuplicateLost  Word = "duplicate" // of a parameter that appears twice only one was signed
	RealmSigned    Word = "realm"     // realm was signed
	MethodDiffers  Word = "method"    // the HTTP method in another case, or another method
	KeyDiffers     Word = "key"       // token secret left out, & left out, secret trimmed or encoded otherwise
	HashDiffers    Word = "hash"      // made with another hash than oauth_signature_method says
	SignatureTwice Word = "signature" // the signature was percent-encoded twice or not at all
	NothingFits    Word = "no-match"  // another secret, or a change that was not tried
)

// Verified is the answer of Verify.
type Verified struct {
	OK    bool   // the signature is right
	Words []Word // what differs, the fewest changes that explain it
	Text  string // a sentence that may be shown
}

// Has reports a word.
func (v Verified) Has(w Word) bool { return slices.Contains(v.Words, w) }

// Verify recomputes the signature of req (RFC 5849 3.4) with the client's secret and the token's ("" when there is no
// token). When it is another, Verify looks for what the signer did otherwise. The error says why nothing can be computed;
// it holds no secret.
func Verify(req exchange.Request, client, token secret.Text) (Verified, error) {
	s, ok := Parse(req)
	switch {
	case !ok:
		return Verified{}, errors.New("verify OAuth 1.0: the request carries no signature")
	case s.Has(NoSignature), s.Has(NoMethod):
		return Verified{}, fmt.Errorf("verify OAuth 1.0: %v", s.Flaws)
	}
	p := collect(req)
	if p.count > maxParams {
		return Verified{}, errors.New("verify OAuth 1.0: too many parameters")
	}
	k := keyText(client.Reveal(), token.Reveal())
	if s.Method == "PLAINTEXT" {
		if hmac.Equal([]byte(k), []byte(p.signature)) {
			return Verified{OK: true, Text: "the signature is right for these secrets"}, nil
		}
		for _, v := range keyVariants(client.Reveal(), token.Reveal()) {
			if v.text == p.signature {
				return Verified{Words: []Word{KeyDiffers}, Text: "the signature comes out with " + v.how}, nil
			}
		}
		return Verified{Words: []Word{NothingFits}, Text: "the secrets in the request are others than these"}, nil
	}
	h := hashes[s.Method]
	if h == nil {
		return Verified{}, fmt.Errorf("verify OAuth 1.0: the method %s cannot be checked with a shared secret", s.Method)
	}
	if signs(h, k, base(req, p, plan{}), p.signature) {
		return Verified{OK: true, Text: "the signature is right for these secrets"}, nil
	}
	return explain(req, p, s.Method, client.Reveal(), token.Reveal()), nil
}

var hashes = map[string]func() hash.Hash{"HMAC-SHA1": sha1.New, "HMAC-SHA256": sha256.New, "HMAC-SHA512": sha512.New}

// maxParams bounds what is sorted, again and again.
const maxParams = 500

func signs(h func() hash.Hash, key, text, signature string) bool {
	m := hmac.New(h, []byte(key))
	m.Write([]byte(text))
	return hmac.Equal([]byte(base64.StdEncoding.EncodeToString(m.Sum(nil))), []byte(signature))
}

// keyText is the key of RFC 5849 3.4.2.
func keyText(client, token string) string { return encode(client) + "&" + encode(token) }

// params are the parameters by where they stand, decoded.
type params struct {
	oauth, query, body [][2]string
	realm, signature   string
	count              int
	form               bool
}

func collect(req exchange.Request) params {
	var p params
	for _, q := range req.URL.Query {
		p.query = append(p.query, [2]string{plain(q.Name), plain(q.Value.Reveal())})
	}
	for _, v := range req.Header.Values("Authorization") {
		c := challenge.Split(v.Trim())
		if !strings.EqualFold(c.Scheme, "OAuth") {
			continue
		}
		for _, o := range c.Params {
			name, value := unescape(o.Name), unescape(o.Value.Reveal())
			if strings.EqualFold(name, "realm") {
				p.realm = value
			} else {
				p.oauth = append(p.oauth, [2]string{name, value})
			}
		}
	}
	mime, _, _ := strings.Cut(strings.ToLower(req.Header.Text("Content-Type").Reveal()), ";")
	p.form = strings.TrimSpace(mime) == "application/x-www-form-urlencoded"
	if body := req.Body.Reveal(); body != "" && len(body) <= 1<<20 {
		for pair := range strings.SplitSeq(body, "&") {
			if len(p.body) > maxParams {
				break
			}
			name, value, _ := strings.Cut(pair, "=")
			p.body = append(p.body, [2]string{plain(name), plain(value)})
		}
	}
	for _, list := range []*[][2]string{&p.oauth, &p.query, &p.body} {
		*list = slices.DeleteFunc(*list, func(q [2]string) bool {
			if q[0] == "oauth_signature" {
				p.signature = q[1]
			}
			return q[0] == "oauth_signature"
		})
	}
	p.count = len(p.oauth) + len(p.query) + len(p.body)
	return p
}

// plan says what the signer may have done otherwise; the zero plan is RFC 5849.
type plan struct {
	scheme, authority, path, method string
	noQuery, noBody, anyBody, realm bool
	unsorted, unique                bool
	value                           func(string) string // another encoding of names and values
	lower                           bool                // %2f in place of %2F
}

// base is the signature base string (RFC 5849 3.4.1).
func base(req exchange.Request, p params, how plan) string {
	or := func(a, b string) string {
		if a != "" {
			return a
		}
		return b
	}
	uri := or(how.scheme, req.URL.Scheme) + "://" + or(how.authority, req.URL.Authority()) + or(how.path, or(req.URL.Path, "/"))
	enc := encode
	if how.value != nil {
		enc = how.value
	}
	list := slices.Clone(p.oauth)
	if !how.noQuery {
		list = append(list, p.query...)
	}
	if (p.form || how.anyBody) && !how.noBody {
		list = append(list, p.body...)
	}
	if how.realm {
		list = append(list, [2]string{"realm", p.realm})
	}
	var pairs [][2]string
	seen := map[string]int{}
	for _, q := range list {
		if i, twice := seen[q[0]]; twice && how.unique {
			pairs[i][1] = enc(q[1])
			continue
		}
		seen[q[0]] = len(pairs)
		pairs = append(pairs, [2]string{enc(q[0]), enc(q[1])})
	}
	if !how.unsorted {
		slices.SortStableFunc(pairs, func(a, b [2]string) int {
			if c := strings.Compare(a[0], b[0]); c != 0 {
				return c
			}
			return strings.Compare(a[1], b[1])
		})
	}
	text := make([]string, len(pairs))
	for i, q := range pairs {
		text[i] = q[0] + "=" + q[1]
	}
	out := or(how.method, strings.ToUpper(req.Method)) + "&" + encode(uri) + "&" + encode(strings.Join(text, "&"))
	if how.lower {
		out = lowerHex(out)
	}
	return out
}

// encode is the percent-encoding of RFC 5849 3.6.
func encode(s string) string {
	const hexes = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hexes[c>>4], hexes[c&15]})
		}
	}
	return b.String()
}

func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i:], strings.ToLower(string(b[i:i+3])))
			i += 2
		}
	}
	return string(b)
}

// formEncode encodes as HTML forms and Java's URLEncoder do: a blank as +, the asterisk bare, the tilde encoded.
func formEncode(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "~", "%7E")
}
