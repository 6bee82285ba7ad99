package report

import (
	_ "embed"
	"io"
	"reflect"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/secret"
)

// AuditSchema names the form of an audit's JSON object. Fields are only ever added within one number.
const AuditSchema = "why401.audit/1"

// AuditSchemaJSON is the JSON Schema (draft 2020-12) of what AuditJSON writes.
//
//go:embed audit.schema.json
var AuditSchemaJSON []byte

// Audit is what was found in configurations, without any request: the places that will refuse somebody.
type Audit struct {
	Schema   string    `json:"schema"`
	Tool     Tool      `json:"tool"`
	Configs  []Config  `json:"configs"`
	Sites    []Site    `json:"sites"`    // installed systems that were read
	Findings []Finding `json:"findings"` // surest first, those of one cause together
	Unread   []Unread  `json:"unread"`   // what could not be read, and is not judged
	Logins   []Login   `json:"logins"`   // a password that was given, held against each password file
	Redacted int       `json:"redactions"`
}

// Config is a configuration that was read.
type Config struct {
	Path    string `json:"path"` // as it was given
	Program string `json:"program"`
	Version string `json:"version"`
	Files   int    `json:"files"`
	Places  int    `json:"places"` // that a request can end up in
}

// Site is an installed system that was read from its files.
type Site struct {
	Platform  string `json:"platform"`
	Version   string `json:"version"`
	VersionAt At     `json:"version_at"` // where it was read
	Root      string `json:"root"`
	Inside    string `json:"inside"` // the system that it runs in, "" for none
	Facts     []Told `json:"facts"`
}

// Told is what a site's files say about one thing.
type Told struct {
	About   string `json:"about"`   // the group: address, environment, cookies, keys, database, mandatory, plugins, htaccess, permissions, logs
	Name    string `json:"name"`    // of the setting, the file
	Says    string `json:"says"`    // the value, or a sentence
	Depends string `json:"depends"` // what it depends on outside the files, "" for nothing
	File    string `json:"file"`
	Line    int    `json:"line"`
}

// Finding is a place that will refuse somebody.
type Finding struct {
	Cause    string      `json:"cause"`
	Title    string      `json:"title"`
	Family   string      `json:"family"`
	Grade    cause.Grade `json:"grade"`
	Says     string      `json:"says"`
	File     string      `json:"file"`
	Line     int         `json:"line"`
	Program  string      `json:"program"`
	Server   string      `json:"server"` // the names of the site, "" when it has none
	Path     string      `json:"path"`   // the place's own words: "/api/", "<Directory /srv/www>"
	Places   int         `json:"places"` // in how many places this line is in force
	Raise    []Raise     `json:"raise"`
	Remedies []Remedy    `json:"remedies"`

	// Certain says that something is wrong here whatever the grade of its cause: a row of a contract is broken.
	Certain bool `json:"-"`
}

// Unread is a part that could not be read.
type Unread struct {
	File string `json:"file"`
	Line int    `json:"line"`
	What string `json:"what"`
	// Opens is what it leaves open, "" when that is not known.
	Opens string `json:"opens"`
}

// Login says what a password file makes of the user and the password that were given.
type Login struct {
	File   string `json:"file"`
	Line   int    `json:"line"`   // of the user's entry, 0 when there is none
	Result string `json:"result"` // fits, wrong, no_such_user, cannot_check, unreadable
	Hash   string `json:"hash"`   // the kind of the entry's hash
	Server string `json:"server"` // whether the server can check such a hash: yes, no, unknown
	Says   string `json:"says"`
	Named  []At   `json:"named"` // where configurations name the file
}

// At is a line of a file.
type At struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// AuditJSON writes a as one object and a line break, as JSON does for a report.
func AuditJSON(w io.Writer, a *Audit) error {
	return EncodeJSON(w, prepareAudit(a, func(s string) string { return s }))
}

// prepareAudit copies a for one medium, as prepare does for a report.
func prepareAudit(a *Audit, escape func(string) string) *Audit {
	out := *a
	out.Schema = AuditSchema
	n := 0
	out = visit(reflect.ValueOf(out), "", func(_, s string) string {
		s = secret.Scrub(s)
		n += len(hidden.FindAllStringIndex(s, -1))
		return escape(s)
	}).Interface().(Audit)
	out.Redacted = n
	return &out
}
