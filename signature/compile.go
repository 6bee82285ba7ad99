package signature

import (
	"regexp"
	"strconv"
	"strings"
)

// depthMax is how deep all, any and not may be nested.
const depthMax = 5

// conds reads the condition keys among keys; other keys are the caller's.
func (b *builder) conds(keys []pair) ([]cond, error) { return b.condsAt(keys, 0) }

func (b *builder) condsAt(keys []pair, depth int) ([]cond, error) {
	var out []cond
	for _, k := range keys {
		cs, err := b.cond(k, depth)
		if err != nil {
			return nil, err
		}
		out = append(out, cs...)
	}
	return out, nil
}

// cond reads one condition key; a list of literals gives several conditions that must all hold.
func (b *builder) cond(k pair, depth int) ([]cond, error) {
	switch k.key {
	case "all", "any", "not":
		return b.group(k, depth)
	case "header":
		return b.each(k.value, b.headerCond)
	case "challenge":
		return b.each(k.value, b.challengeCond)
	case "json":
		return b.each(k.value, b.jsonCond)
	case "status", "reason", "absent", "cookie", "body", "body_is", "body_exact", "body_match", "from_connect":
	default:
		return nil, nil
	}
	texts, err := b.doc.scalars(k.value)
	if err != nil {
		return nil, err
	}
	switch k.key {
	case "status":
		return one(b.statusCond(k.value, texts))
	case "body_match":
		re, err := b.pattern(texts[0])
		if err != nil {
			return nil, b.doc.errorf(k.value, "body_match: %w", err)
		}
		return []cond{bodyMatch{re}}, nil
	case "reason":
		return []cond{reasonIs(texts[0])}, nil
	case "body_is":
		return []cond{bodyIs{text: strings.TrimSpace(texts[0])}}, nil
	case "body_exact":
		return []cond{bodyIs{text: texts[0], exact: true}}, nil
	case "from_connect":
		if texts[0] != "true" {
			return nil, b.doc.errorf(k.value, "from_connect: expected true (or use it under not)")
		}
		return []cond{fromProxy{}}, nil
	}
	var out []cond
	for _, t := range texts {
		switch k.key {
		case "absent":
			c := headerGone{name: t}
			if p, ok := strings.CutSuffix(t, "*"); ok {
				c.id, c.family = b.family(p), true
			} else {
				c.id = b.header(t)
			}
			out = append(out, c)
		case "cookie":
			name, prefix := strings.CutSuffix(t, "*")
			out = append(out, cookieSet{b.header("Set-Cookie"), name, prefix})
		case "body":
			if len(t) < gram {
				return nil, b.doc.errorf(k.value, "body %q is shorter than %d bytes: use body_is or body_match", t, gram)
			}
			out = append(out, bodyHas{lit: t, id: b.set.literals.add(t)})
		}
	}
	return out, nil
}

