package days

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/why401/why401/lab/real"
)

const wpNginx = `
log_format detailed '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_time $upstream_addr $upstream_status $request_id $host $upstream_cache_status "$sent_http_location"';
server {
	listen @front@;
	listen @staging@;
	access_log @dir:front@/combined.log combined;
	access_log @dir:front@/detailed.log detailed;
	root @dir@/site;
	index index.php;
	absolute_redirect off;
	set $prompt off;
	if ($server_port = @port:staging@) { set $prompt "Staging"; }
	auth_basic $prompt;
	auth_basic_user_file @dir@/htpasswd;
	location / { try_files $uri $uri/ /index.php?$args; }
	location ~ \.php$ { include /etc/nginx/fastcgi.conf; fastcgi_pass @php@; }
}`

const wpApache = `
Listen @staging@
CustomLog @dir:front@/combined.log "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-agent}i\""
DocumentRoot @dir@/site
php_admin_value session.save_path @dir:front@
<FilesMatch "\.php$">
	SetHandler application/x-httpd-php
</FilesMatch>
<Directory @dir@/site>
	AllowOverride All
	Require all granted
	DirectoryIndex index.php
</Directory>
<VirtualHost @staging@>
	DocumentRoot @dir@/site
	<Location />
		AuthType Basic
		AuthName Staging
		AuthUserFile @dir@/htpasswd
		Require valid-user
	</Location>
</VirtualHost>`

var pageSize = regexp.MustCompile(`" (200|403) \d+ "`)

// wpLocks is what plugins that limit logins do, once somebody is locked: every login form that is sent ends in 403.
const wpLocks = `add_action('login_init', function () {
	if ($_SERVER['REQUEST_METHOD'] === 'POST' && isset($_POST['lab_locked'])) { wp_die('Too many failed login attempts.', 'Locked', ['response' => 403]); }
});`

// recordWordPress adds what nginx and Apache write before a real WordPress. Its addresses are fixed, so the recorder's
// target stands in the query, where WordPress does not look at it.
func recordWordPress(t *testing.T, out map[string]map[string]Shape) {
	const (
		subscriber = "sam"
		password   = "samm EFGH 1234 ijkl MNOP 6789"
		me         = "wp-json/wp/v2/users/me?_="
		login      = "wp-login.php?_="
	)
	sizes := map[string]string{"?_=": "6000", login: "6100"} // which differ by some bytes from one request to the next
	for _, server := range []string{"nginx", "apache"} {
		w := real.NewWorld(t)
		s := w.WordPress("front", "define('WP_ENVIRONMENT_TYPE', 'local');")
		s.At("http://site.example") // else it sends everybody there who asks by another name
		s.MustUse("locks", wpLocks)
		s.Htaccess()
		w.Passwords("htpasswd", "-m", theUser, "wonderland")
		logs := map[string]string{server: filepath.Join(w.Dir, "front", "combined.log")}
		if server == "nginx" {
			w.PHPFPMFull("php", "")
			w.Nginx("front", wpNginx)
			logs["nginx-detailed"] = filepath.Join(w.Dir, "front", "detailed.log")
		} else {
			w.ApachePHP("front", wpApache)
		}
		cookie := s.Login(subscriber)
		session := []string{"-H", "Cookie: " + cookie, "-H", "X-WP-Nonce: " + s.Nonce(cookie)}
		app := []string{"-u", subscriber + ":" + password}
		form := func(pwd string, more ...string) []string {
			return append([]string{"-H", "Cookie: wordpress_test_cookie=WP%20Cookie%20check", "-d", "log=" + subscriber + "&pwd=" + pwd + "&testcookie=1"}, more...)
		}
		for _, e := range []struct {
			name, at string
			args     []string
			target   string
		}{
			{"wp-page", "front", nil, "?_="}, {"wp-rest", "front", session, me}, {"wp-rest-stale-nonce", "front", []string{"-H", "Cookie: " + cookie, "-H", "X-WP-Nonce: deadbeef00"}, me},
			{"wp-app-ok", "front", app, me}, {"wp-app-401", "front", []string{"-u", subscriber + ":revo KED0 1234 ijkl MNOP 6789"}, me},
			{"wp-login-page", "front", nil, login}, {"wp-login-ok", "front", form(subscriber + "-password-9c1f"), login},
			{"wp-login-wrong", "front", form("nope"), login}, {"wp-login-locked", "front", form("nope", "-d", "lab_locked=1"), login},
			{"wp-prompt", "staging", nil, "?_="}, {"wp-prompt-ok", "staging", []string{"-u", theUser + ":wonderland"}, "?_="}, {"wp-prompt-app-401", "staging", app, me},
		} {
			url := "http://" + w.Addr(e.at) + "/" + e.target + theTarget
			for name, log := range logs {
				shape := recordOne(t, w, e.args, url, log)
				for _, lines := range [][]string{shape.Access, shape.Error} {
					for i, l := range lines {
						lines[i] = strings.NewReplacer("- "+subscriber+" [", "- {user} [", `"`+subscriber+`"`, `"{user}"`, "user "+subscriber+" ", "user {user} ").Replace(l)
						if size := sizes[e.target]; size != "" {
							lines[i] = pageSize.ReplaceAllString(lines[i], `" $1 `+size+` "`)
						}
					}
				}
				out[name][e.name] = shape
			}
		}
	}
}
