// Package digest reads Digest credentials and computes the answer to a Digest challenge (RFC 7616, RFC 2617).
//
// It answers a challenge only with what the user gave, once; it never guesses a password and keeps no nonce.
package digest

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/url"
	"strconv"
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/secret"
)

// Flaw is what is wrong with Digest credentials or with a challenge. The texts may be shown.
type Flaw string

// The flaws.
const (
	NoUsername        Flaw = "username is missing"
	NoRealm           Flaw = "realm is missing"
	NoNonce           Flaw = "nonce is missing"
	NoURI             Flaw = "uri is missing"
	NoResponse        Flaw = "response is missing"
	BadResponse       Flaw = "response is no hash of the algorithm's length"
	NoNC              Flaw = "nc or cnonce is missing although qop is given"
	BadNC             Flaw = "nc is not eight hexadecimal digits"
	RealmDiffers      Flaw = "realm is not the challenge's"
	NonceDiffers      Flaw = "nonce is not the challenge's"
	OpaqueDiffers     Flaw = "opaque is not the challenge's"
	AlgorithmDiffers  Flaw = "algorithm is not the challenge's"
	QOPNotOffered     Flaw = "qop is not among those offered"
	URIDiffers        Flaw = "uri is not the request's target"
	UnknownAlgorithm  Flaw = "algorithm is none of MD5, SHA-256, SHA-512-256 and their -sess forms"
	OnlyAuthInt       Flaw = "only qop auth-int is offered, which most clients cannot do"
	UserhashUnhandled Flaw = "userhash is asked for, and the user name is sent in the clear"
)

// Credentials are the parameters of a Digest Authorization value.
type Credentials struct {
	Username  secret.Text // public when it may be shown
	Realm     string
	URI       secret.Text // closed: the target may hold keys
	Algorithm string      // "MD5" when absent
	QOP       string
	NC        int
	HasCnonce bool
	HasOpaque bool
	Userhash  bool
	Nonce     secret.Text
	Flaws     []Flaw

	// Exported because fmt can open what an unexported field holds.
	Cnonce, NCText, Response, Opaque secret.Text
}

// Has reports a flaw.
func (c Credentials) Has(f Flaw) bool {
	for _, g := range c.Flaws {
		if f == g {
			return true
		}
	}
	return false
}

// Parse reads an Authorization value of the Digest scheme; ok is false for another scheme.
func Parse(v secret.Text) (c Credentials, ok bool) {
	split := challenge.Split(v.Trim())
	if !strings.EqualFold(split.Scheme, "Digest") {
		return c, false
	}
	get := func(name string) secret.Text { t, _ := split.Param(name); return t }
	note := func(on bool, f Flaw) {
		if on {
			c.Flaws = append(c.Flaws, f)
		}
	}
	user := get("username")
	if star, found := split.Param("username*"); found && user.Empty() {
		user = extended(star)
	}
	c.Username = user
	if u := user.Reveal(); len(u) <= 64 && !secret.Looks(u) {
		c.Username = secret.Public(u)
	}
	_, hasRealm := split.Param("realm")
	c.Realm, c.URI, c.Nonce = get("realm").Reveal(), get("uri"), get("nonce")
	c.Algorithm = "MD5"
	if a := get("algorithm"); !a.Empty() {
		c.Algorithm = known(a.Reveal())
	}
	c.QOP = strings.ToLower(get("qop").Reveal())
	if c.QOP != "" && c.QOP != "auth" && c.QOP != "auth-int" {
		c.QOP = "other"
	}
	c.Cnonce, c.NCText, c.Response, c.Opaque = get("cnonce"), get("nc"), get("response"), get("opaque")
	c.HasCnonce, c.HasOpaque = !c.Cnonce.Empty(), !c.Opaque.Empty()
	c.Userhash = get("userhash").EqualFold("true")
	nc, err := strconv.ParseUint(c.NCText.Reveal(), 16, 31)
	c.NC = int(nc)
	note(user.Empty(), NoUsername)
	note(!hasRealm, NoRealm)
	note(c.Nonce.Empty(), NoNonce)
	note(c.URI.Empty(), NoURI)
	h := hasher(c.Algorithm)
	note(h == nil, UnknownAlgorithm)
	note(c.Response.Empty(), NoResponse)
	note(h != nil && !c.Response.Empty() && (c.Response.Len() != 2*h.Size() || !hexOnly(c.Response.Reveal())), BadResponse)
	note(c.QOP != "" && (!c.HasCnonce || c.NCText.Empty()), NoNC)
	note(!c.NCText.Empty() && (err != nil || c.NCText.Len() != 8), BadNC)
	return c, true
}

