package nginx

import (
	"net/netip"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
)

// run is one request on its way, as ngx_http_request_t: what nginx knows of it at each moment.
type run struct {
	m      *model
	t      *conf.Trace
	parent *run // of a subrequest

	method, proto, line string
	nameless            bool   // the request line was broken, and nginx knows the method only as a number
	target              target // as it came
	uri, args           string // as they are now
	header              header
	host                string // $host: from Host or the target, "" when neither names one
	length              int64  // Content-Length, -1 when there is none
	chunked             bool

	port    int
	address netip.Addr // the server's own; invalid when it is not known
	tls     bool
	peer    netip.Addr // the other end of the connection
	client  netip.Addr // $remote_addr, which realip may change
	real    bool       // it did

	site   *site
	server *server
	at     *level // the level whose settings are in force (r->loc_conf)

	vars      map[string]string // set, captured, or evaluated once; a subrequest shares them
	groups    []string          // of the last match
	used      int               // how often groups were asked for
	measured  *measured         // the value that is being evaluated
	depth     *int              // of variables that ask for others
	evaluated *int              // variables so far
	slow      *bool             // a pattern took too long

	internal      bool
	validTarget   bool // the target as it came may be passed on (valid_unparsed_uri)
	validLocation bool // the uri begins with the location's name
	uriChanged    bool
	changes       int // of the uri that are left: uri_changes
	errorPage     bool
	addToAlias    bool
	accessCode    int
	handler       *level
	status        int // of the answer, 0 for what an upstream or a file decides
	errStatus     int // overrides it
	location      string
	challenges    []challenge
	proxyHost     string
	proxyPort     string
	asked         bool // an upstream was asked, by the request or by a subrequest
	fromFile      bool // the answer is a file's
	fromUpstream  bool
	bodyRead      bool         // or refused as too large
	bodySize      int64        // of the body as it came
	unknown       bool         // the answer is an upstream's or a module's: it cannot be known
	hungUp        bool         // the connection is closed without an answer
	closed        []string     // the client's secret values
	hidden        *step.Hidden // what only a record of the request leaves out; nil for a request that is known
	refusal       int          // the step that refused first, from 1
}

// maxChanges is NGX_HTTP_MAX_URI_CHANGES with one more, as in r->uri_changes.
const maxChanges = 11

// What a phase says to go on or to stop, beside a status.
const (
	declined = -5
	done     = -4 // the answer has been decided
)

// handle runs the phases, from the first for a request and from the server's rewrites after an internal redirect
// (ngx_http_handler).
func (r *run) handle() {
	r.validLocation = true
	if !r.internal {
		r.realIP()
	}
	if rc := r.rewrite(r.server.level); rc != declined {
		r.finalize(rc)
		return
	}
	r.settle(true)
}

// settle finds the location and runs its rewrites, until these leave the uri alone; then it goes on. find is false when the
// location has been chosen by name.
func (r *run) settle(find bool) {
	for ; ; find = true {
		if find && !r.findConfig() {
			return
		}
		if r.at.kind != kindServer {
			if rc := r.rewrite(r.at); rc != declined {
				r.finalize(rc)
				return
			}
		}
		if !r.uriChanged {
			break
		}
		if r.changes--; r.changes == 0 {
			r.step(conf.Refuses, "rewrite", r.at.dir.Place, "the URL was rewritten ten times: answered with 500")
			r.finalize(500)
			return
		}
		r.at = r.server.level
	}
	r.afterRewrite()
}

// named goes on in a named location, from its rewrites (ngx_http_named_location).
func (r *run) named(name string) {
	if r.changes--; r.changes == 0 {
		r.step(conf.Refuses, "redirect", r.at.dir.Place, "ten internal redirects: answered with 500")
		r.finalize(500)
		return
	}
	if r.uri == "" { // the request line could not be read
		r.step(conf.Refuses, "redirect", r.at.dir.Place, "without a URL there is no way to %s: answered with 500", name)
		r.finalize(500)
		return
	}
	l := r.server.named[strings.TrimPrefix(name, "@")]
	if l == nil {
		r.step(conf.Refuses, "redirect", r.at.dir.Place, "there is no location %s: answered with 500", name)
		r.finalize(500)
		return
	}
	r.internal, r.uriChanged, r.handler, r.at = true, false, nil, l
	r.proxyHost, r.proxyPort = "", ""
	r.choose()
	r.settle(false)
}

