package db

import "github.com/why401/why401/site/php"

// appPasswords reads the names and dates out of a row of usermeta (wp-includes/class-wp-application-passwords.php: uuid,
// app_id, name, password, created, last_used, last_ip). A row that is no such list has none.
func appPasswords(user, serialized string) []AppPassword {
	v, err := php.Unserialize(serialized)
	if err != nil {
		return nil
	}
	var out []AppPassword
	for _, it := range v.Array().Items() {
		text := func(name string) string {
			t, _ := it.Value.Get(name).Text()
			return t
		}
		if text("uuid") == "" && text("name") == "" {
			continue
		}
		out = append(out, AppPassword{User: user, Name: text("name"), Created: text("created"), Used: text("last_used")})
	}
	return out
}
