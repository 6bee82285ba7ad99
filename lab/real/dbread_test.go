package real

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/secret"
	"github.com/why401/why401/site/db"
)

func (d *Database) login() db.Login {
	return db.Login{Host: d.Socket, User: d.User, Password: secret.New(d.Password), Name: d.Name}
}

func session(t *testing.T, l db.Login) *db.Conn {
	t.Helper()
	c, err := db.Open(context.Background(), l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestSessionsReadOnly lets the session that reads settings try to write.
func TestSessionsReadOnly(t *testing.T) {
	d := NewWorld(t).Database()
	d.SQL("CREATE TABLE t (v INT); INSERT INTO t VALUES (1)")
	c := session(t, d.login())
	for _, s := range []string{"UPDATE t SET v = 2", "DELETE FROM t", "INSERT INTO t VALUES (3)", "START TRANSACTION; UPDATE t SET v = 2"} {
		if _, err := c.ExecContext(context.Background(), s); err == nil {
			t.Errorf("%s was carried out", s)
		}
	}
	if got := d.SQL("SELECT v FROM t"); got != "1" {
		t.Errorf("the table holds %s", got)
	}
}

// TestReadOddPrefix reads tables whose prefix would be SQL.
func TestReadOddPrefix(t *testing.T) {
	limit(t)
	d := NewWorld(t).Database()
	prefix := "wp-`x`; é_"
	table := func(n string) string { return db.Quote(prefix + n) }
	d.SQL("SET NAMES utf8mb4; CREATE TABLE " + table("options") + " (option_id BIGINT PRIMARY KEY AUTO_INCREMENT, option_name VARCHAR(191), option_value LONGTEXT, autoload VARCHAR(20));" +
		"INSERT INTO " + table("options") + " (option_name, option_value) VALUES ('home', 'https://a.test'), ('secret_option', 'not to be read');" +
		"CREATE TABLE " + table("usermeta") + " (umeta_id BIGINT, user_id BIGINT, meta_key VARCHAR(255), meta_value LONGTEXT)")
	w, gaps := db.ReadWordPress(context.Background(), session(t, d.login()), prefix)
	if home, ok := w.Option("home"); !ok || home.Value.Text() != "https://a.test" || len(gaps) > 0 || len(w.Options) != 1 {
		t.Errorf("%+v %+v", w, gaps)
	}
}

// TestGaps are a database that is half there, one without rights, and prefixes that are no names.
func TestGaps(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	m := w.Magento("front", "2.4.6-p1")
	m.DB.SQL("DROP TABLE mg_oauth_token_request_log; ALTER TABLE mg_admin_user DROP COLUMN lock_expires")
	reader := *m.DB
	reader.User = m.DB.Name + "r"
	w.administer("CREATE USER " + reader.User + "@localhost IDENTIFIED BY '" + reader.Password + "'; GRANT SELECT ON " + m.DB.Name + ".mg_core_config_data TO " + reader.User + "@localhost")
	t.Cleanup(func() { _, _ = mariadbClient("root", "", "", "DROP USER "+reader.User+"@localhost") })
	has := func(what string, gaps []db.Gap, words ...string) {
		t.Helper()
		for _, word := range words {
			if !slices.ContainsFunc(gaps, func(g db.Gap) bool { return strings.Contains(g.What, word) && g.Leave != "" }) {
				t.Errorf("%s: no gap says %q: %+v", what, word, gaps)
			}
		}
	}
	shop, gaps := db.ReadMagento(context.Background(), session(t, m.DB.login()), "mg_")
	has("half a database", gaps, "mg_oauth_token_request_log: there is none", "mg_admin_user: it has other columns")
	if len(gaps) != 2 || len(shop.Integrations) != 1 || len(shop.Roles) != 5 {
		t.Errorf("%+v %+v", shop, gaps)
	}
	shop, gaps = db.ReadMagento(context.Background(), session(t, reader.login()), "mg_")
	has("without rights", gaps, "mg_integration: the database user has no right", "mg_authorization_rule: the database user has no right")
	if len(shop.Config) != 2 {
		t.Errorf("what may be read was not: %+v", shop.Config)
	}
	_, gaps = db.ReadMagento(context.Background(), session(t, m.DB.login()), strings.Repeat("p", 70))
	has("a long prefix", gaps, "more than 64 characters")
	_, err := db.Open(context.Background(), db.Login{Host: m.DB.Socket, User: "nobody", Password: secret.New("pa55-of-nobody"), Name: m.DB.Name})
	if err == nil || !strings.Contains(err.Error(), "does not take the login") || strings.Contains(err.Error(), "pa55") {
		t.Errorf("a wrong login: %v", err)
	}
}
