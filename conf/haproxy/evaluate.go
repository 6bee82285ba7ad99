package haproxy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/step"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/secret"
)

// asked is a request as the rules see it: earlier rules have changed it.
type asked struct {
	*file
	conf.Request
	rec  *step.Recorder
	tls  bool
	open string // the last reason for which a test could not be decided
}

// holds evaluates a rule's condition.
func (a *asked) holds(c *condition, names acls) step.Truth {
	if c == nil {
		return step.Yes
	}
	out := step.No
	for _, and := range c.any {
		all := step.Yes
		for _, t := range and {
			v := a.term(t, names)
			if t.not {
				v = v.Not()
			}
			all = all.And(v)
		}
		out = out.Or(all)
	}
	if c.unless {
		return out.Not()
	}
	return out
}

func (a *asked) term(t term, names acls) step.Truth {
	if t.test != nil {
		return a.test(t.test)
	}
	tests, ok := names[t.name]
	if !ok {
		return a.predefined(t.name)
	}
	out := step.No
	for _, one := range tests {
		out = out.Or(a.test(one))
	}
	return out
}

// predefined are the ACLs that HAProxy brings (configuration manual, section 7.4).
func (a *asked) predefined(name string) step.Truth {
	if m, ok := strings.CutPrefix(name, "METH_"); ok {
		return step.Of(a.Method == m || m == "GET" && a.Method == "HEAD")
	}
	switch name {
	case "TRUE", "WAIT_END":
		return step.Yes
	case "FALSE":
		return step.No
	case "HTTP":
		return step.Yes
	case "HTTP_1.0":
		return step.Of(a.Proto == "HTTP/1.0")
	case "HTTP_1.1":
		return step.Of(a.Proto != "HTTP/1.0")
	case "HTTP_URL_SLASH":
		return step.Of(strings.HasPrefix(step.PathOf(a.Request.Request), "/"))
	case "LOCALHOST":
		return step.Of(a.Client.IsLoopback() && a.Client.Is4())
	}
	a.open = "the ACL " + strconv.Quote(name) + " is not known here"
	return step.Open
}

func (a *asked) unknown(t *test, why string) step.Truth {
	a.open = "{ " + t.text + " }: " + why
	return step.Open
}

func (a *asked) test(t *test) step.Truth {
	if t.open != "" {
		return a.unknown(t, t.open)
	}
	switch t.fetch {
	case "always_true":
		return step.Yes
	case "always_false":
		return step.No
	case "ssl_fc":
		return step.Of(a.tls)
	case "http_auth", "http_auth_group":
		return a.auth(t)
	case "http_first_req":
		return step.Yes
	case "src", "dst":
		return a.address(t)
	case "req.hdr_cnt", "hdr_cnt":
		if a.rec.Hides(t.arg) {
			return a.unknown(t, "the record does not show "+t.arg)
		}
		return a.number(t, len(a.rec.Header().Values(t.arg)))
	}
	values, why := a.sample(t)
	if why != "" {
		return a.unknown(t, why)
	}
	if t.match == "found" {
		return step.Of(len(values) > 0)
	}
	for _, v := range values {
		if a.matches(t, v) == step.Yes {
			return step.Yes
		}
	}
	return a.anyOpen(t, values)
}

func (a *asked) anyOpen(t *test, values []secret.Text) step.Truth {
	if len(values) > 0 && a.matches(t, values[0]) == step.Open {
		return a.unknown(t, "its way of comparing is not evaluated here")
	}
	return step.No
}

// sample gives the values of a fetch; why is not empty when they are not known.
func (a *asked) sample(t *test) (values []secret.Text, why string) {
	r := a.Request.Request
	h := a.rec.Header()
	field, _, _ := strings.Cut(t.arg, ",")
	if t.fetch == "req.cook" {
		field = "Cookie"
	}
	if strings.HasPrefix(t.fetch, "req.") && t.fetch != "req.ver" && a.rec.Hides(field) {
		return nil, "the record does not show " + field
	}
	switch t.fetch {
	case "path":
		values = []secret.Text{secret.Public(step.PathOf(r))}
	case "method":
		values = []secret.Text{secret.Public(a.Method)}
	case "url", "capture.req.uri", "pathq":
		values = []secret.Text{r.RequestTarget()}
	case "base":
		values = []secret.Text{secret.Join(h.Text("Host"), secret.Public(step.PathOf(r)))}
	case "query":
		values = []secret.Text{r.URL.RawQuery()}
	case "req.ver":
		values = []secret.Text{secret.Public(strings.TrimPrefix(a.Proto, "HTTP/"))}
	case "req.hdr":
		for _, v := range h.Values(field) {
			values = append(values, parts(v, ",")...)
		}
	case "req.fhdr":
		values = h.Values(field)
	case "urlp":
		if v, ok := r.URL.Param(field); ok {
			values = []secret.Text{v}
		}
	case "req.cook":
		for _, v := range h.Values("Cookie") {
			for _, c := range parts(v, ";") {
				if name, value, ok := c.Cut("="); ok && name.Is(t.arg) {
					values = append(values, value)
				}
			}
		}
	default:
		return nil, "what " + t.fetch + " gives is not known here"
	}
	for _, c := range t.convert {
		switch name, _ := call(c); name {
		case "lower":
			values = each(values, strings.ToLower)
		case "upper":
			values = each(values, strings.ToUpper)
		default:
			return nil, "the converter " + name + " is not evaluated here"
		}
	}
	return values, ""
}

