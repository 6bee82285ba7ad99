#!/bin/sh
# Makes 10,000 virtual hosts, one file each, for nginx and for Apache, and measures why401 config beside the servers' own
# tests of their configuration, in one run and in turns. Prints CPU time, time and the most memory of the
# run in the middle of three by CPU time, which a busy machine disturbs least.
#
#   tools/benchconfig.sh [HOSTS]
set -eu
hosts=${1:-10000}
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
go build -o "$dir/why401" ./cmd/why401
mkdir -p "$dir/nginx/sites" "$dir/apache/sites" "$dir/www"
printf 'alice:$apr1$fakesalt$74kRbezVuI21ZdYKiesAd0\n' >"$dir/users"
i=0
while [ "$i" -lt "$hosts" ]; do
	cat >"$dir/nginx/sites/$i.conf" <<-EOF
	server {
		listen 127.0.0.1:8080;
		server_name s$i.example.test;
		location / { proxy_pass http://127.0.0.1:3000; proxy_set_header Host \$http_host; }
		location /admin/ {
			auth_basic "Admin"; auth_basic_user_file $dir/users;
			proxy_pass http://127.0.0.1:3000;
			proxy_set_header Host \$http_host; proxy_set_header Authorization "";
		}
	}
	EOF
	cat >"$dir/apache/sites/$i.conf" <<-EOF
	<VirtualHost *:8080>
		ServerName s$i.example.test
		DocumentRoot $dir/www
		<Location /admin/>
			AuthType Basic
			AuthName Admin
			AuthUserFile $dir/users
			Require valid-user
		</Location>
	</VirtualHost>
	EOF
	i=$((i + 1))
done
cat >"$dir/nginx/nginx.conf" <<EOF
pid $dir/nginx.pid;
error_log $dir/error.log;
events {}
http {
	server_names_hash_max_size 65536;
	server_names_hash_bucket_size 128;
	access_log off;
	include $dir/nginx/sites/*.conf;
}
EOF
modules=/usr/lib/apache2/modules
cat >"$dir/apache/httpd.conf" <<EOF
ServerRoot $dir/apache
ServerName localhost
Listen 127.0.0.1:8080
PidFile $dir/apache.pid
ErrorLog $dir/apache.log
LoadModule mpm_event_module $modules/mod_mpm_event.so
LoadModule authn_core_module $modules/mod_authn_core.so
LoadModule authn_file_module $modules/mod_authn_file.so
LoadModule auth_basic_module $modules/mod_auth_basic.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule authz_user_module $modules/mod_authz_user.so
IncludeOptional $dir/apache/sites/*.conf
EOF
measure() { # name, command...
	name=$1
	shift
	for _ in 1 2 3; do
		/usr/bin/env perl -MTime::HiRes=time -e '
			my $t = time; my $pid = fork // die; if (!$pid) { open STDOUT, ">", "/dev/null"; open STDERR, ">", "/dev/null"; exec @ARGV }
			my $peak = 0;
			while (1) {
				use POSIX ":sys_wait_h";
				last if waitpid($pid, WNOHANG) == $pid;
				if (open my $f, "<", "/proc/$pid/status") { while (<$f>) { $peak = $1 if /^VmHWM:\s+(\d+)/ && $1 > $peak } }
				select undef, undef, undef, 0.005;
			}
			my @c = times; printf "%.2f %.2f %.0f\n", $c[2] + $c[3], time - $t, $peak / 1024;' "$@"
	done | sort -n | sed -n 2p | { read -r cpu s mb; printf '%-28s %6s s CPU  %6s s  %5s MB\n' "$name" "$cpu" "$s" "$mb"; }
}
echo "$hosts virtual hosts, median of three"
measure "nginx -t" nginx -t -c "$dir/nginx/nginx.conf"
measure "why401 config (nginx)" "$dir/why401" config "$dir/nginx/nginx.conf"
measure "apache2 -t" apache2 -t -f "$dir/apache/httpd.conf"
measure "why401 config (Apache)" "$dir/why401" config "$dir/apache/httpd.conf" --as apache
