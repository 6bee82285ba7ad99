package nginxdiff

import (
	"slices"
	"strings"
)

// locations makes the locations of a server, or those inside one.
func (g *gen) locations(within string, regex bool, depth int) {
	seen := map[string]bool{}
	for range 1 + g.IntN(4) {
		mod, name := "", within
		switch {
		case regex || g.chance(25):
			mod, name = pick(g, "~", "~", "~*"), patterns[g.IntN(len(patterns))]
		default:
			mod = pick(g, "", "", "", "", "=", "^~")
			if within == "" || g.chance(80) {
				name = strings.TrimSuffix(within, "/") + g.path()
				if !strings.HasPrefix(name, within) {
					name = within + strings.TrimPrefix(g.path(), "/")
				}
			}
			if within == "" && g.chance(25) {
				name = "/"
			}
		}
		key := mod + " " + name
		if mod != "=" && mod[:min(1, len(mod))] != "~" {
			key = "prefix " + name
		}
		if seen[key] || key == "prefix "+within || mod == "=" && name == within && within != "" {
			continue
		}
		seen[key] = true
		if mod == "" || mod == "=" || mod == "^~" {
			g.paths = append(g.paths, name)
		}
		isRegex := strings.HasPrefix(mod, "~")
		head := "location " + mod + " " + quote(name)
		g.block(head, func() { g.location(name, mod, isRegex, depth) })
	}
}

func (g *gen) location(name, mod string, regex bool, depth int) {
	g.common()
	if g.chance(5) {
		g.line("internal;")
	}
	if g.chance(12) {
		g.line("auth_request %s;", pick(g, "/auth", "/auth", "/a", g.path(), "off", "/auth?x=1"))
		if g.chance(50) {
			g.line("auth_request_set $v%d %s;", 1+g.IntN(3), pick(g, "$status", "$uri", "$v1", "$http_x_foo", "$sent_http_x_a"))
		}
	}
	g.referers()
	if g.chance(35) {
		g.rewrites(0, true)
	}
	if g.chance(10) {
		g.block("limit_except "+pick(g, "GET", "GET POST", "POST", "OPTIONS", "PUT DELETE"), func() {
			seen := map[string]bool{}
			for range 1 + g.IntN(2) {
				l := pick(g, "deny all;", "allow 127.0.0.1;", "deny 127.0.0.2;", `auth_basic "Writers";`, "auth_basic_user_file "+g.dir+"/htpasswd;", "proxy_pass http://"+g.echo.HTTP+";")
				if !seen[l] {
					g.line("%s", l)
				}
				seen[l] = true
			}
		})
	}
	// nginx crashes when try_files leaves a shorter URL than what proxy_pass cuts off.
	replaces := g.ending(name, mod, regex)
	if g.chance(8) && !replaces && !slices.Contains([]string{"="}, mod) {
		g.tryFiles()
	}
	if depth < 2 && mod != "=" && mod != "@" && g.chance(20) {
		g.locations(name, regex, depth+1)
	}
}

// ending is what answers a location's requests. replaces says that it is a proxy_pass with a path.
func (g *gen) ending(name, mod string, regex bool) (replaces bool) {
	plain := mod == "" || mod == "=" || mod == "^~"
	switch g.IntN(9) {
	case 0, 1, 2, 3:
		uri := ""
		if plain && g.chance(50) {
			uri, replaces = pick(g, "/", "/up", "/up/", "/u?x=", "?y"), true
		}
		to := "http://" + g.echo.HTTP + uri
		if g.chance(15) {
			to = pick(g, "http://"+g.echo.HTTP+"$uri", "http://"+g.echo.HTTP+"$request_uri", "http://backend"+uri, "http://backend/$v1", "http://nowhere.invalid$uri$v1", "http://"+g.echo.HTTP+"?$args", "$v1")
		}
		if g.chance(8) {
			to, replaces = "http://unix:"+g.dir+"/echo.sock"+map[bool]string{true: ":" + uri}[uri != ""], uri != ""
		}
		g.line(`proxy_pass "%s";`, to)
		if g.chance(4) {
			g.line("proxy_set_body %s;", g.quoted())
		}
		if g.chance(8) {
			g.line("proxy_cache c;")
			g.line("proxy_cache_bypass 1;")
		}
	case 4:
		if g.chance(35) {
			g.grpcPass()
			return false
		}
		way := g.gatewayPass()
		if g.chance(60) {
			g.line("%s_param SCRIPT_FILENAME $document_root$fastcgi_script_name;", way)
			g.line("%s_param HTTPS $https if_not_empty;", way)
			g.line("%s_param %s %s;", way, pick(g, "HTTP_AUTHORIZATION", "HTTP_X_FOO", "REMOTE_USER", "PATH_INFO"), pick(g, "$http_authorization", `""`, "$remote_user", "$fastcgi_path_info"))
		}
		if g.chance(10) {
			g.line("%s_pass_request_headers %s;", way, pick(g, "off", "on"))
		}
		if way == "fastcgi" && g.chance(30) {
			g.line(`fastcgi_split_path_info "^(.+\.php)(/.*)$";`)
			g.line("fastcgi_index index.php;")
		}
	case 5:
		g.line("root %s;", g.dir+pick(g, "/docs", "/docs/", "/docs/dir", "/none", "/docs$v1"))
	case 6:
		if mod != "@" {
			if regex {
				g.line("alias %s;", g.dir+pick(g, "/docs/$1", "/docs/a", "/docs/index.html", "/docs/"))
			} else {
				g.line("alias %s;", g.dir+pick(g, "/docs/", "/docs/dir/", "/docs/a", "/docs/$arg_q"))
			}
		}
	case 7:
		g.ret()
	case 8:
		if g.chance(30) {
			g.line("%s;", pick(g, "stub_status", "empty_gif"))
		}
	}
	return replaces
}

// gatewayPass writes a pass to a program that takes parameters, and gives its kind.
func (g *gen) gatewayPass() string {
	way := pick(g, "fastcgi", "fastcgi", "uwsgi", "scgi")
	g.line("%s_pass %s;", way, map[string]string{"fastcgi": g.echo.FastCGI, "uwsgi": g.echo.UWSGI, "scgi": g.echo.SCGI}[way])
	return way
}

// grpcPass writes a pass to a gRPC server, or to what is no address; where nobody listens, nginx would answer 502 by what it finds there.
func (g *gen) grpcPass() {
	a := g.echo.GRPC
	g.line(`grpc_pass "%s";`, pick(g, a, a, "grpc://"+a, "GRPC://"+a, "rpc", "grpc://rpc", "grpc://$v1", "$v2", "nowhere.invalid:$server_port", "$host:$arg_none", a+"$uri", "rp$arg_none", "http://$host",
		"unix:"+g.dir+"/grpc.sock"))
}

func (g *gen) tryFiles() {
	var a []string
	for range 1 + g.IntN(3) {
		a = append(a, pick(g, "$uri", "$uri/", "/a/b.txt", "/index.html", "$uri.html", "/dir/", "$v1", "/$arg_q"))
	}
	a = append(a, pick(g, "=404", "=403", "/index.html", "/x.php?$args", "/a/$v1", "=401", pick(g, append([]string{"=404"}, g.named...)...)))
	g.line("try_files %s;", strings.Join(a, " "))
}
