package collection

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

var bruno = program{name: "bruno", agent: "bruno-runtime/2.0.0", follow: true, jar: true}

// brunoMethods are the blocks that make a request.
var brunoMethods = []string{"get", "post", "put", "patch", "delete", "head", "options", "trace", "connect", "http"}

// isBruno looks for blocks of the Bru language at the beginning of lines.
func isBruno(s string) int {
	meta, method, other := false, false, 0
	for n, line := range headLines(s, 400) {
		name, ok := strings.CutSuffix(strings.TrimRight(line, " \t"), " {")
		if !ok || name == "" || name[0] == ' ' {
			if n == 0 && strings.HasPrefix(line, "{") {
				return 0
			}
			continue
		}
		switch {
		case name == "meta":
			meta = true
		case slices.Contains(brunoMethods, name):
			method = true
		case name == "headers", name == "auth", name == "vars", name == "query", name == "tests", name == "docs", name == "assert",
			strings.HasPrefix(name, "auth:"), strings.HasPrefix(name, "body:"), strings.HasPrefix(name, "vars:"), strings.HasPrefix(name, "params:"), strings.HasPrefix(name, "script:"):
			other++
		}
	}
	switch {
	case meta && method:
		return 97
	case method && other > 0, meta && other > 0:
		return 88
	case other > 1:
		return 70
	case meta || method || other > 0:
		return 40
	}
	return 0
}

// headLines are the first n lines of a text, without their ends.
func headLines(s string, n int) []string {
	s = strings.TrimPrefix(s[:min(len(s), 64<<10)], "\ufeff")
	lines := strings.SplitN(s, "\n", n+1)
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines[:min(len(lines), n)]
}

// block is one block of a .bru file.
type block struct {
	name string
	line int
	rows []pair   // those that are not switched off
	off  []string // notes about those that are
	text string   // of a text block, without its indent
}

// bruBlocks reads "name {" ... "}" at the beginning of lines. A text block ends at the first "}" there.
func bruBlocks(text string) []block {
	var out []block
	var in *block
	var body strings.Builder
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		n++
		line = strings.TrimRight(line, "\r\n")
		switch {
		case in == nil:
			if name, ok := strings.CutSuffix(strings.TrimRight(line, " \t"), "{"); ok && name != "" && name[0] > ' ' && len(out) < 5000 {
				in = &block{name: strings.TrimSpace(name), line: n}
			}
		case line == "}":
			in.text = body.String()
			body.Reset()
			out, in = append(out, *in), nil
		default:
			t := strings.TrimPrefix(line, "  ")
			body.WriteString(t + "\n")
			name, value, ok := strings.Cut(strings.TrimSpace(t), ":")
			if strings.HasPrefix(t, `"`) { // a name in quotes may hold colons
				if end := strings.Index(t[1:], `":`); end >= 0 {
					name, value, ok = t[1:1+end], t[end+3:], true
				}
			}
			if off, is := strings.CutPrefix(strings.TrimSpace(name), "~"); is && carrier(off) {
				in.off = append(in.off, off+" is listed but switched off: it is not sent")
			}
			if name = strings.TrimSpace(name); ok && name != "" && name[0] != '~' && len(in.rows) < 1000 {
				in.rows = append(in.rows, pair{name, strings.TrimSpace(value)})
			}
		}
	}
	return out
}

func (b *block) get(name string) string {
	for _, r := range b.rows {
		if r.name == name {
			return r.value
		}
	}
	return ""
}

// readBruno reads .bru files, also several behind each other. What collection.bru and folder.bru beside the input say
// is handed down.
func readBruno(text string, o form.Options) (exchange.Evidence, error) {
	if len(text) > maxText {
		return exchange.Evidence{}, fmt.Errorf("a Bruno file larger than %d MiB", maxText>>20)
	}
	s := newSheet(o)
	var request []block
	above := s.brunoAbove()
	flush := func() {
		if len(request) == 0 {
			return
		}
		if slices.ContainsFunc(request, func(b block) bool { return slices.Contains(brunoMethods, b.name) }) {
			s.add(s.brunoRequest(request, above))
		} else {
			above = append(request, above...) // a collection's or folder's own file, or an environment
		}
		request = nil
	}
	seen := false
	for _, b := range bruBlocks(text) {
		starts := b.name == "meta" || slices.Contains(brunoMethods, b.name)
		if b.name == "meta" || starts && slices.ContainsFunc(request, func(b block) bool { return slices.Contains(brunoMethods, b.name) }) {
			flush()
		}
		request = append(request, b)
		seen = true
	}
	flush()
	if s.n == 0 && seen {
		s.say("no request; it holds what is handed down to the requests of a collection")
	}
	return s.evidence("a Bruno file")
}

