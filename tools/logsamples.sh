#!/bin/bash
# Makes the samples in logs/line/testdata by driving the real programs: each is started on loopback and a free port with a
# configuration of a few lines, asked the same dozen things, and its logs are kept as they are. Programs that are not
# installed are named and left out; the samples that are there stay.
#
#	tools/logsamples.sh [PROGRAM...]
#
# records all, or only those that are named. Run it again when a program's log format changes, and look at what the golden
# files then say. Programs that share a harness stand in tools/logsamples.
set -eu
export LC_ALL=C TZ=UTC

only=" $* "
tools=$(cd "$(dirname "$0")" && pwd)
out=$tools/../logs/line/testdata
dir=$(mktemp -d /tmp/why401-logsamples-XXXXXX)
chmod 755 "$dir"
pids=""
cleanup() {
	for p in $pids; do kill "$p" 2>/dev/null || true; done
	sleep 0.3
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

have() { # have PROGRAM: it is installed
	command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || { echo "logsamples: $1 is not installed" >&2; return 1; }
}

wanted() { # wanted PROGRAM: it is to be recorded
	[ "$only" = "  " ] || [ "${only#* "$1" }" != "$only" ] || return 1
	have "$1"
}
PATH=/usr/bin:/usr/sbin:$PATH

port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }

