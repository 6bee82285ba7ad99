package replay_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/apache"
	"github.com/why401/why401/guard/replay"
	"github.com/why401/why401/lab/confdiff"
	"github.com/why401/why401/lab/real"
	"github.com/why401/why401/logs/line"
)

const (
	apacheLog = `LogFormat "%a - %u %t \"%r\" %>s %b \"%{Host}i\" \"%{User-Agent}i\"" site`
	aAuth     = "AuthType Basic\nAuthName in\nAuthUserFile @dir@/users\n"
	aPass     = "ProxyPass / http://ECHO_A/\n"
)

func proxied(inside string) string { return aPass + "<Location />\n" + inside + "</Location>\n" }

func docs(access string) string {
	return "DocumentRoot @dir@/docs\n<Directory @dir@/docs>\n" + access + "</Directory>\n"
}

// apacheSites are changes of a virtual host.
var apacheSites = []*site{
	{name: "none", old: proxied(aAuth + "Require valid-user\n"), new: proxied("Require valid-user\n" + aAuth)},
	{name: "require", old: proxied(aAuth + "Require valid-user\n"), new: proxied(aAuth + "Require user alice\n"), want: replay.Refused},
	{name: "group", old: proxied(aAuth + "AuthGroupFile @dir@/groups\nRequire group staff\n"), new: proxied(aAuth + "AuthGroupFile @dir@/groups\nRequire group few\n"), want: replay.Refused},
	{name: "anytoall", old: proxied(aAuth + "Require ip 127.0.0.1\nRequire valid-user\n"), new: proxied(aAuth + "<RequireAll>\nRequire ip 127.0.0.1\nRequire valid-user\n</RequireAll>\n"), want: replay.Refused},
	{name: "alltoany", old: proxied(aAuth + "<RequireAll>\nRequire ip 127.0.0.0/8\nRequire valid-user\n</RequireAll>\n"), new: proxied(aAuth + "Require ip 127.0.0.0/8\nRequire valid-user\n"), want: replay.Opened},
	{name: "deny", old: proxied("Require all granted\n"), new: proxied("<RequireAll>\nRequire all granted\nRequire not ip 127.0.0.3\n</RequireAll>\n"), want: replay.Refused},
	{name: "denygone", old: proxied("Require ip 127.0.0.1 127.0.0.3\n"), new: proxied("Require all granted\n"), want: replay.Opened},
	{name: "order", old: proxied("Order allow,deny\nAllow from all\n"), new: proxied("Order deny,allow\nDeny from 127.0.0.3\n"), want: replay.Refused},
	{name: "satisfy", old: proxied(aAuth + "Require valid-user\nOrder allow,deny\nAllow from 127.0.0.1\nSatisfy Any\n"),
		new: proxied(aAuth + "Require valid-user\nOrder allow,deny\nAllow from 127.0.0.1\nSatisfy All\n"), want: replay.Refused},
	{name: "userfile", old: proxied(aAuth + "Require valid-user\n"), new: proxied(strings.Replace(aAuth, "/users", "/nobob", 1) + "Require valid-user\n"), want: replay.Refused},
	{name: "newhash", old: proxied(aAuth + "Require valid-user\n"), new: proxied(strings.Replace(aAuth, "/users", "/changed", 1) + "Require valid-user\n"), open: true, rehashed: true},
	{name: "spoilt", old: proxied(aAuth + "Require valid-user\n"), new: proxied(strings.Replace(aAuth, "/users", "/spoilt", 1) + "Require valid-user\n"), want: replay.Refused},
	{name: "nofile", old: proxied(aAuth + "Require valid-user\n"), new: proxied(strings.Replace(aAuth, "/users", "/nosuchfile", 1) + "Require valid-user\n"), want: replay.Fails},
	{name: "stripped", old: proxied(aAuth + "Require valid-user\n"), new: proxied(aAuth + "Require valid-user\nRequestHeader unset Authorization\n"), want: replay.Stripped},
	{name: "handedon", old: proxied(aAuth + "Require valid-user\nRequestHeader unset Authorization\n"), new: proxied(aAuth + "Require valid-user\n"), want: replay.HandedOn},
	{name: "authoff", old: proxied(aAuth + "Require valid-user\n"), new: proxied(aAuth+"Require valid-user\n") + "<Location /data>\nAuthType None\nRequire all granted\n</Location>\n", want: replay.Opened},
	{name: "rewrite", old: aPass, new: "RewriteEngine On\nRewriteRule ^/old/ - [F]\n" + aPass, want: replay.Refused},
	{name: "redirect", old: proxied(aAuth + "Require valid-user\n"), new: "RewriteEngine On\nRewriteRule ^/api/ http://login.test/ [R=302,L]\n" + proxied(aAuth+"Require valid-user\n"), want: replay.Redirected},
	{name: "upstream", old: proxied(aAuth + "Require valid-user\n"), new: strings.Replace(proxied(aAuth+"Require valid-user\n"), "ECHO_A", "ECHO_B", 1), want: replay.Elsewhere},
	{name: "path", old: proxied(aAuth + "Require valid-user\n"), new: "ProxyPass /api/ http://ECHO_A/v2/\n" + proxied(aAuth+"Require valid-user\n"), want: replay.Elsewhere},
	{name: "htaccess", old: docs("AllowOverride None\n" + aAuth + "Require valid-user\n"), new: docs("AllowOverride All\n" + aAuth + "Require valid-user\n"), want: replay.Refused},
	{name: "moved", old: docs(aAuth + "Require valid-user\n"), new: strings.Replace(docs(aAuth+"Require valid-user\n"), "/docs", "/empty", 2), want: replay.Missing},
	{name: "key", old: proxied("Require all granted\n"), new: proxied("Require expr %{HTTP:X-Key} == 'secret'\n"), open: true},
	{name: "samekey", old: proxied("SetEnvIf X-Gone yes gone\n" + aAuth + "<RequireAll>\nRequire valid-user\nRequire not env gone\n</RequireAll>\n"),
		new: proxied("SetEnvIf X-Gone yes gone\n" + strings.Replace(aAuth, "/users", "/nobob", 1) + "<RequireAll>\nRequire valid-user\nRequire not env gone\n</RequireAll>\n"), want: replay.Refused},
	{name: "methods", old: proxied("Require all granted\n"), new: proxied("<LimitExcept GET>\nRequire all denied\n</LimitExcept>\n"), want: replay.Refused},
	{name: "digest", old: proxied(aAuth + "Require valid-user\n"), new: proxied(strings.Replace(aAuth, "Basic", "Digest", 1) + "Require valid-user\n"), want: replay.Refused},
}

