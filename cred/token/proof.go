package token

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// What can be wrong with a DPoP proof (RFC 9449 4.3), besides the words of package jose.
const (
	ProofTyp     Word = "proof-typ"     // typ is not dpop+jwt
	ProofMethod  Word = "proof-method"  // htm
	ProofURL     Word = "proof-url"     // htu
	ProofOld     Word = "proof-old"     // iat too far from the server's clock
	ProofClaim   Word = "proof-claim"   // htm, htu, iat or jti is missing
	ProofNonce   Word = "proof-nonce"   // nonce missing, or not the one that the server gave
	ProofToken   Word = "proof-token"   // ath
	ProofBinding Word = "proof-binding" // the token is bound to another key
	ProofPrivate Word = "proof-private" // the private key is in the header
	ProofGood    Word = "proof-good"    // nothing is wrong with it
)

// proofLifetime is what servers forgive at most; RFC 9449 11.1 speaks of seconds or minutes.
const proofLifetime = 5 * time.Minute

// Carried is what a proof goes with.
type Carried struct {
	Method string
	URL    exchange.URL
	Token  secret.Text // the access token beside it; empty at the token endpoint
	Nonce  secret.Text // the DPoP-Nonce that this server gave last; empty when it gave none
}

// JudgeProof looks at the value of a DPoP field: its signature by its own key, and whether it was made for this request,
// this moment and this token.
func JudgeProof(proof secret.Text, c Carried, at time.Time, within time.Duration) Judgement {
	j := &judge{at: at, within: max(within, 0)}
	j.Kind = Proof
	p := jose.VerifyProof(proof)
	for _, r := range p.Reasons {
		j.add(Refused, Word(r.Word), "", "%s.", sentence(r.Text))
	}
	if p.Header == nil {
		return j.Judgement
	}
	if typ, _ := p.Header["typ"].(string); !strings.EqualFold(strings.TrimPrefix(strings.ToLower(typ), "application/"), "dpop+jwt") {
		j.add(Refused, ProofTyp, "header typ", "typ is %q; a proof has dpop+jwt.", jwt.NameOf(typ).Show)
	}
	if p.Private {
		j.add(Refused, ProofPrivate, "header jwk", "The proof carries its private key: servers must refuse it, and the key is no secret any more.")
	}
	j.request(p.Claims, c)
	j.fresh(p.Claims)
	j.binding(p, c.Token)
	if !c.Nonce.Empty() {
		switch n, _ := p.Claims["nonce"].(string); {
		case n == "":
			j.add(Refused, ProofNonce, "nonce", "The proof has no nonce; the server gave one in DPoP-Nonce and wants it.")
		case !c.Nonce.Is(n):
			j.add(Refused, ProofNonce, "nonce", "The nonce is not the one that the server gave last.")
		}
	}
	if len(j.Findings) == 0 {
		j.add(Remark, ProofGood, "", "The proof fits the request, the moment and the token.")
	}
	return j.Judgement
}

func (j *judge) request(claims map[string]any, c Carried) {
	var missing []string
	for _, n := range []string{"jti", "htm", "htu", "iat"} {
		if claims[n] == nil {
			missing = append(missing, n)
		}
	}
	if len(missing) > 0 {
		j.add(Refused, ProofClaim, "", "The proof lacks %s.", strings.Join(missing, ", "))
	}
	if htm, ok := claims["htm"].(string); ok && htm != c.Method {
		how := ""
		if strings.EqualFold(htm, c.Method) {
			how = " in another case, which counts"
		}
		j.add(Refused, ProofMethod, "htm", "The proof was made for another method than the request's %s%s.", c.Method, how)
	}
	htu, ok := claims["htu"].(string)
	if !ok {
		return
	}
	u, err := exchange.ParseURL(htu)
	if err != nil {
		j.add(Refused, ProofURL, "htu", "htu is not an absolute http or https address.")
		return
	}
	path := func(u exchange.URL) string { return "/" + strings.TrimPrefix(u.Path, "/") }
	var how []string
	for _, d := range []struct {
		on   bool
		what string
	}{
		{u.Scheme != c.URL.Scheme, "http and https (a proxy ends TLS in front of the server)"}, {u.Host != c.URL.Host, "the host"},
		{u.Scheme == c.URL.Scheme && u.Port != c.URL.Port, "the port"}, {path(u) != path(c.URL), "the path"},
	} {
		if d.on {
			how = append(how, d.what)
		}
	}
	switch {
	case len(how) > 0:
		j.add(Refused, ProofURL, "htu", "The proof was made for another address: they differ in %s.", strings.Join(how, ", "))
	case u.HasQuery || u.Fragment != "":
		j.add(Doubtful, ProofURL, "htu", "htu holds a query or fragment; RFC 9449 4.2 wants it without, and strict servers refuse.")
	}
}

// fresh judges iat, which is all the lifetime that a proof has.
func (j *judge) fresh(claims map[string]any) {
	n, ok := claims["iat"].(json.Number)
	if claims["iat"] == nil || j.at.IsZero() {
		return
	}
	f, err := n.Float64()
	if !ok || err != nil || f < 0 || f > 1e12 {
		j.add(Refused, TimeInvalid, "iat", "iat is not a number of seconds since 1970 (milliseconds, or a string).")
		return
	}
	switch off := j.at.Sub(time.Unix(int64(f), 0)); {
	case off.Abs()-j.within > proofLifetime:
		j.add(Refused, ProofOld, "iat", "The proof was made %s %s the server's clock; each request needs a fresh one.", span(off.Abs()), map[bool]string{true: "before", false: "ahead of"}[off > 0])
	case off.Abs()-j.within > 30*time.Second:
		j.add(Doubtful, ProofOld, "iat", "The proof was made %s %s the server's clock; servers take it for seconds to minutes.", span(off.Abs()), map[bool]string{true: "before", false: "ahead of"}[off > 0])
	}
}

// binding compares the proof with the access token: ath is its hash, cnf.jkt in it the thumbprint of the proof's key.
func (j *judge) binding(p jose.Proof, token secret.Text) {
	if token.Empty() {
		return
	}
	sum := sha256.Sum256([]byte(token.Reveal()))
	switch ath, _ := p.Claims["ath"].(string); {
	case ath == "":
		j.add(Refused, ProofToken, "ath", "The proof has no ath, the hash of the access token, which resource servers want.")
	case ath != base64.RawURLEncoding.EncodeToString(sum[:]):
		j.add(Refused, ProofToken, "ath", "ath is not the hash of the access token beside it: the proof was made for another token.")
	}
	parts := strings.Split(token.Reveal(), ".")
	if len(parts) != 3 || len(parts[1]) > jwt.MaxBytes {
		return // opaque: only the server knows to which key it is bound
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return
	}
	claims, _, err := jwt.Object("payload", raw)
	if err != nil {
		return
	}
	cnf, _ := claims["cnf"].(map[string]any)
	switch jkt, _ := cnf["jkt"].(string); {
	case jkt == "":
		j.add(Doubtful, ProofBinding, "cnf", "The access token is bound to no key (no cnf.jkt): it is a plain bearer token, and some servers refuse it with the scheme DPoP.")
	case p.Thumbprint != "" && jkt != p.Thumbprint:
		j.add(Refused, ProofBinding, "cnf", "The access token is bound to another key than the proof's: the client made a new key pair after it got the token.")
	}
}
