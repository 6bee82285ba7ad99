package caddy

import (
	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/cred/htpasswd"
)

// route is one element of a list of routes: when one of its matcher sets holds, its handlers run.
type route struct {
	conf.Place
	directive string // that it was made of, for the order
	sets      []*set // alternatives; none for every request
	group     int    // of the routes with one number, the first that matches is taken; 0 for none
	terminal  bool   // nothing behind it runs
	handlers  []*handler
}

// set is a matcher set: all of it must hold.
type set struct {
	conf.Place
	name string // "@api", "/api/*"
	all  []*matcher
}

// matcher is one criterion of a set.
type matcher struct {
	kind   string // "path", "header", "remote_ip", "not", ...
	values []string
	field  string // of header, header_regexp, query
	absent bool   // header !Field
	not    []*set
	open   bool // it cannot be evaluated here
}

// handler does one thing with a request.
type handler struct {
	conf.Place
	kind string

	routes []*route // "subroute"

	realm    string // "authentication"
	accounts []step.Account
	users    htpasswd.File

	ops *headerOps // "headers": of the request; "reverse_proxy": header_up

	answer *headerOps // "headers": of the response

	uri, strip, method string // "rewrite"

	upstreams []string // "reverse_proxy"
	fastcgi   bool
	tls       bool
	copied    []string // a forward_auth's copy_headers, as the upstream gets them
	ask       string   // of a forward_auth: the path it asks

	status   int    // "static_response", "error"
	location string // of a redirect
	closes   bool   // "abort"
}

// headerOps are the changes to a header, in the order in which Caddy makes them: add, set, delete, replace.
type headerOps struct {
	add, set []conf.Field
	del      []conf.Field
	replace  []conf.Field
}

func (o *headerOps) empty() bool {
	return o == nil || len(o.add)+len(o.set)+len(o.del)+len(o.replace) == 0
}

// silent handlers change nothing about who is let in and what is passed on.
var silent = map[string]bool{"encode": true, "templates": true, "push": true, "tracing": true, "vars": true, "log_append": true,
	"metrics": false, "copy_response_headers": true, "request_body": true, "map": true, "root": true, "fs": true, "intercept": true,
	"log_skip": true, "log_name": true, "skip_log": true, "log": true}