// each reads one condition or a list of them that must all hold.
func (b *builder) each(n *node, read func(*node) (cond, error)) ([]cond, error) {
	var out []cond
	for _, i := range b.doc.some(n) {
		c, err := read(i)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func one(c cond, err error) ([]cond, error) {
	if err != nil {
		return nil, err
	}
	return []cond{c}, nil
}

// group reads all, any, not: a list of mappings, or one mapping.
func (b *builder) group(k pair, depth int) ([]cond, error) {
	if depth >= depthMax {
		return nil, b.doc.errorf(k.node, "conditions are nested deeper than %d", depthMax)
	}
	var parts []cond
	for _, n := range b.doc.some(k.value) {
		keys, err := b.doc.mapping(n, conditions...)
		if err != nil {
			return nil, err
		}
		cs, err := b.condsAt(keys, depth+1)
		if err != nil {
			return nil, err
		}
		if len(cs) == 0 {
			return nil, b.doc.errorf(n, "empty condition")
		}
		parts = append(parts, newEvery(cs))
	}
	if len(parts) == 0 {
		return nil, b.doc.errorf(k.node, "%s: empty list", k.key)
	}
	switch k.key {
	case "any":
		return []cond{some{parts}}, nil
	case "not":
		return []cond{none{parts}}, nil
	}
	return []cond{newEvery(parts)}, nil
}

func (b *builder) statusCond(n *node, texts []string) (cond, error) {
	var out statusIs
	for _, t := range texts {
		if class, ok := strings.CutSuffix(t, "xx"); ok && len(class) == 1 {
			t = class
		}
		code, err := strconv.Atoi(t)
		if err != nil || !(code >= 1 && code <= 5 || code >= 100 && code <= 599) {
			return nil, b.doc.errorf(n, "status %q: expected a code such as 401, or a class such as 4xx", t)
		}
		out = append(out, code)
	}
	return out, nil
}

// headerCond reads "Name", "Name*" (any field whose name begins so), "Name: text inside", or a mapping.
func (b *builder) headerCond(n *node) (cond, error) {
	if n.kind == scalarNode {
		return b.headerText(n.text)
	}
	keys, err := b.doc.mapping(n, "name", "is", "prefix", "match")
	if err != nil {
		return nil, err
	}
	var h headerHas
	for _, k := range keys {
		v, err := b.doc.scalar(k.value)
		if err != nil {
			return nil, err
		}
		pattern := ""
		switch k.key {
		case "name":
			h.name, h.id = v, b.header(v)
			continue
		case "is":
			pattern, h.say = `(?i)\A`+regexp.QuoteMeta(v)+`\z`, strconv.Quote(v)
		case "prefix":
			pattern, h.say = `(?i)\A`+regexp.QuoteMeta(v), "begins with "+strconv.Quote(v)
		case "match":
			pattern, h.say = v, "matches "+strconv.Quote(v)
		}
		if h.re != nil {
			return nil, b.doc.errorf(k.node, "header: one of is, prefix, match")
		}
		if h.re, err = b.pattern(pattern); err != nil {
			return nil, b.doc.errorf(k.value, "header: %w", err)
		}
	}
	if h.name == "" || h.re == nil {
		return nil, b.doc.errorf(n, "header: expected name and one of is, prefix, match")
	}
	return h, nil
}

// headerText reads the short forms of a header condition.
func (b *builder) headerText(s string) (cond, error) {
	name, text, inside := strings.Cut(s, ": ")
	if inside {
		re, err := b.pattern("(?i)" + regexp.QuoteMeta(text))
		return headerHas{name: name, id: b.header(name), say: "contains " + strconv.Quote(text), fold: strings.ToLower(text), re: re}, err
	}
	if p, ok := strings.CutSuffix(name, "*"); ok {
		return headerHas{name: name, id: b.family(p), family: true}, nil
	}
	return headerHas{name: name, id: b.header(name)}, nil
}

// challengeCond reads a scheme, or a mapping of scheme, proxy, and parameters. A parameter's value is compared whole;
// "/.../" is a pattern for its beginning.
func (b *builder) challengeCond(n *node) (cond, error) {
	c := challengeHas{field: "WWW-Authenticate"}
	if s, err := b.doc.scalar(n); err == nil {
		c.scheme, c.id = s, b.header(c.field)
		re, err := b.pattern(schemePattern(s))
		c.parts = append(c.parts, re)
		return c, err
	}
	keys, err := b.doc.mapping(n)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		v, err := b.doc.scalar(k.value)
		if err != nil {
			return nil, err
		}
		text := ""
		switch {
		case k.key == "proxy":
			if v == "true" {
				c.field = "Proxy-Authenticate"
			}
			continue
		case k.key == "scheme":
			c.scheme, text = v, schemePattern(v)
		default:
			inside := exactly(v)
			if len(v) > 2 && strings.HasPrefix(v, "/") && strings.HasSuffix(v, "/") {
				inside = v[1 : len(v)-1]
			}
			text = paramPattern(k.key, inside)
		}
		re, err := b.pattern(text)
		if err != nil {
			return nil, b.doc.errorf(k.value, "challenge: %w", err)
		}
		c.parts = append(c.parts, re)
	}
	if len(c.parts) == 0 {
		return nil, b.doc.errorf(n, "challenge: expected a scheme or a parameter")
	}
	c.id = b.header(c.field)
	return c, nil
}

// jsonCond reads a path, or a mapping of path and one of is, contains, match, list.
func (b *builder) jsonCond(n *node) (cond, error) {
	if s, err := b.doc.scalar(n); err == nil {
		return jsonHas{path: strings.Split(s, ".")}, nil
	}
	keys, err := b.doc.mapping(n, "path", "is", "contains", "match", "list")
	if err != nil {
		return nil, err
	}
	var j jsonHas
	for _, k := range keys {
		v, err := b.doc.scalar(k.value)
		if err != nil {
			return nil, err
		}
		switch k.key {
		case "path":
			j.path = strings.Split(v, ".")
		case "is":
			j.is = &v
		case "contains":
			j.has = v
		case "list":
			j.isList = v == "true"
		case "match":
			if j.re, err = b.pattern(v); err != nil {
				return nil, b.doc.errorf(k.value, "json: %w", err)
			}
		}
	}
	if j.path == nil {
		return nil, b.doc.errorf(n, "json: expected a path")
	}
	return j, nil
}
