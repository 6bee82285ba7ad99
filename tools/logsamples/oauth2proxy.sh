# oauth2-proxy is no Debian package: it is built from the Go module proxy in a module that is thrown away, unless
# OAUTH2_PROXY names a binary. Nobody is asked to log in at a provider; the people of the password file use the form.
if [ -n "${OAUTH2_PROXY:-}" ]; then
	mkdir -p "$dir/bin"
	ln -s "$OAUTH2_PROXY" "$dir/bin/oauth2-proxy"
	PATH=$PATH:$dir/bin
elif { [ "$only" = "  " ] || [ "${only#* oauth2-proxy }" != "$only" ]; } && command -v go >/dev/null; then
	mkdir -p "$dir/bin" "$dir/oauth2proxy"
	(cd "$dir/oauth2proxy" && printf 'module samples\n\ngo 1.24\n' >go.mod && go get github.com/oauth2-proxy/oauth2-proxy/v7@v7.4.0 &&
		go build -o "$dir/bin/oauth2-proxy" github.com/oauth2-proxy/oauth2-proxy/v7) >"$dir/oauth2proxy.out" 2>&1 || tail -n 3 "$dir/oauth2proxy.out" >&2
	PATH=$PATH:$dir/bin
fi

if wanted oauth2-proxy; then
	p=$(port)
	printf 'alice:{SHA}%s\n' "$(printf secret | openssl dgst -sha1 -binary | base64)" >"$dir/oauth2-htpasswd"
	oauth2-proxy --http-address "127.0.0.1:$p" --upstream "http://127.0.0.1:$backend/" --provider github --client-id id --client-secret secret \
		--cookie-secret 0123456789abcdef --cookie-secure=false --email-domain '*' --htpasswd-file "$dir/oauth2-htpasswd" --reverse-proxy \
		>"$dir/oauth2-proxy.log" 2>&1 &
	pids="$pids $!"
	up "$p"
	ask "http://127.0.0.1:$p"
	sign_in() { curl -s -o /dev/null -c "$dir/jar" -H 'X-Real-Ip: 203.0.113.9' -d "username=alice&password=$1&rd=/private/" "http://127.0.0.1:$p/oauth2/sign_in"; }
	sign_in wrong
	sign_in secret
	curl -s -o /dev/null -b "$dir/jar" "http://127.0.0.1:$p/private/"
	curl -s -o /dev/null -b '_oauth2_proxy=spoilt' "http://127.0.0.1:$p/private/"
	curl -s -o /dev/null "http://127.0.0.1:$p/oauth2/auth"
	curl -s -o /dev/null "http://127.0.0.1:$p/oauth2/callback?code=x&state=y:/"
	sleep 0.5
	cp "$dir/oauth2-proxy.log" "$out/oauth2-proxy.log"
fi
