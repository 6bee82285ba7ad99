package apache

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/secret"
)

// visit is httpd's request_rec: a request on its way, or one that an internal redirect or a look at a directory index made.
type visit struct {
	w    *world
	srv  *server
	out2 *conf.Trace

	method, proto string
	line          string // "GET /x HTTP/1.1"
	unparsed      string // the request-target as it came
	uri           string // decoded and normalized
	args          string
	hasArgs       bool
	host          string // of the Host field, without the port
	hostPort      int    // of the Host field, 0 when none was written
	client        netip.Addr
	local         netip.Addr
	port          int
	tls           bool

	in, out, errOut, env table

	filename, pathInfo string
	kind               fileKind
	ctxPrefix, ctxRoot string
	assumed            bool // the disk is elsewhere
	d                  *dirConf
	met                []*section
	walked             *located // what the folders gave
	walkedIn           string   // the last of them; rules may change the file's name afterwards
	user               *string
	authType           string
	login              *digestLogin // what the client sent for Digest, also for requests that follow inside
	handler            string
	handlerAt          conf.Place
	forced             setting // the handler that a rule wants (H), which counts before all others
	proxied            bool
	raw                bool // the upstream's URL is passed on as a rule with NE wrote it
	passAt             conf.Place
	script             bool // a ScriptAlias led here
	wsgi               bool
	status             int // 0, or the error whose ErrorDocument this is
	prev, main         *visit
	ended              bool // the END flag was met
	inner              int  // internal redirects so far
	acceptPath         string
	looks              *int // of this trace
	hidden             *step.Hidden
	died               bool     // the error was answered behind an internal redirect: who started that has nothing to add
	bodyGone           bool     // the default handler has thrown the body away
	typed              bool     // mod_mime has seen the file
	meta               metadata // what it says of it
	bare               bool     // TRACE: what Header sets is not written
	document           bool     // an ErrorDocument that was found: the answer is written as any other
}

func (v *visit) open(what string) {
	if !slices.Contains(v.out2.Open, what) && len(v.out2.Open) < 50 {
		v.out2.Open = append(v.out2.Open, what)
	}
}

const maxSteps = 400

func (v *visit) step(p conf.Place, phase string, r conf.Result, format string, args ...any) {
	if len(v.out2.Steps) >= maxSteps {
		return
	}
	v.out2.Steps = append(v.out2.Steps, conf.Step{Place: p, Phase: phase, Says: secret.Scrub(fmt.Sprintf(format, args...)), Result: r})
}

// refuse ends the request here; the step that says so is marked once the answer is known.
func (v *visit) refuse(status int, p conf.Place, phase, format string, args ...any) int {
	v.step(p, phase, conf.Refuses, format, args...)
	n := len(v.out2.Steps)
	if n > 0 && v.out2.Refusing == nil && status >= 400 {
		v.out2.Refusing = &v.out2.Steps[n-1]
		s := v.out2.Steps[n-1]
		v.out2.Refusing = &s
	}
	return status
}

// variable is an expression's variable, or one of mod_rewrite's.
func (v *visit) variable(name string) string {
	switch name {
	case "HTTP_USER_AGENT":
		return v.field("User-Agent")
	case "HTTP_REFERER":
		return v.field("Referer")
	case "HTTP_COOKIE":
		return v.field("Cookie")
	case "HTTP_FORWARDED":
		return v.field("Forwarded")
	case "HTTP_HOST":
		return v.field("Host")
	case "HTTP_PROXY_CONNECTION":
		return v.field("Proxy-Connection")
	case "HTTP_ACCEPT":
		return v.field("Accept")
	case "CONTENT_TYPE": // of the answer
		if !v.typed {
			return ""
		}
	case "REQUEST_METHOD":
		return v.method
	case "REQUEST_SCHEME":
		return v.scheme()
	case "REQUEST_URI", "DOCUMENT_URI":
		return v.uri
	case "REQUEST_FILENAME", "SCRIPT_FILENAME":
		return v.filename
	case "PATH_INFO":
		return v.pathInfo
	case "QUERY_STRING":
		v.field("query")
		return v.args
	case "THE_REQUEST":
		return v.line
	case "REMOTE_ADDR", "CONN_REMOTE_ADDR":
		return v.client.String()
	case "REMOTE_USER":
		if v.user != nil {
			return *v.user
		}
		return ""
	case "AUTH_TYPE":
		return v.authType
	case "SERVER_NAME":
		return v.serverName()
	case "SERVER_PORT":
		return strconv.Itoa(v.serverPort())
	case "SERVER_PROTOCOL", "PROTOCOL":
		return v.proto
	case "DOCUMENT_ROOT":
		return v.srv.docRoot.or("")
	case "HANDLER":
		return v.handler
	case "HTTPS":
		if v.tls {
			return "on"
		}
		return "off"
	case "IPV6":
		if v.client.Is6() && !v.client.Is4In6() {
			return "on"
		}
		return "off"
	case "IS_SUBREQ":
		return strconv.FormatBool(v.main != nil)
	case "CONTEXT_PREFIX":
		return v.ctxPrefix
	case "CONTEXT_DOCUMENT_ROOT":
		return v.ctxRoot
	case "REQUEST_STATUS":
		return ""
	case "SERVER_ADDR":
		if v.local.IsValid() {
			return v.local.String()
		}
	}
	v.open("the value of %{" + name + "}")
	return ""
}

func (v *visit) scheme() string {
	if v.tls {
		return "https"
	}
	return "http"
}

// serverName is the name that httpd gives itself, in redirects above all.
func (v *visit) serverName() string {
	if (v.srv.canonical == nil || v.srv.canonical.is("off")) && v.host != "" {
		return v.host
	}
	if v.srv.name == nil || v.srv.name.value == "" {
		v.open("the server's own name: no ServerName is set")
		return "localhost"
	}
	return v.srv.name.value
}

func (v *visit) serverPort() int {
	// The port that the connection arrived at is not asked, unless UseCanonicalPhysicalPort says so.
	switch {
	case v.hostPort != 0 && (v.srv.canonical == nil || v.srv.canonical.is("off")):
		return v.hostPort
	case v.srv.canonical.is("on") && v.srv.port != 0:
		return v.srv.port
	case v.srv.physical.on() && v.port != 0:
		return v.port
	case v.srv.port != 0:
		return v.srv.port
	case v.tls:
		return 443
	}
	return 80
}

// bracketed puts an IPv6 address into brackets.
func bracketed(host string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}

// full makes an absolute URL of a path on this server.
func (v *visit) full(p string) string {
	host := bracketed(v.serverName())
	return v.scheme() + "://" + host + v.portSuffix() + p
}
