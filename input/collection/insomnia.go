package collection

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

var insomnia = program{name: "insomnia", agent: "insomnia/11.0.0", follow: true, jar: true}

// isInsomnia looks for the marks of an export: v4 {"_type": "export", "__export_format": 4, ...}, JSON or YAML, and
// v5 "type: collection.insomnia.rest/5.0".
func isInsomnia(s string) int {
	head := start(s)
	switch {
	case strings.Contains(head, "insomnia.rest/5"):
		if strings.HasPrefix(head, "type:") || strings.Contains(head, "\ntype:") || strings.Contains(head, "\"type\"") {
			return 98
		}
		return 30
	case strings.Contains(head, "__export_format") && (strings.HasPrefix(head, "{") || strings.HasPrefix(head, "_type:")):
		return 97
	case strings.HasPrefix(head, "{") && strings.Contains(head, "\"resources\"") && strings.Contains(head, "\"request_group\""):
		return 80
	}
	return 0
}

// readInsomnia reads both formats.
func readInsomnia(text string, o form.Options) (exchange.Evidence, error) {
	doc, err := jsonOrYAML(text)
	if err != nil {
		return exchange.Evidence{}, fmt.Errorf("reading the Insomnia export: %w", err)
	}
	f := insomniaFile{sheet: newSheet(o), lines: &lines{text: text}, yaml: !strings.HasPrefix(start(text), "{")}
	m := members(doc)
	if m["resources"] != nil {
		f.v4(items(m["resources"]))
	} else {
		env := members(m["environments"])
		if env == nil && m["data"] != nil {
			env = m // an environment that was exported alone
		}
		vars := newScope()
		if subs := items(env["subEnvironments"]); len(subs) == 1 {
			vars.layers = append(vars.layers, flat(members(subs[0])["data"]))
		} else if len(subs) > 1 {
			f.say("%d sub-environments; which of them is chosen is not in the file, so the base environment alone is used", len(subs))
		}
		vars.layers = append(vars.layers, flat(env["data"]))
		vars.strip = bare
		f.v5(items(m["collection"]), vars, credentials{}, nil, 0)
		if f.n == 0 && env != nil {
			f.say("an Insomnia environment with %d variables and no request", len(flat(env["data"])))
		}
	}
	return f.evidence("an Insomnia export")
}

// bare takes the "_." off that Insomnia writes before names.
func bare(name string) string { return strings.TrimPrefix(name, "_.") }

// jsonOrYAML decodes one document. Aliases are refused: shared parts could make a small file endless to walk.
func jsonOrYAML(text string) (any, error) {
	if strings.HasPrefix(start(text), "{") {
		docs, err := documents(text)
		if err != nil || len(docs) == 0 {
			return nil, err
		}
		return docs[0], nil
	}
	if len(text) > 4<<20 {
		return nil, errors.New("larger than 4 MiB")
	}
	if err := flatEnough(text); err != nil {
		return nil, err
	}
	var doc any
	if err := yaml.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &doc); err != nil {
		if bad, ok := errors.AsType[yaml.Error](err); ok && bad.GetToken() != nil {
			return nil, fmt.Errorf("line %d: not YAML", bad.GetToken().Position.Line)
		}
		return nil, errors.New("not YAML")
	}
	return doc, nil
}

