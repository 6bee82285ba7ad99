package site

import (
	"fmt"
	"net/netip"
	"path"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/apache"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// probes are paths that each system answers in PHP, and that a login in Authorization matters to.
var probes = map[Platform]string{WordPress: "/wp-json/", CiviCRM: "/civicrm/authx/id", Magento: "/rest/V1/modules", Drupal: "/user/login", Backdrop: "/user/login", Joomla: "/api/index.php"}

// around is a source with one more file: the smallest httpd that would read the .htaccess files of a site.
type around struct {
	conf.Source
	name, text string
}

func (a around) ReadFile(name string) ([]byte, error) {
	if name == a.name {
		return []byte(a.text), nil
	}
	return a.Source.ReadFile(name)
}

func (a around) Stat(name string) (conf.Info, error) {
	if name == a.name {
		return conf.Texts{a.name: a.text}.Stat(name)
	}
	return a.Source.Stat(name)
}

// frame is a configuration of httpd with PHP-FPM behind it, as sites run: every override is allowed.
const frame = `LoadModule authn_core_module -
LoadModule authn_file_module -
LoadModule authz_core_module -
LoadModule authz_host_module -
LoadModule authz_user_module -
LoadModule auth_basic_module -
LoadModule auth_digest_module -
LoadModule access_compat_module -
LoadModule dir_module -
LoadModule env_module -
LoadModule headers_module -
LoadModule mime_module -
LoadModule proxy_module -
LoadModule proxy_fcgi_module -
LoadModule rewrite_module -
LoadModule setenvif_module -
LoadModule alias_module -
LoadModule expires_module -
LoadModule deflate_module -
LoadModule autoindex_module -
LoadModule negotiation_module -
LoadModule filter_module -
DirectoryIndex index.php
Listen 80
DocumentRoot "%[1]s"
<Directory "%[1]s">
AllowOverride All
</Directory>
<FilesMatch "\.php$">
SetHandler "proxy:fcgi://127.0.0.1:9000"
</FilesMatch>
`

// open lets every request by, so that what happens behind the password can be followed.
const open = `<Location "/">
AuthType None
Require all granted
Satisfy Any
</Location>
`

// readHtaccess follows a request through the .htaccess files of the site, as httpd with PHP-FPM would: once without a login, and
// once with one that is let by.
func (in *Installation) readHtaccess(src conf.Source) {
	dir := in.documentRoot(src)
	file := path.Join(dir, ".htaccess")
	if in.Platform == CiviCRM && in.Host != nil || !exists(src, file) || strings.ContainsAny(dir, "\"\n") {
		return
	}
	if _, err := src.ReadFile(file); err != nil {
		in.gap(conf.Place{File: file}, "cannot be read: "+plain(err), "who is asked for a password there, and what becomes of Authorization")
		return
	}
	in.Files = append(in.Files, file)
	name := path.Join(dir, ".why401-httpd.conf")
	plainConf, err := apache.Read(around{src, name, fmt.Sprintf(frame, dir)}, name)
	if err != nil {
		in.gap(conf.Place{File: file}, "cannot be followed: "+err.Error(), "who is asked for a password there, and what becomes of Authorization")
		return
	}
	for _, u := range plainConf.Unread {
		if u.Place.File != name {
			in.gap(u.Place, u.What, "what the directive would do here")
		}
	}
	anonymous := plainConf.Tracer.Trace(in.request(nil))
	if r := anonymous.Refusing; r != nil && r.Place.File != name {
		h := Htaccess{At: r.Place, What: Refuses, Says: fmt.Sprintf("Apache refuses %s here with %d: %s.", in.probe(), anonymous.Status, r.Says)}
		if anonymous.Status == 401 {
			h.What, h.Says = AsksPassword, fmt.Sprintf("Apache asks for a password at %s.", in.probe())
		}
		in.Htaccess = append(in.Htaccess, h)
	}
	opened, err := apache.Read(around{src, name, fmt.Sprintf(frame, dir) + open}, name)
	if err != nil {
		return
	}
	t := opened.Tracer.Trace(in.request(exchange.Header{{Name: "Authorization", Value: secret.Public("Basic eDp5")}}))
	if t.Next == nil || t.Scope == nil || t.Scope.Pass == nil {
		return
	}
	at := t.Scope.Pass.Authorization.Place
	switch {
	case t.Next.Header.Has("HTTP_AUTHORIZATION") && at.Known():
		in.Htaccess = append(in.Htaccess, Htaccess{At: at, What: PassesAuthorization, Says: "This line hands Authorization on to PHP, a Basic login of the web server's own prompt with it."})
	case !t.Next.Header.Has("HTTP_AUTHORIZATION"):
		if !at.Known() {
			at = conf.Place{File: file}
		}
		in.Htaccess = append(in.Htaccess, Htaccess{At: at, What: HidesAuthorization, Says: "Behind Apache and PHP-FPM a Basic login in Authorization does not reach PHP: no line here hands it on."})
	}
}

func (in *Installation) probe() string {
	if p := probes[in.Platform]; p != "" {
		return p
	}
	return "/"
}

func (in *Installation) request(h exchange.Header) conf.Request {
	return conf.Request{Client: netip.MustParseAddr("198.51.100.7"), Request: exchange.Request{Method: "GET", Header: h,
		URL: exchange.URL{Scheme: "http", Host: "localhost", Port: "80", Path: in.probe()}}}
}

// Asks is the .htaccess rule that asks for a password, and whether Authorization gets on to PHP behind it.
func (in *Installation) Asks() (h Htaccess, handsOn, ok bool) {
	for _, x := range in.Htaccess {
		switch x.What {
		case AsksPassword:
			h, ok = x, true
		case PassesAuthorization:
			handsOn = true
		}
	}
	return h, handsOn, ok
}
