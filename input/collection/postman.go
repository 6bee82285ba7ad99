package collection

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

var postman = program{name: "postman", agent: "PostmanRuntime/7.43.0", follow: true, jar: true}

// isPostman looks for the schema of collection v2 in the first part of the text.
func isPostman(s string) int {
	head := start(s)
	if !strings.HasPrefix(head, "{") {
		return 0
	}
	schema := strings.Contains(head, "schema.getpostman.com/json/collection") || strings.Contains(head, "schema.postman.com/json/collection")
	switch {
	case schema && strings.Contains(head, "\"info\""):
		return 97
	case schema:
		return 90
	case strings.Contains(head, "\"_postman_id\"") && strings.Contains(head, "\"item\""):
		return 90
	case strings.Contains(head, "\"item\"") && strings.Contains(head, "\"request\"") && strings.Contains(head, "\"info\""):
		return 75
	case strings.Contains(s[:min(len(s), 1<<20)], "schema.getpostman.com/json/collection"):
		return 85 // the items may stand before the info
	}
	return 0
}

// start is the beginning of a text without a byte order mark and blanks.
func start(s string) string {
	s = s[:min(len(s), 16<<10)]
	return strings.TrimLeft(strings.TrimPrefix(s, "\ufeff"), " \t\r\n")
}

// readPostman reads collections v2.0 and v2.1 (https://schema.postman.com). Environments are taken from the same input, or
// from the one that lies beside the file.
func readPostman(text string, o form.Options) (exchange.Evidence, error) {
	docs, err := documents(text)
	if err != nil {
		return exchange.Evidence{}, fmt.Errorf("reading the Postman collection: %w", err)
	}
	s := newSheet(o)
	env := map[string]string{}
	for _, d := range docs {
		if m := members(d); m["values"] != nil {
			setAll(env, table(m["values"]))
			s.environment(m, text)
		}
	}
	if len(env) == 0 {
		s.beside(env)
	}
	for _, d := range docs {
		m := members(d)
		if c := members(m["collection"]); c != nil {
			m = c // as the API gives it
		}
		if items(m["item"]) == nil {
			continue
		}
		p := postmanFile{sheet: s, lines: &lines{text: text}}
		p.folder(m, newScope(env), credentials{}, "collection", 0)
	}
	return s.evidence("a Postman collection")
}

func setAll(to, from map[string]string) {
	for k, v := range from {
		to[k] = v
	}
}

// beside reads the one environment that lies in the folder of the input; of several none is taken.
func (s *sheet) beside(env map[string]string) {
	if s.o.Home == "" || s.o.Dir == "" {
		return
	}
	found, _ := filepath.Glob(filepath.Join(s.o.Dir, "*.postman_environment.json"))
	if len(found) > 1 {
		s.say("%d Postman environments lie beside the collection; give the one that is meant together with it", len(found))
	}
	if len(found) != 1 {
		return
	}
	if st, err := os.Stat(found[0]); err != nil || !st.Mode().IsRegular() || st.Size() > 1<<20 {
		return
	}
	b, err := os.ReadFile(found[0])
	if err != nil {
		return
	}
	docs, err := documents(string(b))
	if err != nil || len(docs) == 0 {
		return
	}
	setAll(env, table(members(docs[0])["values"]))
	s.say("the variables of %s beside it are used", filepath.Base(found[0]))
}

type postmanFile struct {
	*sheet
	lines    *lines
	examples int
}

// folder walks through a collection or a folder in it: variables and auth are handed down.
func (p *postmanFile) folder(m map[string]any, vars scope, auth credentials, what string, depth int) {
	if depth > maxDepth {
		return
	}
	if v := m["variable"]; v != nil {
		// What the environment says goes before what the collection says; a folder's go before both.
		if depth == 0 {
			vars.layers = append(slices.Clone(vars.layers), table(v))
		} else {
			vars = vars.with(table(v))
		}
	}
	if a, ok := postmanAuth(m["auth"], what); ok {
		auth = a
	}
	for _, it := range items(m["item"]) {
		item := members(it)
		name := text(item["name"])
		if item["item"] != nil {
			p.folder(item, vars, auth, "folder", depth+1)
			continue
		}
		if item["request"] == nil {
			continue
		}
		src := p.at(p.lines.of(name))
		p.add(p.request(item["request"], name, src, vars, auth, item))
		for _, r := range items(item["response"]) {
			p.example(members(r), src, vars, auth, item)
		}
	}
}

