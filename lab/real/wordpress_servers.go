package real

import (
	"path/filepath"
	"strings"
)

// phpModules are the extensions that WordPress and the replicas need: "extension=mysqlnd" and so on, each after option.
func phpModules(option string) []string {
	var out []string
	for _, m := range []string{"mysqlnd", "mysqli", "ctype", "tokenizer"} {
		out = append(out, option, "extension="+m)
	}
	return out
}

// PHPFPMFull is PHP-FPM with a database, and with a cache of programs that looks at every file's time, so that a mend counts
// at once. Like Debian's own, it does not name itself.
func (w *World) PHPFPMFull(name, settings string) *Server {
	w.Helper()
	s := w.begin(name, "php-fpm")
	ini := strings.ReplaceAll(strings.Join(phpModules(""), "\n"), "\n\n", "\n")
	w.File(name+"/php.ini", strings.TrimSpace(ini)+"\nzend_extension=opcache\nopcache.revalidate_freq=0\nexpose_php=Off\ndisplay_errors=Off\nlog_errors=On\nerror_reporting=E_ALL & ~E_DEPRECATED\nsession.save_path="+s.Dir+"\n")
	s.env = append(s.env, "PHP_INI_SCAN_DIR="+filepath.Join(s.Dir, "none"))
	return w.pool(s, name, 3, settings, "-c", filepath.Join(s.Dir, "php.ini"))
}

// nginxPHP is nginx in front of PHP-FPM for a tree below the world's directory: lines of the server block, and lines for
// the requests that PHP answers.
func nginxPHP(root, server, fastcgi string) string {
	return `server {
	listen @front@;
	root @dir@/` + root + `;
	index index.php;
	absolute_redirect off;
	` + server + `
	location / { try_files $uri $uri/ /index.php?$args; }
	location ~ \.php$ {
		include /etc/nginx/fastcgi.conf;
		fastcgi_pass @php@;
		` + fastcgi + `
	}
}
`
}

const nginxStaging = `auth_basic "Staging"; auth_basic_user_file @dir@/htpasswd;`

// apachePHP makes Apache serve the tree; conf follows.
func apachePHP(root, conf string) string {
	return `
DocumentRoot @dir@/` + root + `
<Directory @dir@/` + root + `>
	AllowOverride All
	Require all granted
	DirectoryIndex index.php index.html
</Directory>
` + conf
}

const apacheStaging = `
<Location />
	AuthType Basic
	AuthName "Staging"
	AuthUserFile @dir@/htpasswd
	Require valid-user
</Location>
`

const apacheStagingFPM = throughFPM + apacheStaging

// passAuth lets Apache hand Authorization to PHP-FPM.
func passAuth(root string) string {
	return "<Directory @dir@/" + root + ">\n\tCGIPassAuth On\n</Directory>\n"
}

// modPHP hands PHP files to mod_php, whose cache of programs would otherwise hide a mend for two seconds.
const modPHP = "php_admin_value opcache.revalidate_freq 0\nphp_admin_value session.save_path @dir:front@\n<FilesMatch \"\\.php$\">\n\tSetHandler application/x-httpd-php\n</FilesMatch>\n"

// staging is the password prompt's login, which is nobody's account in the application.
const (
	stagingUser  = "staging"
	stagingLogin = "staging:only-for-friends"
)

// stagingPasswords writes the prompt's password file.
func (w *World) stagingPasswords() { w.Passwords("htpasswd", "-m", stagingUser, "only-for-friends") }

// The eleven set-ups of platform-facts.md, by the number that it gives them. Each starts its servers for a tree below the
// world's directory that is there already, .htaccess included where the set-up has one.
var setUps = map[int]func(w *World, root string){
	80: func(w *World, root string) { w.PHPFPMFull("php", ""); w.Nginx("front", nginxPHP(root, "", "")) },
	81: func(w *World, root string) {
		w.PHPFPMFull("php", "")
		w.Nginx("front", nginxPHP(root, nginxStaging, ""))
	},
	82: func(w *World, root string) {
		w.PHPFPMFull("php", "")
		w.Nginx("front", nginxHidesBasic+nginxPHP(root, nginxStaging, "fastcgi_param HTTP_AUTHORIZATION $token_only;"))
	},
	91: func(w *World, root string) { w.ApachePHP("front", apachePHP(root, modPHP+apacheStaging)) },
	92: func(w *World, root string) { w.ApachePHP("front", apachePHP(root, modPHP+apacheStaging)) },
	93: func(w *World, root string) {
		w.PHPFPMFull("php", "")
		w.Apache("front", apachePHP(root, apacheStagingFPM))
	},
	94: func(w *World, root string) {
		w.PHPFPMFull("php", "")
		w.Apache("front", apachePHP(root, apacheStagingFPM+passAuth(root)))
	},
	95: func(w *World, root string) { w.ApachePHP("front", apachePHP(root, modPHP)) },
	96: func(w *World, root string) { w.PHPFPMFull("php", ""); w.Apache("front", apachePHP(root, throughFPM)) },
	97: func(w *World, root string) {
		w.ApachePHP("front", apachePHP(root, modPHP+apacheStaging+"RequestHeader unset Authorization\n"))
	},
	98: func(w *World, root string) {
		w.PHPFPMFull("php", "")
		w.Apache("front", apachePHP(root, apacheStagingFPM))
	},
}

// nginxHidesBasic keeps Basic and Digest from PHP and leaves everything else.
const nginxHidesBasic = `map $http_authorization $token_only {
	default $http_authorization;
	"~*^(Basic|Digest)\s" "";
}
`

// hasHtaccess are the set-ups with WordPress's own .htaccess; the other Apaches get one without the rule for Authorization.
var hasHtaccess = map[int]bool{91: true, 95: true, 97: true, 98: true}

// Serve starts the site's servers as one of the set-ups.
func (s *WordPress) Serve(setUp int) *WordPress {
	s.Helper()
	s.stagingPasswords()
	if hasHtaccess[setUp] {
		s.Htaccess()
	} else {
		s.File("site/.htaccess", wpRewrite)
	}
	setUps[setUp](s.World, "site")
	return s
}

// LoginThrough is Login behind a password prompt; door is the prompt's login.
func (s *WordPress) LoginThrough(user, door string) string {
	s.Helper()
	s.door = []string{"-u", door}
	defer func() { s.door = nil }()
	return s.Login(user)
}
