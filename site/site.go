// Package site says what is installed below a folder of a web server: WordPress, CiviCRM, Magento, Drupal and the systems that
// CiviCRM runs in. It reads their files, never runs them, and keeps the place of every value.
//
// Open finds the systems and reads each with its own finder (wordpress.go, civicrm.go, magento.go, drupal.go). What could not be
// read, and what that leaves open, is in Installation.Gaps. Nothing here runs a program or writes; a connection is opened by
// AskDatabase alone, which reads the database's own settings (package db).
package site

import (
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/site/db"
	"github.com/why401/why401/site/php"
)

// Platform is a system, as its makers write its name.
type Platform string

// The platforms. Backdrop and Joomla are read as far as CiviCRM needs them.
const (
	WordPress Platform = "WordPress"
	CiviCRM   Platform = "CiviCRM"
	Magento   Platform = "Magento"
	Drupal    Platform = "Drupal"
	Backdrop  Platform = "Backdrop"
	Joomla    Platform = "Joomla"
)

// Installation is one installed system.
type Installation struct {
	Platform Platform
	Version  Version
	Root     string        // the folder of the system itself
	Host     *Installation // of CiviCRM: the system that it runs in; nil for Standalone, and when it was not found
	UF       string        // of CiviCRM: the system's name in CIVICRM_UF: "WordPress", "Drupal8", "Standalone"
	Others   []*Installation

	Files    []string  // configuration files that were read
	Settings []Setting // in the order of the files; those that decide about access first by name

	URLs        []Setting // what the system believes to be its address
	Environment Setting   // WP_ENVIRONMENT_TYPE, MAGE_MODE, CIVICRM_ENVIRONMENT, ...
	Cookies     []Setting // domain and path of its cookies
	Keys        []Key
	Database    *Database    // nil when no file names one
	Stored      *db.Settings // what the database says; nil until AskDatabase has read it
	Mandatory   []Setting    // values in files that win over the database: whatever is saved there has no effect

	Late []Setting // constants of WordPress that are defined below the line that loads it: plugins do not see them
	// Loads is the line of wp-config.php that loads WordPress; constants have to stand above it. Zero when something else stands
	// in front of it on its line.
	Loads conf.Place

	Guards      []Plugin     // active by their files alone, and hooked into logins or the REST API
	Plugins     []Plugin     // others on the disk that are known to be: the database says whether they are active
	Htaccess    []Htaccess   // rules that decide what becomes of Authorization, and who is let in
	Permissions []Permission // files and folders that the web server must read or write
	Logs        []Log        // files in which the system writes about logins

	Gaps []Gap // what could not be read, and what that leaves open
}

// All is the installation and every other one of the same tree, the outermost first.
func (in *Installation) All() []*Installation { return append([]*Installation{in}, in.Others...) }

// Version is the version of a system, and where it was read. Text is "" when it could not be found.
type Version struct {
	Text string
	At   conf.Place
}

// Setting is a value in a configuration file. Printing it shows its kind and its place, never its bytes.
type Setting struct {
	Name string // as the system has it: "WP_HOME", "db/connection/default/host", "authx_header_cred"
	php.Value
}

// Secret is the value as a closed text, empty when it is no string or not known.
func (s Setting) Secret() secret.Text {
	t, _ := s.Text()
	return secret.New(t)
}

// Shown is the value as it may be shown: of names that hold secrets, and of names that are not known to be harmless, only
// whether something is set. Unknown values say what they depend on.
func (s Setting) Shown() string {
	switch t, ok := s.Text(); {
	case s.Kind == php.Undefined:
		return "not set"
	case s.Kind == php.Unknown:
		return "unknown: depends on " + s.Depends()
	case s.Kind == php.List:
		return s.list()
	case !ok:
		return "set"
	case s.Kind == php.Bool:
		if t == "1" {
			return "true"
		}
		return "false"
	case s.Kind == php.Null:
		return "null"
	case t == "":
		return "empty"
	case harmless(s.Name):
		return withoutLogin(t)
	}
	return "set, not shown"
}

