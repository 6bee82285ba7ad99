# fail2ban and CrowdSec watch the logs of an nginx that trusts X-Forwarded-For of loopback, so that a try has any address.
# Both ban into nothing: the action of the one is `true`, the other has no bouncer and no central API.

refusing_nginx() { # sets $web; its logs are $dir/bans-access.log and $dir/bans-error.log
	web=$(port)
	cat >"$dir/bans-nginx.conf" <<CONF
daemon off; pid $dir/bans-nginx.pid; error_log $dir/bans-error.log; worker_processes 1;
events {}
http {
	access_log $dir/bans-access.log;
	client_body_temp_path $dir/b3; proxy_temp_path $dir/p3; fastcgi_temp_path $dir/f3; uwsgi_temp_path $dir/u3; scgi_temp_path $dir/s3;
	set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;
	server { listen 127.0.0.1:$web; server_name example.test; root $dir/www; location /private { auth_basic "x"; auth_basic_user_file $dir/htpasswd; } }
}
CONF
	nginx -c "$dir/bans-nginx.conf" -p "$dir" 2>/dev/null &
	pids="$pids $!"
	up "$web"
}

tries() { # tries ADDRESS NUMBER: logs in with a wrong password
	for _ in $(seq "$2"); do curl -s -o /dev/null -H "X-Forwarded-For: $1" -u alice:wrong "http://127.0.0.1:$web/private/"; done
}

if wanted fail2ban-server && have nginx; then
	refusing_nginx
	mkdir -p "$dir/fail2ban/action.d"
	cp -r /etc/fail2ban/filter.d "$dir/fail2ban"
	printf '[Definition]\nallowipv6 = yes\nloglevel = INFO\nlogtarget = %s\nsyslogsocket = auto\nsocket = %s\npidfile = %s\ndbfile = %s\ndbpurgeage = 1d\n' \
		"$dir/fail2ban.log" "$dir/fail2ban.sock" "$dir/fail2ban.pid" "$dir/fail2ban.sqlite3" >"$dir/fail2ban/fail2ban.conf"
	printf '[Definition]\nactionban = true\nactionunban = true\n' >"$dir/fail2ban/action.d/nothing.conf"
	cat >"$dir/fail2ban/jail.conf" <<CONF
[DEFAULT]
backend = polling
action = nothing
ignoreip = 198.51.100.9
findtime = 600
bantime = 600
maxretry = 3
[nginx-http-auth]
enabled = true
filter = nginx-http-auth
bantime = 4
logpath = $dir/bans-error.log
[recidive]
enabled = true
filter = recidive
maxretry = 2
logpath = $dir/fail2ban.log
CONF
	touch "$dir/fail2ban.log"
	watches() { # watches: starts it in the front, and waits until it answers
		fail2ban-server -f -c "$dir/fail2ban" >>"$dir/fail2ban.out" 2>&1 &
		watcher=$!
		pids="$pids $watcher"
		for _ in $(seq 100); do
			! fail2ban-client -c "$dir/fail2ban" ping >/dev/null 2>&1 || return 0
			sleep 0.1
		done
		echo "logsamples: fail2ban does not answer" >&2
		tail -3 "$dir/fail2ban.out" >&2
		return 1
	}
	jail() { fail2ban-client -c "$dir/fail2ban" set nginx-http-auth "$@" >/dev/null; }
	watches
	tries 203.0.113.7 3
	tries 198.51.100.9 2
	tries 2001:db8::7 3
	sleep 8
	tries 203.0.113.7 3
	jail banip 192.0.2.99
	sleep 1
	jail banip 192.0.2.99
	jail unbanip 192.0.2.99
	jail banip 192.0.2.100
	sleep 2
	kill "$watcher"
	wait "$watcher" 2>/dev/null || true
	watches # and restores what it had banned
	sleep 2
	kill "$watcher"
	wait "$watcher" 2>/dev/null || true
	grep -v "fail2ban.observer\|fail2ban.database\|maxRetry\|findtime\|banTime\|poller\|backend" "$dir/fail2ban.log" >"$out/fail2ban.log"
fi

if wanted crowdsec && have nginx; then
	refusing_nginx
	api=$(port)
	mkdir -p "$dir/crowdsec/log"
	cp -rL /etc/crowdsec "$dir/crowdsec/etc"
	cp -r /var/lib/crowdsec/data "$dir/crowdsec/data"
	rm -f "$dir/crowdsec/data"/crowdsec.db* "$dir/crowdsec/etc/config.yaml.local" "$dir/crowdsec/etc/online_api_credentials.yaml"
	sed "/online_client:/,+1d; s#/etc/crowdsec/#$dir/crowdsec/etc/#; s#/var/lib/crowdsec/data/#$dir/crowdsec/data/#; s#log_dir: .*#log_dir: $dir/crowdsec/log#
		s#daemonize: true#daemonize: false#; s#127.0.0.1:8080#127.0.0.1:$api#; s#^  enabled: true#  enabled: false#" /etc/crowdsec/config.yaml >"$dir/crowdsec/etc/config.yaml"
	printf 'filenames: [%s]\nlabels: {type: nginx}\n' "$dir/bans-access.log, $dir/bans-error.log" >"$dir/crowdsec/etc/acquis.yaml"
	cs() { cscli -c "$dir/crowdsec/etc/config.yaml" "$@" >"$dir/cscli.out" 2>&1 || { tail -n 3 "$dir/cscli.out" "$dir/crowdsec.out" "$dir/crowdsec/log/crowdsec.log" >&2; return 1; }; }
	cs machines add lab --password lab --force -f "$dir/crowdsec/etc/local_api_credentials.yaml" -u "http://127.0.0.1:$api"
	crowdsec -c "$dir/crowdsec/etc/config.yaml" >"$dir/crowdsec.out" 2>&1 &
	watcher=$!
	pids="$pids $watcher"
	up "$api"
	for _ in $(seq 600); do # it reads its patterns for half a minute
		! grep -q 'Starting processing data' "$dir/crowdsec/log/crowdsec.log" || break
		sleep 0.1
	done
	tries 203.0.113.7 12
	for i in $(seq 14); do curl -s -o /dev/null -H 'X-Forwarded-For: 2001:db8::8' "http://127.0.0.1:$web/$i/x$i.php"; done
	sleep 5
	cs decisions add --ip 192.0.2.99 --reason 'by hand' --duration 4h
	cs decisions add --range 198.51.100.0/24 --type captcha --reason 'by hand' --duration 4h
	sleep 1
	kill "$watcher"
	wait "$watcher" 2>/dev/null || true
	# What it says while it starts is about its own files, and long.
	grep 'Crowdsec v\|Central API\|datasources\|processing data\|performed\| by ip \| by range ' "$dir/crowdsec/log/crowdsec.log" >"$out/crowdsec.log"
fi
