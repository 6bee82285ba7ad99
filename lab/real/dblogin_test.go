package real

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	disk "github.com/why401/why401/site"
	"github.com/why401/why401/site/db"
)

// TestDatabaseTLS opens sessions with the server's certificate trusted, unknown, for another name, and not looked at, as a user
// of whom TLS is required and as one of whom it is not.
func TestDatabaseTLS(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	d := w.Database()
	other := w.CA("another-ca")
	noPEM := w.File("no.pem", "no certificate\n")
	port := d.Host[strings.LastIndexByte(d.Host, ':'):]
	for _, wants := range []string{"NONE", "SSL"} {
		w.administer("ALTER USER " + d.User + "@'127.0.0.1' REQUIRE " + wants)
		for _, c := range []struct {
			what, host, tls, ca string
			plain               bool   // the session is not closed, and that is right
			fails               string // a word of the error, "" for none
		}{
			{"no word, on this machine", d.Host, "", "", true, ""},
			{"off", d.Host, "off", "", true, ""},
			{"on, with the authority", d.Host, "on", mariadb.ca, false, ""},
			{"on, with the system's authorities", d.Host, "on", "", false, "not trusted"},
			{"on, with another authority", d.Host, "on", other, false, "not trusted"},
			{"on, by a name that the certificate lacks", "localhost" + port, "on", mariadb.ca, false, "not localhost"},
			{"unchecked", d.Host, "unchecked", "", false, ""},
			{"unchecked, by another name", "localhost" + port, "unchecked", "", false, ""},
			{"a file that is no certificate", d.Host, "on", noPEM, false, "no certificate in PEM form"},
			{"a file that is not there", d.Host, "on", filepath.Join(w.Dir, "none.pem"), false, "no such file"},
			{"another word", d.Host, "yes", "", false, "expected on, off or unchecked"},
		} {
			l := d.login()
			l.Host, l.TLS, l.CA = c.host, c.tls, c.ca
			want := c.fails
			if wants == "SSL" && c.plain {
				want = "over TLS alone"
			}
			conn, err := db.Open(context.Background(), l)
			if err != nil {
				if want == "" || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), d.Password) {
					t.Errorf("%s (%s): %v, want %q", c.what, wants, err, want)
				}
				continue
			}
			var name, cipher string
			if err := conn.QueryRowContext(context.Background(), "SHOW STATUS LIKE 'Ssl_cipher'").Scan(&name, &cipher); err != nil {
				t.Errorf("%s: %v", c.what, err)
			}
			conn.Close()
			if want != "" || (cipher == "") != c.plain {
				t.Errorf("%s (%s): a session with the cipher %q, want %q", c.what, wants, cipher, want)
			}
		}
	}
	w.administer("ALTER USER " + d.User + "@'127.0.0.1' REQUIRE NONE")
	// A socket is closed by itself: nothing is asked for there.
	if err := session(t, d.login()).PingContext(context.Background()); err != nil {
		t.Error(err)
	}
}

// TestDatabaseForms reads how each platform names its database, in every form that its makers document, and opens it.
func TestDatabaseForms(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	d := w.Database()
	const odd = "p@ss/w:rd#%"
	w.administer(fmt.Sprintf("ALTER USER %[1]s@localhost IDENTIFIED BY '%[2]s'; ALTER USER %[1]s@'127.0.0.1' IDENTIFIED BY '%[2]s'", d.User, odd))
	host, port, _ := strings.Cut(d.Host, ":")
	if _, err := os.Stat(d.Socket); err != nil {
		t.Fatal(err)
	}
	wordpress := func(host string) conf.Texts {
		return conf.Texts{"/srv/wp-includes/version.php": "<?php $wp_version = '6.5';", "/srv/wp-config.php": fmt.Sprintf("<?php\ndefine('DB_NAME', '%s'); define('DB_USER', '%s'); define('DB_PASSWORD', '%s'); define('DB_HOST', '%s');\n$table_prefix = 'wp_';\n", d.Name, d.User, odd, host)}
	}
	civi := func(dsn string) conf.Texts {
		return conf.Texts{"/srv/sites/default/settings.php": "<?php", "/srv/core/lib/Drupal.php": "<?php class Drupal { const VERSION = '10.2.0'; }",
			"/srv/sites/default/civicrm.settings.php": "<?php\nif (!defined('CIVICRM_DSN')) { define('CIVICRM_DSN', '" + dsn + "'); }\n"}
	}
	shop := func(entries string) conf.Texts {
		return conf.Texts{"/srv/bin/magento": "", "/srv/app/etc/config.php": "<?php return [];", "/srv/app/etc/env.php": fmt.Sprintf("<?php return ['db' => ['connection' => ['default' => [%s 'dbname' => '%s', 'username' => '%s', 'password' => '%s']]]];", entries, d.Name, d.User, odd)}
	}
	drupal := func(entries string) conf.Texts {
		return conf.Texts{"/srv/core/lib/Drupal.php": "<?php class Drupal { const VERSION = '10.2.0'; }",
			"/srv/sites/default/settings.php": fmt.Sprintf("<?php\n$databases['default']['default'] = [%s 'driver' => 'mysql', 'database' => '%s', 'username' => '%s', 'password' => '%s', 'prefix' => ''];\n", entries, d.Name, d.User, odd)}
	}
	login := d.User + ":p%40ss%2Fw%3Ard%23%25@"
	for what, tree := range map[string]conf.Texts{
		"WordPress host:port":        wordpress(d.Host),
		"WordPress localhost:socket": wordpress("localhost:" + d.Socket),
		"WordPress :socket":          wordpress(":" + d.Socket),
		"WordPress a bare socket":    wordpress(d.Socket),
		"CiviCRM host:port":          civi("mysql://" + login + d.Host + "/" + d.Name + "?new_link=true"),
		"CiviCRM mysqli":             civi("mysqli://" + login + d.Host + "/" + d.Name),
		"CiviCRM unix()":             civi("mysql://" + login + "unix(" + d.Socket + ")/" + d.Name + "?new_link=true"),
		"CiviCRM localhost:socket":   civi("mysql://" + login + "localhost:" + d.Socket + "/" + d.Name),
		"Magento host:port":          shop("'host' => '" + d.Host + "',"),
		"Magento a socket as host":   shop("'host' => '" + d.Socket + "',"),
		"Magento unix_socket":        shop("'host' => 'localhost', 'unix_socket' => '" + d.Socket + "',"),
		"Magento host and port":      shop("'host' => '" + host + "', 'port' => '" + port + "',"),
		"Drupal host and port":       drupal("'host' => '" + host + "', 'port' => '" + port + "',"),
		"Drupal a number":            drupal("'host' => '" + host + "', 'port' => " + port + ","),
		"Drupal unix_socket":         drupal("'unix_socket' => '" + d.Socket + "',"),
	} {
		in, err := disk.Read(tree, "/srv")
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if strings.HasPrefix(what, "CiviCRM") {
			for _, i := range in.All() {
				if i.Platform == disk.CiviCRM {
					in = i
				}
			}
		}
		l, err := in.Login()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		conn, err := db.Open(context.Background(), l)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		var name string
		if err := conn.QueryRowContext(context.Background(), "SELECT DATABASE()").Scan(&name); err != nil || name != d.Name {
			t.Errorf("%s: %q %v", what, name, err)
		}
		conn.Close()
	}
}
