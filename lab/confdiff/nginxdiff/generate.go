package nginxdiff

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/why401/why401/lab/confdiff"
)

// gen makes one configuration: the servers of one address.
type gen struct {
	*rand.Rand
	address string
	ports   map[string]int // by what stands at them: "plain", "second", "wild", "tls"
	at      []string       // the ports that this configuration's servers listen at
	cert    string         // file name without .crt and .key
	echo    *confdiff.Echo
	dir     string // with docs and password files
	names   []string
	paths   []string // names of locations, for requests
	named   []string
	out     strings.Builder
	depth   int
}

func (g *gen) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *gen, from ...T) T { return from[g.IntN(len(from))] }

func (g *gen) line(format string, args ...any) {
	g.out.WriteString(strings.Repeat("\t", g.depth))
	fmt.Fprintf(&g.out, format+"\n", args...)
}

func (g *gen) block(head string, body func()) {
	g.line("%s {", head)
	g.depth++
	body()
	g.depth--
	g.line("}")
}

// segments are the parts of paths; some are files and folders of the document root.
var segments = []string{"a", "b", "dir", "img", "api", "x.php", "pic.png", "index.html", "secret", "a-b", "a.b", "A"}

func (g *gen) segment() string { return segments[g.IntN(len(segments))] }

func (g *gen) path() string {
	var b strings.Builder
	for range 1 + g.IntN(3) {
		b.WriteString("/" + g.segment())
	}
	if g.chance(40) {
		b.WriteString("/")
	}
	return b.String()
}

var patterns = []string{`\.php$`, `\.(png|html)$`, `^/a/(.*)$`, `^/(?<seg>[^/]+)/(.*)`, `^/api/([a-z]+)`, `/b/?$`, `[[:upper:]]`, `^/[a-z]{3}/`,
	`^/(img|dir)(/|$)`, `(?i)secret`, `^/a(?!/b)`, `.`, `x\.php(/.*)?$`, `%`, ` `, `^(/a)?/(b)?`, `\d|-`, `(a)|(b)`, `^/([^/]*)/([^/]*)/?(.*)$`}

// value is a value with variables, for set, fields and the like. Groups and maps never stand in one value: nginx reads the
// groups' lengths before it asks the map, which changes them.
func (g *gen) value() string {
	vars := []string{"$uri", "$args", "$is_args", "$request_uri", "$host", "$http_host", "$server_name", "$server_port", "$server_addr", "$scheme",
		"$https", "$remote_addr", "$remote_user", "$request_method", "$http_x_foo", "$arg_q", "$cookie_c", "$v1", "$v2", "${v3}", "$seg", "$document_uri",
		"$query_string", "$http_authorization", "$proxy_add_x_forwarded_for", "$server_protocol", "$realip_remote_addr", "$http_cookie",
		"$document_root", "$request_filename", "$content_length", "$http_user_agent", "$http_x_forwarded_for", "$status", "$request", "$arg_Q", "$limit_rate"}
	var b strings.Builder
	switch g.IntN(4) {
	case 0:
		return pick(g, "x", "1", "0", "", "plain text", "a:b")
	case 1:
		return pick(g, "$m1", "$m2", "$m3", "$m4", "$m5", "$m7", "$m8", "$g1", "$g2", "$g3")
	case 2:
		b.WriteString(fmt.Sprintf("$%d", 1+g.IntN(3)))
	}
	for range 1 + g.IntN(2) {
		b.WriteString(pick(g, "", "-", "/", ":") + "${" + strings.Trim(vars[g.IntN(len(vars))], "${}") + "}")
	}
	return b.String()
}

func (g *gen) quoted() string { return `"` + g.value() + `"` }

// address is a client's address or a network of some.
func (g *gen) network() string {
	return pick(g, "all", "127.0.0.1", "127.0.0.2", "127.0.0.0/31", "127.0.0.4/30", "127.0.0.0/8", "10.0.0.0/8", "::1", "192.0.2.7")
}