// request reads a request, which may be a URL alone.
func (p *postmanFile) request(v any, name string, src fact.Source, vars scope, auth credentials, item map[string]any) draft {
	d := draft{by: postman, label: name, src: src, vars: vars.with(), auth: auth}
	m := members(v)
	if m == nil {
		d.url = text(v)
		return d
	}
	d.method = text(m["method"])
	d.header, d.notes = rows(m["header"]), switchedOff(m["header"])
	if a, ok := postmanAuth(m["auth"], "request"); ok {
		d.auth = a
	}
	d.url, d.path = postmanURL(m["url"])
	d.body, d.bodyType = p.body(members(m["body"]), &d)
	behaviour := members(item["protocolProfileBehavior"])
	if f, ok := behaviour["followRedirects"]; ok && !truth(f) {
		d.by.follow = false
	}
	d.tune = func(i *exchange.Intent) {
		i.Trusted = truth(behaviour["followAuthorizationHeader"])
		i.KeepPost = truth(behaviour["followOriginalHttpMethod"])
		i.TLS.Insecure = behaviour["strictSSL"] != nil && !truth(behaviour["strictSSL"])
	}
	for _, e := range items(item["event"]) {
		if members(e)["listen"] == "prerequest" && scripted(members(e)["script"]) {
			d.notes = append(d.notes, "a pre-request script belongs to it, which is not run here: it may set variables and header fields")
		}
	}
	return d
}

// scripted reports a script that is not empty.
func scripted(v any) bool {
	exec := members(v)["exec"]
	if t := text(exec); strings.TrimSpace(t) != "" {
		return true
	}
	return slices.ContainsFunc(items(exec), func(l any) bool { return strings.TrimSpace(text(l)) != "" })
}

// postmanURL is the URL as it was typed, and the values of its ":name" segments.
func postmanURL(v any) (string, []pair) {
	m := members(v)
	if m == nil {
		return text(v), nil
	}
	raw := text(m["raw"])
	if raw == "" {
		raw = joined(m["host"], ".") + "/" + joined(m["path"], "/")
		if p := text(m["protocol"]); p != "" {
			raw = p + "://" + raw
		}
		for n, q := range rows(m["query"]) {
			raw += string("?&"[min(n, 1)]) + q.name + "=" + q.value
		}
	}
	return raw, rows(m["variable"])
}

// joined is a list or a text as one text.
func joined(v any, sep string) string {
	if items(v) == nil {
		return text(v)
	}
	var out []string
	for _, s := range items(v) {
		if t := text(s); t != "" {
			out = append(out, t)
		} else {
			out = append(out, text(members(s)["value"]))
		}
	}
	return strings.Join(out, sep)
}

func (p *postmanFile) body(m map[string]any, d *draft) (body, kind string) {
	if truth(m["disabled"]) {
		return "", ""
	}
	switch text(m["mode"]) {
	case "raw":
		kind = map[string]string{"json": "application/json", "xml": "application/xml", "html": "text/html", "javascript": "application/javascript"}[text(members(members(m["options"])["raw"])["language"])]
		if kind == "" {
			kind = "text/plain"
		}
		return text(m["raw"]), kind
	case "urlencoded":
		var out []string
		for _, f := range rows(m["urlencoded"]) {
			out = append(out, formText(f.name)+"="+formText(f.value))
		}
		return strings.Join(out, "&"), "application/x-www-form-urlencoded"
	case "graphql":
		g := members(m["graphql"])
		return `{"query":` + strconv.Quote(text(g["query"])) + `}`, "application/json"
	case "formdata", "file":
		d.notes = append(d.notes, "its body is a form with parts or a file, which is not put together here")
	}
	return "", ""
}

// postmanAuth reads auth of v2.1 (lists of key and value) and v2.0 (objects); ok is false where it is handed down.
func postmanAuth(v any, what string) (credentials, bool) {
	m := members(v)
	kind := text(m["type"])
	if kind == "" {
		return credentials{}, false
	}
	c := credentials{kind: kind, from: "auth of the " + what}
	if kind == "noauth" {
		c.kind = "none"
		return c, true
	}
	if c.v = table(m[kind]); len(c.v) == 0 {
		for k, val := range members(m[kind]) {
			c.v[k] = text(val)
		}
	}
	return c, true
}

// example makes an exchange of an answer that was saved with a request.
func (p *postmanFile) example(m map[string]any, src fact.Source, vars scope, auth credentials, item map[string]any) {
	status, err := strconv.Atoi(text(m["code"]))
	if p.examples++; err != nil || status < 100 || status > 999 || p.examples > maxExamples {
		return
	}
	req := m["originalRequest"]
	if req == nil {
		req = item["request"]
	}
	d := p.request(req, text(m["name"]), src, vars, auth, item)
	i, err := d.intent()
	if err != nil {
		return
	}
	// What was really sent is not saved with an answer.
	x := &exchange.Exchange{Given: "example saved in Postman", Request: i.Request, Unseen: exchange.RequestHeader | exchange.RequestCredentials}
	x.Response = &exchange.Response{Status: status, Reason: text(m["status"]), Proto: "HTTP/1.1"}
	for _, h := range rows(m["header"]) {
		x.Response.Header = append(x.Response.Header, exchange.ResponseField(h.name, h.value))
	}
	if len(x.Response.Header) == 0 {
		x.Unseen |= exchange.ResponseHeader
	}
	body := text(m["body"])
	if m["body"] == nil {
		x.Unseen |= exchange.ResponseBody
	}
	x.Response.Body = exchange.Body{Bytes: []byte(body[:min(len(body), 64<<10)]), Size: int64(len(body)), Truncated: len(body) > 64<<10}
	p.ev.Exchanges = append(p.ev.Exchanges, x)
}
