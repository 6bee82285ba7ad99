package contract

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
)

func (r *reader) expect(row *Row, parent *node) {
	n := parent.get("expect")
	if n == nil {
		r.wrong(parent.at, "the row expects nothing; expected expect: with at least a status")
		return
	}
	e := &row.Expect
	e.At = n.at
	if !r.keys(n, "expect", "status", "challenge", "identity", "cookies", "cors", "private", "reaches", "redirect") {
		return
	}
	e.Status = r.statuses(n.get("status"))
	e.Challenge = r.challenge(n.get("challenge"))
	e.Identity = r.identity(n.get("identity"))
	e.Cookies = r.cookies(n.get("cookies"))
	e.CORS = r.cors(n.get("cors"))
	e.Private = r.private(n.get("private"))
	e.Reaches = r.reaches(n.get("reaches"))
	if v := n.get("redirect"); v != nil {
		e.Redirect = &Redirect{At: v.at, To: r.line(v, "redirect")}
		if _, err := exchange.ParseURL(strings.TrimSuffix(e.Redirect.To, "*")); err != nil && !strings.HasPrefix(e.Redirect.To, "/") {
			r.wrong(v.at, "redirect: expected an absolute URL, or a path that begins with /; a * at the end lets anything follow")
		}
	}
	switch {
	case row.Kind == Preflight && e.CORS == nil:
		r.wrong(n.at, "a preflight needs expect: cors: with the page's origin")
	case row.Kind != Preflight && e.CORS != nil && len(e.CORS.Methods) > 0:
		r.wrong(e.CORS.At, "cors: methods are the answer of a preflight; expected kind: preflight")
	case e.Reaches != nil && row.As != nil && row.As.Carrier != NoCarrier && strings.EqualFold(e.Reaches.Field, "Authorization"):
		r.wrong(e.Reaches.At, "reaches sends a canary in Authorization, in place of a credential; expected as: %s, or identity in place of reaches", Anonymous)
	case len(n.keys) == 0:
		r.wrong(n.at, "the row expects nothing; expected at least a status")
	}
}

func (r *reader) statuses(n *node) []StatusRange {
	var out []StatusRange
	for _, v := range r.several(n, "status") {
		if s := v.text; len(s) == 3 && s[0] >= '1' && s[0] <= '5' && strings.EqualFold(s[1:], "xx") {
			from := int(s[0]-'0') * 100
			out = append(out, StatusRange{from, from + 99})
			continue
		}
		code, err := strconv.Atoi(v.text)
		if err != nil || code < 100 || code > 599 {
			r.wrong(v.at, "status %s; expected a code such as 401, a class such as 2xx, or a list of them", shown(v.text))
			continue
		}
		out = append(out, StatusRange{code, code})
	}
	return out
}

func (r *reader) challenge(n *node) *Challenge {
	if n == nil {
		return nil
	}
	c := &Challenge{At: n.at}
	if n.shape == scalar {
		if c.None = n.text == "none"; !c.None {
			c.Scheme = r.scheme(n)
		}
		return c
	}
	if !r.keys(n, "challenge", "scheme", "realm", "params") {
		return c
	}
	c.Realm = r.maybeText(n.get("realm"), "realm")
	for _, f := range r.entries(n.get("params"), "params") {
		c.Params = append(c.Params, Param{f.at, f.name, r.text(f.value, f.name)})
	}
	if s := n.get("scheme"); s != nil {
		c.Scheme = r.scheme(s)
	} else {
		r.wrong(n.at, "challenge: expected scheme: Basic, Bearer, ...")
	}
	return c
}

func (r *reader) scheme(n *node) string {
	s := r.text(n, "challenge")
	if !fieldName.MatchString(s) {
		r.wrong(n.at, "challenge %s; expected one scheme such as Basic or Bearer, or none", shown(s))
	}
	return s
}