func apacheText(name string, pick func(*site) string, up upstreams) string {
	var b strings.Builder
	b.WriteString("Listen @site@\n" + apacheLog + "\n")
	for _, s := range apacheSites {
		b.WriteString("<VirtualHost @site@>\nServerName " + s.name + ".test\nCustomLog @dir:" + name + "@/site.log site\n" + pick(s) + "</VirtualHost>\n")
	}
	return strings.NewReplacer("ECHO_A", up.a.HTTP, "ECHO_B", up.b.HTTP).Replace(b.String())
}

// TestApache holds what replay says against the real Apache with the new configuration.
func TestApache(t *testing.T) {
	lab := real.NewWorld(t)
	up := upstreams{confdiff.NewEcho(t), confdiff.NewEcho(t)}
	passwordFiles(lab)
	for _, f := range []string{"index.html", "api/x", "api/item/1", "api/item/2", "old/a", "files/a.txt", "data/x.json"} {
		lab.File("docs/"+f, f+"\n")
	}
	lab.File("docs/api/.htaccess", "Require user alice\n")
	lab.File("empty/index.html", "nothing else\n")
	w := &world{t: t, port: lab.Port("site")}
	old := lab.ApacheDebian("old", apacheText("old", func(s *site) string { return s.old }, up))
	read := func(dir string) replay.Configuration {
		main := filepath.Join(dir, "apache.conf")
		c, err := apache.Read(conf.Disk(), main)
		return configuration(t, main, c, err)
	}
	w.old = read(old.Dir)
	var err error
	if w.formats, err = line.FromConfig(apacheLog); err != nil {
		t.Fatal(err)
	}
	w.ask(apacheSites, up, filepath.Join(old.Dir, "site.log"), func() {
		old.Stop()
		w.new = read(lab.ApacheDebian("new", apacheText("new", func(s *site) string { return s.new }, up)).Dir)
	})
	w.check(true)
	w.check(false)
}
