package logs

import (
	"slices"
	"strings"

	"github.com/why401/why401/conf/vaccine"
)

// vaccine says what to log so that the next time more is known, where what was missing kept an incident from being
// decided.
func (v *view) vaccine(found []*finding) []Vaccine {
	list := []Vaccine{}
	undecided := slices.ContainsFunc(found, func(f *finding) bool { return f.cause == "" || len(f.suspects) > 0 })
	if !undecided || v.t.Access == 0 {
		return list
	}
	var lacks []string
	for _, l := range []struct {
		what string
		n    int64
	}{{"the user", v.t.Lacks.User}, {"the upstream", v.t.Lacks.Upstream}, {"the upstream's status", v.t.Lacks.UpstreamStatus}, {"a request id", v.t.Lacks.RequestID}, {"the user agent", v.t.Lacks.Agent}} {
		if l.n == v.t.Access {
			lacks = append(lacks, l.what)
		}
	}
	if len(lacks) == 0 {
		return list
	}
	for _, p := range writers {
		if !slices.ContainsFunc(p.formats, func(f string) bool { return v.t.Formats[f] }) {
			continue
		}
		if known, ok := vaccine.For(p.product); ok {
			list = append(list, Vaccine{Product: known.Product, Lacks: lacks, Where: known.Where, Lines: strings.Split(strings.Trim(known.Snippet, "\n"), "\n")})
		}
		break
	}
	return list
}

// writers are the products of conf/vaccine by the formats that tell them; the form that several write stands last.
var writers = []struct {
	product string
	formats []string
}{
	{"Apache httpd", []string{"apache-error", "vhost"}},
	{"HAProxy", []string{"haproxy", "haproxy-error"}},
	{"Caddy", []string{"caddy"}},
	{"Traefik", []string{"traefik"}},
	{"Squid", []string{"squid"}},
	{"lighttpd", []string{"lighttpd-error"}},
	{"PHP-FPM", []string{"php-fpm-access"}},
	{"nginx", []string{"nginx-error", "combined"}},
}

// Names are the formats' own names of what a vaccine adds, for the screen.
func (v Vaccine) String() string { return v.Product + ": " + strings.Join(v.Lacks, ", ") }
