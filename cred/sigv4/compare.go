package sigv4

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// Part is a part of what is signed; its text is stable.
type Part string

// The parts, in the order in which they stand.
const (
	PartMethod        Part = "method"
	PartPath          Part = "path"
	PartQuery         Part = "query"
	PartHeader        Part = "header"
	PartSignedHeaders Part = "signed-headers"
	PartPayload       Part = "payload-hash"
	PartForm          Part = "form" // the echo is not a canonical request
	PartTime          Part = "time"
	PartScope         Part = "scope"
	PartAlgorithm     Part = "algorithm"
	PartKey           Part = "key" // all is alike: the secret key differs
)

// Difference is one part in which client and server do not agree. Name is the header field or parameter, when there is
// one. Both may be shown.
type Difference struct {
	Part Part
	Name string
	Text string
}

// Compare puts the canonical request of req, which carries a signature, beside the server's own. An empty list means that
// both sign the same text, so that the secret keys differ. ok is false when req carries no signature or the echo shows
// nothing to compare.
func Compare(req exchange.Request, e Echo) (diffs []Difference, ok bool) {
	s, signed := Parse(req)
	if !signed || e.Canonical == "" && e.StringToSign == "" {
		return nil, false
	}
	add := func(p Part, name, text string) { diffs = append(diffs, Difference{p, name, text}) }
	if e.Canonical != "" {
		mine, mineOK := split(s.canonical(req))
		theirs, theirsOK := split(string(e.Canonical))
		if !mineOK || !theirsOK {
			add(PartForm, "", "the server's canonical request is not whole: its line breaks were lost")
			return diffs, true
		}
		diffs = append(diffs, mine.against(theirs)...)
	}
	if lines := strings.Split(string(e.StringToSign), "\n"); len(lines) == 4 {
		if !strings.EqualFold(lines[0], s.Algorithm) {
			add(PartAlgorithm, "", "the server computed with "+show(lines[0])+", the request says "+show(s.Algorithm))
		}
		if !s.Time.IsZero() && lines[1] != s.Time.UTC().Format(layout) {
			add(PartTime, "", "the server took another signing time than the request carries")
		}
		scope := strings.Join([]string{s.Date, s.Region, s.Service, s.Terminator}, "/")
		if lines[2] != scope {
			add(PartScope, "", "the server computed for "+showScope(lines[2])+", the request says "+showScope(scope))
		}
		if e.Canonical == "" && len(diffs) == 0 && lines[3] != hashHex(s.canonical(req)) {
			add(PartForm, "", "the canonical requests differ; the server does not show its own")
		}
	}
	return diffs, true
}

// canonical is the canonical request of the request that carries s.
func (s *Signature) canonical(req exchange.Request) string {
	hash, omit := payloadHash(req, "x-amz-content-sha256"), []string(nil)
	if s.InQuery {
		omit = []string{"x-amz-signature"}
		if s.Service == "s3" {
			hash = "UNSIGNED-PAYLOAD"
		}
	}
	return canonical(req, s.names(), hash, s.Service != "s3", omit)
}

func showScope(s string) string {
	parts := strings.Split(s, "/")
	for i, p := range parts {
		parts[i] = show(p)
	}
	return strings.Join(parts, "/")
}

// parts of a canonical request.
type parts struct {
	method, path, query, signed, payload string
	headers                              [][2]string
}

// split takes a canonical request apart: three lines, header lines, an empty one, two lines.
func split(text string) (p parts, ok bool) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 5 || len(lines) > 500 {
		return p, false
	}
	n := len(lines)
	p.method, p.path, p.query, p.signed, p.payload = lines[0], lines[1], lines[2], lines[n-2], lines[n-1]
	for _, l := range lines[3 : n-2] {
		if l == "" {
			continue
		}
		name, value, found := strings.Cut(l, ":")
		if !found {
			return p, false
		}
		p.headers = append(p.headers, [2]string{name, value})
	}
	return p, true
}

