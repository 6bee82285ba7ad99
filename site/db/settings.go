package db

// Settings is what the database of one installation says. Of the four, those that were read are not nil.
type Settings struct {
	Server string // "10.11.6-MariaDB"
	Login  Login
	// Identity tells this database from any other: the server's own mark and the database's name. "" when it cannot be known.
	Identity  string
	WordPress *WordPress
	CiviCRM   *CiviCRM
	Magento   *Magento
	Drupal    *Drupal
	Gaps      []Gap
}