func (r *reader) selector(n *node, what string) Selector {
	s := Selector{At: n.at, JSON: r.line(n.get("json"), "json"), Header: r.line(n.get("header"), "header"), Text: r.line(n.get("text"), "text")}
	set := 0
	for _, v := range []string{s.JSON, s.Header, s.Text} {
		if v != "" {
			set++
		}
	}
	if set != 1 {
		r.wrong(n.at, "%s: expected one of json: $.path, header: NAME, text: PATTERN", what)
		return s
	}
	if s.JSON != "" {
		if _, err := JSONPath(s.JSON); err != nil {
			r.wrong(n.get("json").at, "json: %v", err)
		}
	}
	if s.Header != "" && !fieldName.MatchString(s.Header) {
		r.wrong(n.get("header").at, "header: expected the name of a response field")
	}
	if s.Text != "" {
		if _, err := regexp.Compile(s.Text); err != nil {
			r.wrong(n.get("text").at, "text: not a regular expression (RE2)")
		}
	}
	return s
}

func (r *reader) identity(n *node) *Identity {
	if n == nil {
		return nil
	}
	if !r.keys(n, "identity", "json", "header", "text", "is", "nobody") {
		return nil
	}
	id := &Identity{Selector: r.selector(n, "identity"), Is: r.line(n.get("is"), "is"), No: r.flag(n.get("nobody"), "nobody")}
	if id.No && id.Is != "" {
		r.wrong(n.at, "identity: is and nobody exclude each other")
	}
	return id
}

func (r *reader) cookies(n *node) []*Cookie {
	if n == nil {
		return nil
	}
	if n.shape != list {
		r.wrong(n.at, "cookies is %s; expected a list, each with name: and what it should say", n.shape)
		return nil
	}
	var out []*Cookie
	for _, i := range n.items {
		if !r.keys(i, "a cookie", "name", "absent", "secure", "http_only", "same_site", "domain", "path") {
			continue
		}
		c := &Cookie{At: i.at, Name: r.line(i.get("name"), "name"), Absent: r.flag(i.get("absent"), "absent"), Secure: r.maybe(i.get("secure"), "secure"),
			HTTPOnly: r.maybe(i.get("http_only"), "http_only"), Domain: r.maybeText(i.get("domain"), "domain"), Path: r.maybeText(i.get("path"), "path")}
		if c.Name == "" {
			r.wrong(i.at, "a cookie without a name")
		}
		if s := i.get("same_site"); s != nil {
			v := r.word(s, "same_site", "Strict", "Lax", "None", "")
			c.SameSite = &v
		}
		out = append(out, c)
	}
	return out
}

func (r *reader) cors(n *node) *CORS {
	if n == nil {
		return nil
	}
	if !r.keys(n, "cors", "origin", "allowed", "credentials", "methods", "headers", "expose") {
		return nil
	}
	c := &CORS{At: n.at, Origin: r.line(n.get("origin"), "origin"), Allowed: true, Credentials: r.flag(n.get("credentials"), "credentials"),
		Methods: r.texts(n.get("methods"), "methods"), Headers: r.texts(n.get("headers"), "headers"), Expose: r.texts(n.get("expose"), "expose")}
	if v := n.get("allowed"); v != nil {
		c.Allowed = r.flag(v, "allowed")
	}
	u, err := exchange.ParseURL(c.Origin)
	if c.Origin != "null" && (err != nil || u.Origin().String() != c.Origin) {
		r.wrong(n.at, "cors: expected origin: scheme, host and port of a page, such as https://app.example.com")
	}
	for key, words := range map[string][]string{"methods": c.Methods, "headers": c.Headers, "expose": c.Expose} {
		for _, w := range words {
			if !fieldName.MatchString(w) {
				r.wrong(n.get(key).at, "cors: %s: %s is no name", key, shown(w))
			}
		}
	}
	return c
}

func (r *reader) private(n *node) *Private {
	if n == nil {
		return nil
	}
	p := &Private{At: n.at, Probe: true}
	if n.shape == mapping {
		r.keys(n, "private", "probe")
		if v := n.get("probe"); v != nil {
			p.Probe = r.flag(v, "probe")
		}
		return p
	}
	if !r.flag(n, "private") {
		return nil
	}
	return p
}

func (r *reader) reaches(n *node) *Reaches {
	if n == nil {
		return nil
	}
	if !r.keys(n, "reaches", "field", "json", "header", "text") {
		return nil
	}
	re := &Reaches{At: n.at, Field: r.line(n.get("field"), "field"), Echo: r.selector(n, "reaches")}
	if !fieldName.MatchString(re.Field) {
		r.wrong(n.at, "reaches: expected field: the name of a request field, such as Authorization")
	}
	return re
}
