package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Explained is the answer of Explain.
type Explained struct {
	OK    bool // the signature is right
	Parts []Part
	Text  string
}

// Explain recomputes the signature of req with the user's secret key and, when it is another, tries the usual mistakes of
// signers one by one. The error says why nothing can be computed.
func Explain(req exchange.Request, secretKey secret.Text) (Explained, error) {
	ok, err := Verify(req, secretKey)
	if err != nil {
		return Explained{}, err
	}
	if ok {
		return Explained{OK: true, Text: "the signature is right for this key and request"}, nil
	}
	s, _ := Parse(req)
	for _, v := range mistakes(req, s, secretKey) {
		scope := strings.Join([]string{s.Date, s.Region, s.Service, s.Terminator}, "/")
		if signature(s.Algorithm, s.Time, scope, v.canonical, v.key) == strings.ToLower(s.Value.Reveal()) {
			return Explained{Parts: []Part{v.part}, Text: "the signature comes out with " + v.how}, nil
		}
	}
	return Explained{Parts: []Part{PartKey}, Text: "no usual mistake gives the signature with this key: another key signed it, or the request was changed after signing"}, nil
}

// mistake is one way in which signers depart from the rules.
type mistake struct {
	part           Part
	canonical, key string
	how            string
}

func hashHex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// mistakes lists what Explain tries.
func mistakes(req exchange.Request, s *Signature, secretKey secret.Text) []mistake {
	key, right := secretKey.Reveal(), s.canonical(req)
	var out []mistake
	add := func(p Part, canonical, key, how string) {
		if canonical != right || key != secretKey.Reveal() {
			out = append(out, mistake{p, canonical, key, how})
		}
	}
	add(PartKey, right, strings.TrimSpace(key), "the secret key without the blanks or the line break around it")
	add(PartKey, right, strings.TrimSpace(key)+"\n", "a line break behind the secret key")
	if plain, err := url.PathUnescape(key); err == nil {
		add(PartKey, right, plain, "the secret key percent-decoded")
	}
	add(PartKey, right, url.QueryEscape(key), "the secret key percent-encoded")
	add(PartKey, right, strings.ReplaceAll(key, " ", "+"), "a + in the secret key where it has a blank")
	p, ok := split(right)
	if !ok {
		return out
	}
	with := func(change func(*parts)) string {
		q := p
		q.headers = append([][2]string(nil), p.headers...)
		change(&q)
		return q.join()
	}
	add(PartPath, with(func(q *parts) { q.path = canonicalPath(req.URL.Path, s.Service == "s3") }), key, "the path encoded as S3 wants it for other services, or the reverse")
	add(PartPath, with(func(q *parts) { q.path = req.URL.Path }), key, "the path as it is written, not encoded once more")
	add(PartPath, with(func(q *parts) { q.path = encode(q.path, true) }), key, "the path encoded once too often")
	add(PartPath, with(func(q *parts) { q.path = encode(req.URL.Path, false) }), key, "the slashes of the path encoded")
	add(PartMethod, with(func(q *parts) { q.method = strings.ToLower(q.method) }), key, "the method in lower case")
	add(PartQuery, with(func(q *parts) { q.query = "" }), key, "the query left out")
	add(PartQuery, with(func(q *parts) { q.query = strings.ReplaceAll(q.query, "%2B", "%20") }), key, "a + in the query taken for a blank")
	add(PartQuery, with(func(q *parts) { q.query = strings.ReplaceAll(q.query, "%20", "%2B") }), key, "a blank in the query written as +")
	add(PartQuery, with(func(q *parts) { q.query = req.URL.RawQuery().Reveal() }), key, "the query as it is written, neither sorted nor encoded")
	for i, h := range p.headers {
		if h[0] != "host" {
			continue
		}
		bare, _, _ := strings.Cut(h[1], ":")
		add(PartHeader, with(func(q *parts) { q.headers[i][1] = bare }), key, "the host without its port")
		add(PartHeader, with(func(q *parts) { q.headers[i][1] = bare + ":" + req.URL.Port }), key, "the host with its port")
		add(PartHeader, with(func(q *parts) { q.headers[i][1] = req.URL.Authority() }), key, "the host of the URL in place of the Host field")
	}
	for _, hash := range []struct{ value, how string }{
		{hashHex(""), "the hash of an empty body"}, {"UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD in place of the hash of the body"}, {hashHex(req.Body.Reveal()), "the hash of this body in place of what X-Amz-Content-Sha256 says"},
		{"", "nothing in place of the hash of the body"}, {hashHex(strings.TrimRight(req.Body.Reveal(), "\r\n")), "the hash of the body without the line break at its end"},
	} {
		add(PartPayload, with(func(q *parts) { q.payload = hash.value }), key, hash.how)
	}
	return out
}

func (p parts) join() string {
	var b strings.Builder
	b.WriteString(p.method + "\n" + p.path + "\n" + p.query + "\n")
	for _, h := range p.headers {
		b.WriteString(h[0] + ":" + h[1] + "\n")
	}
	b.WriteString("\n" + p.signed + "\n" + p.payload)
	return b.String()
}
