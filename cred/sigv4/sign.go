package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// provider is curl's provider1[:provider2[:region[:service]]].
type provider struct {
	one, two        string // lower case: names the algorithm, names the headers
	region, service string
}

func parseProvider(s, host string) (provider, error) {
	if s == "" {
		s = "aws:amz"
	}
	parts := strings.SplitN(s, ":", 4)
	for _, p := range parts {
		if p == "" {
			return provider{}, errors.New("sign with SigV4: an empty part in provider1:provider2:region:service")
		}
	}
	p := provider{one: strings.ToLower(parts[0])}
	p.two = p.one
	if len(parts) > 1 {
		p.two = strings.ToLower(parts[1])
	}
	if len(parts) > 2 {
		p.region = parts[2]
	}
	if len(parts) > 3 {
		p.service = parts[3]
	}
	// What is not given stands in front of the host name, as in service.region.amazonaws.com.
	labels := strings.Split(host, ".")
	if p.service == "" {
		if len(labels) < 2 {
			return provider{}, errors.New("sign with SigV4: the service is neither given nor in the host name")
		}
		p.service = labels[0]
		if p.region == "" {
			if len(labels) < 3 {
				return provider{}, errors.New("sign with SigV4: the region is neither given nor in the host name")
			}
			p.region = labels[1]
		}
	}
	return p, nil
}

// unsigned are headers that the program or an intermediary adds and changes; curl signs none of them either.
var unsigned = []string{"authorization", "connection", "content-length", "expect", "user-agent", "accept", "accept-encoding",
	"transfer-encoding", "te", "trailer", "upgrade", "via", "keep-alive", "proxy-authorization", "proxy-connection",
	"x-forwarded-for", "x-amzn-trace-id", "cookie", "date"}

// Sign adds the date and Authorization fields of --aws-sigv4 to req. login.User is the access key id, login.Password the
// secret key, login.Sigv4 the argument of the option. A request that has an Authorization field is returned as it
// is, as curl does. The error names what is missing; it holds no secret.
func Sign(req exchange.Request, login exchange.Login, now time.Time) (exchange.Request, error) {
	if req.Header.Has("Authorization") {
		return req, nil
	}
	if login.User.Empty() || login.Password.Empty() {
		return req, errors.New("sign with SigV4: access key id or secret key is missing")
	}
	p, err := parseProvider(login.Sigv4, req.URL.Host)
	if err != nil {
		return req, err
	}
	out := req.Clone()
	now = now.UTC()
	dateField := "X-" + strings.ToUpper(p.two[:1]) + p.two[1:] + "-Date"
	if !out.Header.Has(dateField) {
		out.Header = append(out.Header, exchange.Field{Name: dateField, Value: secret.Public(now.Format(layout))})
	} else if t, err := time.Parse(layout, out.Header.Text(dateField).Reveal()); err == nil {
		now = t
	}
	hashField := "x-" + p.two + "-content-sha256"
	if p.s3() && !out.Header.Has(hashField) {
		out.Header = append(out.Header, exchange.Field{Name: hashField, Value: secret.Public(payloadHash(out, hashField))})
	}
	var signed []string
	for _, f := range out.Header {
		name := strings.ToLower(f.Name)
		if !slices.Contains(unsigned, name) && !slices.Contains(signed, name) && name != "host" {
			signed = append(signed, name)
		}
	}
	signed = append(signed, "host")
	sort.Strings(signed)
	scope := strings.Join([]string{now.Format("20060102"), p.region, p.service, p.one + "4_request"}, "/")
	canon := canonical(out, signed, payloadHash(out, hashField), !p.s3(), nil)
	algorithm := strings.ToUpper(p.one) + "4-HMAC-SHA256"
	sig := signature(algorithm, now, scope, canon, login.Password.Reveal())
	value := fmt.Sprintf("%s Credential=%s/%s, SignedHeaders=%s, Signature=%s", algorithm, login.User.Reveal(), scope, strings.Join(signed, ";"), sig)
	out.Header = append(out.Header, exchange.Field{Name: "Authorization", Value: secret.New(value)})
	return out, nil
}

func (p provider) s3() bool { return p.one == "aws" && p.service == "s3" }