// Against lists what in c does not fit the challenge it answers and the request it stands in: target is the
// request-target. The nonce is compared too, so give the challenge that preceded the request.
func (c Credentials) Against(ch challenge.Challenge, target secret.Text) []Flaw {
	var out []Flaw
	note := func(on bool, f Flaw) {
		if on {
			out = append(out, f)
		}
	}
	note(ch.Realm() != c.Realm, RealmDiffers)
	note(!c.Nonce.Is(ch.Value("nonce")), NonceDiffers)
	note(!c.Opaque.Is(ch.Value("opaque")), OpaqueDiffers)
	note(!strings.EqualFold(algorithm(ch), c.Algorithm), AlgorithmDiffers)
	offered := qops(ch)
	note(c.QOP != "" && !contains(offered, c.QOP), QOPNotOffered)
	note(!c.URI.Empty() && !c.URI.Equal(target), URIDiffers)
	note(strings.EqualFold(ch.Value("userhash"), "true") && !c.Userhash, UserhashUnhandled)
	return out
}

// Check computes the response that c should hold with this password for the method, and compares. It works for qop
// auth and for none. With userhash the user name cannot be read back and must be given; else user may be empty.
func (c Credentials) Check(method string, user, password secret.Text) (bool, error) {
	h := hasher(c.Algorithm)
	if h == nil {
		return false, fmt.Errorf("check digest: %s", UnknownAlgorithm)
	}
	if c.QOP == "auth-int" || c.QOP == "other" {
		return false, errors.New("check digest: qop is not auth")
	}
	if user.Empty() {
		if c.Userhash {
			return false, errors.New("check digest: the user name is hashed")
		}
		user = c.Username
	}
	want := response(h, c.Algorithm, c.QOP, method, c.URI.Reveal(), user.Reveal(), c.Realm, password.Reveal(), c.Nonce.Reveal(), c.NCText.Reveal(), c.Cnonce.Reveal())
	return strings.EqualFold(want, c.Response.Reveal()), nil
}

// ChallengeFlaws lists what makes a Digest challenge hard or impossible to answer.
func ChallengeFlaws(ch challenge.Challenge) []Flaw {
	var out []Flaw
	if _, ok := ch.Param("realm"); !ok {
		out = append(out, NoRealm)
	}
	if ch.Value("nonce") == "" {
		out = append(out, NoNonce)
	}
	if hasher(algorithm(ch)) == nil {
		out = append(out, UnknownAlgorithm)
	}
	if q := qops(ch); len(q) > 0 && !contains(q, "auth") {
		out = append(out, OnlyAuthInt)
	}
	return out
}

// Answer computes the value of Authorization that answers ch (without the field name) for one request: method and uri
// are the request's method and target. It uses qop auth when that is offered, else the form of RFC 2069.
// The error says what in the challenge cannot be answered; it holds no secret.
func Answer(ch challenge.Challenge, method, uri string, user, password secret.Text) (secret.Text, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return secret.Text{}, fmt.Errorf("answer digest challenge: %w", err)
	}
	return answer(ch, method, uri, user, password, hex.EncodeToString(b[:]), 1)
}

