package apache

import (
	"strings"

	"github.com/why401/why401/conf"
)

// serve runs the phases of a request that was read; 0 means that the handler was reached.
func (v *visit) serve() int {
	if v.main == nil {
		v.postRead()
	}
	if status := v.process(); status != 0 {
		return status
	}
	return v.handle()
}

// postRead is what modules do with a request that was just read: the client's address, early fields, SetEnvIf outside of
// sections.
func (v *visit) postRead() {
	v.remoteIP()
	for _, op := range v.srv.dir.requestFields {
		if op.early {
			v.apply(&v.in, op, "RequestHeader")
		}
	}
	if v.prev == nil {
		v.login = v.readDigest()
	}
	for _, op := range v.srv.varsIf {
		v.setIf(op)
	}
}

// process is ap_process_request_internal: URL, configuration, access, and the fixups before the handler.
func (v *visit) process() int {
	if v.prev == nil && v.main == nil && v.method == "OPTIONS" && v.uri == "*" {
		return 0
	}
	raw := v.uri
	p, ok := normalize(v.uri, v.srv.slashes == nil || !v.srv.slashes.is("off"))
	if !ok {
		return v.refuse(400, conf.Place{}, "read", "the path is not one: it leads above the root, or does not begin with a slash")
	}
	enc := strings.ToLower(v.srv.encoded.or("off"))
	p, status := unescape(p, enc == "nodecode", enc == "on")
	v.uri, _, _ = strings.Cut(p, "\x00") // also where it is refused: an ErrorDocument that is a program sees it
	switch status {
	case 400:
		return v.refuse(400, conf.Place{}, "read", "the path has a percent sign without two hexadecimal digits")
	case 404:
		return v.refuse(404, v.srv.encoded.at(), "read", "the path has %%2F (or %%00) in it, and AllowEncodedSlashes is off")
	}
	if raw != v.uri && v.main == nil && v.prev == nil {
		v.step(conf.Place{}, "read", conf.Changes, "the path is read as %s", v.uri)
	}
	// What <Location> sets is in force while the URL is translated.
	v.d = v.srv.dir
	u, met := walkURL(v.srv, v.uri)
	v.d = merge(v.d, u)
	v.named(met)
	v.ifs(nil)
	if status := v.translate(); status != 0 {
		return status
	}
	return v.atStorage()
}

// atStorage runs the phases from the file or the upstream on: a look at a file begins here.
func (v *visit) atStorage() int {
	v.d = v.srv.dir
	if status := v.toStorage(); status != 0 {
		return status
	}
	if status := v.access(); status != 0 {
		return status
	}
	if status := v.findHandler(); status != 0 {
		return status
	}
	return v.fixups()
}

// toStorage finds the configuration of the file or of the upstream, then the URL's and the conditions'.
func (v *visit) toStorage() int {
	var met []*section
	switch {
	case v.proxied && strings.HasPrefix(v.filename, "proxy:"):
		for _, s := range v.srv.proxies {
			to := strings.TrimPrefix(v.filename, "proxy:")
			if s.re != nil && s.re.match(to) != nil || s.re == nil && (s.path == "*" || s.glob && wildcard(s.path, to, false) || strings.HasPrefix(to, s.path)) {
				v.d = merge(v.d, s.conf)
				met = append(met, s)
			}
		}
	case v.method == "TRACE":
		return v.traceMethod()
	default:
		l := v.walk()
		met = append(met, l.met...)
		if l.status != 0 {
			v.met = met
			return v.refuse(l.status, l.place, "map to storage", "%s", l.why)
		}
		v.filename, v.kind = l.filename, l.kind
		v.pathInfo = l.pathInfo + v.pathInfo
		v.d = merge(v.d, l.conf)
		f, fm := walkFiles(v.d, v.filename)
		v.d = merge(v.d, f)
		met = append(met, fm...)
	}
	u, um := walkURL(v.srv, v.uri)
	v.d = merge(v.d, u)
	met = append(met, um...)
	v.ifs(&met)
	v.met = met
	v.named(met)
	if v.main == nil {
		for _, s := range met {
			if s.place.Known() {
				v.step(s.place, "walk", conf.Chooses, "%s is in force here", s.as)
			}
		}
		for _, op := range v.d.varsIf {
			v.setIf(op)
		}
	}
	for _, f := range v.d.foreign {
		v.open("what " + f.value + " (" + f.place.String() + ") does with this request")
	}
	return 0
}

