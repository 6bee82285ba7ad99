package apachediff

import (
	"fmt"
	"strings"
)

// body makes directives that are no access rules, for a section.
func (g *gen) body(int) string {
	out := ""
	for range 1 + g.IntN(2) {
		switch g.IntN(18) {
		case 0, 1:
			out += g.headers()
		case 2:
			out += g.setEnvIf()
		case 3:
			out += g.variable("SetEnv ", " v%d") + "\n"
		case 4:
			out += g.errorDocuments()
		case 5:
			out += "DirectoryIndex " + g.pick("index.html", "index.cgi index.html", "none.html", "disabled", "index.php index.html", "/a.html") + "\n"
		case 6:
			out += "DirectorySlash " + g.pick("On", "Off") + "\n"
		case 7:
			out += g.pick("CGIPassAuth On", "CGIPassAuth Off", "CGIPassAuth On") + "\n"
		case 8:
			out += "AcceptPathInfo " + g.pick("On", "Off", "Default") + "\n"
		case 9:
			out += g.pick("AddHandler cgi-script .cgi", "RemoveHandler .cgi", "SetHandler cgi-script", "SetHandler None", "SetHandler \"proxy:fcgi://"+g.fastCGI+"\"") + "\n"
		case 10:
			out += "FallbackResource " + g.pick("/index.html", "/env.cgi", "disabled", "/nothing") + "\n"
		case 11:
			out += g.dirRewrite()
		case 12:
			out += g.pick("DirectoryIndexRedirect On", "DirectoryIndexRedirect 303", "DirectoryCheckHandler On", "SSLRequireSSL", "AllowMethods GET POST", "AllowMethods reset",
				"AddType application/x-httpd-php .php", "Action text-script /env.cgi\nAddHandler text-script .txt", "SetHandler default-handler") + "\n"
		case 13:
			out += g.pick("Redirect /a.html /b.txt", "RedirectMatch 403 \\.txt$", "Redirect 410 /sub/b.txt", "RedirectMatch \"^/priv/(.*)\" /sub/$1", "Redirect seeother /old http://away.test/") + "\n"
		case 14:
			out += "<IfModule " + g.pick("mod_headers.c", "headers_module", "!mod_nothing.c", "mod_nothing.c", "rewrite_module") + ">\n" + g.headers() + "</IfModule>\n"
		case 15:
			out += g.pick("<IfVersion >= 2.4>\n", "<IfVersion < 2.4>\n", "<IfDefine MARK>\n", "<IfDefine !MARK>\n") + g.setEnvIf()
			out += "</" + strings.Fields(strings.TrimPrefix(out[strings.LastIndex(out, "<If"):], "<"))[0] + ">\n"
		case 17:
			out += g.negotiation()
		case 16:
			out += "Options " + g.pick("+Indexes", "-Indexes", "+ExecCGI", "-ExecCGI", "None", "FollowSymLinks ExecCGI", "+MultiViews", "-MultiViews") + "\n"
		}
	}
	return out
}

func (g *gen) variable(before, after string) string {
	g.vars++
	return fmt.Sprintf(before+"E_%d"+after, g.vars, g.vars)
}

func (g *gen) headers() string {
	name := g.pick("X-Tok", "X-New", "Authorization", "X-Forwarded-Proto", "Host", "X-Num", "Cookie")
	cond := g.pick("", "", "", " env=mark", " env=!mark", " \"expr=%{REQUEST_METHOD} == 'GET'\"", " \"expr=-n %{HTTP:X-Tok}\"")
	switch g.IntN(9) {
	case 0, 1:
		return "RequestHeader set " + name + " " + g.pick("made", "\"two words\"", "%{mark}e", "\"expr=%{REQUEST_METHOD}-x\"", "100%%") + cond + "\n"
	case 2:
		return "RequestHeader unset " + name + cond + "\n"
	case 3:
		return "RequestHeader " + g.pick("append", "add", "merge", "setifempty") + " " + g.pick("X-Tok", "X-New", "X-Num") + " " + g.pick("one", "more") + cond + "\n"
	case 4:
		return "RequestHeader " + g.pick("edit", "edit*") + " " + name + " " + g.pick("o(n)e x$1y", "^Basic Other", "[0-9] 7", "\"^(.)\" $1$1") + cond + "\n"
	case 5:
		return "Header always " + g.pick("set X-A b", "unset WWW-Authenticate", "set WWW-Authenticate \"Basic realm=other\"", "edit WWW-Authenticate Basic Basis", "append WWW-Authenticate more") + "\n"
	case 6:
		return "Header " + g.pick("set X-A b", "unset WWW-Authenticate", "set WWW-Authenticate never", "edit Location test changed", "always edit Location test changed", "always unset Location") + "\n"
	case 7:
		return g.pick("SetEnv mark set", "UnsetEnv mark", "SetEnv other 1") + "\n"
	}
	return "RequestHeader set X-Remote \"expr=%{REMOTE_USER}\"\n"
}

func (g *gen) setEnvIf() string {
	return g.pick(
		"SetEnvIf X-Tok one mark", "SetEnvIf X-Tok (.*) mark=$1", "SetEnvIf Authorization \"(.*)\" HTTP_AUTHORIZATION=$1",
		"SetEnvIf Remote_Addr 127\\.0\\.0\\.2 mark other=yes", "SetEnvIf Request_URI ^/sub mark=sub", "SetEnvIfNoCase X-TOK ONE mark=nc",
		"SetEnvIf Request_Method GET mark=get", "BrowserMatch curl mark=curl", "SetEnvIf mark . again=$0", "SetEnvIf X-Tok one !mark",
		"SetEnvIfExpr \"%{REQUEST_URI} =~ /(priv)/\" mark=$1", "SetEnvIf ^X- . mark=head", "SetEnvIf Host ^(.*)$ host=$1", "SetEnvIf X-None ^$ mark=none",
		"SetEnvIf Request_Protocol HTTP/1.1 mark=11", "BrowserMatchNoCase CURL mark=bnc") + "\n"
}