func (p parts) against(server parts) []Difference {
	var out []Difference
	add := func(part Part, name, text string) { out = append(out, Difference{part, name, text}) }
	if p.method != server.method {
		add(PartMethod, "", "the request that arrived has the method "+show(server.method)+", signed was "+show(p.method))
	}
	if p.path != server.path {
		add(PartPath, "", "the paths differ"+how(p.path, server.path))
	}
	if p.query != server.query {
		out = append(out, queries(p.query, server.query)...)
	}
	mine, theirs := index(p.headers), index(server.headers)
	for _, h := range p.headers {
		switch v, has := theirs[h[0]]; {
		case !has:
			add(PartHeader, showHeader(h[0]), "the field did not arrive, or the server does not sign it")
		case v != h[1]:
			add(PartHeader, showHeader(h[0]), "the values differ"+how(h[1], v))
		}
	}
	for _, h := range server.headers {
		if _, has := mine[h[0]]; !has {
			add(PartHeader, showHeader(h[0]), "the server signs the field, the request does not")
		}
	}
	if p.signed != server.signed {
		add(PartSignedHeaders, "", "the lists of signed headers differ"+how(p.signed, server.signed))
	}
	if p.payload != server.payload {
		text := "the hashes of the body differ: the body was changed on the way, or another was signed"
		switch empty := hashHex(""); {
		case p.payload == "UNSIGNED-PAYLOAD" || server.payload == "UNSIGNED-PAYLOAD":
			text = "one of the two signs the body and the other does not (UNSIGNED-PAYLOAD)"
		case strings.HasPrefix(p.payload, "STREAMING-") || strings.HasPrefix(server.payload, "STREAMING-"):
			text = "one of the two takes the body for a signed stream"
		case server.payload == empty:
			text = "an empty body arrived, and another was signed"
		case p.payload == empty:
			text = "an empty body was signed, and another arrived"
		}
		add(PartPayload, "", text)
	}
	return out
}

func index(list [][2]string) map[string]string {
	out := make(map[string]string, len(list))
	for _, h := range list {
		out[h[0]] = h[1]
	}
	return out
}

func queries(mine, theirs string) []Difference {
	read := func(s string) ([]string, map[string]string) {
		m := map[string]string{}
		var names []string
		for pair := range strings.SplitSeq(s, "&") {
			if pair == "" || len(names) > 500 {
				continue
			}
			name, value, _ := strings.Cut(pair, "=")
			if _, twice := m[name]; !twice {
				names = append(names, name)
			}
			m[name] += "\x00" + value
		}
		return names, m
	}
	var out []Difference
	a, am := read(mine)
	b, bm := read(theirs)
	for _, n := range a {
		switch v, has := bm[n]; {
		case !has:
			out = append(out, Difference{PartQuery, showParam(n), "the parameter was signed and did not arrive"})
		case v != am[n]:
			out = append(out, Difference{PartQuery, showParam(n), "the values differ" + how(am[n], v)})
		}
	}
	for _, n := range b {
		if _, has := am[n]; !has {
			out = append(out, Difference{PartQuery, showParam(n), "the parameter arrived and was not signed"})
		}
	}
	if len(out) == 0 {
		out = append(out, Difference{PartQuery, "", "the parameters stand in another order or are encoded otherwise"})
	}
	return out
}

func showParam(n string) string {
	if strings.HasPrefix(n, "X-Amz-") && len(n) < 40 {
		return n
	}
	return show(n)
}

// how names a usual difference of two values without showing either.
func how(mine, server string) string {
	plain := func(s string) string { return strings.NewReplacer("%2F", "/", "%252F", "/", "%25", "%").Replace(s) }
	noPort := func(s string) string {
		if i := strings.LastIndexByte(s, ':'); i > 0 && strings.Trim(s[i+1:], "0123456789") == "" {
			return s[:i]
		}
		return s
	}
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	switch {
	case strings.EqualFold(mine, server):
		return " in upper and lower case"
	case squeeze(mine) == squeeze(server):
		return " in blanks"
	case strings.TrimRight(mine, "/") == strings.TrimRight(server, "/"):
		return " in the slash at the end"
	case recode(mine) == server || recode(server) == mine || plain(mine) == plain(server):
		return " in their encoding: one was encoded once more"
	case noPort(mine) == server || noPort(server) == mine:
		return ": one has the port and the other has not"
	case server != "" && strings.HasSuffix(mine, server), mine != "" && strings.HasSuffix(server, mine):
		return ": one has more in front (a stage or prefix that a proxy added or took away)"
	case server != "" && strings.HasPrefix(mine, server), mine != "" && strings.HasPrefix(server, mine):
		return ": one has more at its end"
	}
	return ""
}
