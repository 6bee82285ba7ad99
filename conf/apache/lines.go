package apache

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
)

// lines are directives in force in d that only httpd has, in its own words, inherited ones included. What a Scope says in
// other fields (rules, files of passwords, header fields) is not repeated, except for the lines by which it is switched on.
func (d *dirConf) lines(s *server) []conf.Line {
	var out []conf.Line
	add := func(name string, v *setting) {
		if v != nil && v.place.Known() {
			out = append(out, conf.Line{Place: v.place, Name: name, Args: argument(v.value)})
		}
	}
	if o := d.allow; o != nil && o.classesSet && d.allowAt.Known() {
		out = append(out, conf.Line{Place: d.allowAt, Name: "AllowOverride", Args: overridden(o)})
	}
	if o := d.options; o != nil && o.place.Known() {
		out = append(out, conf.Line{Place: o.place, Name: "Options", Args: optionsOf(o)})
	}
	for _, l := range []struct {
		name string
		v    *setting
	}{
		{"AuthType", d.authType}, {"AuthName", d.authName}, {"AuthUserFile", d.userFile}, {"AuthGroupFile", d.groupFile},
		{"AuthBasicAuthoritative", d.authoritative}, {"AuthBasicFake", d.fake}, {"CGIPassAuth", d.passAuth}, {"WSGIPassAuthorization", d.wsgiAuth},
		{"SetHandler", d.handler}, {"AcceptPathInfo", d.pathInfo}, {"DirectorySlash", d.slash}, {"FallbackResource", d.fallback},
		{"ProxyPreserveHost", d.preserveHost}, {"ProxyAddHeaders", d.addHeaders}, {"ProxyErrorOverride", d.overrideErr}, {"SSLVerifyClient", d.sslVerify},
		{"DocumentRoot", s.docRoot}, {"UseCanonicalName", s.canonical}, {"MergeSlashes", s.slashes}, {"AllowEncodedSlashes", s.encoded}, {"TraceEnable", s.trace},
	} {
		add(l.name, l.v)
	}
	for _, status := range slices.Sorted(maps.Keys(d.errors)) {
		if doc := d.errors[status]; doc.place.Known() {
			out = append(out, conf.Line{Place: doc.place, Name: "ErrorDocument", Args: []string{strconv.Itoa(status), doc.value}})
		}
	}
	if r := d.rewrite; r != nil {
		add("RewriteEngine", r.engine)
		add("RewriteBase", r.base)
	}
	if d.methods != nil {
		out = append(out, conf.Line{Place: d.methodsAt, Name: "AllowMethods", Args: d.methods})
	}
	for _, v := range d.sslRequire {
		if name, rest, _ := strings.Cut(v.value, " "); v.place.Known() {
			out = append(out, conf.Line{Place: v.place, Name: name, Args: argument(rest)})
		}
	}
	for _, v := range d.foreign {
		if name, rest, _ := strings.Cut(v.value, " "); v.place.Known() {
			out = append(out, conf.Line{Place: v.place, Name: name, Args: argument(rest)})
		}
	}
	return out
}

// argument is the value as the one argument of its directive, without quotation marks; none when it is empty.
func argument(v string) []string {
	if v == "" {
		return nil
	}
	return []string{v}
}

// overridden writes AllowOverride out as httpd's own words.
func overridden(o *override) []string {
	switch {
	case o.classes == "":
		return []string{"None"}
	case len(o.classes) == len(overrideNames["all"]):
		return []string{"All"}
	}
	var out []string
	for _, n := range []string{"AuthConfig", "FileInfo", "Indexes", "Limit", "Options"} {
		if strings.Contains(o.classes, overrideNames[strings.ToLower(n)]) {
			out = append(out, n)
		}
	}
	return out
}

// optionsOf are the options that are in force.
func optionsOf(o *options) []string {
	var out []string
	for _, n := range []string{"ExecCGI", "FollowSymLinks", "SymLinksIfOwnerMatch", "Indexes", "MultiViews", "Includes", "IncludesNoExec"} {
		if o.has(optionLetters[strings.ToLower(n)]) {
			out = append(out, n)
		}
	}
	if out == nil {
		return []string{"None"}
	}
	return out
}
