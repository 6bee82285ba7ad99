package apache

import (
	"crypto/md5"
	"encoding/hex"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/secret"
)

// digestConf is what mod_auth_digest keeps of a section. It merges nothing.
type digestConf struct {
	providers []setting
	qop       []string
	domain    []string
	other     *setting // AuthDigestNcCheck, AuthDigestNonceLifetime, AuthDigestAlgorithm: they count what only the server knows
}

func (d *dirConf) digestConf() *digestConf {
	if d.digest == nil {
		d.digest = &digestConf{}
	}
	return d.digest
}

func basicFake(b *builder, c *context, n *node, w []string) string {
	if len(w) == 0 || len(w) > 2 {
		return "takes a user and perhaps a password"
	}
	c.dir.fake, c.dir.fakePass = &setting{w[0], n.place}, nil
	if len(w) == 2 {
		c.dir.fakePass = &setting{w[1], n.place}
	}
	return ""
}

func digestLine(b *builder, c *context, n *node, w []string) string {
	if len(w) == 0 {
		return "takes a value"
	}
	d := c.dir.digestConf()
	switch n.name {
	case "authdigestprovider":
		for _, v := range w {
			d.providers = append(d.providers, setting{v, n.place})
		}
	case "authdigestqop":
		if !isOneOf(strings.ToLower(w[0]), "none", "auth", "auth-int") {
			return "unrecognized qop " + w[0]
		}
		d.qop = append(d.qop, w...)
	case "authdigestdomain":
		d.domain = append(d.domain, w...)
	default:
		d.other = &setting{n.String(), n.place}
	}
	return ""
}

// digestLogin is the Authorization field as mod_auth_digest reads it when the request comes in, before anything changes it.
type digestLogin struct {
	params           map[string]string // nil for another scheme, or none
	method, unparsed string
}

// readDigest is get_digest_rec.
func (v *visit) readDigest() *digestLogin {
	out := &digestLogin{method: v.method, unparsed: v.unparsed}
	line := v.in.get("Authorization")
	end := strings.IndexAny(line, blanks)
	if end < 0 {
		end = len(line)
	}
	if strings.EqualFold(line[:end], "Digest") {
		out.params = digestParams(strings.TrimLeft(line[end:], blanks))
	}
	return out
}

// digestParams reads name=value pairs. A name without a value has the one of the pair before it, as for httpd.
func digestParams(s string) map[string]string {
	out := map[string]string{}
	value := ""
	for s != "" {
		s = strings.TrimLeft(s, blanks)
		end := strings.IndexAny(s, "=,"+blanks)
		if end < 0 {
			end = len(s)
		}
		name := strings.ToLower(s[:end])
		s = strings.TrimLeft(s[end:], blanks)
		if rest, ok := strings.CutPrefix(s, "="); ok {
			value, s = digestValue(strings.TrimLeft(rest, blanks))
		}
		out[name] = value
		_, s, _ = strings.Cut(s, ",")
	}
	return out
}

func digestValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ","+blanks)
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:]
	}
	var b strings.Builder
	i := 1
	for ; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), s[min(i+1, len(s)):]
}

// digestChallenge is note_digest_auth_failure.
func (v *visit) digestChallenge(realm string) string {
	c := v.d.digest
	if c == nil {
		c = &digestConf{}
	}
	out := `Digest realm="` + realm + `", nonce="...", algorithm=MD5`
	if _, ok := v.login.params["opaque"]; ok {
		v.open("the opaque value of the challenge, which the running server counts")
	}
	if c.other != nil {
		v.open("the challenge with " + c.other.value)
	}
	if len(c.domain) > 0 && !v.proxied {
		out += `, domain="` + strings.Join(c.domain, " ") + `"`
	}
	switch {
	case len(c.qop) == 0:
		out += `, qop="auth"`
	case !strings.EqualFold(c.qop[0], "none"):
		out += `, qop="` + strings.Join(c.qop, ",") + `"`
	}
	return out
}

