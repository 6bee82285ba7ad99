package real

// Apache configurations that more than one scenario uses, or that are long.

const apacheDigest = `
<Location />
	AuthType Digest
	AuthName "Shop"
	AuthDigestProvider file
	AuthUserFile @dir@/htdigest
	Require valid-user
</Location>
`

const apacheDirectory = `
<Directory @dir:front@/htdocs>
	AllowOverride All
	AuthType Basic
	AuthName "Orders"
	AuthUserFile @dir@/htpasswd
	Require valid-user
</Directory>
`

func apacheRequire(container string) string {
	return `
<Location />
	AuthType Basic
	AuthName "Orders"
	AuthUserFile @dir@/htpasswd
	<` + container + `>
		Require ip 10.0.0.0/8
		Require valid-user
	</` + container + `>
</Location>
`
}

const apacheForm = `
<Location />
	AuthType Form
	AuthName "Shop"
	AuthFormProvider file
	AuthUserFile @dir@/htpasswd
	AuthFormLoginRequiredLocation "/login.html"
	Session On
	SessionCookieName session path=/
	Require valid-user
</Location>
<Location /login.html>
	Require all granted
</Location>
<Location /dologin>
	SetHandler form-login-handler
	AuthFormLoginSuccessLocation "/index.html"
	Require all granted
</Location>
`

// htaccess is WordPress's, with the rule that hands Authorization on above or below the one that ends the list.
func htaccess(above bool) string {
	pass := "RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\n"
	end := "RewriteRule ^(index|api)\\.php$ - [L]\n"
	if above {
		return "RewriteEngine On\n" + pass + end
	}
	return "RewriteEngine On\n" + end + pass
}

const apacheCGI = `
ScriptAlias /cgi/ @dir@/cgi/
<Directory @dir@/cgi>
	Require all granted
</Directory>
`

const cgiCheck = `#!/bin/sh
if [ "$HTTP_AUTHORIZATION" = "Bearer ` + token + `" ]; then
	printf 'Content-Type: application/json\r\n\r\n{"hello":"alice"}\n'
else
	printf 'Status: 401 Unauthorized\r\nContent-Type: application/json\r\nWWW-Authenticate: Bearer realm="api"\r\n\r\n{"error":"Token not found"}\n'
fi
`

const apacheFCGID = `
FcgidIPCDir @dir:front@/fcgid
FcgidProcessTableFile @dir:front@/fcgid_shm
<Directory @dir:front@/htdocs>
	Options +ExecCGI
</Directory>
AddHandler fcgid-script .php
FcgidWrapper /usr/bin/php-cgi8.2 .php
`

const apacheWSGI = `
WSGIScriptAlias / @dir@/app.wsgi
<Directory @dir@>
	Require all granted
</Directory>
`

const wsgiCheck = `
def application(env, start):
    if env.get("HTTP_AUTHORIZATION") == "Bearer ` + token + `":
        start("200 OK", [("Content-Type", "application/json")])
        return [b'{"hello": "alice"}']
    start("401 Unauthorized", [("Content-Type", "application/json"), ("WWW-Authenticate", 'Bearer realm="api"')])
    return [b'{"detail": "Authentication credentials were not provided."}']
`
