#!/bin/sh
# Installs what the tests over real servers need (lab/real) on Debian 12: web servers, proxies, PHP, MariaDB, WordPress, Python, Chromium, Node
# applications, and staticcheck. Nothing is started: the tests run each server themselves, on loopback and free ports.
#
# Safe to run again; when everything is there it asks dpkg and the file system only, and takes a second or two.
# Needs root for packages. Go, git and make are expected to be present.
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")

fail() {
	echo "install-servers: $*" >&2
	exit 1
}

# Debian's package names. php8.2 is Debian 12's PHP; the tests find its binaries by that number.
packages="nginx-light apache2 apache2-utils libapache2-mod-php8.2 libapache2-mod-fcgid libapache2-mod-wsgi-py3
php8.2-fpm php8.2-cgi haproxy varnish squid lighttpd caddy curl wget openssl ca-certificates python3 python3-requests
python3-oauthlib python3-pip docker-registry fcgiwrap git chromium libfaketime mariadb-server php8.2-mysql php8.2-xml wordpress strace"

missing=""
need() { missing="$missing $1"; }

for p in $packages; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)
	[ "$status" = installed ] || need "$p"
done
# Machines often carry their own Node or Java; either one serves.
command -v node >/dev/null 2>&1 || need nodejs
command -v npm >/dev/null 2>&1 || need npm
command -v java >/dev/null 2>&1 || need default-jdk-headless

policy=/usr/sbin/policy-rc.d
made_policy=""
log=$(mktemp)
cleanup() {
	[ -z "$made_policy" ] || rm -f "$policy"
	rm -f "$log"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

quietly() { # quietly WHAT COMMAND...: shows the command's output only when it fails
	what=$1
	shift
	if ! "$@" >"$log" 2>&1; then
		tail -n 30 "$log" >&2
		fail "$what failed: $*"
	fi
}

if [ -n "$missing" ]; then
	[ "$(id -u)" = 0 ] || fail "must run as root to install:$missing"
	command -v apt-get >/dev/null 2>&1 || fail "needs Debian's apt-get to install:$missing"
	# Debian starts a daemon when its package is installed; this policy file says no to every start.
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
		made_policy=yes
	fi
	echo "install-servers: installing$missing"
	quietly "apt-get update" apt-get -q update
	# shellcheck disable=SC2086 # a list of words is meant
	quietly "apt-get install" apt-get -q -y --no-install-recommends -o Dpkg::Use-Pty=0 install $missing
fi

for command in nginx apache2 htpasswd php-fpm8.2 php-cgi8.2 haproxy varnishd squid lighttpd caddy curl openssl node npm docker-registry fcgiwrap git chromium mariadbd mariadb-install-db strace; do
	PATH="$PATH:/usr/sbin:/sbin" command -v "$command" >/dev/null 2>&1 ||
		fail "$command is still missing after the installation"
done

# Node applications: exactly what package-lock.json says. npm leaves a copy of the lock in node_modules, which says
# whether there is anything to do.
node_dir="$root/lab/real/node"
stamp="$node_dir/node_modules/.installed-from"
if [ -f "$node_dir/package-lock.json" ] && ! cmp -s "$node_dir/package-lock.json" "$stamp"; then
	echo "install-servers: installing the Node packages of lab/real/node"
	quietly "npm ci" npm --prefix "$node_dir" ci --no-audit --no-fund --ignore-scripts
	cp "$node_dir/package-lock.json" "$stamp"
fi

# staticcheck, at the version in tools/staticcheck/go.mod; run it as
#   go tool -modfile=tools/staticcheck/go.mod staticcheck ./...
if [ -f "$here/staticcheck/go.mod" ]; then
	cd "$root"
	quietly "building staticcheck" go tool -modfile="$here/staticcheck/go.mod" staticcheck -version
fi

echo "install-servers: everything is there"
