package db

// appPasswords reads the names and dates out of a row of usermeta (wp-includes/class-wp-application-passwords.php: uuid,
// app_id, name, password, created, last_used, last_ip).
func appPasswords(user, serialized string) []AppPassword {
	return nil
}
