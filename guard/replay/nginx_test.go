package replay_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/nginx"
	"github.com/why401/why401/guard/replay"
	"github.com/why401/why401/lab/confdiff"
	"github.com/why401/why401/lab/real"
	"github.com/why401/why401/logs/line"
)

const nginxLog = `log_format site '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_host" "$http_user_agent"';`

const (
	nAuth = "auth_basic in; auth_basic_user_file @dir@/users;"
	nPass = "proxy_pass http://ECHO_A; "
)

// nginxSites are changes of a server block. ECHO_A and ECHO_B are servers behind, @dir@ the folder of the password files.
var nginxSites = []*site{
	{name: "none", old: nAuth + "location / { " + nPass + "}", new: "location / { " + nPass + "}" + nAuth},
	{name: "moved", old: "location / {" + nPass + "} location /api/ {" + nAuth + nPass + "}",
		new: "location / {" + nPass + "} location /api/ { return 404; } location /v2/api/ {" + nAuth + nPass + "}", want: replay.Refused},
	{name: "anytoall", old: "location / { satisfy any; allow 127.0.0.1; deny all; " + nAuth + nPass + "}",
		new: "location / { satisfy all; allow 127.0.0.1; deny all; " + nAuth + nPass + "}", want: replay.Refused, open: true},
	{name: "alltoany", old: "location / { satisfy all; allow 127.0.0.0/8; deny all; " + nAuth + nPass + "}",
		new: "location / { satisfy any; allow 127.0.0.0/8; deny all; " + nAuth + nPass + "}", want: replay.Opened},
	{name: "deny", old: "location / {" + nPass + "}", new: "location / { deny 127.0.0.3; " + nPass + "}", want: replay.Refused},
	{name: "denygone", old: "location / { allow 127.0.0.1; allow 127.0.0.3; deny all; " + nPass + "}", new: "location / {" + nPass + "}", want: replay.Opened},
	{name: "userfile", old: nAuth + "location / {" + nPass + "}", new: "auth_basic in; auth_basic_user_file @dir@/nobob; location / {" + nPass + "}", want: replay.Refused},
	{name: "newhash", old: nAuth + "location / {" + nPass + "}", new: "auth_basic in; auth_basic_user_file @dir@/changed; location / {" + nPass + "}", open: true, rehashed: true},
	{name: "spoilt", old: nAuth + "location / {" + nPass + "}", new: "auth_basic in; auth_basic_user_file @dir@/spoilt; location / {" + nPass + "}", want: replay.Refused},
	{name: "nofile", old: nAuth + "location / {" + nPass + "}", new: "auth_basic in; auth_basic_user_file @dir@/nosuchfile; location / {" + nPass + "}", want: replay.Refused},
	{name: "stripped", old: nAuth + "location / {" + nPass + "}", new: nAuth + `location / { proxy_set_header Authorization ""; ` + nPass + "}", want: replay.Stripped},
	{name: "handedon", old: nAuth + `location / { proxy_set_header Authorization ""; ` + nPass + "}", new: nAuth + "location / {" + nPass + "}", want: replay.HandedOn},
	{name: "shadowed", old: nAuth + `proxy_set_header Authorization ""; location / {` + nPass + "}",
		new: nAuth + `proxy_set_header Authorization ""; location / { proxy_set_header X-Site a; ` + nPass + "}", want: replay.HandedOn},
	{name: "rewrite", old: "location / {" + nPass + "} location /inner/ {" + nAuth + nPass + "}",
		new: "rewrite ^/old/(.*)$ /inner/$1 last; location / {" + nPass + "} location /inner/ {" + nAuth + nPass + "}", want: replay.Refused, open: true},
	{name: "methods", old: "location / {" + nPass + "}", new: "location / { limit_except GET { deny all; } " + nPass + "}", want: replay.Refused},
	{name: "login", old: nAuth + "location / {" + nPass + "}", new: "location = /login {" + nPass + "} location / { return 302 /login; }", want: replay.Redirected},
	{name: "authoff", old: nAuth + "location / {" + nPass + "}", new: nAuth + "location / {" + nPass + "} location /data/ { auth_basic off; " + nPass + "}", want: replay.Opened},
	{name: "authon", old: "location / {" + nPass + "}", new: "location / {" + nPass + "} location ~ \\.json$ {" + nAuth + nPass + "}", want: replay.Refused, open: true},
	{name: "upstream", old: nAuth + "location / {" + nPass + "}", new: nAuth + "location / { proxy_pass http://ECHO_B; }", want: replay.Elsewhere},
	{name: "path", old: "location /api/ {" + nAuth + nPass + "} location / {" + nPass + "}", new: "location /api/ {" + nAuth + "proxy_pass http://ECHO_A/; } location / {" + nPass + "}", want: replay.Elsewhere},
	{name: "key", old: "location / {" + nPass + "}", new: `location / { if ($http_x_key = "") { return 401; } ` + nPass + "}", open: true},
	{name: "samekey", old: nAuth + `location / { if ($http_x_gone = "yes") { return 401; } ` + nPass + "}",
		new: `location / { if ($http_x_gone = "yes") { return 401; } auth_basic in; auth_basic_user_file @dir@/nobob; ` + nPass + "}", want: replay.Refused},
	{name: "geo", old: "location / {" + nPass + "}", new: "location / { if ($inside = 0) { return 403; } " + nPass + "}", want: replay.Refused},
	{name: "root", old: nAuth + "root @dir@/docs;", new: nAuth + "root @dir@/docs; location /files/ { root @dir@/empty; }", want: replay.Missing},
	{name: "fails", old: nAuth + "location / {" + nPass + "}", new: nAuth + "location / {" + nPass + "} location /api/ { return 503; }", want: replay.Fails},
	{name: "subrequest", old: "location / {" + nPass + "}", new: "location / { auth_request /ask; " + nPass + "} location = /ask { internal; return 403; }", want: replay.Refused},
	{name: "asks", old: "location / {" + nPass + "}", new: "location / { auth_request /ask; " + nPass + "} location = /ask { internal; proxy_pass http://ECHO_B; }", open: true},
}

