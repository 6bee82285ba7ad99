// Package nginxdiff compares what conf/nginx says of a request with what the real nginx does, over configurations and
// requests that are made at random. Everything of one pair follows from its seed.
package nginxdiff
