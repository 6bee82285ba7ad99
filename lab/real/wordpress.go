package real

import (
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// phpFiles are the lab's own PHP programs: installers, small plugins, and replicas of CiviCRM's AuthX and of Magento's web
// API.
//
//go:embed php
var phpFiles embed.FS

// The users of an installed WordPress; a user's password is its name followed by -password-9c1f. Administrator and
// subscriber have an application password.
const (
	wpAdmin       = "admin"
	wpSubscriber  = "sam"
	wpAppPassword = "abcd EFGH 1234 ijkl MNOP 6789" // admin's
	wpSubPassword = "samm EFGH 1234 ijkl MNOP 6789" // sam's
)

func wpPassword(user string) string { return user + "-password-9c1f" }

// wordpressPackage is where Debian's package keeps WordPress.
const wordpressPackage = "/usr/share/wordpress"

// prepared is a WordPress that was installed once in this process, to be copied for each world.
var prepared struct {
	sync.Once
	err  error
	tree string
	db   *Database
}

// WordPress is an installed site: a tree of its own and a database of its own. No server is started for it yet.
type WordPress struct {
	*World
	Front string // the name of the server that visitors speak to
	Dir   string // the document root
	DB    *Database
	door  []string // curl's arguments for a password prompt in front, see LoginThrough
}

// WordPress installs a site whose address is that of the server called front. constants are lines of wp-config.php,
// such as define('WP_ENVIRONMENT_TYPE', 'local');
func (w *World) WordPress(front string, constants ...string) *WordPress {
	w.Helper()
	prepared.Do(func() { prepared.err = prepareWordPress(w) })
	if prepared.err != nil {
		w.Fatalf("installing WordPress: %v", prepared.err)
	}
	s := &WordPress{World: w, Front: front, Dir: filepath.Join(w.Dir, "site"), DB: w.Database()}
	if out, err := exec.Command("cp", "-al", prepared.tree, s.Dir).CombinedOutput(); err != nil {
		w.Fatalf("copying WordPress: %v: %s", err, out)
	}
	for _, dir := range []string{"wp-content/mu-plugins", "wp-content/uploads"} {
		w.mkdir(filepath.Join(s.Dir, dir))
	}
	s.DB.Copy(prepared.db.Name)
	s.At(strings.TrimSuffix(w.URL(front), "/"))
	s.Configure(constants...)
	w.Site = s
	return s
}

// At gives the site another address: siteurl and home.
func (s *WordPress) At(url string) {
	s.Helper()
	s.DB.SQL(fmt.Sprintf("UPDATE wp_options SET option_value = '%s' WHERE option_name IN ('siteurl', 'home')", url))
}

// Configure writes wp-config.php with further lines.
func (s *WordPress) Configure(lines ...string) {
	s.Helper()
	os.Remove(filepath.Join(s.Dir, "wp-config.php")) // never through the link to the prepared tree
	s.File("site/wp-config.php", wpConfig(s.DB, s.Dir, lines))
}

// Option gives the bytes of a row of wp_options.
func (s *WordPress) Option(name string) string {
	s.Helper()
	return s.DB.SQL("SELECT option_value FROM wp_options WHERE option_name = '" + name + "'")
}

// MustUse adds a plugin that is always active: the body of a PHP file.
func (s *WordPress) MustUse(name, php string) {
	s.Helper()
	s.File("site/wp-content/mu-plugins/"+name+".php", "<?php\n"+php+"\n")
}

// Htaccess writes the rules that WordPress 5.6 and newer writes itself, Authorization's first.
func (s *WordPress) Htaccess() { s.File("site/.htaccess", wpHtaccess) }

// Login logs a user in as a browser does and gives the Cookie field of the requests that follow.
func (s *WordPress) Login(user string) string {
	s.Helper()
	r := s.warm(curl(append(slices.Clone(s.door), "-d", "log="+user+"&pwd="+wpPassword(user)+"&testcookie=1&redirect_to=%2F", "-H", "Cookie: wordpress_test_cookie=WP%20Cookie%20check", s.URL(s.Front, "wp-login.php"))...))
	jar := map[string]string{}
	var pairs []string
	for _, set := range r.Header.Values("Set-Cookie") {
		pair, _, _ := strings.Cut(set, ";")
		name, _, _ := strings.Cut(pair, "=")
		if _, again := jar[name]; !again && strings.HasPrefix(name, "wordpress_") && name != "wordpress_test_cookie" {
			pairs = append(pairs, pair)
		}
		jar[name] = pair
	}
	if r.Status != 302 || len(pairs) == 0 {
		s.Fatalf("WordPress did not log %s in: %v", user, r)
	}
	return strings.Join(pairs, "; ")
}

// Nonce gives the nonce that the REST API wants beside cookie.
func (s *WordPress) Nonce(cookie string) string {
	s.Helper()
	return s.nonceAt("", cookie)
}

// nonceAt is Nonce at a site of a network, by its folder: "shop/".
func (s *WordPress) nonceAt(folder, cookie string) string {
	s.Helper()
	r := s.warm(curl("-H", "Cookie: "+cookie, s.URL(s.Front, folder+"wp-admin/admin-ajax.php?action=rest-nonce")))
	if !regexp.MustCompile(`^[0-9a-f]{10}$`).MatchString(r.Body) {
		s.Fatalf("WordPress gave no nonce: %v", r)
	}
	return r.Body
}

func wpConfig(d *Database, dir string, lines []string) string {
	return `<?php
define('DB_NAME', '` + d.Name + `');
define('DB_USER', '` + d.User + `');
define('DB_PASSWORD', '` + d.Password + `');
define('DB_HOST', 'localhost:` + d.Socket + `');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('AUTH_KEY', 'lab-auth-key'); define('SECURE_AUTH_KEY', 'lab-secure-auth-key');
define('LOGGED_IN_KEY', 'lab-logged-in-key'); define('NONCE_KEY', 'lab-nonce-key');
define('AUTH_SALT', 'lab-auth-salt'); define('SECURE_AUTH_SALT', 'lab-secure-auth-salt');
define('LOGGED_IN_SALT', 'lab-logged-in-salt'); define('NONCE_SALT', 'lab-nonce-salt');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
` + strings.Join(lines, "\n") + `
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {
	define('ABSPATH', '` + dir + `/');
}
require_once ABSPATH . 'wp-settings.php';
`
}

// wpHtaccess is what WordPress writes between its marks since 5.6 (wp-includes/class-wp-rewrite.php).
const wpHtaccess = `# BEGIN WordPress
<IfModule mod_rewrite.c>
RewriteEngine On
RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]
RewriteBase /
RewriteRule ^index\.php$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . /index.php [L]
</IfModule>
# END WordPress
`

// wpRewrite is the same without the rule that hands Authorization on.
var wpRewrite = strings.Replace(wpHtaccess, "RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\n", "", 1)

// plainTheme is enough of a theme for a front page; Debian's package brings none.
const plainTheme = `<!DOCTYPE html><html><head><?php wp_head(); ?></head><body><?php while (have_posts()) { the_post(); the_title('<h1>', '</h1>'); } wp_footer(); ?></body></html>
`

// prepareWordPress copies the package and installs it into a database, for all worlds of this process.
func prepareWordPress(w *World) error {
	if _, err := os.Stat(wordpressPackage + "/wp-settings.php"); err != nil {
		return fmt.Errorf("WordPress is not installed: run tools/install-servers.sh")
	}
	keep := NewWorld(&runTB{}) // of the process: its directory goes with the watcher
	tree := filepath.Join(keep.Dir, "wordpress")
	if out, err := exec.Command("cp", "-rL", "--preserve=mode,timestamps", wordpressPackage, tree).CombinedOutput(); err != nil {
		return fmt.Errorf("copying %s: %w: %s", wordpressPackage, err, out)
	}
	for _, own := range []string{".htaccess", "wp-config.php"} {
		os.Remove(filepath.Join(tree, own))
	}
	keep.File("wordpress/wp-content/themes/plain/index.php", plainTheme)
	keep.File("wordpress/wp-content/themes/plain/style.css", "/*\nTheme Name: Plain\n*/\n")
	prepared.tree, prepared.db = tree, keep.Database()
	config := keep.File("wordpress/wp-config.php", wpConfig(prepared.db, tree, nil))
	script, err := phpFiles.ReadFile("php/wordpress/install.php")
	if err != nil {
		return err
	}
	out, err := runPHP(context.Background(), keep.File("install.php", string(script)), tree)
	if err != nil || !strings.Contains(out, "installed") {
		return fmt.Errorf("the installer: %w: %s", err, out)
	}
	return os.Remove(config)
}

// runPHP runs a PHP program on the command line with what the web servers' PHP has.
func runPHP(ctx context.Context, script string, args ...string) (string, error) {
	path, err := findProgram("php8.2")
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, path, append(append(phpModules("-d"), "-n", script), args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=/nonexistent"}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// serializedList is a list of strings as PHP's serialize() writes it.
func serializedList(items []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "a:%d:{", len(items))
	for i, item := range items {
		fmt.Fprintf(&b, "i:%d;s:%d:%q;", i, len(item), item)
	}
	return b.String() + "}"
}
