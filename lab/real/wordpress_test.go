package real

import (
	"strings"
	"testing"
)

// TestWordPressInstalls wants a site that works in every way in which the scenarios break it.
func TestWordPressInstalls(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	s := w.WordPress("front", wpLocal).Serve(80)
	for what, c := range map[string]struct {
		args []string
		want string
	}{
		"the index":               {[]string{w.URL("front", "wp-json/?_fields=authentication")}, `"application-passwords"`},
		"the front page":          {[]string{w.URL("front")}, "api.w.org"},
		"an application password": {curl("-u", "admin:"+wpAppPassword, w.URL("front", wpMe)), `"slug":"admin"`},
		"a cookie and a nonce":    {byCookie("alice", wpMe, "right")(w), `"slug":"alice"`},
	} {
		r := w.warm(c.args)
		if r.Status != 200 || !strings.Contains(strings.ReplaceAll(r.Body, `\/`, "/")+strings.Join(r.Header.Values("Link"), " "), c.want) {
			t.Errorf("%s: %v\n%s", what, r, w.Logs())
		}
	}
	if got := s.Option("siteurl"); got+"/" != w.URL("front") {
		t.Errorf("siteurl is %s", got)
	}
}

// TestDatabaseBelongsToItsWorld wants a user that sees its own database and no other.
func TestDatabaseBelongsToItsWorld(t *testing.T) {
	limit(t)
	w := NewWorld(t)
	a, b := w.Database(), w.Database()
	a.SQL("CREATE TABLE mine (n INT); INSERT INTO mine VALUES (7)")
	if got := a.SQL("SELECT n FROM mine"); got != "7" {
		t.Errorf("got %q", got)
	}
	if _, err := mariadbClient(b.User, b.Password, "", "SELECT n FROM "+a.Name+".mine"); err == nil {
		t.Error("another site's user can read the table")
	}
	if _, err := mariadbClient(a.User, "wrong", a.Name, "SELECT 1"); err == nil {
		t.Error("a wrong password is let in")
	}
}
