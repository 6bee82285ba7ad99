package apache

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/secret"
)

// kindOfAuth is AuthType in lower case, "" for none.
func (v *visit) kindOfAuth() string {
	t := v.d.authType
	if t == nil || t.is("none") {
		return ""
	}
	if strings.Contains(t.value, "%{") {
		k := strings.ToLower(v.value(parseText(t.value)))
		if k == "none" {
			return ""
		}
		return k
	}
	return strings.ToLower(t.value)
}

func (v *visit) realm() string {
	if strings.Contains(v.d.authName.or(""), "%{") {
		return v.value(parseText(v.d.authName.value))
	}
	return v.d.authName.or("")
}

// quotedRealm is the realm as ap_auth_name gives it, with backslashes before quotation marks: that is what stands in a challenge,
// and what is looked for in a file of htdigest.
func (v *visit) quotedRealm() string { return strings.ReplaceAll(v.realm(), `"`, `\"`) }

// challenge writes WWW-Authenticate.
func (v *visit) challenge() {
	realm := v.quotedRealm()
	switch v.kindOfAuth() {
	case "basic":
		v.errOut.set("WWW-Authenticate", `Basic realm="`+realm+`"`)
	case "digest":
		v.errOut.merge("WWW-Authenticate", v.digestChallenge(realm))
	}
}

// authenticate is the phase that reads the credentials.
func (v *visit) authenticate() int {
	t := v.d.authType
	switch v.kindOfAuth() {
	case "":
		return 0
	case "basic":
		if v.w.has("auth_basic_module") {
			return v.basic()
		}
	case "digest":
		if v.w.has("auth_digest_module") {
			return v.digest()
		}
	case "form":
		if v.w.has("auth_form_module") {
			return v.form()
		}
	default:
		if v.w.part || v.w.unknownModules() {
			v.open("what the module of AuthType " + t.value + " decides")
			v.user = new(string)
			return 0
		}
	}
	return v.refuse(500, t.place, "auth", "no loaded module knows AuthType %s", t.value)
}

// unknownModules reports that a module is loaded of which not one directive is known.
func (w *world) unknownModules() bool {
	known := map[string]bool{}
	for _, c := range commands() {
		known[c.module+"_module"] = true
	}
	for m := range w.loaded {
		if strings.Contains(m, "auth") && !known[m] && !isOneOf(m, "authn_core_module", "authz_user_module", "authz_host_module", "authz_owner_module") {
			return true
		}
	}
	return false
}

// basic is mod_auth_basic.
func (v *visit) basic() int {
	d := v.d
	if d.authName == nil {
		return v.refuse(500, d.authType.place, "auth", "AuthType Basic needs an AuthName, and none is set")
	}
	v.authType = d.authType.value // also for whom it refuses: an ErrorDocument that is a program sees it
	line, sent := v.in.get("Authorization"), v.in.has("Authorization")
	if !sent {
		v.challenge()
		return v.refuse(401, d.authType.place, "auth", "no credentials were sent, and this place asks for some")
	}
	scheme, rest, _ := strings.Cut(line, " ")
	if !strings.EqualFold(scheme, "Basic") {
		v.challenge()
		return v.refuse(401, d.authType.place, "auth", "the credentials are of another scheme than Basic")
	}
	text := decodeBasic(strings.TrimLeft(rest, " "))
	user, password, _ := strings.Cut(text, ":")
	v.user = &user
	res, at, why := v.providers(user, password, d.providers)
	switch res {
	case right:
		v.step(at, "auth", conf.LetsBy, "%s", why)
		return 0
	case unsure:
		v.step(at, "auth", conf.Unclear, "%s", why)
		v.open(why)
		return 0
	}
	if d.authoritative != nil && !d.authoritative.on() && res != wrong {
		// The next module would be asked; there is none, so that nobody has accepted the user.
		v.step(d.authoritative.place, "auth", conf.Unclear, "%s, and AuthBasicAuthoritative Off leaves it to other modules", why)
		if !v.w.has("authn_core_module") {
			return 500
		}
		return v.refuse(500, d.authoritative.place, "auth", "no other module knows AuthType Basic")
	}
	if res == failed {
		return v.refuse(500, at, "auth", "%s", why)
	}
	v.challenge()
	return v.refuse(401, at, "auth", "%s", why)
}

