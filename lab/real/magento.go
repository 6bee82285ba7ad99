package real

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// Users and tokens of a Magento replica; see php/magento/schema.sql.
const (
	mageAdmin       = "root"  // every resource
	mageClerk       = "clerk" // products, no orders
	mageCustomer    = "ann@example.com"
	magePassword    = "Magento-password-9c1f"
	mageIntegration = "intg0000000000000000000000token1" // products, orders, customers
	mageCryptKey    = "lab-crypt-key-000000000000000001"
	mageModules     = "rest/V1/modules"
	mageProducts    = "rest/V1/products"
	mageOrders      = "rest/V1/orders"
	mageMe          = "rest/V1/customers/me"
)

// Magento is a replica of Magento's web API with its command line, on tables of Magento's form.
type Magento struct {
	*World
	Dir     string // of the installation; pub below it is the document root
	DB      *Database
	Front   string
	Prefix  string // of the tables
	version string
}

// Magento installs the replica as a version ("2.4.6-p1"); no server is started for it yet.
func (w *World) Magento(front, version string) *Magento {
	w.Helper()
	m := &Magento{World: w, Dir: filepath.Join(w.Dir, "shop"), DB: w.Database(), Front: front, Prefix: "mg_", version: version}
	for _, name := range []string{"lib.php", "identity.php", "rest.php"} {
		w.File("shop/"+name, w.php("magento/"+name))
	}
	w.File("shop/pub/index.php", w.php("magento/index.php"))
	w.File("shop/pub/static/version1/base.css", "body{}\n")
	w.File("shop/bin/magento", w.php("magento/magento.php"))
	w.File("shop/composer.json", `{"name": "magento/project-community-edition", "version": "`+version+`"}`)
	w.mkdir(filepath.Join(m.Dir, "var/cache"))
	m.Environment(mageCryptKey)
	m.Deployed("'Magento_TwoFactorAuth' => 0", "")
	m.DB.SQL(strings.NewReplacer("{p}", m.Prefix, "{url}", w.URL(front), "{hash}", mageHash(magePassword)).Replace(w.php("magento/schema.sql")))
	w.Shop = m
	return m
}

// Environment writes app/etc/env.php.
func (m *Magento) Environment(cryptKey string) {
	m.Helper()
	m.File("shop/app/etc/env.php", fmt.Sprintf(`<?php
return [
    'backend' => ['frontName' => 'backend'],
    'crypt' => ['key' => '%s'],
    'db' => [
        'table_prefix' => '%s',
        'connection' => ['default' => ['host' => '%s', 'dbname' => '%s', 'username' => '%s', 'password' => '%s', 'active' => '1']]
    ],
    'session' => ['save' => 'files'],
    'MAGE_MODE' => 'production',
    'cache_types' => ['config' => 1, 'config_webservice' => 1],
    'directories' => ['document_root_is_pub' => true]
];
`, cryptKey, m.Prefix, m.DB.Host, m.DB.Name, m.DB.User, m.DB.Password))
}

// Deployed writes app/etc/config.php: further modules, and settings that override the database's.
func (m *Magento) Deployed(modules, system string) {
	m.Helper()
	m.File("shop/app/etc/config.php", "<?php\nreturn [\n    'modules' => ['Magento_Store' => 1, 'Magento_Webapi' => 1, "+modules+"],\n    "+system+"\n];\n")
}

// CLI runs bin/magento and gives what it prints.
func (m *Magento) CLI(args ...string) (string, error) {
	return runPHP(context.Background(), filepath.Join(m.Dir, "bin/magento"), args...)
}

// Set sets a setting as bin/magento config:set does.
func (m *Magento) Set(path, value string) {
	m.Helper()
	if out, err := m.CLI("config:set", path, value); err != nil {
		m.Fatalf("config:set: %v: %s", err, out)
	}
}