func hexMD5(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// nonceLength is the length of every nonce that httpd gives out: eight bytes of time in base64, and a SHA-1 in hexadecimal.
const nonceLength = 52

// digest is mod_auth_digest. Whether a nonce of the right length is one of the running server's alone cannot be known.
func (v *visit) digest() int {
	d := v.d
	if d.authName == nil {
		return v.refuse(500, d.authType.place, "auth", "AuthType Digest needs an AuthName, and none is set")
	}
	c, p, realm := d.digest, v.login.params, v.quotedRealm()
	if c == nil {
		c = &digestConf{}
	}
	refuse := func(at conf.Place, why string) int {
		v.challenge()
		return v.refuse(401, at, "auth", "%s", why)
	}
	if p == nil {
		return refuse(d.authType.place, "no Digest credentials were sent, and this place asks for some")
	}
	wanted := []string{"username", "realm", "nonce", "uri", "response"}
	if _, ok := p["qop"]; ok {
		wanted = append(wanted, "cnonce", "nc")
	}
	for _, name := range wanted {
		if _, ok := p[name]; !ok {
			return refuse(d.authType.place, "the Digest credentials have no "+name)
		}
	}
	if len(p["nonce"]) != nonceLength {
		return refuse(d.authType.place, "the nonce of the Digest credentials is none that httpd gives out")
	}
	user := p["username"]
	v.user, v.authType = &user, "Digest"
	if !v.sameTarget(p["uri"]) {
		v.open(LiveNonce) // 2.4.71 looks at the nonce before, and answers 401 when it is not its own
		return v.refuse(400, d.authType.place, "auth", "the Digest credentials are for another URL than the one that is asked for")
	}
	if o, ok := p["opaque"]; ok && hexNumber(o) == 0 {
		return refuse(d.authType.place, "the opaque value of the Digest credentials is none that httpd gives out")
	}
	if p["realm"] != realm { // with a quotation mark in it, the two never agree
		return refuse(d.authName.place, "the credentials are for another realm")
	}
	if a, ok := p["algorithm"]; ok && !strings.EqualFold(a, "MD5") {
		return refuse(d.authType.place, "the Digest credentials use another algorithm than MD5")
	}
	ha1, at, found, why := v.providedHash(c, user, realm)
	switch {
	case why != "":
		v.open(LiveNonce) // as above
		return v.refuse(500, at, "auth", "%s", why)
	case !found && !at.Known(): // another module may know the user
		return 0
	case !found:
		return refuse(at, "the user is not in the password file with this realm")
	}
	return v.checkDigest(c, p, ha1, at, refuse)
}

// providedHash asks the password stores one after another for the user's hash.
func (v *visit) providedHash(c *digestConf, user, realm string) (hash string, at conf.Place, found bool, why string) {
	list := c.providers
	if len(list) == 0 {
		list = []setting{{"file", v.d.authType.at()}}
	}
	for _, p := range list {
		d, kind := v.store(p)
		if kind != "file" {
			v.open("whether the provider " + p.value + " knows the user")
			return "", conf.Place{}, false, ""
		}
		at = d.userFile.atOr(d.authType)
		if hash, found, why = v.realmHash(d, user, realm); found || why != "" {
			break
		}
	}
	return hash, at, found, why
}

// checkDigest compares what the client computed with what the file's hash gives.
func (v *visit) checkDigest(c *digestConf, p map[string]string, ha1 string, at conf.Place, refuse func(conf.Place, string) int) int {
	if v.hidden.Vouches() {
		switch fit, why := v.hidden.Password(p["username"], secret.New(ha1)); fit {
		case conf.Unfit:
			return refuse(at, "the password does not match the hash in the password file")
		case conf.CannotTell:
			v.open(why)
		}
		return 0
	}
	ha2 := hexMD5(v.login.method + ":" + p["uri"])
	right := hexMD5(ha1 + ":" + p["nonce"] + ":" + ha2)
	if qop, ok := p["qop"]; ok {
		known := len(c.qop) == 0 && strings.EqualFold(qop, "auth")
		for _, q := range c.qop {
			known = known || strings.EqualFold(q, qop)
		}
		if !known {
			return refuse(v.d.authType.place, "the qop of the Digest credentials is not the one that is asked for")
		}
		right = hexMD5(ha1 + ":" + p["nonce"] + ":" + p["nc"] + ":" + p["cnonce"] + ":" + qop + ":" + ha2)
	}
	if _, ok := p["qop"]; !ok && p["response"] == right { // RFC 2069; 2.4.71 refuses it (AH10560), older ones let it by
		v.open("whether this release of httpd takes Digest credentials without qop")
	}
	if p["response"] != right {
		return refuse(at, "the password, or what it was computed with, does not match the hash in the password file")
	}
	if c.other != nil {
		v.open("what " + c.other.value + " counts")
	}
	v.open(LiveNonce)
	v.step(at, "auth", conf.LetsBy, "the answer to the Digest challenge is right")
	return 0
}

// LiveNonce is what a trace leaves open of right Digest credentials. A nonce holds with the opaque value that it was given with.
const LiveNonce = "whether the nonce of the Digest credentials is one of the running server's, and still young enough"

// sameTarget compares the uri of Digest credentials with the one that is asked for, decoded where they differ as written.
func (v *visit) sameTarget(uri string) bool {
	if uri == v.login.unparsed {
		return true
	}
	if absolute(uri) > 0 || absolute(v.login.unparsed) > 0 {
		v.open("whether the URL of the Digest credentials is the one that is asked for")
		return true
	}
	aPath, aQuery, aHas := strings.Cut(uri, "?")
	bPath, bQuery, bHas := strings.Cut(oneInFront(v.login.unparsed), "?")
	if !aHas && bHas && v.env.has("AuthDigestEnableQueryStringHack") {
		aQuery, aHas = bQuery, true
	}
	same := func(a, b string) bool {
		x, _ := unescape(a, false, true)
		y, _ := unescape(b, false, true)
		return x == y
	}
	return same(aPath, bPath) && aHas == bHas && same(aQuery, bQuery)
}

func hexNumber(s string) int64 {
	s = strings.TrimLeft(s, blanks+"+-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X")
	var n int64
	for i := 0; i < len(s) && i < 15 && isHex(s[i]); i++ {
		n = n<<4 | int64(unhex(s[i]))
	}
	return n
}

// realmHash finds user and realm in the password file, as mod_authn_file does for Digest: the first line of both counts. why
// says what makes httpd answer 500.
func (v *visit) realmHash(d *dirConf, user, realm string) (hash string, found bool, why string) {
	if d.userFile == nil {
		return "", false, "no AuthUserFile is set"
	}
	b, err := v.w.src.ReadFile(v.w.underRoot(d.userFile.value))
	if err != nil {
		return "", false, "the password file cannot be read: " + because(err)
	}
	for l := range strings.Lines(string(b)) {
		l = strings.Trim(l, blanks)
		if l == "" || l[0] == '#' {
			continue
		}
		name, rest, _ := strings.Cut(l, ":")
		of, rest, _ := strings.Cut(rest, ":")
		if name == user && of == realm {
			hash, _, _ = strings.Cut(rest, ":")
			return hash, true, ""
		}
	}
	return "", false, ""
}