// list shows an array of words, as settings of AuthX are.
func (s Setting) list() string {
	if !harmless(s.Name) {
		return "set, not shown"
	}
	var words []string
	for _, it := range s.Array().Items() {
		t, ok := it.Value.Text()
		if !ok {
			t = "..."
		}
		words = append(words, `"`+t+`"`)
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// Depends names what the value depends on outside the files, for the inside of a sentence; "" for nothing.
func (s Setting) Depends() string {
	var parts []string
	for i, n := range s.Needs {
		if i == 3 {
			parts = append(parts, "more")
			break
		}
		parts = append(parts, n.String())
	}
	return strings.Join(parts, ", ")
}

// Key is a key or a salt.
type Key struct {
	Name    string
	Value   secret.Text // empty when it is not known
	At      conf.Place
	Default string // why it protects nothing: it is the sample's, or empty; "" when it is the site's own
}

// Database is how a system reaches its tables.
type Database struct {
	Driver   string // "mysql", "pgsql", "sqlite"
	Host     string // "" for the default, localhost
	Port     int    // 0 for the default
	Socket   string // of a local server; "" for none
	Name     string
	User     string
	Password secret.Text
	Prefix   string            // of the table names
	Prefixes map[string]string // of single tables, where they differ (Drupal)
	At       conf.Place        // of the name
	PrefixAt conf.Place
	Needs    []php.Need // what must be known before these can be relied on
}

// Plugin is a part that guards the REST API, or opens or changes its logins.
type Plugin struct {
	Name string // its folder or file: "disable-json-api", "mu-plugins/guard.php"
	Does string // one lower-case clause: "lets nobody use the REST API who is not logged in"
	At   conf.Place
	How  string // why it is active: "a must-use plugin", "a drop-in"; "" when the database decides

	Hook, Callback string // of a file that was read: the filter, and the function's name where it is written out
	Inner          bool   // it hooks itself in under a condition, or inside a function
}

// Htaccess is a rule of a .htaccess file.
type Htaccess struct {
	At   conf.Place
	What HtaccessFact
	Says string // one plain sentence
}

// HtaccessFact says what a rule of a .htaccess does.
type HtaccessFact string

// The facts.
const (
	PassesAuthorization HtaccessFact = "passes Authorization on"  // E=HTTP_AUTHORIZATION, CGIPassAuth On
	HidesAuthorization  HtaccessFact = "keeps Authorization back" // RequestHeader unset, or no line at all
	HidesBasic          HtaccessFact = "keeps Basic back"         // a condition on Basic and Digest
	AsksPassword        HtaccessFact = "asks for a password"      // AuthType with Require
	Refuses             HtaccessFact = "refuses"                  // Require all denied, RewriteRule [F]
)

// Permission is a file or folder that the web server's user cannot read or write as the system needs it.
type Permission struct {
	Path   string
	Mode   string // "-rw-------"
	Owner  string // "root:root"
	Says   string // one plain sentence, with what the server answers: 403 or 500, never 401
	Blocks string // the folder above that keeps the user out, "" for the file itself
}

// Log is a file that the system writes.
type Log struct {
	Path  string
	Size  int64 // bytes
	About int   // how many lines are about logins; 0 as well when the file is too large to be read
	Last  int   // the last of them
}

// Gap is something that could not be read.
type Gap struct {
	At    conf.Place
	What  string // one lower-case sentence without a full stop
	Opens string // what it leaves open, the same way; "" when nothing
}

// Setting gives the value called name; Undefined when no file sets it.
func (in *Installation) Setting(name string) Setting {
	for _, s := range in.Settings {
		if s.Name == name {
			return s
		}
	}
	return Setting{Name: name}
}

// MandatorySetting gives the value of a file that wins over the database; false when the database decides.
func (in *Installation) MandatorySetting(name string) (Setting, bool) {
	for _, s := range in.Mandatory {
		if s.Name == name {
			return s, true
		}
	}
	return Setting{}, false
}

func (in *Installation) gap(at conf.Place, what, opens string) {
	in.Gaps = append(in.Gaps, Gap{at, what, opens})
}