// common are directives that may stand in http, server and location alike.
func (g *gen) common() {
	if g.chance(15) {
		g.line("auth_basic %s;", pick(g, `"Area A"`, `"Area B"`, "off", "off", `"$v1"`, `"$http_x_foo"`, `""`, `"Area $host"`, "$m6", "$m6"))
	}
	if g.chance(12) {
		g.line("auth_basic_user_file %s;", pick(g, g.dir+"/htpasswd", g.dir+"/htpasswd", g.dir+"/htpasswd", "htpasswd", g.dir+"/missing", g.dir+"/unreadable",
			g.dir+"/odd", g.dir+"/$v2", g.dir+"/$host"))
	}
	if g.chance(12) {
		for range 1 + g.IntN(3) {
			g.line("%s %s;", pick(g, "allow", "deny"), g.network())
		}
	}
	if g.chance(10) {
		g.line("satisfy %s;", pick(g, "any", "any", "all"))
	}
	if g.chance(10) {
		g.errorPages()
	}
	if g.chance(10) {
		for range 1 + g.IntN(3) {
			g.line("proxy_set_header %s %s;", pick(g, "Host", "X-Real-IP", "Authorization", "X-Foo", "Connection", "X_Foo", "Cookie", "Content-Length", "X-Forwarded-Proto", "Accept", "X-Forwarded-For"),
				pick(g, g.quoted(), g.quoted(), `""`, "$host", "$http_authorization"))
		}
	}
	if g.chance(5) {
		g.line("proxy_pass_request_headers %s;", pick(g, "off", "on"))
	}
	if g.chance(4) {
		g.line("proxy_http_version %s;", pick(g, "1.0", "1.1"))
	}
	if g.chance(3) {
		g.line("proxy_method %s;", pick(g, "POST", "GET", "$request_method"))
	}
	if g.chance(8) {
		g.line("add_header %s %s%s;", pick(g, "WWW-Authenticate", "WWW-Authenticate", "X-A", "Location"), pick(g, `"Basic realm=added"`, `"$v1"`, `"Bearer"`), pick(g, "", " always"))
	}
	if g.chance(5) {
		g.line("index %s;", pick(g, "index.html", "x.php index.html", "index.html /a/b", "$v1.html index.html", "none"))
	}
	if g.chance(4) {
		g.line("autoindex %s;", pick(g, "on", "off"))
	}
	if g.chance(4) {
		g.line("recursive_error_pages %s;", pick(g, "on", "off"))
	}
	if g.chance(4) {
		g.line("absolute_redirect off;")
	} else if g.chance(4) {
		g.line("%s;", pick(g, "port_in_redirect off", "server_name_in_redirect on"))
	}
	if g.chance(5) {
		g.line("set_real_ip_from %s;", pick(g, "127.0.0.0/8", "127.0.0.1", "127.0.0.3"))
		if g.chance(70) {
			g.line("real_ip_header %s;", pick(g, "X-Forwarded-For", "X-Real-IP", "X-Foo"))
		}
		if g.chance(40) {
			g.line("real_ip_recursive on;")
		}
	}
	if g.chance(4) {
		g.line("fastcgi_param %s %s%s;", pick(g, "SCRIPT_FILENAME", "HTTP_AUTHORIZATION", "HTTP_X_FOO", "HTTPS"), g.quoted(), pick(g, "", " if_not_empty"))
	}
	if g.chance(4) {
		g.line("%s_param %s %s%s;", pick(g, "uwsgi", "scgi"), pick(g, "HTTP_AUTHORIZATION", "HTTP_X_FOO", "REMOTE_USER"), g.quoted(), pick(g, "", " if_not_empty"))
	}
	if g.chance(6) {
		for range 1 + g.IntN(2) {
			g.line("grpc_set_header %s %s;", pick(g, "Host", "Host", "X-Foo", "Authorization", "TE", "Content-Length", "X-Forwarded-For"), pick(g, g.quoted(), `""`, "$host"))
		}
	}
	if g.chance(4) {
		g.line("proxy_pass_request_body %s;", pick(g, "off", "on"))
	}
	if g.chance(3) {
		g.line("client_max_body_size %s;", pick(g, "1", "4", "0", "1k"))
	}
}

func (g *gen) errorPages() {
	for range 1 + g.IntN(2) {
		var codes []string
		for range 1 + g.IntN(2) {
			codes = append(codes, pick(g, "401", "401", "403", "403", "404", "404", "405", "500", "400", "301", "302", "413", "418", "502", "497"))
		}
		over := pick(g, "", "", "", "=200 ", "= ", "=401 ", "=404 ", "=302 ", "=204 ")
		targets := []string{"/index.html", "/a/b", g.path(), "/missing", "http://login.example/x", "/a?e=$status", "$v1", "https://$host$uri", "/dir/"}
		for _, n := range g.named {
			targets = append(targets, n, n)
		}
		g.line("error_page %s %s%s;", strings.Join(codes, " "), over, `"`+targets[g.IntN(len(targets))]+`"`)
	}
}