func each(all []secret.Text, f func(string) string) []secret.Text {
	out := make([]secret.Text, len(all))
	for i, v := range all {
		out[i] = v.Map(f)
	}
	return out
}

// parts are the pieces of a list, without the blanks around them.
func parts(v secret.Text, sep string) []secret.Text {
	var out []secret.Text
	for len(out) < 256 {
		before, after, found := v.Cut(sep)
		out = append(out, before.Map(strings.TrimSpace))
		if !found {
			break
		}
		v = after
	}
	return out
}

// matches compares one value with all patterns (configuration manual, section 7.1.3).
func (a *asked) matches(t *test, v secret.Text) step.Truth {
	patterns := t.patterns
	if t.fold {
		v = v.Map(strings.ToLower)
		if t.match != "reg" {
			patterns = nil
			for _, p := range t.patterns {
				patterns = append(patterns, strings.ToLower(p))
			}
		}
	}
	for _, p := range patterns {
		hit := false
		switch t.match {
		case "str":
			hit = v.Is(p)
		case "beg":
			hit = v.HasPrefix(p)
		case "end":
			hit = v.HasSuffix(p)
		case "sub":
			hit = v.Contains(p)
		case "dir":
			hit = bounded(v, p, "/?")
		case "dom":
			hit = bounded(v, p, "/?.:")
		case "reg":
			if t.fold {
				p = "(?i)" + p
			}
			re, err := regexp.Compile(p)
			if err != nil {
				return step.Open
			}
			hit = v.Match(re)
		case "len":
			n, err := strconv.Atoi(p)
			hit = err == nil && v.Len() == n
		default:
			return step.Open
		}
		if hit {
			return step.Yes
		}
	}
	return step.No
}

// bounded reports that p stands in v between delimiters, or between one and an end; delimiters around p itself do not count.
func bounded(v secret.Text, p, delimiters string) bool {
	p = strings.Trim(p, delimiters)
	found := false
	v.Map(func(s string) string {
		for i := 0; p != "" && i+len(p) <= len(s); i++ {
			before := i == 0 || strings.IndexByte(delimiters, s[i-1]) >= 0
			after := i+len(p) == len(s) || strings.IndexByte(delimiters, s[i+len(p)]) >= 0
			if s[i:i+len(p)] == p && before && after {
				found = true
			}
		}
		return ""
	})
	return found
}

func (a *asked) address(t *test) step.Truth {
	if t.fetch == "dst" || len(t.convert) > 0 || t.match != "ip" {
		return a.unknown(t, "this address is not known here")
	}
	for _, p := range t.patterns {
		prefix, ok := conf.ParsePrefix(p)
		if !ok {
			return a.unknown(t, "a name in place of an address")
		}
		if prefix.Contains(a.Client.Unmap()) {
			return step.Yes
		}
	}
	return step.No
}

// number compares with "[operator] value..." or ranges.
func (a *asked) number(t *test, n int) step.Truth {
	op := "eq"
	for _, p := range t.patterns {
		if slices.Contains([]string{"eq", "ge", "gt", "le", "lt"}, p) {
			op = p
			continue
		}
		v, err := strconv.Atoi(p)
		if err != nil {
			return a.unknown(t, "a range")
		}
		switch op {
		case "eq":
			if n == v {
				return step.Yes
			}
		case "ge":
			return step.Of(n >= v)
		case "gt":
			return step.Of(n > v)
		case "le":
			return step.Of(n <= v)
		case "lt":
			return step.Of(n < v)
		}
	}
	return step.No
}

// auth is http_auth(list) and http_auth_group(list) groups...
func (a *asked) auth(t *test) step.Truth {
	list := a.lists[t.arg]
	if list == nil {
		return a.unknown(t, "no userlist is called "+strconv.Quote(t.arg))
	}
	login := step.BasicOf(a.rec.Header(), "Authorization")
	if login.Is != "" {
		return step.No
	}
	u, ok := step.Find(list.users, login.Pair.User)
	if !ok || u.Hash.Empty() {
		return step.No
	}
	fits := a.rec.Fits(u, login.Pair.Password, neverFits)
	if fits == step.Open {
		return a.unknown(t, "the user's password is hashed in a way that is not verified here")
	}
	if fits == step.Yes && t.fetch == "http_auth_group" {
		return step.Of(slices.ContainsFunc(u.Groups, func(g string) bool { return slices.Contains(t.patterns, g) }))
	}
	return fits
}

// neverFits: crypt(3) answers what is no hash of its own with a text that begins with an asterisk, which equals none of them.
// {SHA}, {SSHA}, {PLAIN} and apr1 are Apache's and nginx's own.
func neverFits(k htpasswd.Kind) bool {
	switch k {
	case htpasswd.Unknown, htpasswd.SHA1, htpasswd.SSHA, htpasswd.Marked, htpasswd.APR1, htpasswd.Digest:
		return true
	}
	return false
}