// brunoAbove reads what is handed down to the requests of a folder.
func (s *sheet) brunoAbove() []block {
	if s.o.Home == "" || s.o.Dir == "" {
		return nil
	}
	var out []block
	for _, name := range []string{"folder.bru", "collection.bru", filepath.Join("..", "folder.bru"), filepath.Join("..", "collection.bru")} {
		if st, err := os.Stat(filepath.Join(s.o.Dir, name)); err != nil || !st.Mode().IsRegular() || st.Size() > 1<<20 {
			continue
		}
		if b, err := os.ReadFile(filepath.Join(s.o.Dir, name)); err == nil {
			out = append(out, bruBlocks(string(b))...)
			s.say("%s beside it is used", filepath.Base(name))
		}
	}
	return out
}

func (s *sheet) brunoRequest(own, above []block) draft {
	d := draft{by: bruno, src: s.at(own[0].line), vars: newScope()}
	find := func(list []block, name string) *block {
		if i := slices.IndexFunc(list, func(b block) bool { return b.name == name }); i >= 0 {
			return &list[i]
		}
		return &block{}
	}
	mode, body := "", ""
	for _, b := range own {
		switch {
		case b.name == "meta":
			d.label = b.get("name")
		case slices.Contains(brunoMethods, b.name):
			d.method, d.url, mode, body = b.name, b.get("url"), b.get("auth"), b.get("body")
			if b.name == "http" {
				d.method = b.get("method")
			}
			d.src = s.at(b.line)
		case b.name == "headers":
			d.header, d.notes = append(d.header, b.rows...), append(d.notes, b.off...)
		case b.name == "params:path":
			d.path = b.rows
		case b.name == "params:query", b.name == "query":
			if !strings.Contains(d.url, "?") {
				d.query = b.rows
			}
		case b.name == "vars:pre-request", b.name == "vars":
			d.vars = d.vars.with(asMap(b.rows))
		case b.name == "script:pre-request":
			d.notes = append(d.notes, "a pre-request script belongs to it, which is not run here: it may set variables and header fields")
		}
	}
	for _, b := range above {
		switch b.name {
		case "headers":
			d.header = append(slices.Clone(b.rows), d.header...)
		case "vars:pre-request", "vars":
			d.vars.layers = append(d.vars.layers, asMap(b.rows))
		}
	}
	from := own
	if mode == "inherit" || mode == "" && len(above) > 0 {
		from, mode = above, find(above, "auth").get("mode")
		if mode == "" {
			d.notes = append(d.notes, "auth is inherited from a collection that was not given")
		}
	}
	d.auth = brunoAuth(mode, find(from, "auth:"+mode))
	if body != "none" {
		d.brunoBody(own, body)
	}
	return d
}

func asMap(list []pair) map[string]string {
	out := map[string]string{}
	for _, p := range list {
		out[p.name] = p.value
	}
	return out
}

func brunoAuth(mode string, b *block) credentials {
	if mode == "" || mode == "none" || mode == "inherit" {
		return credentials{}
	}
	c := credentials{kind: mode, v: asMap(b.rows), from: "auth:" + mode + " block"}
	if mode == "oauth2" && c.v["access_token"] != "" {
		c.v["accessToken"] = c.v["access_token"]
	}
	return c
}

func (d *draft) brunoBody(own []block, mode string) {
	for _, b := range own {
		kind, ok := strings.CutPrefix(b.name, "body:")
		if b.name == "body" {
			kind, ok = "json", true
		}
		if !ok || mode != "" && !strings.HasPrefix(strings.ToLower(strings.ReplaceAll(mode, "-", "")), strings.ReplaceAll(strings.ToLower(kind), "-", "")) && kind != "json" {
			continue
		}
		switch kind {
		case "json":
			d.bodyType = "application/json"
		case "text":
			d.bodyType = "text/plain"
		case "xml":
			d.bodyType = "application/xml"
		case "form-urlencoded":
			var out []string
			for _, p := range b.rows {
				out = append(out, formText(p.name)+"="+formText(p.value))
			}
			d.body, d.bodyType = strings.Join(out, "&"), "application/x-www-form-urlencoded"
			return
		case "graphql":
			d.bodyType = "application/json"
		default:
			d.notes = append(d.notes, "its body is a form with parts or a file, which is not put together here")
			return
		}
		d.body = strings.TrimSuffix(b.text, "\n")
		return
	}
}