// flatEnough refuses YAML that nests without reason or uses anchors, before the parser sees it.
func flatEnough(text string) error {
	depth, n := 0, 0
	for line := range strings.Lines(text) {
		n++
		t := strings.TrimLeft(line, " ")
		if len(line)-len(t) > 400 || strings.HasPrefix(strings.ReplaceAll(t[:min(len(t), 400)], " ", ""), "--------------------") && strings.Contains(t, "- -") ||
			strings.Count(t[:min(len(t), 4000)], "? ") > 200 {
			return fmt.Errorf("line %d: nested too deeply", n)
		}
		for _, w := range strings.Fields(t[:min(len(t), 200)]) {
			if len(w) > 1 && (w[0] == '*' || w[0] == '&') && strings.Contains(t, ": "+w) && strings.Trim(w[1:], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == "" {
				return fmt.Errorf("line %d: YAML anchors and aliases are not read", n)
			}
		}
		for i := range len(line) {
			switch line[i] {
			case '[', '{':
				if depth++; depth > 2000 {
					return fmt.Errorf("line %d: nested too deeply", n)
				}
			case ']', '}':
				depth = max(depth-1, 0)
			}
		}
	}
	return nil
}

// flat is an environment: nested objects are named with dots.
func flat(v any) map[string]string {
	out := map[string]string{}
	var walk func(prefix string, v any, depth int)
	walk = func(prefix string, v any, depth int) {
		if depth > 8 || len(out) > 5000 {
			return
		}
		if m := members(v); m != nil {
			for k, x := range m {
				walk(prefix+k+".", x, depth+1)
			}
			return
		}
		if prefix != "" && items(v) == nil {
			out[strings.TrimSuffix(prefix, ".")] = text(v)
		}
	}
	walk("", v, 0)
	return out
}

type insomniaFile struct {
	*sheet
	lines *lines
	yaml  bool
}

func (f *insomniaFile) line(name string) int {
	if !f.yaml {
		return f.lines.of(name)
	}
	i := strings.Index(f.lines.text[f.lines.at:], "name: "+name)
	if i < 0 || name == "" {
		return 0
	}
	f.lines.line += strings.Count(f.lines.text[f.lines.at:f.lines.at+i], "\n")
	f.lines.at += i
	return f.lines.line + 1
}

// v4 reads the flat list of resources, which name their parents.
func (f *insomniaFile) v4(all []any) {
	byID := map[string]map[string]any{}
	envs := map[string][]map[string]any{} // by parent
	for _, r := range all {
		m := members(r)
		byID[text(m["_id"])] = m
		if text(m["_type"]) == "environment" {
			envs[text(m["parentId"])] = append(envs[text(m["parentId"])], m)
		}
	}
	for _, r := range all {
		m := members(r)
		if text(m["_type"]) != "request" {
			continue
		}
		vars, auth := newScope(), credentials{}
		vars.strip = bare
		var header []pair
		parent := text(m["parentId"])
		for n := 0; n < maxDepth && parent != ""; n++ {
			p := byID[parent]
			if text(p["_type"]) == "request_group" {
				vars.layers = append(vars.layers, flat(p["environment"]))
				header = append(rows(p["headers"]), header...)
				if a, ok := insomniaAuth(p["authentication"], "folder"); ok && auth.kind == "" {
					auth = a
				}
			}
			for _, base := range envs[parent] {
				if subs := envs[text(base["_id"])]; len(subs) == 1 {
					vars.layers = append(vars.layers, flat(subs[0]["data"]))
				}
				vars.layers = append(vars.layers, flat(base["data"]))
			}
			parent = text(p["parentId"])
		}
		f.request(m, vars, auth, header)
	}
}

// v5 reads the tree.
func (f *insomniaFile) v5(list []any, vars scope, auth credentials, header []pair, depth int) {
	if depth > maxDepth {
		return
	}
	for _, it := range list {
		m := members(it)
		if m["children"] == nil {
			f.request(m, vars, auth, header)
			continue
		}
		a, h := auth, append(header[:len(header):len(header)], rows(m["headers"])...)
		if own, ok := insomniaAuth(m["authentication"], "folder"); ok {
			a = own
		}
		f.v5(items(m["children"]), vars.with(flat(m["environment"])), a, h, depth+1)
	}
}

func (f *insomniaFile) request(m map[string]any, vars scope, auth credentials, header []pair) {
	name := text(m["name"])
	d := draft{by: insomnia, label: name, src: f.at(f.line(name)), method: text(m["method"]), url: text(m["url"]),
		query: rows(m["parameters"]), vars: vars.with(), auth: auth, path: rows(m["pathParameters"])}
	if d.url == "" {
		if f.n++; f.n <= maxRequests {
			f.say("%s has no URL yet", d.shown())
		}
		return
	}
	d.header, d.notes = append(header[:len(header):len(header)], rows(m["headers"])...), switchedOff(m["headers"])
	if a := members(m["authentication"]); truth(a["disabled"]) && text(a["type"]) != "none" {
		d.notes = append(d.notes, "its authentication is switched off: no credentials are sent")
	}
	if own, ok := insomniaAuth(m["authentication"], "request"); ok {
		d.auth = own
	}
	body := members(m["body"])
	d.body, d.bodyType = text(body["text"]), text(body["mimeType"])
	switch {
	case d.bodyType == "application/graphql":
		d.bodyType = "application/json"
	case d.bodyType == "application/x-www-form-urlencoded":
		var out []string
		for _, p := range rows(body["params"]) {
			out = append(out, formText(p.name)+"="+formText(p.value))
		}
		d.body = strings.Join(out, "&")
	case items(body["params"]) != nil || body["fileName"] != nil:
		d.notes = append(d.notes, "its body is a form with parts or a file, which is not put together here")
	}
	settings := members(m["settings"])
	if v := text(m["settingFollowRedirects"]) + text(settings["followRedirects"]); v == "off" {
		d.by.follow = false
	}
	if strings.Contains(d.url, "{%") || strings.Contains(d.auth.first("token", "password", "username", "value"), "{%") || tagged(d.header) {
		d.notes = append(d.notes, "a template tag {% ... %} stands in it: its value is made when the request is sent, and is not known here")
	}
	f.add(d)
}

func tagged(list []pair) bool {
	for _, p := range list {
		if strings.Contains(p.value, "{%") {
			return true
		}
	}
	return false
}

// insomniaAuth reads authentication; ok is false where it is handed down.
func insomniaAuth(v any, what string) (credentials, bool) {
	m := members(v)
	kind := text(m["type"])
	if kind == "" || kind == "inherit" {
		return credentials{}, false
	}
	c := credentials{kind: kind, v: map[string]string{}, from: "auth of the " + what}
	if kind == "none" || truth(m["disabled"]) {
		c.kind = "none"
		return c, true
	}
	for k, x := range m {
		c.v[k] = text(x)
	}
	switch kind {
	case "iam":
		c.kind = "awsv4"
	case "singleToken":
		c.kind = "bearer"
	}
	return c, true
}
