// Package apachediff compares the trace of conf/apache with a running httpd: a generator makes random but valid virtual hosts,
// folders with .htaccess files, and requests; status, Location, WWW-Authenticate and what was passed on must be the same.
//
// One start of httpd serves many virtual hosts. A pair that differs is printed with its seed, its virtual host, its files,
// the request, and both outcomes.
package apachediff
