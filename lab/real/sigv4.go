package real

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"
)

// SigV4Server checks AWS Signature Version 4 in the Authorization field as Amazon documents it ("Create a signed AWS API
// request"), and answers as object stores do. It shares no code with why401's own reading; TestSigV4Server holds it against
// the signer of the AWS SDK.
type SigV4Server struct {
	AccessKey, SecretKey string
	Echo                 bool   // shows canonical request and string to sign, as Amazon S3 does; MinIO does not
	Denied               string // a path that is refused for want of permission, with whatever signature
	Name                 string // Server field
}

// sigv4Window is what Amazon S3 allows clocks to differ.
const sigv4Window = 15 * time.Minute

type s3Error struct {
	XMLName          xml.Name `xml:"Error"`
	Code, Message    string
	StringToSign     string `xml:",omitempty"`
	CanonicalRequest string `xml:",omitempty"`
	RequestId        string
}

func (v SigV4Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	refuse := func(e s3Error) {
		e.RequestId = "18A1B2C3D4E5F607"
		w.Header().Set("Server", v.Name)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusForbidden)
		out, err := xml.Marshal(e)
		if err != nil {
			return
		}
		fmt.Fprintf(w, "%s%s", xml.Header, out)
	}
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if scheme != "AWS4-HMAC-SHA256" {
		refuse(s3Error{Code: "AccessDenied", Message: "Access Denied."})
		return
	}
	params := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		params[name] = value
	}
	key, scope, _ := strings.Cut(params["Credential"], "/")
	when, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	switch {
	case key != v.AccessKey:
		refuse(s3Error{Code: "InvalidAccessKeyId", Message: "The Access Key Id you provided does not exist in our records."})
		return
	case err != nil || time.Since(when).Abs() > sigv4Window:
		refuse(s3Error{Code: "RequestTimeTooSkewed", Message: "The difference between the request time and the server's time is too large."})
		return
	}
	canonical := sigv4Canonical(r, strings.Split(params["SignedHeaders"], ";"), !strings.Contains(scope, "/s3/"))
	sum := sha256.Sum256([]byte(canonical))
	toSign := "AWS4-HMAC-SHA256\n" + when.Format("20060102T150405Z") + "\n" + scope + "\n" + hex.EncodeToString(sum[:])
	k := []byte("AWS4" + v.SecretKey)
	for part := range strings.SplitSeq(scope, "/") {
		k = hmacSHA256(k, part)
	}
	if !hmac.Equal([]byte(hex.EncodeToString(hmacSHA256(k, toSign))), []byte(params["Signature"])) {
		e := s3Error{Code: "SignatureDoesNotMatch", Message: "The request signature we calculated does not match the signature you provided. Check your key and signing method."}
		if v.Echo {
			e.StringToSign, e.CanonicalRequest = toSign, canonical
		}
		refuse(e)
		return
	}
	if v.Denied != "" && r.URL.Path == v.Denied {
		refuse(s3Error{Code: "AccessDenied", Message: "Access Denied."})
		return
	}
	w.Header().Set("Server", v.Name)
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"objects":[]}`)
}

func hmacSHA256(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// sigv4Canonical is the canonical request of r as it arrived. double: the path is encoded once more, for all but S3.
func sigv4Canonical(r *http.Request, signed []string, double bool) string {
	target, query, _ := strings.Cut(r.RequestURI, "?")
	path := target
	if double {
		path = sigv4Escape(target, true)
	} else if u, err := url.PathUnescape(target); err == nil {
		path = sigv4Escape(u, true)
	}
	var pairs []string
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		n, _ := url.PathUnescape(name)
		x, _ := url.PathUnescape(value)
		pairs = append(pairs, sigv4Escape(n, false)+"="+sigv4Escape(x, false))
	}
	sort.Strings(pairs)
	var b strings.Builder
	b.WriteString(r.Method + "\n" + path + "\n" + strings.Join(pairs, "&") + "\n")
	slices.Sort(signed)
	for _, name := range signed {
		values := r.Header.Values(name)
		switch name {
		case "host":
			values = []string{r.Host}
		case "content-length":
			values = []string{fmt.Sprint(r.ContentLength)}
		}
		for i := range values {
			values[i] = strings.Join(strings.Fields(values[i]), " ")
		}
		b.WriteString(name + ":" + strings.Join(values, ",") + "\n")
	}
	hash := r.Header.Get("X-Amz-Content-Sha256")
	if hash == "" {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		sum := sha256.Sum256(body)
		hash = hex.EncodeToString(sum[:])
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + hash)
	return b.String()
}

// sigv4Escape is Amazon's UriEncode.
func sigv4Escape(s string, slash bool) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0, c == '/' && slash:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
