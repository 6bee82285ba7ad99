// Package conf is what a server's configuration says about access, in one model for every program: the places a request
// can end up in, who is asked for credentials there, which rules stand beside that, and what is passed on to whom.
//
// The readers live below it, one folder per program (conf/nginx, conf/apache, ...). Each reads files into a tree that keeps
// the place of every word, follows that program's own rules of inheritance and merging, and gives a Config. What asks
// questions of it (a cause that audits, a trace) need not know which program it was.
//
// Nothing here opens a connection, runs a program or writes.
package conf

import (
	"fmt"
	"io/fs"
	"net/netip"

	"github.com/why401/why401/cred/htpasswd"
)

// Place is where something stands: the file, the line from 1, and the bytes of the whole directive or block, from its
// first to past its last one, so that an edit can replace exactly it. Start and End are 0 when the text was not a file's.
type Place struct {
	File       string
	Line       int
	Start, End int
}

// Known reports that p names a place.
func (p Place) Known() bool { return p.File != "" || p.Line > 0 }

// String is "nginx.conf:14".
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Config is one program's configuration, as that program would read it.
type Config struct {
	Program string        // as its makers write it: "nginx", "Apache httpd", "Caddy", "HAProxy", ...
	Version string        // when it is known
	Worker  string        // the user who answers requests, "" when unknown
	Libc    htpasswd.Libc // whose crypt(3) the program asks; "" when its machine is elsewhere
	Files   []string      // that were read, in the order in which they were
	Unread  []Unread      // what was not, and is therefore not judged
	Scopes  []*Scope      // every place a request can end up in, in the order of the files

	Unheeded  []Unheeded // files of settings that have no effect
	Handovers []Handover // lines that are to hand Authorization to programs
	ByAgent   []Place    // lines that look at User-Agent, other than for the log

	// Tracer says what the program does with a request; nil for a program that can only be audited.
	Tracer Tracer
}

// Unread is a part of a configuration that could not be read: the rest still was.
type Unread struct {
	Place Place
	What  string // one lower-case sentence without a full stop: `include "conf.d/*.conf" matches no file`
	// Broken says that it is against the grammar of the program's language, so that the program takes none of it: a brace
	// that is not closed, a semicolon that is missing. The rest was read as a person would take it.
	Broken bool
}

func (u Unread) Error() string { return u.Place.String() + ": " + u.What }

// Scope is one place where a request can end up, with everything that is in force there: inherited settings are written
// out, each with the place where it was set.
type Scope struct {
	Place  Place    // of the line that opens it
	Server Server   // the site or virtual host that it belongs to
	Path   string   // as written: "/api/", "~ \.php$", "<Directory /srv/www>"; "" for the whole site
	Sample string   // a URL path that ends up here; "" when none can be named
	Within []*Scope // the scopes around it, outermost first

	Auth    []Auth // who asks for credentials; several when they are asked for one after another
	Trust   *Trust // how certificates of clients are judged; nil when none is asked for
	Rules   []Rule // by address, environment, method; in the order in which they are tried
	Satisfy Satisfy
	Answer  *Answer // what is answered from here, without a file or an upstream
	Pass    *Pass   // to whom it is passed on; nil for files
	Cache   *Cache  // nil when nothing is kept
	Adds    []Field // response fields that are added, and to which answers

	// Lines are the other directives in force here, in the program's own words, inherited ones included by its own rules.
	// They are for what only this program knows: underscores_in_headers, error_page, AllowOverride.
	Lines []Line
}

// Line is a directive as it stands.
type Line struct {
	Place Place
	Name  string // as written: "error_page", "ssl_verify_client", "AllowOverride"
	Args  []string
}

// Server is a site: a server block, a virtual host, a frontend.
type Server struct {
	Place   Place
	Names   []string
	Listen  []Listen
	Default bool // what names no site gets here
}

// Listen is an address that is listened on.
type Listen struct {
	Place   Place
	Address string // "", "127.0.0.1", "unix:/run/x.sock"
	Port    int
	TLS     bool
}

// Scheme is how credentials are asked for.
type Scheme string

// The schemes.
const (
	Basic      Scheme = "Basic"
	Digest     Scheme = "Digest"
	Bearer     Scheme = "Bearer"
	Negotiate  Scheme = "Negotiate"
	Form       Scheme = "form"               // a login page of the server itself
	Subrequest Scheme = "subrequest"         // another URL decides: auth_request, forward_auth, forwardAuth
	ClientCert Scheme = "client certificate" // mutual TLS
	External   Scheme = "external"           // a module whose answer cannot be read from here
)

// Auth is a demand for credentials.
type Auth struct {
	Place  Place // of the directive that switches it on
	Scheme Scheme
	Realm  string
	// Algorithms are those that a Digest challenge names; nil for the program's own, which is MD5.
	Algorithms []string
	Files      []*CredFile // where the passwords are
	Groups     []*CredFile
	Require    []string // who is let in, as written: "valid-user", "user alice bob", "group staff"; nil for everybody known
	Ask        string   // the URL of a subrequest
	Open       []string // what the configuration leaves open: a variable in a path, a provider that is not a file
	When       string   // the condition under which it is asked, as written: "unless { http_auth(staff) }"; "" for always
}

// CredFile is a file of users and hashes that a configuration names, and what was seen of it.
type CredFile struct {
	Path  string
	Place Place
	Kind  FileKind
	Seen  *Seen // nil when nobody looked: the server's disk is elsewhere
}

// FileKind says how a CredFile is read.
type FileKind string

