package apachediff

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// site is one virtual host with its files.
type site struct {
	n     int
	name  string
	tls   bool // it is asked at the port with TLS
	conf  string
	files map[string]string // by path below the document root
}

// gen makes sites. Everything it decides comes from its random source, so that a seed gives the same site again.
type gen struct {
	*rand.Rand
	dir     string // where documents and password files are
	root    string // the document root of the site that is made
	http    string // the address of the HTTP server behind
	fastCGI string
	n       int // of the site that is made
	vars    int

	filesFit bool // <Files> may stand here
}

func (g *gen) chance(percent int) bool { return g.IntN(100) < percent }

func (g *gen) pick(list ...string) string { return list[g.IntN(len(list))] }

// some picks each with the given chance.
func (g *gen) some(percent int, list ...string) []string {
	var out []string
	for _, l := range list {
		if g.chance(percent) {
			out = append(out, l)
		}
	}
	return out
}

// sometimes is what f makes, or nothing.
func (g *gen) sometimes(percent int, f func() string) string {
	if g.chance(percent) {
		return f()
	}
	return ""
}

const env = `#!/bin/sh
[ -z "$CONTENT_LENGTH" ] || cat >/dev/null
printf 'Status: 203 Echo\r\nX-Env: %s\r\n\r\n' "$(env -0 | base64 -w0)"
`

// folders of every document root, and what is in them. A file that ends in .cgi is a program that tells its environment.
var tree = map[string][]string{
	"":          {"index.html", "a.html", "b.txt", "env.cgi", "app.php", "index.php", "doc.html.en", "doc.html.de", "doc.en.html.gz", "doc.txt", "doc.fr.cgi"},
	"sub/":      {"index.html", "b.txt", "env.cgi"},
	"sub/deep/": {"c.html", "index.cgi"},
	"priv/":     {"index.html", "x.html", "x.html.de", "x.en.txt", "env.cgi", "app.php"},
	"empty/":    {"other.txt"},
	"err/":      {"401.html", "deny.html"},
}