func (g *gen) errorDocuments() string {
	return "ErrorDocument " + g.pick("401", "403", "404", "500", "401", "403") + " " +
		g.pick("\"sorry\"", "/err/401.html", "/err/deny.html", "/env.cgi", "/sub/env.cgi", "/nothing.html", "http://away.test/x", "/priv/x.html", "default", "/up/err", "\"not %{REQUEST_URI}\"") + "\n"
}

func (g *gen) phpHandler() string {
	return "<FilesMatch \"\\.php$\">\nSetHandler \"proxy:fcgi://" + g.fastCGI + g.pick("", "/") + "\"\n</FilesMatch>\n"
}

func (g *gen) proxies() string {
	out := ""
	for range 1 + g.IntN(2) {
		switch g.IntN(14) {
		case 0, 1:
			out += g.pick("ProxyPass /up http://"+g.http, "ProxyPass /up/ http://"+g.http+"/", "ProxyPass /up http://"+g.http+"/base") + "\n"
		case 2:
			out += "ProxyPass /up/no !\nProxyPass /up http://" + g.http + "/x\n"
		case 3:
			out += "ProxyPassMatch " + g.pick("^/m/(.*)$ http://"+g.http+"/p/$1", "\"^/up/(.+\\.html)$\" http://"+g.http+"/h/$1", "^/m http://"+g.http) + "\n"
		case 4:
			out += "<Location /up>\nProxyPass http://" + g.http + g.pick("", "/loc") + "\n" + g.content(2) + "</Location>\n"
		case 5:
			out += "ProxyPreserveHost " + g.pick("On", "Off") + "\nProxyPass /up http://" + g.http + "/\n"
		case 6:
			out += "ProxyPass /fc fcgi://" + g.fastCGI + "/srv/app/\n"
		case 7:
			out += "ProxyAddHeaders Off\nProxyPass /up http://" + g.http + "/\n"
		case 8:
			g.vars++
			name := fmt.Sprintf("balancer://app%d-%d", g.n, g.vars)
			out += "<Proxy " + name + ">\nBalancerMember http://" + g.http + g.pick("", "/member") + "\n" + g.sometimes(40, func() string { return g.access(0) }) + "</Proxy>\nProxyPass " +
				g.pick("/up "+name, "/up/ "+name+"/", "/bal "+name+"/inner") + "\n"
		case 9:
			out += g.pick("<Proxy *>\n", "<Proxy http://"+g.http+">\n", "<Proxy \"http://"+g.http+"/*\">\n", "<Proxy fcgi://"+g.fastCGI+">\n") + g.content(2) + "</Proxy>\n"
		case 10:
			out += "<ProxyMatch \"" + g.pick("^http://", "/(base|x)/", "^fcgi:") + "\">\n" + g.content(2) + "</ProxyMatch>\n"
		case 11:
			out += "<Location /up>\nProxyPass http://" + g.http + "/l\n</Location>\n<Location /up/no>\nProxyPass !\n</Location>\n"
		case 12:
			out += "<LocationMatch \"^/m/(?<rest>.*)\">\nProxyPassMatch http://" + g.http + "/q/$1\n" + g.content(2) + "</LocationMatch>\n"
		case 13:
			out += "ProxyVia " + g.pick("On", "Off", "Full", "Block") + "\n"
		}
	}
	return out
}

func (g *gen) aliases() string {
	return g.pick(
		"Alias /al "+g.root+"/sub", "Alias /al/ "+g.root+"/priv/", "ScriptAlias /cgi "+g.root+"/sub", "ScriptAlias /cgi/ "+g.root+"/priv/",
		"<Location /al>\nAlias "+g.root+"/sub\n</Location>", "<LocationMatch ^/al/(.*)$>\nAlias "+g.root+"/sub/$1\n</LocationMatch>", "<Location /cgi>\nScriptAlias "+g.root+"/sub\n</Location>",
		"AliasMatch ^/al/(.*)$ "+g.root+"/sub/$1", "Alias /sub/deep "+g.root+"/priv", "ScriptAliasMatch ^/cgi/(\\w+) "+g.root+"/sub/$1.cgi") + "\n"
}

func (g *gen) redirects() string {
	return g.pick(
		"Redirect /old /sub/", "Redirect 301 /old http://other.test/new", "Redirect permanent /sub/deep /moved", "Redirect gone /old", "RedirectMatch ^/old/(.*)$ /x/$1",
		"RedirectMatch 303 \"(.*)\\.txt$\" http://other.test$1.html?q", "Redirect 403 /priv/x.html", "RedirectMatch 404 /deep", "Redirect seeother /a.html /b.html?x=1",
		"RedirectPermanent /old http://other.test/", "<Location /old>\nRedirect 301 \"http://other.test%{REQUEST_URI}\"\n</Location>",
		"<Location /old>\nRedirect gone\n</Location>", "<LocationMatch ^/sub/(b.txt)$>\nRedirect 303 /priv/\n</LocationMatch>", "RedirectTemp /old/ /newer/") + "\n"
}
