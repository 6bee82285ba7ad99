// Package probe sends requests, and is the only package that does. What keeps a run harmless lives here and cannot
// be asked for from outside: credentials bound to one origin, the budget, safe methods, one-time values, the ledger of
// password tries, the stop at the first sign of a lockout.
//
// It writes and reads HTTP/1.x on a raw connection instead of using net/http. Evidence has to be what was on the
// wire: header fields in order and in their own case, the status line as the server wrote it, replies that break the
// grammar. net/http sorts and rewrites the first and refuses the last; and its redirect following forwards
// credentials to other ports, to plain http and to sub-domains.
//
// The package does not guess passwords, does not vary credentials, does not speak HTTP/2, keeps no connection for a
// second identity, reads no ambient credentials (.netrc, proxy variables, Kerberos caches), and decides nothing: it
// returns exchanges.
package probe
