package nginxdiff

// maps makes the map and geo blocks that all servers of one start have: the names of their variables are always the same.
func (g *gen) maps() {
	g.line("map $http_x_foo $m1 { default 0; yes 1; \"\" none; ~^(.)(.) $1; }")
	g.line("map $uri $m2 { default $arg_q; ~^/a 1; ~*^/B(.*) \"b$1\"; /dir/ 0; ~/(?<seg>x[^/]*) $seg; }")
	g.line("map $host:$remote_addr $m3 { default $v1; ~^one \"\"; ~127.0.0.1$ local; }")
	g.line("map $host $m4 { hostnames; default none; .two.test two; *.wild.test wild; mail.* mail; one.test $m1; }")
	g.line("map $http_authorization $m5 { %s \"\" none; \"~*^basic \" basic; \"~^Bearer (?<seg>.+)$\" $seg; }", pick(g, "default 0;", "", "default $remote_user;"))
	g.line("map $request_method $m6 { default \"Area %s\"; %s; }", pick(g, "A", "$host"), pick(g, "OPTIONS off", "~^(OPTIONS|HEAD)$ off", "GET off", "FOO \"\""))
	g.line("map %s $m7 { %s include %s/map.conf; }", pick(g, "$cookie_c", "$arg_q", "\"$scheme$request_method\"", "$remote_user"), pick(g, "volatile; ", "", "default d;"), g.dir)
	g.line("map \"%s\" $m8 { %s %s; }", pick(g, "$http_x_foo-$remote_addr", "$m1$m4", "${args}x", "$server_port"), pick(g, "default $m1;", "default \"\";"),
		pick(g, "~^yes 1; yes-127.0.0.1 2", "\"~(.)$\" $1", "none 0; \\default 5", "0none z; ~0 y"))
	g.line("geo $g1 { default 0; 127.0.0.0/30 1; 127.0.0.2 2; }")
	g.line("geo $g2 { %s; %s }", pick(g, "ranges", "ranges; default out"), pick(g, "127.0.0.2-127.0.0.4 in;", "127.0.0.1-127.0.0.1 me; 127.0.0.3-127.0.0.9 they;"))
	g.line("geo %s $g3 { %s 127.0.0.0/29 near; 10.0.0.0/8 ten; %s; }", pick(g, "$http_x_foo", "$arg_q", "$realip_remote_addr"), pick(g, "", "default far;"), pick(g, "127.0.0.9 nine", "default else", "0.0.0.0/0 all"))
}
