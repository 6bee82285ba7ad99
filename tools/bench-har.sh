#!/usr/bin/env bash
# Reads large HAR files with why401's reader and, in turns in the same run, with jq extracting the same fields: speed,
# ratio, peak memory. Prints the medians.
#
#   tools/bench-har.sh [MiB] [rounds]         256 MiB and 3 rounds by default; jq needs about 8 times the file in memory
#   tools/bench-har.sh --bound                our reader alone: 1 GiB, and 1 GiB with one entry of 900 MB; fails above 256 MiB
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/hargen" ./tools/hargen
clock=/usr/bin/time
[ -x "$clock" ] || { echo "bench-har: /usr/bin/time is not installed (apt install time); memory is not measured" >&2; clock=; }

# run NAME COMMAND...: appends "seconds KiB" to $work/NAME
run() {
  local name=$1 from to
  shift
  from=$(date +%s%N)
  if [ -n "$clock" ]; then
    "$clock" -f %M -o "$work/rss" "$@" >"$work/out"
  else
    "$@" >"$work/out"
    echo 0 >"$work/rss"
  fi
  to=$(date +%s%N)
  echo "$(((to - from) / 1000000)) $(tail -n 1 "$work/rss")" >>"$work/$name"
}
median() { sort -n "$work/$1" | awk -v c="$2" '{a[NR]=$c} END {print a[int((NR+1)/2)]}'; }
show() { awk -v n="$1" -v b="$2" -v ms="$3" -v kib="$4" 'BEGIN {printf "%-8s %7.0f MB/s  %7.2f s  peak %5.0f MiB\n", n, b/1e3/ms, ms/1000, kib/1024}'; }

if [ "${1:-}" = --bound ]; then
  worst=0
  for what in "" "-one 943718400"; do
    # shellcheck disable=SC2086
    "$work/hargen" -size $((1 << 30)) $what -o "$work/big.har"
    rm -f "$work/ours"
    run ours "$work/hargen" -read "$work/big.har"
    echo "1 GiB${what:+, one entry of 900 MB}: $(head -n 2 "$work/out" | tr '\n' ' ')"
    show why401 "$(stat -c %s "$work/big.har")" "$(median ours 1)" "$(median ours 2)"
    [ "$(median ours 2)" -gt "$worst" ] && worst=$(median ours 2)
  done
  [ "$worst" -le $((256 << 10)) ] || { echo "more than 256 MiB of memory"; exit 1; }
  exit
fi

mib=${1:-256}
rounds=${2:-3}
"$work/hargen" -size $((mib << 20)) -o "$work/big.har"
size=$(stat -c %s "$work/big.har")
# The same fields as input/har takes, of every entry that was refused.
fields='.log.entries[] | select(.response.status as $s | [401, 403, 407, 419, 440, 511] | index($s)) | {startedDateTime, time, serverIPAddress, connection,
  method: .request.method, url: .request.url, sent: .request.headers, post: .request.postData,
  status: .response.status, reason: .response.statusText, got: .response.headers, body: .response.content.text}'
for _ in $(seq "$rounds"); do
  run ours "$work/hargen" -read "$work/big.har"
  if command -v jq >/dev/null; then run jq jq -c "$fields" "$work/big.har"; fi
done
echo "$mib MiB, $rounds rounds, medians"
show why401 "$size" "$(median ours 1)" "$(median ours 2)"
if [ -s "$work/jq" ]; then
  show jq "$size" "$(median jq 1)" "$(median jq 2)"
  awk -v a="$(median jq 1)" -v b="$(median ours 1)" 'BEGIN {printf "why401 is %.1f times as fast as jq\n", a/b}'
else
  echo "jq is not installed: nothing to compare with"
fi
