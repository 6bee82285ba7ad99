package apache

import (
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// maxInternal is LimitInternalRecursion's default.
const maxInternal = 10

// internal is ap_internal_redirect: the request begins anew with another URL. 0 means that it was answered.
func (v *visit) internal(to string, settle bool) int {
	if v.inner >= maxInternal {
		return v.refuse(500, v.handlerAt, "rewrite", "more than %d internal redirects: the rules lead in a circle", maxInternal)
	}
	n := v.again(to)
	status := n.begun()
	if status != 0 && settle && !n.died {
		last, s := n.die(status)
		*v = *last
		v.died = true
		if s != 0 {
			return s
		}
		return settled
	}
	*v = *n
	return status
}

// settled says that an answer was found behind an internal redirect.
const settled = -1

// again makes the request that an internal redirect starts.
func (v *visit) again(to string) *visit {
	old := *v
	n := *v
	n.prev = &old
	n.main = nil
	n.inner++
	n.uri, n.args, n.hasArgs = strings.Cut(oneInFront(to), "?")
	n.unparsed = to
	n.env = nil
	for _, p := range old.env {
		n.env.set("REDIRECT_"+p.name, p.value)
	}
	n.env.set("REDIRECT_STATUS", "200")
	if old.status != 0 {
		n.env.set("REDIRECT_STATUS", itoa(old.status))
	}
	n.filename, n.pathInfo, n.kind, n.handler, n.proxied, n.raw, n.script, n.wsgi = "", "", noFile, "", false, false, false, false
	n.ctxPrefix, n.ctxRoot = "", ""
	n.user, n.authType, n.typed = nil, "", false
	n.forced = setting{}
	n.out = nil
	n.passAt, n.handlerAt = conf.Place{}, conf.Place{}
	if len(old.out2.Steps) > 0 {
		n.step(old.handlerAt, "redirect", conf.Changes, "the request goes on inside as %s", n.uri)
	}
	return &n
}

func (v *visit) begun() int {
	v.postRead()
	if status := v.process(); status != 0 {
		return status
	}
	return v.handle()
}

// die is ap_die: an error's own document is looked for. It gives the visit that answers and the status it answers with.
func (v *visit) die(status int) (*visit, int) {
	if status < 0 || status < 300 {
		return v, status
	}
	if v.status != 0 {
		// An error on the way to an error's document: the first error is answered, without a document.
		first := v
		for first.prev != nil && first.prev.status != 0 {
			first = first.prev
		}
		out := *first
		out.out2, out.errOut = v.out2, v.errOut
		return &out, first.status
	}
	v.status = status
	if status == 401 && v.d != nil && v.d.ignored != nil {
		v.step(v.d.ignored.place, "error", conf.Unclear, "ErrorDocument 401 cannot be a full URL: httpd ignores it")
	}
	doc, ok := v.d.errorDocument(status)
	if !ok {
		return v, status
	}
	switch {
	case absolute(doc.value) > 0:
		v.out.set("Location", doc.value)
		v.step(doc.place, "error", conf.Changes, "ErrorDocument sends the client elsewhere: the status is 302 and not %d", status)
		return v, 302
	case strings.HasPrefix(doc.value, "/"):
		if v.inner >= maxInternal {
			return v, status
		}
		v.env.set("REQUEST_METHOD", v.method)
		n := v.again(doc.value)
		n.status = status
		n.method = "GET"
		for _, p := range v.out {
			if strings.EqualFold(p.name, "Location") {
				n.out.set(p.name, p.value)
			}
		}
		refusing := v.out2.Refusing
		s := n.begun()
		v.out2.Refusing = refusing
		if s > 0 {
			return n.die(s)
		}
		v.step(doc.place, "error", conf.Sends, "ErrorDocument %s gives the body of the %d", doc.value, status)
		n.document = true
		return n, status
	}
	return v, status // a text
}

func (d *dirConf) errorDocument(status int) (setting, bool) {
	if d == nil {
		return setting{}, false
	}
	s, ok := d.errors[status]
	return s, ok && !s.is("default")
}

// answer writes what the client sees into the trace: the status of httpd's own answers, Location, the challenges.
func (v *visit) answer(status int) {
	t := v.out2
	if status <= 0 && v.status == 0 {
		t.Refusing = nil
		status = 0
	}
	if status == settled {
		status = v.status
	}
	if status <= 0 {
		status = v.status
	}
	t.Status = status
	if status/100 != 2 && status != 0 && !v.document {
		v.finalFields(status)
		t.To, t.Next = keepNext(v, status)
	} else if !v.bare {
		if v.document {
			t.To, t.Next = keepNext(v, status)
		}
		for _, op := range v.d.fields {
			v.apply(&v.out, op, "Header")
		}
		for _, op := range v.d.errorFields {
			v.apply(&v.errOut, op, "Header")
		}
	}
	for _, tab := range []table{v.errOut, v.out} {
		for _, p := range tab {
			switch {
			case strings.EqualFold(p.name, "WWW-Authenticate"):
				t.Challenges = append(t.Challenges, p.value)
			case strings.EqualFold(p.name, "Location"):
				t.Location = p.value
			}
		}
	}
	t.Scope = v.scopeHere()
}

// finalFields carries out Header always for an answer of httpd's own. Location and the challenges stand in the same table then.
func (v *visit) finalFields(status int) {
	location := v.out.get("Location")
	v.out = nil
	if status/100 == 3 || status == 201 {
		if location != "" {
			v.errOut.set("Location", location)
		}
	}
	var own table
	if v.d != nil {
		for _, op := range v.d.errorFields {
			v.apply(&own, op, "Header")
		}
	}
	// What is added stands in front. Nothing is taken away: for an answer of its own, httpd keeps the challenge and the
	// redirect's target out of the table that Header always works on.
	v.errOut, v.out = own, v.errOut
}

// keepNext keeps what was passed on only when the one it went to gives the answer's body.
func keepNext(v *visit, status int) (string, *exchange.Request) {
	if v.out2.Next != nil && v.status == status {
		return v.out2.To, v.out2.Next
	}
	return "", nil
}

// scopeHere is the scope of the innermost section that was met.
func (v *visit) scopeHere() *conf.Scope {
	d := v.d
	if d == nil {
		return nil
	}
	site := v.w.siteOf(v.srv)
	place, name := site.Place, ""
	if n := len(v.met); n > 0 {
		place, name = v.met[n-1].place, v.met[n-1].as
	}
	sc := v.w.scope(v.srv, site, place, name, v.uri, d)
	return sc
}

// target notes the request-target that an upstream gets.
func (v *visit) target(t string) {
	if v.out2.Next != nil {
		v.out2.Next.Target = secret.New(t)
	}
}

func itoa(n int) string {
	const digits = "0123456789"
	if n < 0 || n > 999 {
		return "0"
	}
	return string([]byte{digits[n/100], digits[n/10%10], digits[n%10]})
}
