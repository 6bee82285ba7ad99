#!/usr/bin/env bash
# Times `why401 URL` beside `curl URL` against the same server on loopback, in turns, for a healthy and for a failing
# target, and prints the medians and their ratio. The server can be told to take some milliseconds an answer, since a
# diagnosis is judged by round trips, not by start-up.
#
#   tools/bench.sh [rounds] [delay in ms]
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-25}
delay=${2:-50}
work=$(mktemp -d)
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
go build -o "$work/why401" ./cmd/why401
go build -o "$work/benchserver" ./tools/benchserver
"$work/benchserver" -delay "${delay}ms" >"$work/addr" &
server=$!
for _ in $(seq 50); do [ -s "$work/addr" ] && break; sleep 0.1; done
addr=$(cat "$work/addr")

# ms COMMAND...: wall time in milliseconds
ms() {
  local from to
  from=$(date +%s%N)
  "$@" >/dev/null 2>&1 || true
  to=$(date +%s%N)
  echo $(((to - from) / 10000)) # hundredths of a millisecond
}
median() { sort -n "$1" | awk '{a[NR]=$1} END {printf "%.2f", a[int((NR+1)/2)]/100}'; }

for target in healthy failing; do
  : >"$work/curl"; : >"$work/why"
  for _ in $(seq "$rounds"); do
    ms curl -s -H "Authorization: bench-token-0123456789" "http://$addr/$target" >>"$work/curl"
    XDG_STATE_HOME="$work/state" ms "$work/why401" --json curl -s -H "Authorization: bench-token-0123456789" "http://$addr/$target" >>"$work/why"
  done
  c=$(median "$work/curl"); w=$(median "$work/why")
  n=$(XDG_STATE_HOME="$work/state" "$work/why401" --json curl -s -H "Authorization: bench-token-0123456789" "http://$addr/$target" 2>/dev/null | grep -c '"purpose"' || true)
  echo "$target, server takes ${delay} ms, $rounds rounds: curl $c ms, why401 $w ms ($n requests), ratio $(awk -v a="$w" -v b="$c" 'BEGIN{printf "%.2f", a/b}')"
done