// site makes a virtual host.
func (g *gen) site(n int) site {
	s := site{n: n, name: fmt.Sprintf("v%d.test", n), files: map[string]string{}}
	g.filesFit, g.n = true, n
	g.root = fmt.Sprintf("%s/docs/%d", g.dir, n)
	for d, names := range tree {
		for _, f := range names {
			if strings.HasSuffix(f, ".cgi") {
				s.files[d+f] = env
			} else {
				s.files[d+f] = "this is " + d + f + "\n"
			}
		}
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if s.tls = g.chance(10); s.tls {
		line("<VirtualHost *:@port:tls@>\nSSLEngine on\nSSLCertificateFile @dir@/tls/server.crt\nSSLCertificateKeyFile @dir@/tls/server.key")
	} else {
		line("<VirtualHost *:@port:front@>")
	}
	line("ServerName %s%s", s.name, g.sometimes(10, func() string { return g.pick(":80", ":8443") }))
	if g.chance(30) {
		line("ServerAlias alias%d.test *.w%d.test", n, n)
	}
	if g.chance(8) {
		line("UseCanonicalName On")
	}
	if g.chance(6) {
		line("UseCanonicalPhysicalPort On")
	}
	if g.chance(4) {
		line("TraceEnable off")
	}
	if g.chance(4) {
		line("AccessFileName .none .htaccess")
	}
	if g.chance(15) {
		line("RewriteMap low int:tolower\nRewriteMap pages txt:@dir@/pages")
	}
	line("DocumentRoot %s", g.root)
	var parts []string
	add := func(percent int, f func() string) {
		if g.chance(percent) {
			parts = append(parts, f())
		}
	}
	parts = append(parts, g.rootDirectory())
	for range g.IntN(4) {
		add(70, func() string { return g.section(0) })
	}
	add(25, g.serverRewrite)
	add(30, g.proxies)
	add(30, g.aliases)
	add(5, func() string { return "Use Guarded " + g.pick("/sub", "/priv", "/up") })
	add(20, g.redirects)
	add(30, g.headers)
	add(30, g.setEnvIf)
	add(25, g.errorDocuments)
	add(15, func() string { return g.pick("AddHandler cgi-script .cgi", "CGIPassAuth On\n") })
	add(25, g.phpHandler)
	g.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	for _, p := range parts {
		if strings.HasPrefix(p, "CGIPassAuth") {
			p = "<Directory " + g.root + "/sub>\n" + p + "</Directory>"
		}
		line("%s", strings.TrimRight(p, "\n"))
	}
	line("</VirtualHost>")
	s.conf = b.String()
	for _, d := range []string{"", "sub/", "sub/deep/", "priv/", "empty/"} {
		if g.chance(22) {
			s.files[d+".htaccess"] = g.htaccess()
		}
	}
	return s
}

// main makes what stands outside of the virtual hosts and holds in all of them.
func (g *gen) main() string {
	out := "Listen 127.0.0.1:@port:tls@\n" + g.sometimes(50, func() string { return "Define MARK\n" })
	out += "<AuthnProviderAlias file second>\nAuthUserFile @dir@/second\n</AuthnProviderAlias>\n<AuthnProviderAlias file realms>\nAuthUserFile @dir@/digest\n</AuthnProviderAlias>\n"
	out += "<AuthzProviderAlias ip near \"127.0.0.1 127.0.0.2\">\n</AuthzProviderAlias>\n"
	out += "<Macro Guarded $path>\n<Location $path>\n" + g.auth() + g.requires() + "</Location>\n</Macro>\n"
	for _, l := range g.some(25,
		"SetEnvIf X-Tok two mark=main", "RequestHeader set X-Main yes", "RequestHeader set X-Early early early", "ErrorDocument 404 \"gone away\"", "Alias /shared "+g.root+"/0/sub",
		"<Location /sub/deep>\nRequire all granted\n</Location>", "<Files other.txt>\nRequire all denied\n</Files>", "DirectoryIndex index.html index.cgi", "RewriteEngine On",
		"<DirectoryMatch \"/empty\">\nOptions +Indexes\nRequire all granted\n</DirectoryMatch>", "RewriteEngine On\nRewriteOptions InheritDown\nRewriteRule ^/moved$ /a.html [R]",
		"RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 127.0.0.1", "<If \"%{HTTP:X-Num} == '7'\">\nRequestHeader set X-Seven yes\n</If>", "AllowEncodedSlashes On", "MergeSlashes Off",
		"ProxyPass /main http://"+g.http+"/main", "Redirect /redirected /a.html", "ServerAdmin a@b.test", "RewriteMap low int:toupper", "TraceEnable off",
		"<Proxy \"http://*\">\nRequestHeader set X-Proxied yes\n</Proxy>") {
		out += l + "\n"
	}
	return out
}

func (g *gen) rootDirectory() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<Directory %s>\n", g.root)
	b.WriteString("AllowOverride " + g.overrides() + "\n")
	if g.chance(12) {
		b.WriteString("AllowOverrideList " + g.pick("Require RewriteRule RewriteEngine", "Header Options", "None", "AuthType AuthName AuthUserFile Require Satisfy") + "\n")
	}
	b.WriteString("Options " + g.pick("FollowSymLinks", "FollowSymLinks ExecCGI", "+ExecCGI", "ExecCGI Indexes FollowSymLinks", "+Indexes +ExecCGI", "None", "All", "FollowSymLinks ExecCGI", "+ExecCGI",
		"All MultiViews", "+ExecCGI +MultiViews", "MultiViews") + "\n")
	if g.chance(80) {
		b.WriteString("AddHandler cgi-script .cgi\n")
	}
	if g.chance(30) {
		b.WriteString(g.negotiation() + g.sometimes(50, func() string { // once in a section: None goes with nothing else
			return "ForceLanguagePriority " + g.pick("Prefer Fallback", "None", "Fallback", "Prefer") + "\n"
		}) + g.sometimes(50, func() string { // not in <Location>
			return "MultiviewsMatch " + g.pick("Handlers", "Any", "NegotiatedOnly") + "\n"
		}))
	}
	if g.chance(50) {
		b.WriteString("Require all granted\n")
	} else {
		b.WriteString(g.access(0))
	}
	if g.chance(25) {
		b.WriteString(g.body(1))
	}
	b.WriteString("</Directory>\n")
	return b.String()
}

