package apachediff

// conds makes conditions for the next rule.
func (g *gen) conds() string {
	out := ""
	for range g.IntN(3) {
		out += "RewriteCond " + g.pick(
			"%{REQUEST_METHOD} ^GET$", "%{REQUEST_METHOD} !=POST", "%{HTTP:X-Tok} one", "%{HTTP:X-Tok} ^(.)", "%{HTTP:Authorization} ^(.+)$", "%{HTTP:Authorization} .",
			"%{REQUEST_FILENAME} !-f", "%{REQUEST_FILENAME} !-d", "%{REQUEST_FILENAME} -f", "%{DOCUMENT_ROOT}%{REQUEST_URI} -f", "%{REQUEST_URI} !^/sub",
			"%{HTTP_HOST} ^v", "%{HTTP_HOST} ^(.*)\\.test [NC]", "%{QUERY_STRING} x=([^&]*)", "%{QUERY_STRING} ^$", "%{REMOTE_ADDR} ^127\\.0\\.0\\.1$", "%{ENV:mark} .",
			"%{HTTPS} off", "%{ENV:REDIRECT_STATUS} ^$", "%{THE_REQUEST} html", "expr \"%{REQUEST_METHOD} == 'GET'\"", "%{HTTP_COOKIE} a=b [OR]\nRewriteCond %{HTTP:X-Tok} two",
			"%{REQUEST_URI} >/a", "%{HTTP:X-Num} -gt5", "%{REMOTE_USER} .", "%{HTTP_AUTHORIZATION} .", "%{IS_SUBREQ} false", "%{REQUEST_SCHEME} =http", "%{REQUEST_FILENAME} -x", "${low:%{HTTP:X-Tok}} one",
			"${pages:%{REQUEST_URI}|none} !none", "%{LA-U:REMOTE_USER} alice", "%{HTTP:X-Tok} =ONE [NC]", "%{HTTP:X-Num} <=7", "%{SERVER_PORT} ^80$", "%{CONTEXT_PREFIX} .", "%{HANDLER} cgi") + "\n"
	}
	return out
}

// serverRewrite makes rules of a virtual host.
func (g *gen) serverRewrite() string {
	out := "RewriteEngine " + g.pick("On", "On", "On", "On", "On", "Off") + "\n"
	for range 1 + g.IntN(3) {
		out += g.conds() + "RewriteRule " + g.pick(
			".* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]", "^ - [E=mark:1]", "^/sub/(.*)$ /priv/$1", "^/old/(.*)$ /sub/$1 [R=301,L]", "^/old /a.html [PT]",
			"^/priv - [F]", "\\.txt$ - [G]", "^/up/(.*)$ http://"+g.http+"/rw/$1 [P]", "^/a\\.html$ /b.txt [L]", "^/(\\w+)\\.html$ /env.cgi?page=$1 [QSA]", "^/x(.*) http://other.test/$1?a=b [R,NE]",
			"^/nowhere - [R=404]", "!\\.(html|txt|cgi|php)$ - [E=no:ext]", "^/(sub)/deep /$1/ [L,R]", "^/a - [S=1]", "^/(.*)$ /$1 [E=path:$1,QSD]", "^/fc/(.*) fcgi://"+g.fastCGI+"/srv/$1 [P,L]",
			"^/old - [C]\nRewriteRule ^ /sub/b.txt [L]", "^/al - [END]", "^/(.*\\.php)$ /app.php/$1 [L]", "^/m$ /sub [R=307]", "^/(.*)$ ${pages:/$1|/$1}", "^/pages/(.*) /${low:$1} [PT]", "^/A\\.HTML$ /b.txt [NC,L]", "^/sub/(.*)$ /env.cgi?q=$1 [B,L]", "^/env$ /env.cgi [H=cgi-script,L]",
			"^ - [E=who:%{LA-U:REMOTE_USER}]", "^ - [E=!mark]", "^/x(x*)$ /$1 [N=4]", "^/old - [CO=seen:1:.test]", "^/(al|cgi)/(.*)$ /sub/$2 [NS]", "^/up/in https://other.test/ [R=303,QSD]", "^/priv/x /%1/a.html [L]") + "\n"
	}
	return out
}

// dirRewrite makes rules of a folder.
func (g *gen) dirRewrite() string {
	out := "RewriteEngine " + g.pick("On", "On", "On", "On", "On", "Off") + "\n"
	if g.chance(15) {
		out += "RewriteBase " + g.pick("/", "/sub/", "/priv") + "\n"
	}
	if g.chance(8) {
		out += "RewriteOptions " + g.pick("Inherit", "InheritBefore", "IgnoreInherit", "MergeBase") + "\n"
	}
	for range 1 + g.IntN(3) {
		out += g.conds() + "RewriteRule " + g.pick(
			".* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]", "^index\\.php$ - [L]", ". /index.php [L]", "^(.*)$ env.cgi?q=$1 [QSA,L]", "^(.*)\\.html$ $1.txt", "^ - [E=mark:dir]",
			"^a\\.html$ - [F]", "^old$ a.html [R=301]", "^b\\.txt$ /sub/b.txt [L]", "^x\\.html$ http://other.test/$0 [R]", "^(sub|priv)$ - [E=dir:$1]", "^ - [END]", "^b - [F,L]",
			"(.*) - [E=got:$1]", "^c\\.html$ http://"+g.http+"/dir/$0 [P]", "^nothing/(.*)$ $1 [R,L,NE]", "^env$ env.cgi [L]", "^env\\.cgi$ - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization},L]",
			"^deep/(.*)$ /priv/$1 [END]", "^a\\.html$ b.txt?x=1 [L]", "^$ a.html [L]", "!^env\\.cgi env.cgi/$0 [L]", "^(.*)$ - [E=who:%{REMOTE_USER}]", "^gone - [G]", "^C\\.HTML$ index.cgi [NC]",
			"^(.*\\.txt)$ env.cgi?q=$1 [B,L]", "^env - [H=cgi-script]", "^env\\.cgi/(.*)$ env.cgi [DPI,L]", "^ - [E=!mark]", "^b\\.txt$ ${pages:/old} [L]", "^x+(x.*)$ $1 [N=3]", "^index - [NS,F]") + "\n"
	}
	return out
}
