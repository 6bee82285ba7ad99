package site

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// WordPress gives the code with which WordPress's REST API refused: an object of code, message and data.status. 401 means
// that it takes the caller for nobody, 403 that it knows who asks (rest_authorization_required_code), but for codes that a
// plugin made.
func WordPress(x *exchange.Exchange) (code string, ok bool) {
	if x.Response == nil || x.Status()/100 != 4 && x.Status()/100 != 5 {
		return "", false
	}
	o := object(x)
	var data struct {
		Status int `json:"status"`
	}
	code = word(o, "code")
	if code == "" || o["message"] == nil || json.Unmarshal(o["data"], &data) != nil || data.Status == 0 {
		return "", false
	}
	return code, len(code) <= 80
}

// wpCore are the codes of WordPress's own routes when it takes the caller for nobody or finds a right missing.
var wpCore = lazyregexp.New(`^(rest_not_logged_in|rest_forbidden|rest_forbidden_context|rest_forbidden_who|rest_forbidden_status|rest_cannot_[a-z_]+|rest_user_cannot_[a-z_]+|woocommerce_rest_cannot_[a-z_]+)$`)

// Core reports a code that WordPress itself gives for a missing login or right.
func Core(code string) bool { return wpCore.MatchString(code) }

// REST reports an address of WordPress's REST API, and the path before it.
func REST(u exchange.URL) (root string, ok bool) {
	if i := strings.Index(u.Path+"/", "/wp-json/"); i >= 0 {
		return u.Path[:i], true
	}
	if _, ok := u.Param("rest_route"); ok {
		return strings.TrimSuffix(u.Path[:strings.LastIndexByte(u.Path, '/')+1], "/"), true
	}
	return "", false
}

// KeyIndex and KeyNonce are the experiments of Index and FreshNonce, KeyMe that of Me.
const (
	KeyIndex = "wordpress-index"
	KeyNonce = "wordpress-fresh-nonce"
	KeyMe    = "wordpress-me"
)

// Index is a look at the REST API's index without a credential. It is open on every WordPress unless something closes
// the API, and says whether application passwords are offered.
func Index(v *cause.View) cause.Trial {
	root, _ := API(v.Request.URL)
	t := cause.Trial{Key: KeyIndex, Change: "the index of the REST API, without a credential", Fresh: true,
		Edit: func(r exchange.Request) exchange.Request {
			fields := exchange.Param{Name: "_fields", Value: secret.Public("name,url,home,namespaces,authentication"), Eq: true}
			if _, byQuery := r.URL.Param("rest_route"); byQuery {
				return plain(r, r.URL.Path, exchange.Param{Name: "rest_route", Value: secret.Public("/"), Eq: true}, fields)
			}
			return plain(r, root+"/wp-json/", fields)
		}}
	return t.Predicting("what the site says of itself", never)
}

// Site is what the index tells.
type Site struct {
	N              int    // the exchange
	URL            string // siteurl
	Known, Offered bool   // application passwords
	CiviCRM        bool
}

// Indexed reads the index, when it was asked for and answered.
func Indexed(v *cause.View) (Site, bool) {
	x := v.Trial(KeyIndex)
	if x == nil || !x.OK() {
		return Site{}, false
	}
	o := object(x)
	if o["namespaces"] == nil {
		return Site{}, false
	}
	s := Site{N: x.N, URL: word(o, "url"), CiviCRM: strings.Contains(string(o["namespaces"]), `"civicrm`)}
	if a := strings.TrimSpace(string(o["authentication"])); a != "" {
		s.Known, s.Offered = true, strings.Contains(a, `"application-passwords"`)
	}
	return s, true
}

// FreshNonce is a look with the login cookie alone: WordPress gives a nonce to a session that lives, and nothing to one
// that ended (wp-admin/admin-ajax.php, action rest-nonce).
func FreshNonce(v *cause.View) cause.Trial {
	root, _ := REST(v.Request.URL)
	t := cause.Trial{Key: KeyNonce, Change: "WordPress's own page for a fresh nonce, with the same cookie",
		Edit: func(r exchange.Request) exchange.Request {
			r = at(r, root+"/wp-admin/admin-ajax.php", exchange.Param{Name: "action", Value: secret.Public("rest-nonce"), Eq: true})
			r.Header = r.Header.Without("X-WP-Nonce", "Authorization")
			return r
		}}
	return t.Predicting("a nonce, if the session lives", never)
}