// The kinds.
const (
	Htpasswd FileKind = "htpasswd"
	Htdigest FileKind = "htdigest"
	Group    FileKind = "group"
	DBM      FileKind = "dbm"
	Inline   FileKind = "inline" // users that stand in the configuration itself

	Authorities FileKind = "authorities" // certificates
	Revocations FileKind = "revocations" // lists of revoked ones
)

// Seen is what a look at a CredFile found. The hashes stay closed.
type Seen struct {
	Missing bool
	Problem string // why it could not be read by us; "" when it could
	Mode    fs.FileMode
	UID     int
	GID     int
	// Reads says whether the worker can read it, by the mode bits of the file and of every folder above: "yes", "no", or ""
	// when that cannot be known (no worker's user, an ACL).
	Reads  string
	Blocks string // the file or folder that keeps the worker out
	Users  htpasswd.File
	BOM    bool
	// Lets are the least rights by which the worker could read the file that keeps it out; nil where more would be needed, or
	// somebody else would lose or gain by it.
	Lets *Rights
	// Near are files that a line may have meant whose file is missing: password files with a name like its own beside it, or
	// of the same name where the line stands or another line has it.
	Near []string
	// Here says that the disk that was looked at is the server's own as far as can be told: what is missing on it is missing
	// for the server. A configuration that was copied away still names the files of its machine.
	Here   bool
	Groups map[string][]string // of a group file: who belongs to which group
	Papers *Papers             // of a file of certificates
}

// Rule lets in or keeps out by something else than credentials.
type Rule struct {
	Place   Place
	Allow   bool
	What    string       // as written: "10.0.0.0/8", "all", "env has_auth", "method GET"
	Prefix  netip.Prefix // when it is an address or a network
	All     bool
	Methods []string // that it is limited to; nil for all
}

// Satisfy says how Auth and Rules add up.
type Satisfy string

// The two ways.
const (
	SatisfyAll Satisfy = "all"
	SatisfyAny Satisfy = "any"
)

// Answer is what is answered by the configuration itself.
type Answer struct {
	Place  Place
	Status int
	To     string // where a redirect leads
}

// Way is the kind of program that a request is passed on to.
type Way string

// The ways.
const (
	HTTPProxy Way = "http"
	FastCGI   Way = "fastcgi"
	CGI       Way = "cgi"
	UWSGI     Way = "uwsgi"
	SCGI      Way = "scgi"
	GRPC      Way = "grpc"
	WSGI      Way = "wsgi"
	AJP       Way = "ajp"
	InProcess Way = "in-process" // mod_php and the like
)

// Pass is how a request is passed on.
type Pass struct {
	Place Place
	Way   Way
	To    string // as written

	// Set are the fields (for FastCGI: the parameters) that are written into what is passed on, with all that is inherited.
	// An empty Value takes the field out.
	Set []Field
	// Shadowed are fields that an outer scope sets and that are not in force here because this scope sets some of its own
	// (nginx: proxy_set_header, fastcgi_param, add_header).
	Shadowed []Field

	Authorization Fate
	Host          Fate
	Proto         Fate // X-Forwarded-Proto, or FastCGI's HTTPS and REQUEST_SCHEME
}

// Field is a header field, a CGI parameter or an environment variable that is set.
type Field struct {
	Place Place
	Name  string
	Value string // as written, with its variables
	When  string // the condition, as written: "always", "%{HTTP:Authorization} ."; "" for none
}

// Fate is what becomes of one of the client's fields on its way to who is asked next.
type Fate struct {
	Place Place // of the line that decides; unknown when the program's own rule does
	Now   string
	Value string // for Replaced
}

// The fates.
const (
	Kept     = "kept"
	Dropped  = "dropped"
	Replaced = "replaced"
	Unsure   = "unsure" // a variable, a condition, a module that cannot be read from here
)

// Cache is what is kept and answered again.
type Cache struct {
	Place    Place
	Zone     string
	Key      string
	Statuses map[string]string // status or "any" to how long, as written
	Bypass   []string          // conditions under which what is kept is not used
	NoStore  []string          // conditions under which nothing is kept
	Ignores  []string          // response fields that would forbid it and are not heeded: Cache-Control, Set-Cookie, Vary
}

// Edit is a change to one file. It holds for the bytes that were read, and for no others.
type Edit struct {
	Place Place
	How   How
	// Old is, for Exact, the bytes that stand there, to be compared before anything is written ("" takes what stands there);
	// for Swap and Trim what they say.
	Old  string
	Text string
	// Rights are those that the file gets, for Give; for Make they may be nil: then everybody may read the new file, and it
	// belongs to whom its folder belongs.
	Rights *Rights
}

// Rights say whose a file is, and who may do what with it.
type Rights struct {
	Mode     fs.FileMode // permission bits
	UID, GID int         // -1: as they are
}

// How says what an edit does at its place.
type How string

// The ways. Those from Remove to Trim are about lines, so that whoever names them needs no bytes; a place without Start and
// End means its whole line. Give and Make are about the file as a whole.
const (
	Exact  How = ""       // the bytes of the place become Text
	Remove How = "remove" // the directive goes, and its line when nothing else stands there
	Before How = "before" // Text becomes lines of their own above the directive, indented as it is
	After  How = "after"  // Text becomes lines of their own below the directive, indented as it is
	Inside How = "inside" // Text becomes the first lines inside the block, which ends its opening line with { or >
	Swap   How = "swap"   // Old becomes Text wherever it stands at the place, which has to be once at least
	Trim   How = "trim"   // the characters of Old go from both ends of the place
	Give   How = "give"   // the file gets Rights; its bytes stay
	Make   How = "make"   // the file, which is not there, is made of Text
)
