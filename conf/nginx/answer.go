package nginx

import (
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// finalize ends a request with a status (ngx_http_finalize_request, ngx_http_special_response_handler): an error_page may
// take it over, else it is answered.
func (r *run) finalize(rc int) {
	switch {
	case rc == done:
		return
	case rc == 444 || rc == 408 || rc == 499:
		r.hungUp = true
		return
	case rc == fine || rc < 300 && rc != 201 && rc != 204:
		return
	}
	r.errStatus = rc
	if pages := r.at.all("error_page"); !r.errorPage && len(pages) > 0 && r.changes != 0 {
		r.errorPage = !r.at.on("recursive_error_pages", false)
		for _, d := range pages {
			if p, ok := readErrorPage(d, rc); ok {
				r.sendErrorPage(d, p)
				return
			}
		}
	}
	switch rc {
	case 494, 495, 496, 497:
		r.errStatus = 400
	}
	r.send(r.errStatus)
}

// errorPage is an error_page directive for one status.
type errorPage struct {
	to        string
	overwrite int // the status that is answered; 0 for that of the page, -1 for the one of the error
}

// readErrorPage reads what d says of status.
func readErrorPage(d *Directive, status int) (errorPage, bool) {
	a := d.Texts()
	if len(a) < 2 {
		return errorPage{}, false
	}
	p := errorPage{to: a[len(a)-1], overwrite: -1}
	codes := a[:len(a)-1]
	if last, ok := strings.CutPrefix(codes[len(codes)-1], "="); ok {
		codes = codes[:len(codes)-1]
		p.overwrite, _ = strconv.Atoi(last) // a bare = leaves it to the page
	}
	for _, c := range codes {
		if n, err := strconv.Atoi(c); err == nil && n == status {
			if n >= 494 && n <= 497 && p.overwrite == -1 {
				p.overwrite = 400
			}
			return p, true
		}
	}
	return errorPage{}, false
}

// sendErrorPage is ngx_http_send_error_page.
func (r *run) sendErrorPage(d *Directive, p errorPage) {
	was := r.errStatus
	if p.overwrite >= 0 {
		r.errStatus = p.overwrite
	}
	to := r.value(p.to)
	switch {
	case strings.HasPrefix(to, "/"):
		uri, args := splitArgs(to)
		if r.method != "HEAD" {
			r.method, r.nameless = "GET", false
		}
		r.step(conf.Changes, "error_page", d.Place, "the answer %d is replaced by the page %s", was, uri)
		r.redirect(uri, args)
	case strings.HasPrefix(to, "@"):
		r.step(conf.Changes, "error_page", d.Place, "the answer %d is replaced by what %s answers", was, to)
		r.named(to)
	default:
		if !redirects(p.overwrite) {
			r.errStatus = 302
		}
		r.location = to
		r.step(conf.Changes, "error_page", d.Place, "the answer %d is replaced by a redirect", was)
		r.send(r.errStatus)
	}
}

// send is the answer itself: the status with what error_page made of it, fields that are added, a Location made absolute
// (ngx_http_send_header and the header filters).
func (r *run) send(status int) {
	r.status = status
	if r.errStatus != 0 {
		r.status = r.errStatus
	}
	if strings.HasPrefix(r.location, "/") && r.at.on("absolute_redirect", true) {
		r.location = r.absolute() + r.location
	}
	r.addFields() // a Location that is added stays as it is
}

// absolute is scheme and authority for a redirect (ngx_http_header_filter).
func (r *run) absolute() string {
	host := r.host
	if r.at.on("server_name_in_redirect", false) {
		host = r.server.firstName()
	} else if host == "" {
		if r.address.IsValid() {
			host = r.address.String()
		} else {
			r.open("the server's address in a redirect")
		}
	}
	scheme, normal := "http", 80
	if r.tls {
		scheme, normal = "https", 443
	}
	if r.port != normal && r.at.on("port_in_redirect", true) {
		host += ":" + strconv.Itoa(r.port)
	}
	return scheme + "://" + host
}

// addFields are add_header's, as far as they matter here: a challenge, a Location.
func (r *run) addFields() {
	for _, d := range r.at.all("add_header") {
		if d.Arg(2) != "always" && !safeStatus(r.status) {
			continue
		}
		switch lower(d.Arg(0)) {
		case "www-authenticate":
			if v := r.value(d.Arg(1)); v != "" {
				r.challenges = append(r.challenges, challenge{value: v})
			}
		case "location":
			if v := r.value(d.Arg(1)); v != "" && r.location == "" {
				r.location = v
			}
		}
	}
}

// safeStatus are the answers that add_header adds to without always.
func safeStatus(n int) bool {
	switch n {
	case 200, 201, 204, 206, 301, 302, 303, 304, 307, 308:
		return true
	}
	return false
}

// noteRefusal remembers the step before as the one that refused, when it is the first.
func (r *run) noteRefusal() {
	if r.parent != nil || r.refusal != 0 {
		return
	}
	for i := len(r.t.Steps) - 1; i >= 0; i-- {
		if r.t.Steps[i].Result == conf.Refuses && !strings.HasPrefix(r.t.Steps[i].Phase, "subrequest") {
			r.refusal = i + 1
			return
		}
	}
}