up() { # up PORT: waits until something listens there
	for _ in $(seq 100); do
		if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
		sleep 0.1
	done
	echo "logsamples: nothing listens on $1" >&2; tail -3 "$dir"/*.out >&2 || true
	return 1
}

ask() { # ask URL: the dozen
	c() { curl -s -o /dev/null -m 5 "$@" || true; }
	c "$1/"
	c "$1/private/"
	c -u alice:wrong "$1/private/"
	c -u nobody:wrong "$1/private/"
	c -u alice:secret "$1/private/"
	c -u "bob smith:secret" "$1/private/"
	c -A 'agent "with quotes" and \backslash' "$1/private/?a=%22b%22&c=%20d"
	c -A '' -e 'http://example.com/a"b' "$1/"
	c -H 'X-Forwarded-For: 203.0.113.9, 10.0.0.1' -H 'X-Request-Id: 7f3c9a' "$1/private/x"
	c -X OPTIONS -H 'Origin: http://example.com' "$1/private/"
	c -d user=alice "$1/login"
	c "$1/m%C3%BCnchen/$(printf 'x%.0s' $(seq 60))"
	local at=${1#http://}
	(exec 3<>"/dev/tcp/${at%:*}/${at##*:}" && printf 'NONSENSE\r\n\r\n' >&3 && timeout 2 cat <&3) >/dev/null 2>&1 || true
}

# alice:secret and bob smith:secret, APR1
h=$(openssl passwd -apr1 secret)
printf '%s\n' "alice:$h" "bob smith:$h" >"$dir/htpasswd"
chmod 644 "$dir/htpasswd"
mkdir -p "$dir/www/private"
echo hello >"$dir/www/index.html"
echo hello >"$dir/www/private/index.html"

backend=$(port)
(cd "$dir/www" && exec python3 -m http.server --bind 127.0.0.1 "$backend" >/dev/null 2>&1) &
pids="$pids $!"
up "$backend"

if wanted nginx; then
	p=$(port)
	cat >"$dir/nginx.conf" <<CONF
daemon off; pid $dir/nginx.pid; error_log $dir/nginx-error.log info; worker_processes 1;
events {}
http {
	log_format timed '\$remote_addr - \$remote_user [\$time_local] "\$request" \$status \$body_bytes_sent "\$http_referer" "\$http_user_agent" '
		'rt=\$request_time us="\$upstream_status" ua="\$upstream_addr" id=\$request_id xff="\$http_x_forwarded_for" host=\$host';
	log_format object escape=json '{"time":"\$time_iso8601","client":"\$remote_addr","user":"\$remote_user","request":"\$request","status":\$status,'
		'"bytes":\$body_bytes_sent,"agent":"\$http_user_agent","ref":"\$http_referer","upstream":"\$upstream_addr","upstream_status":"\$upstream_status","took":\$request_time}';
	access_log $dir/nginx-combined.log;
	access_log $dir/nginx-timed.log timed;
	access_log $dir/nginx-json.log object;
	client_body_temp_path $dir/b; proxy_temp_path $dir/p; fastcgi_temp_path $dir/f; uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
	server {
		listen 127.0.0.1:$p; server_name example.test; root $dir/www;
		location /private { auth_basic "x"; auth_basic_user_file $dir/htpasswd; proxy_pass http://127.0.0.1:$backend; }
		location /login { return 302 /private/; }
	}
}
CONF
	nginx -c "$dir/nginx.conf" -p "$dir" 2>/dev/null &
	pids="$pids $!"
	up "$p"
	ask "http://127.0.0.1:$p"
	cp "$dir/nginx.conf" "$out/nginx.conf"
	sed -i "s#$dir#/srv#g; s/127.0.0.1:$p/127.0.0.1:80/; s/:$backend/:8080/" "$out/nginx.conf"
	for f in combined timed json error; do cp "$dir/nginx-$f.log" "$out/nginx-$f.log"; done
fi

if wanted apache2; then
	p=$(port)
	sec=""
	for m in ${MODSECURITY:-/usr/lib/apache2/modules/mod_security2.so}; do
		[ -e "$m" ] && sec="LoadModule unique_id_module /usr/lib/apache2/modules/mod_unique_id.so
LoadModule security2_module $m
SecRuleEngine On
SecRequestBodyAccess On
SecAuditEngine RelevantOnly
SecAuditLogRelevantStatus ^403
SecAuditLogParts ABFHZ
SecAuditLogType Serial
SecAuditLogFormat @FORMAT@
SecAuditLog $dir/modsec-@FORMAT@.log
SecRule REQUEST_URI \"@contains b\" \"id:1234,phase:1,deny,status:403,msg:'no b please',severity:CRITICAL\""
	done
	for format in Native JSON; do
		cat >"$dir/apache.conf" <<CONF
ServerRoot $dir
ServerName example.test
PidFile $dir/apache.pid
Listen 127.0.0.1:$p
$(for m in mpm_event authn_core authn_file authz_core authz_user authz_host auth_basic alias dir mime; do
			echo "LoadModule ${m}_module /usr/lib/apache2/modules/mod_$m.so"
		done)
TypesConfig /etc/mime.types
ErrorLog $dir/apache-error.log
LogLevel info
LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"" vhost_combined
LogFormat "%h %l %u %t \"%r\" %>s %b" common
LogFormat "%{%Y-%m-%dT%H:%M:%S%z}t %a %u %m %U%q %H %>s %B %D \"%{X-Request-Id}i\" \"%{User-Agent}i\"" own
CustomLog $dir/apache-vhost.log vhost_combined
CustomLog $dir/apache-common.log common
CustomLog $dir/apache-own.log own
DocumentRoot $dir/www
RedirectMatch ^/login /private/
<Location /private>
	AuthType Basic
	AuthName x
	AuthUserFile $dir/htpasswd
	Require valid-user
</Location>
$(echo "$sec" | sed "s/@FORMAT@/$format/")
CONF
		apache2 -X -f "$dir/apache.conf" 2>/dev/null &
		a=$!
		pids="$pids $a"
		up "$p"
		ask "http://127.0.0.1:$p"
		kill "$a"
		wait "$a" 2>/dev/null || true
		[ -z "$sec" ] || [ ! -s "$dir/modsec-$format.log" ] || cp "$dir/modsec-$format.log" "$out/modsecurity-$(echo $format | tr A-Z a-z).log"
		if [ "$format" = Native ]; then
			for f in vhost common own error; do mv "$dir/apache-$f.log" "$out/apache-$f.log"; done
			grep -E '^(LogFormat|CustomLog)' "$dir/apache.conf" | sed "s#$dir#/srv#" >"$out/apache.conf"
		fi
		[ -n "$sec" ] || break
	done
fi

if wanted caddy; then
	p=$(port)
	hash=$(caddy hash-password --plaintext secret)
	cat >"$dir/Caddyfile" <<CONF
{
	admin off
	auto_https off
	log default {
		output file $dir/caddy-error.log
		level ERROR
	}
}
http://127.0.0.1:$p {
	bind 127.0.0.1
	log {
		output file $dir/caddy.log
	}
	basicauth /private/* {
		alice $hash
	}
	redir /login /private/
	reverse_proxy /private/* 127.0.0.1:$backend
	reverse_proxy /dead/* 127.0.0.1:1
	file_server {
		root $dir/www
	}
}
CONF
	HOME=$dir XDG_DATA_HOME=$dir XDG_CONFIG_HOME=$dir caddy run --config "$dir/Caddyfile" --adapter caddyfile >"$dir/caddy.out" 2>&1 &
	pids="$pids $!"
	up "$p"
	ask "http://127.0.0.1:$p"
	curl -s -o /dev/null "http://127.0.0.1:$p/dead/x" || true
	sleep 0.2
	cp "$dir/caddy.log" "$out/caddy.log"
	cp "$dir/caddy-error.log" "$out/caddy-error.log"
fi

if wanted haproxy; then
	for form in raw rfc3164 rfc5424 iso; do
		p=$(port)
		cat >"$dir/haproxy.cfg" <<CONF
global
	log stdout format $form local0
defaults
	mode http
	log global
	option httplog
	timeout client 5s
	timeout server 5s
	timeout connect 1s
userlist people
	user alice insecure-password secret
frontend web
	bind 127.0.0.1:$p
	capture request header User-Agent len 32
	http-request auth realm x if { path_beg /private } !{ http_auth(people) }
	http-request deny if { path_beg /m }
	default_backend app
backend app
	server one 127.0.0.1:$backend
CONF
		haproxy -f "$dir/haproxy.cfg" >"$dir/haproxy-$form.log" 2>/dev/null &
		pids="$pids $!"
		up "$p" && ask "http://127.0.0.1:$p"
		sleep 0.2
		grep -v 'Proxy web started\|Proxy app started\|New worker\|Loading success' "$dir/haproxy-$form.log" | sed '1{/BADREQ/d}' >"$out/haproxy-$form.log"
	done
fi

if wanted varnishd; then
	p=$(port)
	cat >"$dir/v.vcl" <<CONF
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "$backend"; }
sub vcl_recv { if (req.url ~ "^/private" && !req.http.Authorization) { return (synth(401)); } }
CONF
	varnishd -F -n "$dir/varnish" -a "127.0.0.1:$p" -f "$dir/v.vcl" -s malloc,16m -T none >/dev/null 2>&1 &
	pids="$pids $!"
	up "$p"
	varnishncsa -n "$dir/varnish" -w "$dir/varnish.log" >/dev/null 2>&1 &
	pids="$pids $!"
	sleep 0.5
	ask "http://127.0.0.1:$p"
	sleep 1
	kill $! 2>/dev/null || true
	cp "$dir/varnish.log" "$out/varnish.log"
fi

if wanted squid; then
	p=$(port)
	mkdir -p "$dir/squid" && chmod 777 "$dir/squid"
	cat >"$dir/squid.conf" <<CONF
http_port 127.0.0.1:$p
pid_filename $dir/squid/pid
access_log stdio:$dir/squid/access.log squid
cache_log $dir/squid/cache.log
coredump_dir $dir/squid
cache deny all
auth_param basic program /usr/lib/squid/basic_ncsa_auth $dir/htpasswd
acl people proxy_auth REQUIRED
acl free urlpath_regex ^/\$
http_access allow free
http_access allow people
http_access deny all
CONF
	squid -N -f "$dir/squid.conf" >/dev/null 2>&1 &
	pids="$pids $!"
	up "$p"
	x="http://127.0.0.1:$backend"
	curl -s -o /dev/null -x "127.0.0.1:$p" "$x/" || true
	curl -s -o /dev/null -x "127.0.0.1:$p" "$x/private/?a=b" || true
	curl -s -o /dev/null -x "127.0.0.1:$p" -U alice:wrong "$x/private/" || true
	curl -s -o /dev/null -x "127.0.0.1:$p" -U alice:secret "$x/private/" || true
	curl -s -o /dev/null -x "127.0.0.1:$p" "https://example.invalid/" || true
	sleep 0.5
	cp "$dir/squid/access.log" "$out/squid.log"
fi

if wanted lighttpd; then
	p=$(port)
	cat >"$dir/lighttpd.conf" <<CONF
server.document-root = "$dir/www"
server.bind = "127.0.0.1"
server.port = $p
server.modules = ("mod_accesslog", "mod_auth", "mod_authn_file")
accesslog.filename = "$dir/lighttpd.log"
server.errorlog = "$dir/lighttpd-error.log"
index-file.names = ("index.html")
auth.backend = "htpasswd"
auth.backend.htpasswd.userfile = "$dir/htpasswd"
auth.require = ("/private" => ("method" => "basic", "realm" => "x", "require" => "valid-user"))
CONF
	lighttpd -D -f "$dir/lighttpd.conf" >/dev/null 2>&1 &
	l=$!
	pids="$pids $l"
	up "$p"
	ask "http://127.0.0.1:$p"
	kill "$l"
	wait "$l" 2>/dev/null || true
	cp "$dir/lighttpd.log" "$out/lighttpd.log"
	cp "$dir/lighttpd-error.log" "$out/lighttpd-error.log"
fi

if wanted php-fpm8.2 && have nginx; then
	p=$(port)
	f=$(port)
	cat >"$dir/fpm.conf" <<CONF
[global]
error_log = $dir/php-fpm.log
daemonize = no
[www]
listen = 127.0.0.1:$f
pm = static
pm.max_children = 1
access.log = $dir/php-fpm-access.log
catch_workers_output = yes
php_admin_value[log_errors] = on
php_admin_value[error_log] = $dir/debug.log
php_admin_value[date.timezone] = Europe/Berlin
user = www-data
group = www-data
CONF
	cat >"$dir/www/a.php" <<'PHP'
<?php
function inner($x) { throw new RuntimeException("no such user: $x"); }
function outer($x) { inner($x); }
error_log('Cookie nonce is invalid');
echo $undefined;
if (isset($_GET['die'])) { outer('alice'); }
http_response_code(401);
PHP
	touch "$dir/debug.log" && chmod 666 "$dir/debug.log"
	php-fpm8.2 -R -F -y "$dir/fpm.conf" >/dev/null 2>&1 &
	pids="$pids $!"
	up "$f"
	cat >"$dir/nginx-php.conf" <<CONF
daemon off; pid $dir/nginx-php.pid; error_log /dev/null; worker_processes 1;
events {}
http { access_log off; client_body_temp_path $dir/b2; proxy_temp_path $dir/p2; fastcgi_temp_path $dir/f2; uwsgi_temp_path $dir/u2; scgi_temp_path $dir/s2;
	server { listen 127.0.0.1:$p; location / { include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME $dir/www/a.php; fastcgi_pass 127.0.0.1:$f; } } }
CONF
	nginx -c "$dir/nginx-php.conf" -p "$dir" 2>/dev/null &
	pids="$pids $!"
	up "$p"
	for u in a.php '?die=1' 'a.php?x=y'; do curl -s -o /dev/null "http://127.0.0.1:$p/$u"; done
	sleep 0.5
	cp "$dir/php-fpm-access.log" "$out/php-fpm-access.log"
	cp "$dir/php-fpm.log" "$out/php-fpm.log"
	sed "s#$dir#/var#" "$dir/debug.log" >"$out/php-error.log"
fi

for part in "$tools"/logsamples/*.sh; do . "$part"; done

chmod 644 "$out"/*.log
for f in "$out"/*.log; do sed -i "s#$dir#/srv#g" "$f"; done
wc -l "$out"/*.log
