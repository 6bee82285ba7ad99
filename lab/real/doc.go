// Package real runs real servers (nginx, Apache, PHP-FPM, HAProxy, Varnish, Squid, lighttpd, Caddy, Node, Python) on
// loopback ports, wrongly configured on purpose, so that a diagnosis can be tested against what such servers truly
// answer and not against what somebody remembers of them.
//
// A World holds the servers of one scenario and everything they need: free ports, a directory, certificates,
// password files. A Scenario says how a world is broken, which request is refused, what a diagnosis should say, and
// how the fault is mended; Run plays it from refusal to success.
//
// The package refuses to listen anywhere but on loopback, to leave a process or a directory behind, and to skip: a
// server that is not installed is an error that names tools/install-servers.sh. The credentials in it are made up and
// protect nothing.
package real
