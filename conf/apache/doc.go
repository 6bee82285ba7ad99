// Package apache reads the configuration of Apache httpd 2.4: its files into a tree that keeps the place of every
// directive, the tree into what is in force where, and a request into what the server does with it.
//
// The order of the files is the order of the work. lex.go and read.go read lines as httpd does and follow Include, Define
// and the conditions that httpd decides while it starts. dirconf.go and the directives*.go files make settings of
// directives; merge.go adds one section's settings to another's, module by module as the modules do. walk.go finds the
// sections that a request meets. trace*.go follow a request through httpd's phases.
//
// What httpd documents: https://httpd.apache.org/docs/2.4/sections.html ("How the sections are merged"). Where the manual
// is silent, the behaviour of the running server was measured; lab/confdiff/apachediff compares the two.
package apache