// Token asks the token endpoint with the right password.
func (m *Magento) Token(kind, user string) string {
	m.Helper()
	r := m.ask("rest/V1/integration/"+kind+"/token", mageLogin(user, magePassword)...)
	if r.Status != 200 {
		m.Fatalf("no token for %s: %v", user, r)
	}
	return strings.Trim(r.Body, `"`)
}

// JWT signs a token as Magento 2.4.4 and newer does, for a user who got it at another time.
func (m *Magento) JWT(key string, userType, uid int, issued time.Duration) string {
	at := time.Now().Add(issued).Unix()
	signed := jwtPart(map[string]any{"kid": "0", "alg": "HS256"}) + "." +
		jwtPart(map[string]any{"uid": uid, "utypid": userType, "iat": at, "exp": at + 3600})
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func mageLogin(user, password string) []string {
	return []string{"-H", "Content-Type: application/json", "-d", `{"username":"` + user + `","password":"` + password + `"}`}
}

func (m *Magento) ask(path string, args ...string) Reply {
	m.Helper()
	return m.warm(curl(append(args, m.URL(m.Front, path))...))
}

// uncached lets PHP open its files for every request, so that their rights count at once: the cache of programs takes up files
// that are older than two seconds and does not open them again.
const uncached = "php_admin_value[opcache.enable] = 0"

// Serve starts nginx with PHP-FPM: server are lines of the server block, fastcgi lines for what PHP answers.
func (m *Magento) Serve(server, fastcgi string) *Magento {
	m.Helper()
	m.stagingPasswords()
	m.PHPFPMFull("php", uncached)
	m.Nginx("front", nginxPHP("shop/pub", server, fastcgi))
	return m
}

// Behind puts a proxy called front before a Magento that listens as app; lines stand beside proxy_pass.
func (m *Magento) Behind(lines string) *Magento {
	m.Helper()
	m.PHPFPMFull("php", uncached)
	m.Nginx("app", replaceAll(nginxPHP("shop/pub", "", ""), "@front@", "@app@"))
	m.Nginx("front", "server {\n\tlisten @front@;\n\tlocation / {\n\t\tproxy_pass http://@app@;\n\t\t"+lines+"\n\t}\n}\n")
	return m
}

func mageHash(password string) string {
	sum := sha256.Sum256([]byte("salt" + password))
	return hex.EncodeToString(sum[:]) + ":salt:1"
}

// mageOAuth is one OAuth 1.0a signature for the integration; the zero value of a field means the right one.
type mageOAuth struct {
	method, secret, key, token, nonce, version string
	drop                                       string // a parameter to leave out
	at                                         time.Duration
}

// Header signs a GET of address.
func (o mageOAuth) Header(address string) string {
	or := func(s, right string) string {
		if s == "" {
			return right
		}
		return s
	}
	p := map[string]string{"oauth_consumer_key": or(o.key, "abcdefghijklmnopqrstuvwxyz012345"), "oauth_token": or(o.token, mageIntegration),
		"oauth_signature_method": or(o.method, "HMAC-SHA256"), "oauth_timestamp": fmt.Sprint(time.Now().Add(o.at).Unix()),
		"oauth_nonce": or(o.nonce, fmt.Sprint(time.Now().UnixNano())), "oauth_version": or(o.version, "1.0")}
	delete(p, o.drop)
	var pairs []string
	for k, v := range p {
		pairs = append(pairs, url.QueryEscape(k)+"="+url.QueryEscape(v))
	}
	sort.Strings(pairs)
	base := "GET&" + url.QueryEscape(address) + "&" + url.QueryEscape(strings.Join(pairs, "&"))
	mac := hmac.New(sha256.New, []byte(or(o.secret, "consumersecret00000000000000000a")+"&tokensecret000000000000000000001"))
	mac.Write([]byte(base))
	p["oauth_signature"] = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	var fields []string
	for k, v := range p {
		fields = append(fields, k+`="`+url.QueryEscape(v)+`"`)
	}
	sort.Strings(fields)
	return "OAuth " + strings.Join(fields, ", ")
}