// rewrites are directives of the rewrite module.
func (g *gen) rewrites(level int, location bool) {
	for range 1 + g.IntN(2) {
		switch g.IntN(7) {
		case 0:
			g.line("set $v%d %s;", 1+g.IntN(3), g.quoted())
		case 1:
			if g.chance(25) {
				g.line("set $args %s;", g.quoted())
			} else {
				g.line("set $v%d %s;", 1+g.IntN(3), g.quoted())
			}
		case 2, 3:
			to := pick(g, "/$1", "/a/$1", "/b/$1/$2", "/x.php?p=$1", "/img$uri", "/c?", "http://other.example/$1", "https://other.example$uri?x=$1", "/$2$1?q=$2&r=$1", "$v1",
				"/dir/", "/api/$seg", "$scheme://h$request_uri?", "$uri/z", "/%41/$1", "/secret?$args", "/$v2/x", g.path(), g.path())
			g.line("rewrite %s %s%s;", quote(patterns[g.IntN(len(patterns))]), quote(to), pick(g, "", " last", " last", " break", " break", " redirect", " permanent"))
		case 4:
			if level > 0 || g.chance(30) {
				g.ret()
			}
		case 5:
			if g.chance(30) {
				g.line("break;")
			}
		case 6:
			if level < 1 { // nginx takes no if inside an if
				g.conditional(level, location)
			}
		}
	}
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

func (g *gen) ret() {
	g.line("return %s;", pick(g, "401", "403", "404", "405", "444", "500", "418", "204", `200 "body"`, `403 "no"`, `401 "$v1"`, `302 "$v1"`, `301 "https://$host$request_uri"`,
		`302 /login?next=$uri`, `"http://x.example/"`, `"$scheme://$host/$1"`, `307 "$uri"`, "301 /a/$1", `200 ""`, "502"))
}

// referers makes valid_referers; $invalid_referer is "" without it.
func (g *gen) referers() {
	if g.chance(15) {
		g.line("valid_referers %s;", pick(g, "none blocked server_names ref.test", "server_names", "none *.good.test", "blocked .dot.test", "good.test/in/ other.good.test", "mail.*", `"~\.good\." one.test`,
			"none www.good.test/in server_names", `"~GOOD.*/in"`))
	}
}

func (g *gen) conditional(level int, location bool) {
	v := pick(g, "$v1", "$v2", "$http_x_foo", "$http_authorization", "$request_method", "$uri", "$args", "$arg_q", "$host", "$remote_addr", "$m1", "$m2", "$scheme", "$remote_user",
		"$request_uri", "$cookie_c", "$https", "$server_port", "$seg", "$g1", "$m5", "$m7", "$m8", "$g2", "$invalid_referer", "$invalid_referer", "$http_referer")
	var cond string
	switch g.IntN(5) {
	case 0:
		cond = v
	case 1:
		cond = v + pick(g, " = ", " != ") + pick(g, "GET", "POST", "1", `""`, "/a", `"$v1"`, "127.0.0.1", "yes")
	case 2:
		cond = v + pick(g, " ~ ", " ~* ", " !~ ", " !~* ") + quote(pick(g, "^$", "a", "^GET|POST$", "^/(a|b)(.*)$", "127", "(.)(.)", "basic", "^(?<seg>.)"))
	case 3:
		cond = pick(g, "-f", "!-f", "-d", "!-d", "-e", "!-e", "-x") + " " + pick(g, "$request_filename", "$document_root$uri", g.dir+"/docs/a", g.dir+"/docs/$v1", g.dir+"/htpasswd")
	case 4:
		cond = "$request_method " + pick(g, "=", "!=") + " " + pick(g, "GET", "POST", "OPTIONS")
	}
	g.block("if ("+cond+")", func() {
		if location && g.chance(25) {
			g.line("%s", pick(g, "proxy_pass http://"+g.echo.HTTP+";", `add_header WWW-Authenticate "Basic realm=if" always;`, "root "+g.dir+"/docs/dir;", "error_page 403 404 =200 /index.html;",
				"fastcgi_pass "+g.echo.FastCGI+";"))
		}
		if g.chance(80) {
			g.rewrites(level+1, location)
		}
		if level == 0 && g.chance(40) {
			g.ret()
		}
	})
}

// server makes a server block.
func (g *gen) server(i int, def bool) {
	names := pick(g, "", "one.test", "two.test www.two.test", "*.wild.test", ".dot.test", "mail.*", `"~^(?<seg>[a-z]+)\.re\.test$"`, `"~^UP\d+\."`, "one.test", `"" empty.test`)
	g.block("server", func() {
		g.line("listen %s:%d%s;", g.address, g.ports["plain"], map[bool]string{true: " default_server"}[def])
		if g.chance(25) {
			g.line("listen %s:%d;", g.address, g.ports["second"])
			g.at = append(g.at, "second")
		}
		if g.chance(8) {
			g.line("listen %s;", pick(g, "", "*:", "0.0.0.0:")+fmt.Sprint(g.ports["wild"]))
			g.at = append(g.at, "wild")
		}
		if g.chance(10) {
			g.line("listen %s:%d ssl;", g.address, g.ports["tls"])
			g.line("ssl_certificate %s.crt; ssl_certificate_key %s.key;", g.cert, g.cert)
			g.at = append(g.at, "tls", "tls")
		}
		if names != "" {
			g.line("server_name %s;", names)
			for n := range strings.FieldsSeq(names) {
				g.names = append(g.names, strings.NewReplacer("*.", "sub.", ".*", ".any", `"`, "").Replace(strings.TrimPrefix(n, ".")))
			}
		}
		if g.chance(20) {
			g.line("underscores_in_headers on;")
		}
		if g.chance(12) {
			g.line("ignore_invalid_headers off;")
		}
		if g.chance(15) {
			g.line("merge_slashes off;")
		}
		g.named = nil
		for n := range 1 + g.IntN(2) {
			g.named = append(g.named, fmt.Sprintf("@n%d", n))
		}
		if g.chance(60) {
			g.line("root %s;", g.dir+"/docs")
		}
		g.common()
		g.referers()
		if g.chance(30) {
			g.rewrites(0, false)
		}
		if g.chance(5) {
			g.tryFiles()
		}
		if g.chance(8) {
			g.line("auth_request /auth;")
		}
		g.block("location = /auth", func() {
			g.line("internal;")
			if g.chance(20) {
				g.rewrites(0, true)
			}
			if g.chance(30) {
				g.line("error_page 401 403 404 = /index.html;")
			}
			switch g.IntN(4) {
			case 0:
				g.line("proxy_pass http://%s/check;", g.echo.HTTP)
			case 1:
				g.line("return %s;", pick(g, "401", "403", "204", "200", "500", "302 /x"))
			case 2:
				g.line("if ($http_authorization = \"\") { return 401; }")
				g.line("return 204;")
			default:
				g.line("try_files /index.html =403;")
			}
		})
		g.locations("", false, 0)
		for _, n := range g.named {
			g.block("location "+n, func() { g.location("", "@", false, 9) })
		}
	})
}

// config makes the servers of one address.
func (g *gen) config() string {
	n := pick(g, 1, 1, 2, 3)
	def := g.IntN(n + 1)
	for i := range n {
		g.server(i, i == def)
	}
	return g.out.String()
}

// shared makes what stands in http around all servers.
func (g *gen) shared() string {
	g.depth = 1
	g.line("proxy_cache_path %s/cache keys_zone=c:1m;", g.dir)
	g.line("upstream backend { server %s; }", g.echo.HTTP)
	g.line("upstream rpc { server %s; }", g.echo.GRPC)
	g.line("variables_hash_max_size 4096;")
	g.line("server_names_hash_bucket_size 256;")
	g.line("proxy_headers_hash_bucket_size 256;")
	g.maps()
	g.block("server", func() { // it makes every variable known, whatever the servers below set
		g.line("listen @front@;")
		g.line(`set $v1 ""; set $v2 ""; set $v3 "";`)
		g.line(`if ($uri ~ "^/(?<seg>x)$") { return 204; }`)
		g.line("return 204;")
	})
	if g.chance(50) {
		g.common()
	}
	return g.out.String()
}