// Verify computes the signature that req should carry with this secret key and compares. The error says why it cannot
// be computed.
func Verify(req exchange.Request, secretKey secret.Text) (bool, error) {
	s, ok := Parse(req)
	if !ok {
		return false, errors.New("verify SigV4: the request carries no signature")
	}
	if s.Time.IsZero() || s.Service == "" || len(s.names()) == 0 || s.Value.Empty() {
		return false, fmt.Errorf("verify SigV4: the signature is incomplete: %v", s.Flaws)
	}
	if !strings.HasSuffix(s.Algorithm, "4-HMAC-SHA256") {
		return false, fmt.Errorf("verify SigV4: algorithm %s", s.Algorithm)
	}
	scope := strings.Join([]string{s.Date, s.Region, s.Service, s.Terminator}, "/")
	canon := s.canonical(req)
	want := signature(s.Algorithm, s.Time, scope, canon, secretKey.Reveal())
	return hmac.Equal([]byte(want), []byte(strings.ToLower(s.Value.Reveal()))), nil
}

// canonical is the canonical request. double: the path is encoded once more than it was written and dot segments and
// doubled slashes go, which every service but S3 asks for.
func canonical(req exchange.Request, signed []string, hash string, double bool, omit []string) string {
	var b strings.Builder
	b.WriteString(req.Method + "\n")
	b.WriteString(canonicalPath(req.URL.Path, double) + "\n")
	b.WriteString(canonicalQuery(req.URL.Query, omit) + "\n")
	for _, h := range signed {
		var values []string
		for _, v := range req.Header.Values(h) {
			values = append(values, strings.Join(strings.Fields(v.Reveal()), " "))
		}
		if h == "host" && len(values) == 0 {
			values = []string{req.URL.Authority()}
		}
		b.WriteString(h + ":" + strings.Join(values, ",") + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + hash)
	return b.String()
}

func canonicalPath(p string, double bool) string {
	if p == "" {
		p = "/"
	}
	if !double {
		if u, err := url.PathUnescape(p); err == nil {
			p = u
		}
		return encode(p, true)
	}
	var out []string
	for seg := range strings.SplitSeq(p, "/") {
		switch seg {
		case "", ".":
		case "..":
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
		default:
			out = append(out, seg)
		}
	}
	clean := "/" + strings.Join(out, "/")
	if len(out) > 0 && (strings.HasSuffix(p, "/") || strings.HasSuffix(p, "/.") || strings.HasSuffix(p, "/..")) {
		clean += "/"
	}
	return encode(clean, true)
}

func canonicalQuery(query []exchange.Param, omit []string) string {
	pairs := make([][2]string, 0, len(query))
	for _, p := range query {
		name, value := recode(p.Name), recode(p.Value.Reveal())
		if name == "" && value == "" || slices.Contains(omit, strings.ToLower(name)) {
			continue
		}
		pairs = append(pairs, [2]string{name, value})
	}
	slices.SortStableFunc(pairs, func(a, b [2]string) int {
		if c := strings.Compare(a[0], b[0]); c != 0 {
			return c
		}
		return strings.Compare(a[1], b[1])
	})
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = p[0] + "=" + p[1]
	}
	return strings.Join(parts, "&")
}

// recode undoes percent-encoding once and encodes anew; a plus sign means itself.
func recode(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		s = u
	}
	return encode(s, false)
}

func encode(s string, slash bool) string {
	const hexes = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 || slash && c == '/' {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hexes[c>>4], hexes[c&15]})
		}
	}
	return b.String()
}

// payloadHash is what the content-sha256 header says (a hash or UNSIGNED-PAYLOAD), or the hash of the body.
func payloadHash(req exchange.Request, field string) string {
	if h := req.Header.Text(field); !h.Empty() {
		return h.Reveal()
	}
	sum := sha256.Sum256([]byte(req.Body.Reveal()))
	return hex.EncodeToString(sum[:])
}

func signature(algorithm string, t time.Time, scope, canon, key string) string {
	sum := sha256.Sum256([]byte(canon))
	toSign := strings.Join([]string{algorithm, t.UTC().Format(layout), scope, hex.EncodeToString(sum[:])}, "\n")
	k := []byte(strings.TrimSuffix(algorithm, "-HMAC-SHA256") + key)
	for part := range strings.SplitSeq(scope, "/") {
		k = mac(k, part)
	}
	return hex.EncodeToString(mac(k, toSign))
}

func mac(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(s))
	return h.Sum(nil)
}