// walk goes down the folders, or takes what an earlier request of this one found in the same folder: httpd does not walk there
// twice, so that sections with patterns are those that the first request met.
func (v *visit) walk() located {
	kind, err := v.w.stat(v.filename)
	for _, o := range []*visit{v.prev, v.main} {
		if o == nil || o.walked == nil || o.srv != v.srv || err != nil || v.assumed {
			continue
		}
		same := *v
		if same.kind = kind; kind == regular || kind == folder && v.pathInfo == "" {
			if same.folder() == o.walkedIn && !strings.Contains(v.filename, "//") {
				l := *o.walked
				l.filename, l.kind, l.pathInfo = v.filename, kind, ""
				v.walked, v.walkedIn = o.walked, l.folder()
				return l
			}
		}
		break
	}
	l := v.w.walkDirs(v.srv, v.filename, v.assumed)
	if l.status == 0 {
		v.walked, v.walkedIn = &l, l.folder()
	}
	return l
}

// named sets the variables of a section's pattern: (?<what>...) is MATCH_WHAT.
func (v *visit) named(met []*section) {
	for _, s := range met {
		if s.re == nil {
			continue
		}
		of := v.filename
		switch s.kind {
		case kLocation:
			of = v.uri
		case kFiles:
			of = of[strings.LastIndexByte(of, '/')+1:]
		}
		for name, value := range s.re.names(of) {
			v.env.set("MATCH_"+strings.ToUpper(name), value)
		}
	}
}

// ifs merges the <If> sections that hold.
func (v *visit) ifs(met *[]*section) {
	sections := v.d.ifs
	before := true
	// What holds is merged with each other first: that is what AuthMerging joins.
	var d *dirConf
	defer func() { v.d = merge(v.d, d) }()
	for _, s := range sections {
		if s.els && before {
			continue
		}
		if !s.sure {
			if !v.holds(s.cond) {
				before = false
				continue
			}
		}
		before = true
		d = merge(d, s.conf)
		if met != nil {
			*met = append(*met, s)
		}
	}
}

func (v *visit) traceMethod() int {
	if v.srv.trace.is("off") {
		return v.refuse(405, v.srv.trace.at(), "map to storage", "TRACE is switched off")
	}
	v.bare = true
	return -200 // answered by httpd itself
}

// setIf carries out one variable of SetEnvIf.
func (v *visit) setIf(op varIf) {
	if op.bad != "" {
		v.open("whether the pattern at " + op.place.String() + " matches: " + op.bad)
		return
	}
	var groups []string
	depends := v.hidden.Watch()
	var set bool
	if op.cond != nil {
		e := &evaluation{v: v}
		set = op.cond.root != nil && e.truth(op.cond.root)
		groups = e.groups
	} else {
		groups = op.re.match(v.attribute(op))
		set = groups != nil
	}
	field, _ := depends()
	if !v.hidden.Either(op.place, field, set) {
		return
	}
	if op.unset {
		v.env.unset(op.name)
		return
	}
	value := op.value
	v.hidden.Make(op.name, "")
	if strings.Contains(value, "$") {
		value = filled(value, groups, false)
		v.hidden.Make(op.name, field)
	}
	v.env.set(op.name, value)
	v.step(op.place, "header parser", conf.Changes, "the variable %s is set", op.name)
}

