package apache

import (
	"strings"

	"github.com/why401/why401/conf"
)

// setting is a value and where it was set. A nil *setting was not set.
type setting struct {
	value string
	place conf.Place
}

func (s *setting) on() bool { return s != nil && strings.EqualFold(s.value, "on") }

func (s *setting) is(v string) bool { return s != nil && strings.EqualFold(s.value, v) }

func (s *setting) or(v string) string {
	if s == nil {
		return v
	}
	return s.value
}

func (s *setting) at() conf.Place {
	if s == nil {
		return conf.Place{}
	}
	return s.place
}

// atOr is where s stands, or o when s is not set.
func (s *setting) atOr(o *setting) conf.Place {
	if s == nil {
		return o.at()
	}
	return s.place
}

// kind is a section's.
type kind string

const (
	kDirectory kind = "Directory"
	kLocation  kind = "Location"
	kFiles     kind = "Files"
	kIf        kind = "If"
	kHtaccess  kind = ".htaccess"
	kProxy     kind = "Proxy"
)

// section is settings that hold for some requests.
type section struct {
	kind  kind
	as    string // "<Directory /srv/www>"
	place conf.Place
	path  string   // as httpd compares it: a folder with a slash at its end, a URL path, a file's name
	glob  bool     // path holds * ? or [
	re    *pattern // of the Match forms and of ~
	bad   string   // why it cannot be compared: the pattern or the condition is beyond this reader
	parts int      // slashes in path: shorter folders are merged first
	cond  *expr    // of <If>
	els   bool     // <ElseIf> and <Else>: only when the one before did not hold
	sure  bool     // <Else>: no condition of its own
	outer *section // that it stands in
	conf  *dirConf
}

// dirConf is what is set for a folder, a URL or a file; nil is not set. The fields stand by module, because httpd merges
// module by module.
type dirConf struct {
	// core
	allow    *override
	allowAt  conf.Place
	options  *options
	handler  *setting // SetHandler; "none" takes an outer one back
	errors   map[int]setting
	ignored  *setting // ErrorDocument 401 with a full URL, which httpd passes over
	passAuth *setting // CGIPassAuth
	pathInfo *setting
	files    []*section
	ifs      []*section
	qualify  *setting

	// mod_authn_core, mod_auth_basic, mod_auth_digest, mod_authn_file, mod_authz_groupfile
	authType, authName            *setting
	providers                     []setting
	authoritative, fake, fakePass *setting
	digestAlgorithm               *setting // AuthBasicUseDigestAlgorithm
	digest                        *digestConf
	userFile, groupFile           *setting
	anonymous                     *anonConf
	formLogin, session            *setting

	authz  *authz
	compat *compat

	// mod_headers, mod_env, mod_setenvif
	requestFields, fields, errorFields []headerOp
	vars                               *envConf
	varsIf                             []varIf

	rewrite   *rewriteDir
	redirects []redirect
	redirect  *redirect // Redirect with a URL alone, which holds for the whole section
	alias     *setting  // Alias and ScriptAlias inside <Location>
	cgiAlias  bool

	// mod_dir, mod_mime, mod_actions
	index           []string
	indexAt         conf.Place
	slash, fallback *setting
	indexRedirect   *setting
	checkHandler    *setting
	types           map[string]mimeType
	multiMatch      *setting // MultiviewsMatch
	forcedType      *setting // ForceType
	language        *setting // DefaultLanguage
	actions         map[string]setting

	// mod_negotiation
	languages []string // LanguagePriority
	priority  *setting // ForceLanguagePriority

	// mod_proxy
	pass                                  *proxyPass
	preserveHost, addHeaders, overrideErr *setting

	methods      []string // AllowMethods; nil when not set
	methodsAt    conf.Place
	sslVerify    *setting
	sslRequire   []setting // SSLRequireSSL, SSLRequire
	certificates *certificates
	wsgiAuth     *setting
	wsgiAlias    *setting
	cache        []setting
	remoteUser   *setting
	// foreign are directives of modules that decide about access or identity by rules that cannot be read from here.
	foreign []setting
	// wrong are the directives of an .htaccess that httpd answers with 500.
	wrong  []conf.Unread
	denied []*node // those of them that AllowOverride leaves out
	opened conf.Place
}

type mimeType struct {
	handler                           setting
	mime, language, encoding, charset string
}

// options is Options: a full list, or additions and removals.
type options struct {
	full        bool
	set         string // letters: C ExecCGI, F FollowSymLinks, O SymLinksIfOwnerMatch, I Indexes, M MultiViews, i and n Includes
	add, remove string
	place       conf.Place
}

var optionLetters = map[string]string{
	"execcgi": "C", "followsymlinks": "F", "symlinksifownermatch": "O", "indexes": "I", "multiviews": "M", "includes": "in",
	"includesnoexec": "n", "all": "CFIin", "none": "",
}

func (o *options) has(letter string) bool {
	if o == nil {
		return letter == "F" // the default is FollowSymLinks
	}
	return strings.Contains(o.set, letter)
}
