package nginx

import (
	"strings"

	"github.com/why401/why401/conf"
)

// ways are the modules that pass a request on, by their directive.
var ways = map[string]conf.Way{
	"proxy_pass": conf.HTTPProxy, "fastcgi_pass": conf.FastCGI, "uwsgi_pass": conf.UWSGI, "scgi_pass": conf.SCGI,
	"grpc_pass": conf.GRPC,
}

// passes is the directive that passes requests of l on. It is not inherited by nested locations; if and limit_except have
// their location's.
func (l *level) passes() *Directive {
	for at := l; at != nil; at = at.parent {
		for name := range ways {
			if d := at.own[name]; len(d) > 0 {
				return d[0]
			}
		}
		if at.kind != kindIf && at.kind != kindLimitExcept {
			return nil
		}
	}
	return nil
}

// setter is the directive that writes what is passed on.
func setter(w conf.Way) string {
	switch w {
	case conf.HTTPProxy:
		return "proxy_set_header"
	case conf.GRPC:
		return "grpc_set_header"
	}
	return string(w) + "_param"
}

func pass(l *level) *conf.Pass {
	d := l.passes()
	if d == nil {
		return nil
	}
	p := &conf.Pass{Place: d.Place, Way: ways[d.Name], To: d.Arg(0)}
	name := setter(p.Way)
	p.Set = fields(l.all(name))
	p.Shadowed = shadowed(l, name)
	if p.Way == conf.HTTPProxy || p.Way == conf.GRPC {
		passed := l.on(strings.TrimSuffix(d.Name, "_pass")+"_pass_request_headers", true)
		p.Authorization = fate(p.Set, "Authorization", passed, l)
		p.Host = fate(p.Set, "Host", false, l)
		if p.Host.Now == conf.Dropped && !has(p.Set, "Host") {
			p.Host = conf.Fate{Now: conf.Replaced, Value: "$proxy_host"}
		}
		p.Proto = fate(p.Set, "X-Forwarded-Proto", passed, l)
		return p
	}
	passed := l.on(string(p.Way)+"_pass_request_headers", true)
	p.Authorization = fate(p.Set, "HTTP_AUTHORIZATION", passed, l)
	p.Host = fate(p.Set, "HTTP_HOST", passed, l)
	p.Proto = fate(p.Set, "HTTPS", false, l)
	if p.Proto.Now == conf.Dropped && has(p.Set, "REQUEST_SCHEME") {
		p.Proto = fate(p.Set, "REQUEST_SCHEME", false, l)
	}
	return p
}

// fields reads name and value; the value of an if_not_empty parameter is sent under that condition.
func fields(ds []*Directive) []conf.Field {
	var out []conf.Field
	for _, d := range ds {
		f := conf.Field{Place: d.Place, Name: d.Arg(0), Value: d.Arg(1)}
		if d.Arg(2) == "if_not_empty" {
			f.When = "if_not_empty"
		}
		out = append(out, f)
	}
	return out
}

// shadowed are the fields that outer levels set and that do not count here, because l or a level nearer to it sets some of
// its own.
func shadowed(l *level, name string) []conf.Field {
	var out []conf.Field
	var counts []conf.Field
	for at := l; at != nil; at = at.parent {
		ds := at.own[name]
		if len(ds) == 0 {
			continue
		}
		if counts == nil {
			counts = fields(ds)
			continue
		}
		for _, f := range fields(ds) {
			if !has(counts, f.Name) && !has(out, f.Name) {
				out = append(out, f)
			}
		}
	}
	return out
}

func has(fs []conf.Field, name string) bool {
	for _, f := range fs {
		if strings.EqualFold(f.Name, name) {
			return true
		}
	}
	return false
}

// fate says what becomes of the client's field name. passed says that fields are passed on where nothing is written.
func fate(set []conf.Field, name string, passed bool, l *level) conf.Fate {
	for _, f := range set {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		// Several directives for one field send it several times; the first is what programs read.
		switch v := strings.ToLower(f.Value); {
		case v == "":
			return conf.Fate{Place: f.Place, Now: conf.Dropped}
		case v == "$http_"+variableName(name) || name == "HTTP_AUTHORIZATION" && v == "$http_authorization" || name == "HTTP_HOST" && v == "$http_host":
			return conf.Fate{Place: f.Place, Now: conf.Kept}
		case strings.EqualFold(name, "Host") && v == "$host":
			return conf.Fate{Place: f.Place, Now: conf.Kept}
		}
		return conf.Fate{Place: f.Place, Now: conf.Replaced, Value: f.Value}
	}
	if passed {
		return conf.Fate{Now: conf.Kept}
	}
	if d := l.one("proxy_pass_request_headers"); d != nil {
		return conf.Fate{Place: d.Place, Now: conf.Dropped}
	}
	return conf.Fate{Now: conf.Dropped}
}

// variableName is a field's name as it stands in $http_name.
func variableName(field string) string {
	return strings.ToLower(strings.ReplaceAll(field, "-", "_"))
}