// negotiation makes directives that tell files from each other which MultiViews chooses among.
func (g *gen) negotiation() string {
	var out strings.Builder
	for _, l := range g.some(50, "AddLanguage en .en\nAddLanguage de .de\nAddLanguage fr .fr", g.pick("AddLanguage en-GB .en", "AddLanguage DE .de"), "AddEncoding x-gzip .gz", "LanguagePriority "+g.pick("de en", "fr", "en de fr"),
		g.pick("DefaultLanguage de", "AddType text/html;qs=0.5 .de", "AddCharset utf-8 .en", "AddType application/x-httpd-php .php", "ForceType text/plain")) {
		out.WriteString(l + "\n")
	}
	return out.String()
}

func (g *gen) overrides() string {
	switch g.IntN(10) {
	case 0:
		return "None"
	case 1, 2, 3, 4:
		return "All"
	case 5:
		return g.pick("All Nonfatal=All", "AuthConfig Nonfatal=Override", "FileInfo Nonfatal=Unknown")
	}
	if o := g.some(50, "AuthConfig", "FileInfo", "Indexes", "Limit", g.pick("Options", "Options", "Options=ExecCGI,FollowSymLinks")); o != nil {
		return strings.Join(o, " ")
	}
	return "AuthConfig FileInfo Limit"
}

func (g *gen) folder() string {
	return g.pick("", "sub", "sub/deep", "priv", "empty", "priv")
}

// section makes a section with something in it; deep is how many it stands in.
func (g *gen) section(deep int) string {
	open, shut := "", ""
	switch k := g.IntN(12); {
	case deep == 0 && k < 3:
		open = "<Directory " + strings.TrimSuffix(g.root+"/"+g.folder(), "/") + g.pick("", "", "/") + ">"
		shut = "</Directory>"
	case deep == 0 && k == 3:
		open = g.pick("<DirectoryMatch \"/sub\">", "<DirectoryMatch \""+g.root+"/(sub|priv)\">", "<DirectoryMatch \"/priv/?$\">", "<Directory ~ \"/deep\">", "<Directory "+g.root+"/*>", "<Directory "+g.root+"/s*/deep>", "<DirectoryMatch \"/x\\.html$\">")
		shut = "</" + strings.TrimPrefix(strings.Fields(strings.Trim(open, "<>"))[0], "<") + ">"
	case deep == 0 && k < 7:
		open = "<Location " + g.pick("/", "/sub", "/sub/", "/priv", "/priv/x.html", "/up", "/up/in", "/fc", "/sub/deep", "/a.html", "/s*", "/nowhere", "/al", "/cgi") + ">"
		shut = "</Location>"
	case deep == 0 && k == 7:
		open = g.pick("<LocationMatch \"^/(sub|up)\">", "<LocationMatch \"\\.html$\">", "<Location ~ \"/priv\">", "<LocationMatch \"^/priv/(?<what>.+)\">", "<LocationMatch \"//\">")
		shut = "</LocationMatch>"
		if strings.HasPrefix(open, "<Location ") {
			shut = "</Location>"
		}
	case k < 10 && g.filesFit:
		open = g.pick("<Files a.html>", "<Files x.html>", "<Files \"*.html\">", "<FilesMatch \"\\.(html|txt)$\">", "<Files env.cgi>", "<FilesMatch \"^index\">", "<Files ~ \"\\.cgi$\">", "<Files index.html>", "<FilesMatch \"\\.(en|de)\">", "<Files \"doc.*\">", "<FilesMatch \"\\.php$\">", "<Files \"?.html\">", "<Files b.txt>")
		shut = "</Files>"
		if strings.HasPrefix(open, "<FilesMatch") {
			shut = "</FilesMatch>"
		}
	default:
		return g.ifSection(deep)
	}
	before := g.filesFit
	g.filesFit = strings.HasPrefix(open, "<Directory")
	defer func() { g.filesFit = before }()
	return open + "\n" + g.content(deep+1) + shut + "\n"
}