var nonceBody = lazyregexp.New(`^[0-9a-f]{10}$`)

// Session reads what FreshNonce brought: a nonce for a session that lives, an empty one for one that does not. known is
// false while nobody asked, or when something else answered.
func Session(v *cause.View) (nonce secret.Text, n int, known bool) {
	x := v.Trial(KeyNonce)
	if x == nil || x.Response == nil {
		return secret.Text{}, 0, false
	}
	body := strings.TrimSpace(string(x.Body()))
	switch {
	case x.Status() == 200 && nonceBody.MatchString(body):
		return secret.New(body), x.N, true
	case body == "0" && (x.Status() == 400 || x.Status() == 200):
		return secret.Text{}, x.N, true
	}
	return secret.Text{}, 0, false
}

const loggedIn = "wordpress_logged_in_"

// LoginCookie gives the mark in the name of the login cookie that the request brings: the MD5 of the site's address
// (COOKIEHASH, wp-includes/default-constants.php). ok is false without such a cookie.
func LoginCookie(r exchange.Request) (hash string, ok bool) {
	for _, p := range cookie.ParseCookie(r.Header.Text("Cookie")) {
		if strings.HasPrefix(p.Name, loggedIn) {
			return p.Name[len(loggedIn):], true
		}
	}
	return "", false
}

var md5Hex = lazyregexp.New(`^[0-9a-f]{32}$`)

// OtherAddress reports a login cookie that was made for another address of the site than its present one.
func OtherAddress(v *cause.View) (s Site, ok bool) {
	hash, has := LoginCookie(v.Request)
	s, known := Indexed(v)
	if !has || !known || s.URL == "" || !md5Hex.MatchString(hash) {
		return s, false
	}
	return s, !madeFor(hash, s.URL)
}

// madeFor reports that a login cookie's mark fits a site. A site of a network has the cookie of the whole network: made of the
// network's siteurl, which ends with a slash, is a folder above or a domain above, and may have the other scheme
// (wp_cookie_constants in wp-includes/default-constants.php, populate_network_meta in wp-admin/includes/schema.php).
func madeFor(hash, address string) bool {
	fits := func(u string) bool {
		sum := md5.Sum([]byte(u))
		return hash == hex.EncodeToString(sum[:])
	}
	if fits(address) {
		return true
	}
	_, rest, ok := strings.Cut(address, "://")
	if !ok || len(rest) > 500 {
		return false
	}
	host, path, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	folders := strings.Split(path, "/")
	for n := len(folders); n >= 0; n-- {
		at := strings.Join(append([]string{""}, folders[:n]...), "/")
		for h := host; h != ""; _, h, _ = strings.Cut(h, ".") {
			for _, scheme := range []string{"https://", "http://"} {
				if fits(scheme+h+at) || fits(scheme+h+strings.TrimSuffix(at, "/")+"/") {
					return true
				}
			}
		}
	}
	return false
}

// Me is a look at who the credential is, to WordPress.
func Me(v *cause.View) cause.Trial {
	root, _ := REST(v.Request.URL)
	t := cause.Trial{Key: KeyMe, Change: "the same credential at wp/v2/users/me",
		Edit: func(r exchange.Request) exchange.Request {
			if _, byQuery := r.URL.Param("rest_route"); byQuery {
				return at(r, r.URL.Path, exchange.Param{Name: "rest_route", Value: secret.Public("/wp/v2/users/me"), Eq: true})
			}
			return at(r, root+"/wp-json/wp/v2/users/me")
		}}
	return t.Predicting("the account's name", never)
}

// appPassword is the form of an application password, shown in groups or written without blanks.
var appPassword = lazyregexp.New(`^([A-Za-z0-9]{4} ){5}[A-Za-z0-9]{4}$|^[A-Za-z0-9]{24}$`)

// grouped is the form in which WordPress shows one, which hardly anything else has.
var grouped = lazyregexp.New(`^([A-Za-z0-9]{4} ){5}[A-Za-z0-9]{4}$`)

// AppPassword reports whether the Basic login holds something of the form of an application password, and whether it is
// grouped as WordPress shows it. ok is false without a Basic login.
func AppPassword(c cred.Credential) (form, inGroups, ok bool) {
	if c.Kind != cred.Basic {
		return false, false, false
	}
	p, err := basic.Decode(c.Value)
	if err != nil {
		return false, false, false
	}
	return p.Password.Match(appPassword), p.Password.Match(grouped), true
}
