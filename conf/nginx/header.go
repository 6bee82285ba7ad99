package nginx

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// field is a field of the request as nginx kept it.
type field struct {
	name, value string
	odd         bool // its name has characters that nginx does not hash: what is set for the name does not replace it
}

type header []field

// all are the values of the fields called name.
func (h header) all(name string) []string {
	var out []string
	for _, f := range h {
		if !f.odd && strings.EqualFold(f.name, name) {
			out = append(out, f.value)
		}
	}
	return out
}

func (h header) first(name string) string {
	for _, f := range h {
		if !f.odd && strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

func (h header) has(name string) bool {
	return slices.ContainsFunc(h, func(f field) bool { return !f.odd && strings.EqualFold(f.name, name) })
}

// variable is $http_name: the first field whose name is that in lower case with _ for -.
func (h header) variable(name string) string {
	for _, f := range h {
		if variableHeader(f.name) == name {
			return f.value
		}
	}
	return ""
}

func variableHeader(name string) string { return strings.ReplaceAll(lower(name), "-", "_") }

// once are the fields that nginx takes one of; a second is answered with 400 (ngx_http_process_unique_header_line).
var once = []string{"authorization", "content-length", "content-range", "expect", "host", "if-match", "if-modified-since",
	"if-none-match", "if-range", "if-unmodified-since", "transfer-encoding"}

// readHeader reads the fields one after another, as ngx_http_process_request_headers: Host changes the server in between,
// and with it what is done with underscores in the names that follow. The result is a status, 0 to go on.
func (r *run) readHeader(in exchange.Header) int {
	for _, f := range in {
		if v := f.Value.Reveal(); f.Value.Closed() && v != "" {
			r.closed = append(r.closed, v)
		}
		name, value := f.Name, strings.Trim(f.Value.Reveal(), " ")
		switch r.checkName(name) {
		case nameBroken:
			r.step(conf.Refuses, "request", r.server.model.Place, "the field name %q is malformed: answered with 400", name)
			return 400
		case nameDropped:
			continue
		case nameOdd:
			r.header = append(r.header, field{name, value, true})
			continue
		}
		if strings.ContainsAny(value, "\x00\n") {
			return 400
		}
		low := lower(name)
		second := slices.Contains(once, low) && r.header.has(low)
		r.header = append(r.header, field{name: name, value: value})
		if second {
			r.step(conf.Refuses, "request", r.server.model.Place, "a second %s field: answered with 400", name)
			return 400
		}
		if low == "host" {
			if st := r.readHost(value); st != 0 {
				return st
			}
		}
	}
	return 0
}

type nameKind int

const (
	nameGood nameKind = iota
	nameOdd
	nameDropped
	nameBroken
)

// checkName says what becomes of a field by its name alone.
func (r *run) checkName(name string) nameKind {
	l := r.server.level
	underscores, odd := l.on("underscores_in_headers", false), false
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case c <= ' ' || c == 0x7f || c == ':':
			return nameBroken
		case letter(c) || c >= '0' && c <= '9' || c == '-':
		case c == '_' && underscores:
		default:
			odd = true
		}
	}
	switch {
	case name == "":
		return nameBroken
	case !odd:
		return nameGood
	case l.on("ignore_invalid_headers", true):
		at, why := l.one("underscores_in_headers"), "nginx drops a field whose name holds other characters than letters, digits and hyphens"
		if strings.Contains(name, "_") {
			why = "underscores_in_headers is off: a field whose name holds an underscore is dropped"
		}
		p := r.server.model.Place
		if at != nil {
			p = at.Place
		}
		r.step(conf.Drops, "request", p, "%s: %s", shownName(name), why)
		return nameDropped
	}
	return nameOdd
}

// shownName is a field's name for a sentence.
func shownName(name string) string { return strconv.Quote(name) }

func (r *run) readHost(value string) int {
	host, ok := validHost(value)
	if !ok {
		r.step(conf.Refuses, "request", r.server.model.Place, "the Host field is no host: answered with 400")
		return 400
	}
	if r.host == "" {
		r.virtual(host)
		r.host = host
	}
	return 0
}

// checkHeader is ngx_http_process_request_header: what must hold once all fields are read.
func (r *run) checkHeader() int {
	refuse := func(status int, why string) int {
		r.step(conf.Refuses, "request", r.server.model.Place, "%s: answered with %d", why, status)
		return status
	}
	if r.host == "" {
		r.virtual("")
	}
	if !r.header.has("Host") && r.proto != "HTTP/1.0" {
		return refuse(400, "an HTTP/1.1 request without Host")
	}
	r.length = -1
	if r.header.has("Content-Length") {
		n, err := strconv.ParseInt(r.header.first("Content-Length"), 10, 64)
		if err != nil || n < 0 || strings.Trim(r.header.first("Content-Length"), "0123456789") != "" {
			return refuse(400, "a Content-Length that is no number")
		}
		r.length = n
	}
	if r.header.has("Transfer-Encoding") {
		switch {
		case r.proto == "HTTP/1.0":
			return refuse(400, "Transfer-Encoding in an HTTP/1.0 request")
		case !strings.EqualFold(r.header.first("Transfer-Encoding"), "chunked"):
			return refuse(501, "a Transfer-Encoding other than chunked")
		case r.header.has("Content-Length"):
			return refuse(400, "Transfer-Encoding and Content-Length together")
		}
		r.chunked = true
	}
	if r.method == "CONNECT" || r.method == "TRACE" {
		return refuse(405, r.method+" is not served")
	}
	return 0
}

// next makes the request that is passed on. A value is closed when it holds one of the client's closed values, or a part of
// one.
func (r *run) next(fields []field) *exchange.Request {
	q := &exchange.Request{Method: r.method, Proto: "HTTP/1.0"}
	for _, f := range fields {
		v := secret.Public(f.value)
		if r.closes(f.value) {
			v = secret.Hide(f.value)
		}
		q.Header = append(q.Header, exchange.Field{Name: f.name, Value: v})
	}
	return q
}

func (r *run) closes(v string) bool {
	const short = 4 // a part of less gives nothing away
	for _, c := range r.closed {
		if strings.Contains(v, c) || len(v) >= short && strings.Contains(c, v) {
			return true
		}
	}
	return false
}

// open names something that could not be known.
func (r *run) open(what string) {
	if !slices.Contains(r.t.Open, what) {
		r.t.Open = append(r.t.Open, what)
	}
}

// step notes what was done; a limit keeps loops from filling the trace.
func (r *run) step(res conf.Result, phase string, p conf.Place, format string, args ...any) *conf.Step {
	const most = 300
	if len(r.t.Steps) >= most {
		return &r.t.Steps[len(r.t.Steps)-1]
	}
	if r.parent != nil {
		phase = "subrequest: " + phase
	}
	r.t.Steps = append(r.t.Steps, conf.Step{Place: p, Phase: phase, Says: secret.Scrub(fmt.Sprintf(format, args...)), Result: res})
	return &r.t.Steps[len(r.t.Steps)-1]
}