// attribute is what a SetEnvIf line looks at.
func (v *visit) attribute(op varIf) string {
	switch strings.ToLower(op.attr) {
	case "remote_addr":
		return v.client.String()
	case "server_addr":
		if !v.local.IsValid() {
			v.open("the server's address, which SetEnvIf Server_Addr asks for")
			return ""
		}
		return v.local.String()
	case "remote_host":
		v.open("the client's host name")
		return ""
	case "remote_user":
		return v.variable("REMOTE_USER")
	case "request_uri":
		return v.uri
	case "request_method":
		return v.method
	case "request_protocol":
		return v.proto
	}
	if op.attrs != nil {
		v.hidden.LookAs("the fields " + op.attr) // one that is not shown may fit
		value := ""
		for _, p := range v.in { // the last that fits
			if op.attrs.match(p.name) != nil {
				value = p.value
			}
		}
		return value
	}
	if v.in.has(op.attr) {
		return v.field(op.attr)
	}
	if !v.env.has(op.attr) {
		return v.field(op.attr)
	}
	return v.variableOf(op.attr)
}

// apply carries out one line of RequestHeader or Header on a table of fields.
func (v *visit) apply(t *table, op headerOp, directive string) {
	switch {
	case op.cond != nil && !v.holds(op.cond):
		return
	case strings.HasPrefix(op.env, "!") && v.env.has(op.env[1:]), op.env != "" && op.env[0] != '!' && !v.env.has(op.env):
		return
	}
	value := func() string {
		if op.value2 != nil {
			return v.value(op.value2)
		}
		return v.formatted(op.value)
	}
	had := t.has(op.name)
	was := t.get(op.name)
	switch op.action {
	case "set":
		t.set(op.name, value())
	case "setifempty":
		if !had {
			t.set(op.name, value())
		}
	case "add":
		t.add(op.name, value())
	case "append":
		t.merge(op.name, value())
	case "merge":
		if x := value(); !listHas(was, x) || !had {
			t.merge(op.name, x)
		}
	case "unset":
		t.unset(op.name)
	case "edit", "edit*":
		if op.bad != "" {
			v.open("whether the pattern at " + op.place.String() + " matches: " + op.bad)
			return
		}
		for i, p := range *t {
			if strings.EqualFold(p.name, op.name) {
				(*t)[i].value = v.edited(op, p.value)
			}
		}
	case "note", "echo":
	}
	if strings.EqualFold(directive, "RequestHeader") && (had != t.has(op.name) || was != t.get(op.name)) {
		r, says := conf.Changes, "changed"
		if !t.has(op.name) {
			r, says = conf.Drops, "taken out"
		}
		v.step(op.place, "fixups", r, "the field %s is %s", op.name, says)
	}
}

func listHas(list, v string) bool {
	for p := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(p) == v {
			return true
		}
	}
	return false
}

func (v *visit) edited(op headerOp, s string) string {
	var b strings.Builder
	for {
		from, to, ok := op.re.span(s)
		if !ok {
			break
		}
		b.WriteString(s[:from])
		b.WriteString(filled(v.formatted(op.replace), op.re.match(s), false)) // a percent sign of the value is none of the format
		s = s[to:]
		if op.action != "edit*" || from == to || b.Len() > maxFilled {
			break
		}
	}
	return b.String() + s
}

// formatted fills in mod_headers' format strings: %{NAME}e is a variable of the environment, %{NAME}s one of TLS, %% a percent.
func (v *visit) formatted(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		arg := ""
		if s[i] == '{' {
			end := strings.IndexByte(s[i:], '}')
			if end < 0 || i+end+1 >= len(s) {
				return b.String() + s[i-1:]
			}
			arg = s[i+1 : i+end]
			i += end + 1
		}
		switch s[i] {
		case '%':
			b.WriteByte('%')
		case 'e':
			if v.env.has(arg) {
				b.WriteString(v.env.get(arg))
			} else {
				b.WriteString("(null)")
			}
		case 's':
			if v.tls {
				v.open("the TLS variable " + arg)
			}
			b.WriteString("(null)")
		default:
			v.open("the value of %" + string(s[i]) + " in a header field")
		}
	}
	return b.String()
}
