// Package php reads what PHP programs keep their settings in, without running PHP: configuration files (define(), $a['k'] = ...,
// return [...]) and serialized values (a:0:{}).
//
// The order of the files is the order of the work. lex.go makes words of a file, parse*.go a tree, eval*.go follows the
// statements and keeps what is set. Everything that PHP would only know while it runs (the environment, the request, a
// function) stays open, and what depends on it says so by name: Value.Needs. Nothing here opens a connection, runs a program
// or writes.
//
// What the language says: https://www.php.net/manual/en/langref.php. The tests hold the reader against the php of this machine.
package php