// decodeBasic decodes as httpd does: up to the first character that base64 does not have.
func decodeBasic(s string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	end := 0
	for end < len(s) && strings.IndexByte(alphabet, s[end]) >= 0 {
		end++
	}
	b, _ := base64.RawStdEncoding.DecodeString(s[:end-boolInt(end%4 == 1)])
	if i := strings.IndexByte(string(b), 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

type verdict int

const (
	right verdict = iota
	wrong
	noUser
	failed
	unsure
)

// providers asks the password stores one after another, until one knows the user.
func (v *visit) providers(user, password string, list []setting) (res verdict, at conf.Place, why string) {
	if len(list) == 0 {
		list = []setting{{"file", v.d.authType.at()}}
	}
	for _, p := range list {
		d, kind := v.store(p)
		switch kind {
		case "file":
			if v.d.digestAlgorithm.is("md5") {
				res, at, why = v.realmFile(d, user, password)
			} else {
				res, at, why = v.file(d, user, password)
			}
		case "anon":
			if v.d.digestAlgorithm.is("md5") {
				res, at, why = failed, p.place, "AuthBasicUseDigestAlgorithm asks for hashes of a realm, and the provider anon has none"
				break
			}
			res, at, why = d.anonymous.check(p.place, user, password)
		default:
			res, at, why = unsure, p.place, "whether provider "+p.value+" accepts the credentials"
		}
		if res != noUser {
			break
		}
	}
	return res, at, why
}

// store is a provider's settings and kind, those of its <AuthnProviderAlias> where it has one.
func (v *visit) store(p setting) (d *dirConf, kind string) {
	if alias := v.w.aliases[p.value]; alias != nil {
		return merge(v.d, alias), strings.ToLower(alias.providers[0].value)
	}
	return v.d, strings.ToLower(p.value)
}

// anonConf is what mod_authn_anon keeps of a section. It merges nothing.
type anonConf struct {
	users                []setting
	must, noUser, verify *setting
}

func (d *dirConf) anonConf() *anonConf {
	if d.anonymous == nil {
		d.anonymous = &anonConf{}
	}
	return d.anonymous
}

// anonymousLog is Anonymous_LogEmail, which decides nothing and yet begins the module's settings of its section.
func anonymousLog(_ *builder, c *context, _ *node, _ []string) string {
	c.dir.anonConf()
	return ""
}

func (c *anonConf) check(at conf.Place, user, password string) (verdict, conf.Place, string) {
	const unlisted = "the user is not in the anonymous list"
	if c == nil {
		return noUser, at, unlisted
	}
	ok := slices.ContainsFunc(c.users, func(a setting) bool { return strings.EqualFold(a.value, user) || a.value == "*" })
	switch {
	case !ok || user == "" && !c.noUser.on():
		return noUser, at, unlisted
	case !c.must.is("off") && password == "", c.verify.on() && !(strings.Contains(password, "@") && strings.Contains(password, ".")):
		return wrong, at, "an anonymous user must give a mail address as the password"
	}
	return right, at, "an anonymous user is let in"
}

// file is mod_authn_file.
func (v *visit) file(d *dirConf, user, password string) (verdict, conf.Place, string) {
	if d.userFile == nil {
		return failed, d.authType.at(), "no AuthUserFile is set"
	}
	name := v.w.underRoot(d.userFile.value)
	b, err := v.w.src.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return failed, d.userFile.place, "the password file does not exist"
	case err != nil:
		return failed, d.userFile.place, "the password file cannot be read: " + because(err)
	}
	hash, found := passwordOf(string(b), user)
	if !found {
		return noUser, d.userFile.place, "the user is not in the password file"
	}
	if v.hidden.Vouches() {
		return v.vouched(d.userFile.place, user, hash)
	}
	return verify(d.userFile.place, hash, password)
}

// realmFile is mod_authn_file with AuthBasicUseDigestAlgorithm: the file is one of htdigest.
func (v *visit) realmFile(d *dirConf, user, password string) (verdict, conf.Place, string) {
	hash, found, why := v.realmHash(d, user, v.quotedRealm())
	switch {
	case why != "":
		return failed, d.userFile.atOr(d.authType), why
	case !found:
		return noUser, d.userFile.place, "the user is not in the password file with this realm"
	case hash == hexMD5(user+":"+v.quotedRealm()+":"+password):
		return right, d.userFile.place, "the password is right"
	}
	return wrong, d.userFile.place, "the password does not match the hash in the password file"
}

// vouched asks who speaks for a password that is not in the request.
func (v *visit) vouched(at conf.Place, user, hash string) (verdict, conf.Place, string) {
	h := secret.New(hash)
	kind := htpasswd.KindOf(h)
	if kind == htpasswd.Unknown || htpasswd.CanVerify(htpasswd.Apache, kind) == htpasswd.Never {
		return wrong, at, "what the password file has for the user is no hash that httpd can check"
	}
	switch fit, why := v.hidden.Password(user, h); fit {
	case conf.Fits:
		return right, at, "the password is right"
	case conf.CannotTell:
		return unsure, at, why
	}
	return wrong, at, "the password does not match the hash in the password file"
}

func verify(at conf.Place, hash, password string) (verdict, conf.Place, string) {
	h := secret.New(hash)
	kind := htpasswd.KindOf(h)
	if kind != htpasswd.Unknown && htpasswd.CanVerify(htpasswd.Apache, kind) == htpasswd.Never {
		return wrong, at, "httpd cannot check a hash of the kind " + string(kind)
	}
	if kind == htpasswd.Unknown {
		return wrong, at, "what the password file has for the user is no hash that httpd knows"
	}
	ok, err := htpasswd.Verify(h, secret.New(password))
	switch {
	case errors.Is(err, htpasswd.ErrUnsupported):
		return unsure, at, "whether the password is right: its hash (" + string(kind) + ") is not checked here"
	case ok:
		return right, at, "the password is right"
	}
	return wrong, at, "the password does not match the hash in the password file"
}

// passwordOf finds a user's line as httpd does: blanks at both ends of a line are cut, the first line of a name counts, and what
// follows a second colon does not.
func passwordOf(text, user string) (hash string, found bool) {
	for l := range strings.Lines(text) {
		l = strings.Trim(l, blanks)
		if l == "" || l[0] == '#' {
			continue
		}
		name, rest, colon := strings.Cut(l, ":")
		if name != user {
			continue
		}
		if !colon {
			return "", true
		}
		hash, _, _ = strings.Cut(rest, ":")
		return hash, true
	}
	return "", false
}

// groups is mod_authz_groupfile's Require group.
func (v *visit) groups(q *requires) decision {
	if v.user == nil {
		return deniedNoUser
	}
	if v.d.groupFile == nil {
		v.step(q.place, "auth", conf.Unclear, "no AuthGroupFile is set: nobody is in a group")
		return denied
	}
	b, err := v.w.src.ReadFile(v.w.underRoot(v.d.groupFile.value))
	if err != nil {
		v.step(v.d.groupFile.place, "auth", conf.Unclear, "the group file cannot be read: %s", because(err))
		return denied
	}
	wanted := v.texts(q)
	for l := range strings.Lines(string(b)) {
		l = strings.Trim(l, blanks)
		name, members, ok := strings.Cut(l, ":")
		if !ok || strings.HasPrefix(l, "#") {
			continue
		}
		for _, m := range strings.Fields(members) {
			if m == *v.user && isOneOf(strings.TrimSpace(name), wanted...) {
				return granted
			}
		}
	}
	return denied
}

// form is mod_auth_form: without a session nobody is known. A form that is posted to the place itself may log somebody in.
func (v *visit) form() int {
	if v.d.authName == nil {
		return v.refuse(500, v.d.authType.place, "auth", "AuthType Form needs an AuthName, and none is set")
	}
	v.authType = v.d.authType.value
	if v.in.has("Cookie") && v.d.session.on() || v.method == "POST" && v.prev == nil && v.main == nil {
		v.open("whether the session or the posted form holds a login")
		v.user = new(string)
		return 0
	}
	if l := v.d.formLogin; l != nil {
		to := v.value(parseText(l.value))
		v.out.set("Location", to)
		v.step(l.place, "auth", conf.Refuses, "nobody is logged in: the client is sent to the login page")
		return 302
	}
	return v.refuse(401, v.d.authType.place, "auth", "nobody is logged in, and no login page is set")
}
