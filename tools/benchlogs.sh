#!/usr/bin/env bash
# Makes access logs (combined, JSON, gz, zst), reads them with `why401 logs` and, in turns in the same run, with other programs, and
# prints the medians: seconds, the ratio to the yardstick, CPU seconds (on a busy machine the better measure), peak memory. The logs are deleted afterwards.
#
#   tools/benchlogs.sh [MiB] [rounds]     512 MiB and 3 rounds by default
#   tools/benchlogs.sh --curve            why401 alone over 100 MiB to 4 GiB: time and memory
#
# Programs that are not installed (gawk, rg, DuckDB, GoAccess) are left out and named.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
go build -o "$work/loggen" ./tools/loggen
go build -o "$work/why401" ./cmd/why401
clock=/usr/bin/time
[ -x "$clock" ] || { echo "benchlogs: /usr/bin/time is not installed (apt install time)" >&2; exit 1; }

# run NAME COMMAND...: appends "milliseconds KiB CPU-milliseconds" to $work/t.NAME; an exit code of 1 is why401's "a cause was found" and grep's
# "no line"
run() {
  local name=$1 from to code=0
  shift
  from=$(date +%s%N)
  "$clock" -f '%M %U %S' -o "$work/rss" "$@" >"$work/out" 2>"$work/err" || code=$?
  to=$(date +%s%N)
  if [ "$code" -gt 3 ]; then
    tail -n 3 "$work/err" >&2
    echo "benchlogs: $name failed" >&2
    exit 1
  fi
  tail -n 1 "$work/rss" | awk -v ms=$(((to - from) / 1000000)) '{print ms, $1, ($2 + $3) * 1000}' >>"$work/t.$name"
}
median() { awk -v c="$2" '{print $c}' "$work/t.$1" | sort -n | awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}'; }

# table YARDSTICK SIZE NAME...
table() {
  local yard size name
  yard=$(median "$1" 1)
  size=$2
  shift 2
  for name in "$@"; do
    [ -s "$work/t.$name" ] || continue
    awk -v n="$name" -v b="$size" -v y="$yard" -v ms="$(median "$name" 1)" -v kib="$(median "$name" 2)" -v cpu="$(median "$name" 3)" \
      'BEGIN {printf "  %-14s %7.2f s %7.2f x %6.2f GB/s  %7.2f CPU s  peak %5.0f MiB\n", n, ms/1000, ms/y, b/1e6/ms, cpu/1000, kib/1024}'
  done
}

if [ "${1:-}" = --curve ]; then
  for mib in 100 500 1000 2000 4000; do
    "$work/loggen" -size $((mib << 20)) >"$work/access.log"
    rm -f "$work"/t.*
    for _ in 1 2 3; do run why401 "$work/why401" logs "$work/access.log"; done
    echo "$mib MiB"
    table why401 $((mib << 20)) why401
  done
  exit
fi

mib=${1:-512}
rounds=${2:-3}
"$work/loggen" -size $((mib << 20)) >"$work/access.log"
"$work/loggen" -size $((mib << 20)) -form nginx-json >"$work/nginx.json"
"$work/loggen" -size $((mib << 20)) -form caddy >"$work/caddy.json"
gzip -1 -c "$work/access.log" >"$work/access.log.gz"
have() { command -v "$1" >/dev/null 2>&1 || { echo "benchlogs: $1 is not installed and left out" >&2; return 1; }; }
have zstd && zstd -q -3 -c "$work/access.log" >"$work/access.log.zst"
size=$(stat -c %s "$work/access.log")

# The questions of the report, as far as a line of awk can ask them: refused requests by minute, by client, by user and by
# path, with what the same clients were let into.
cat >"$work/report.awk" <<'AWK'
{ minute = substr($4, 2, 17); status = $9; all[minute]++; seen[$1]++ }
status == 401 || status == 403 || status == 407 {
  refused[minute, status]++; client[$1]++; user[$3]++; path = $7; sub(/\?.*/, "", path); paths[path]++; next
}
{ good[$1]++ }
END { n = 0; for (k in client) n++; for (k in refused) n++; for (k in paths) n++; print NR, n }
AWK
json='select(.status == 401 or .status == 403) | [.remote_addr, .remote_user, .request_uri, .time] | @tsv'
sql="select m.status, m.client, m.usr, count(*) from (select regexp_extract(line, '^(\S+) - (\S+) .*\" (\d{3}) ', ['client', 'usr', 'status']) as m from read_csv('$work/access.log', header=false, delim=E'\x01', quote='', escape='', columns={'line': 'VARCHAR'})) group by all"

for round in $(seq "$rounds"); do
  run wc wc -l "$work/access.log"
  run why401 "$work/why401" logs "$work/access.log"
  run why401-1core env GOMAXPROCS=1 "$work/why401" logs "$work/access.log"
  run grep grep -c '" 401 ' "$work/access.log"
  if [ "$round" = 1 ] || [ "$mib" -le 1024 ]; then
    have mawk && run mawk mawk -f "$work/report.awk" "$work/access.log"
    have gawk && run gawk gawk -f "$work/report.awk" "$work/access.log"
  fi
  have rg && run rg rg -c '" 401 ' "$work/access.log"
  have duckdb && run duckdb duckdb -c "$sql"
  have goaccess && run goaccess goaccess "$work/access.log" --log-format=COMBINED -o "$work/g.json"
  run wc-json wc -l "$work/nginx.json"
  run why401-json "$work/why401" logs "$work/nginx.json"
  if [ "$round" = 1 ] && have jq; then run jq jq -r "$json" "$work/nginx.json"; fi
  run wc-caddy wc -l "$work/caddy.json"
  run why401-caddy "$work/why401" logs "$work/caddy.json"
  run gzip sh -c "gzip -dc '$work/access.log.gz' >/dev/null"
  run why401-gz "$work/why401" logs "$work/access.log.gz"
  if [ -e "$work/access.log.zst" ]; then
    run zstd sh -c "zstd -q -dc '$work/access.log.zst' >/dev/null"
    run why401-zst "$work/why401" logs "$work/access.log.zst"
  fi
done 2> >(sort -u >&2)

echo "$mib MiB, $rounds rounds, medians, $(nproc) cores"
echo "combined, x wc -l"
table wc "$size" wc why401 why401-1core grep rg mawk gawk duckdb goaccess
echo "nginx JSON, x wc -l"
table wc-json "$size" wc-json why401-json jq
echo "Caddy JSON, x wc -l"
table wc-caddy "$size" wc-caddy why401-caddy
echo "gz, x gzip -dc"
table gzip "$size" gzip why401-gz
if [ -e "$work/access.log.zst" ]; then
  echo "zst, x zstd -dc"
  table zstd "$size" zstd why401-zst
fi