func nginxText(name string, pick func(*site) string, up upstreams) string {
	var b strings.Builder
	b.WriteString(nginxLog + "\naccess_log @dir:" + name + "@/site.log site;\ngeo $inside { default 0; 127.0.0.1 1; }\n")
	b.WriteString("server { listen @" + name + "@; return 204; }\n")
	for _, s := range nginxSites {
		b.WriteString("server {\n\tlisten @site@;\n\tserver_name " + s.name + ".test;\n\t" + pick(s) + "\n}\n")
	}
	return strings.NewReplacer("ECHO_A", up.a.HTTP, "ECHO_B", up.b.HTTP).Replace(b.String())
}

// TestNginx holds what replay says against the real nginx with the new configuration.
func TestNginx(t *testing.T) {
	lab := real.NewWorld(t)
	up := upstreams{confdiff.NewEcho(t), confdiff.NewEcho(t)}
	passwordFiles(lab)
	for _, f := range []string{"index.html", "api/x", "api/item/1", "api/item/2", "old/a", "files/a.txt", "data/x.json"} {
		lab.File("docs/"+f, f+"\n")
	}
	lab.File("empty/readme", "nothing else\n")
	w := &world{t: t, port: lab.Port("site")}
	old := lab.Nginx("old", nginxText("old", func(s *site) string { return s.old }, up))
	read := func(dir string) replay.Configuration {
		main := filepath.Join(dir, "nginx.conf")
		c, err := nginx.Options{Prefix: dir}.Read(conf.Disk(), main)
		return configuration(t, main, c, err)
	}
	w.old = read(old.Dir)
	var err error
	if w.formats, err = line.FromConfig(nginxLog); err != nil {
		t.Fatal(err)
	}
	w.ask(nginxSites, up, filepath.Join(old.Dir, "site.log"), func() {
		old.Stop()
		w.new = read(lab.Nginx("new", nginxText("new", func(s *site) string { return s.new }, up)).Dir)
	})
	w.check(true)
	w.check(false)
}