func answer(ch challenge.Challenge, method, uri string, user, password secret.Text, cnonce string, count int) (secret.Text, error) {
	if !ch.Is("Digest") {
		return secret.Text{}, errors.New("answer digest challenge: the scheme is not Digest")
	}
	for _, f := range ChallengeFlaws(ch) {
		if f != NoRealm { // an absent realm counts as an empty one, as curl takes it
			return secret.Text{}, fmt.Errorf("answer digest challenge: %s", f)
		}
	}
	if strings.IndexFunc(user.Reveal()+uri, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0 {
		return secret.Text{}, errors.New("answer digest challenge: control character in user name or target")
	}
	alg, qop := algorithm(ch), ""
	if contains(qops(ch), "auth") {
		qop = "auth"
	}
	h := hasher(alg)
	nc := fmt.Sprintf("%08x", count)
	realm, nonce := ch.Realm(), ch.Value("nonce")
	resp := response(h, alg, qop, method, uri, user.Reveal(), realm, password.Reveal(), nonce, nc, cnonce)
	name, userhash := user.Reveal(), strings.EqualFold(ch.Value("userhash"), "true")
	if userhash {
		name = sum(h, name+":"+realm)
	}
	var w strings.Builder
	w.WriteString("Digest ")
	if !userhash && !ascii(name) && strings.EqualFold(ch.Value("charset"), "UTF-8") {
		w.WriteString("username*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
	} else {
		w.WriteString("username=" + quote(name))
	}
	w.WriteString(", realm=" + quote(realm) + ", nonce=" + quote(nonce) + ", uri=" + quote(uri))
	if qop != "" {
		w.WriteString(", cnonce=" + quote(cnonce) + ", nc=" + nc + ", qop=auth")
	} else if sess(alg) {
		w.WriteString(", cnonce=" + quote(cnonce))
	}
	w.WriteString(", response=" + quote(resp))
	if o, ok := ch.Param("opaque"); ok {
		w.WriteString(", opaque=" + quote(o))
	}
	if _, ok := ch.Param("algorithm"); ok {
		w.WriteString(", algorithm=" + alg)
	}
	if userhash {
		w.WriteString(", userhash=true")
	}
	return secret.New(w.String()), nil
}

// response is RFC 7616 3.4.1.
func response(h hash.Hash, alg, qop, method, uri, user, realm, password, nonce, nc, cnonce string) string {
	ha1 := sum(h, user+":"+realm+":"+password)
	if sess(alg) {
		ha1 = sum(h, ha1+":"+nonce+":"+cnonce)
	}
	ha2 := sum(h, method+":"+uri)
	if qop == "" {
		return sum(h, ha1+":"+nonce+":"+ha2)
	}
	return sum(h, strings.Join([]string{ha1, nonce, nc, cnonce, qop, ha2}, ":"))
}

func sum(h hash.Hash, s string) string {
	h.Reset()
	h.Write([]byte(s))
	return hex.EncodeToString(h.Sum(nil))
}

func sess(alg string) bool { return strings.HasSuffix(strings.ToUpper(alg), "-SESS") }

func hasher(alg string) hash.Hash {
	switch strings.TrimSuffix(strings.ToUpper(alg), "-SESS") {
	case "MD5":
		return md5.New()
	case "SHA-256":
		return sha256.New()
	case "SHA-512-256":
		return sha512.New512_256()
	}
	return nil
}

// algorithm is the challenge's algorithm, MD5 when it names none.
func algorithm(ch challenge.Challenge) string {
	a := strings.TrimSpace(ch.Value("algorithm"))
	if a == "" {
		return "MD5"
	}
	return known(a)
}

// known keeps the spelling of an algorithm that is one, and hides anything else behind a word.
func known(a string) string {
	if hasher(a) == nil {
		return "other"
	}
	return a
}

func qops(ch challenge.Challenge) []string {
	var out []string
	for q := range strings.SplitSeq(ch.Value("qop"), ",") {
		if q = strings.ToLower(strings.TrimSpace(q)); q != "" {
			out = append(out, q)
		}
	}
	return out
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func extended(v secret.Text) secret.Text {
	return v.Map(func(s string) string {
		parts := strings.SplitN(s, "'", 3)
		if len(parts) != 3 || !strings.EqualFold(parts[0], "UTF-8") {
			return s
		}
		if u, err := url.PathUnescape(parts[2]); err == nil {
			return u
		}
		return s
	})
}

func hexOnly(s string) bool { return strings.Trim(strings.ToLower(s), "0123456789abcdef") == "" }

func ascii(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 0x7e }) < 0 }
