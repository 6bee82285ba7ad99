#!/usr/bin/env bash
# Runs every fuzz target of the module for the given time each (60s by default), one after another.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-60s}
go list -f '{{if .TestGoFiles}}{{.Dir}}{{end}}{{if .XTestGoFiles}}
{{.Dir}}{{end}}' ./... | sort -u | while read -r dir; do
  [ -n "$dir" ] || continue
  { grep -ho '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go || true; } | sed 's/func //' | while read -r target; do
    echo "$dir $target"
    (cd "$dir" && go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" .)
  done
done