// redirect goes on with another uri inside the server (ngx_http_internal_redirect).
func (r *run) redirect(uri, args string) {
	if r.changes--; r.changes == 0 {
		r.step(conf.Refuses, "redirect", r.at.dir.Place, "ten internal redirects: answered with 500")
		r.finalize(500)
		return
	}
	if uri == "" { // it then reads the byte before the URL's first
		r.open("what nginx does with an empty URL")
	}
	r.uri, r.args = uri, args
	r.at, r.internal, r.validTarget, r.addToAlias = r.server.level, true, false, false
	r.proxyHost, r.proxyPort = "", ""
	r.handle()
}

// findConfig chooses the location. It reports whether the request goes on there.
func (r *run) findConfig() bool {
	r.handler, r.uriChanged = nil, false
	how, ok := r.find()
	if !ok {
		r.step(conf.Unclear, "location", r.at.dir.Place, "a pattern took too long")
		r.finalize(500)
		return false
	}
	if r.at.kind == kindServer {
		r.step(conf.Chooses, "location", r.at.dir.Place, "no location fits: the server's own settings are in force")
	} else {
		r.step(conf.Chooses, "location", r.at.dir.Place, "location %s", r.at.path())
	}
	if d := r.at.one("internal"); d != nil && !r.internal {
		r.step(conf.Refuses, "location", d.Place, "internal: requests from outside are answered with 404")
		r.noteRefusal()
		r.finalize(404)
		return false
	}
	at := r.at
	r.choose()
	if limit := size64(at.one("client_max_body_size"), 1<<20); r.length >= 0 && limit > 0 && r.length > limit {
		r.step(conf.Refuses, "location", at.dir.Place, "the body is larger than client_max_body_size: answered with 413")
		r.noteRefusal()
		r.discardBody()
		r.finalize(413)
		return false
	}
	if how == foundSlash {
		r.location = escape(at.name, escapeURI)
		if r.args != "" {
			r.location += "?" + r.args
		}
		r.step(conf.Changes, "location", at.dir.Place, "the location's name ends in a slash and it passes on: redirected to the name with the slash")
		r.finalize(301)
		return false
	}
	return true
}

// methodName is the method as nginx would write it.
func (r *run) methodName() string {
	if r.nameless {
		return ""
	}
	return r.method
}

// discardBody reads the body and forgets it (ngx_http_discard_request_body): what an error page passes on then has none.
func (r *run) discardBody() {
	if r.parent != nil || r.bodyRead {
		return
	}
	if r.length > 0 || r.chunked {
		r.length, r.chunked = 0, false
	}
}

// choose takes the settings of r.at, or of its limit_except when the method is not among those named there
// (ngx_http_update_location_config).
func (r *run) choose() {
	if e := r.at.except; e != nil && e.excepts(r.method) {
		r.at = e
		r.step(conf.Chooses, "location", e.dir.Place, "%s for the method %s", e.path(), r.method)
	}
	if r.at.handles() {
		r.handler = r.at
	}
}

// excepts reports that limit_except applies to method: it names others.
func (l *level) excepts(method string) bool {
	for _, m := range l.methods {
		if m = strings.ToUpper(m); m == method || m == "GET" && method == "HEAD" {
			return false
		}
	}
	return true
}

// contentHandlers are directives that answer a location's requests themselves.
var contentHandlers = []string{"proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass", "stub_status",
	"empty_gif", "flv", "mp4", "perl", "content_by_lua", "content_by_lua_file", "content_by_lua_block", "js_content", "api", "status"}

// handles reports that l has a content handler of its own. limit_except takes its location's proxy.
func (l *level) handles() bool {
	for _, n := range contentHandlers {
		if len(l.own[n]) > 0 {
			return true
		}
	}
	if l.kind == kindLimitExcept {
		return l.passes() != nil
	}
	return false
}

// afterRewrite runs the phases behind the rewrites: access, try_files, content.
func (r *run) afterRewrite() {
	r.realIP()
	r.limits()
	if r.parent == nil {
		if !r.access() {
			return
		}
	}
	if rc := r.tryFiles(); rc != declined {
		if rc != done {
			r.finalize(rc)
		}
		return
	}
	r.content()
}

// limits names the limits that a request may run into, which depend on other requests.
func (r *run) limits() {
	for _, n := range []string{"limit_req", "limit_conn"} {
		if d := r.at.one(n); d != nil {
			r.step(conf.Unclear, "preaccess", d.Place, "%s may refuse it when there are too many", n)
		}
	}
}