func (g *gen) content(deep int) string {
	out := ""
	if g.chance(65) {
		out += g.access(deep)
	}
	if g.chance(55) {
		out += g.body(deep)
	}
	if deep < 2 && g.chance(20) {
		out += g.section(deep)
	}
	if deep < 2 && g.chance(15) {
		out += g.ifSection(deep)
	}
	return out
}

func (g *gen) ifSection(deep int) string {
	before := g.filesFit
	g.filesFit = false
	defer func() { g.filesFit = before }()
	out := "<If \"" + g.condition() + "\">\n" + g.content(deep+2) + "</If>\n"
	if g.chance(30) {
		out += "<ElseIf \"" + g.condition() + "\">\n" + g.content(deep+2) + "</ElseIf>\n"
	}
	if g.chance(40) {
		out += "<Else>\n" + g.content(deep+2) + "</Else>\n"
	}
	return out
}

// condition is an expression; quotation marks in it are single.
func (g *gen) condition() string {
	c := g.pick(
		"%{REQUEST_METHOD} == 'GET'", "%{REQUEST_METHOD} in {'POST','PUT'}", "%{REQUEST_URI} =~ m#^/sub#", "-n %{HTTP:X-Tok}",
		"-z req('Authorization')", "%{HTTP:X-Tok} == 'one'", "%{REMOTE_ADDR} -ipmatch '127.0.0.0/30'", "-R '127.0.0.2'",
		"%{QUERY_STRING} =~ /x=(.)/", "tolower(%{HTTP_HOST}) =~ /^v/", "%{HTTP:X-Num} -gt 5", "%{HTTP_COOKIE} != ''", "true", "false",
		"%{REQUEST_URI} -strmatch '*.html'", "req_novary('X-Tok') in {'one','two'}", "-T reqenv('mark')", "%{HTTPS} == 'off'",
		"'%{REQUEST_METHOD}-%{HTTP:X-Tok}' == 'GET-one'", "%{REQUEST_FILENAME} =~ /priv/", "%{HTTP:Authorization} =~ /^Basic/",
		"%{REQUEST_URI} -strcmatch '/SUB*'", "%{REQUEST_URI} -fnmatch '/sub/*'", "md5(%{HTTP:X-Tok}) == 'f97c5d29941bfb1b2fdab0874906ab82'", "unbase64('b25l') == %{HTTP:X-Tok}", "env('mark') == 'x'",
		"%{SERVER_PORT} -ge 1024", "%{REMOTE_USER} == 'alice'", "%{REQUEST_SCHEME} == 'https'", "-e %{REQUEST_FILENAME}", "-d '"+g.root+"/sub'", "unescape(%{REQUEST_URI}) =~ /%/", "%{THE_REQUEST} =~ /HTTP.1.0/",
		"%{CONTENT_TYPE} == 'text/plain'", "escape('a b') == 'a%20b'", "%{HTTP:X-Num} < '5'", "%{SERVER_NAME} == 'v1.test'", "sha1('') == %{HTTP:X-Tok}", "%{CONTEXT_PREFIX} == '/al'",
	)
	switch g.IntN(6) {
	case 0:
		return "!(" + c + ")"
	case 1:
		return c + " && " + g.condition()
	case 2:
		return "(" + c + ") || " + g.condition()
	}
	return c
}

// htaccess makes the text of an .htaccess.
func (g *gen) htaccess() string {
	out := ""
	g.filesFit = true
	if g.chance(50) {
		out += g.access(1)
	}
	if g.chance(60) {
		out += g.body(1)
	}
	if g.chance(40) {
		out += g.dirRewrite()
	}
	if g.chance(20) {
		out += g.section(1)
	}
	if g.chance(4) {
		out += g.pick("Nonsense on\n", "<Files a.html>\n", "RewriteRule\n", "</If>\n", "DocumentRoot /tmp\n")
	}
	return out
}
