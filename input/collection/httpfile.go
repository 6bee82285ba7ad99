package collection

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

var restClient = program{name: "rest-client", agent: "vscode-restclient", follow: true, jar: true}

var (
	requestLine = lazyregexp.New(`^(?:(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT|PROPFIND|REPORT|MKCOL|COPY|MOVE|LOCK|UNLOCK|SEARCH|PURGE|QUERY|GRAPHQL|WEBSOCKET|GRPC)[ \t]+)?((?:(?i:https?|wss?)://|\{\{|/)\S.*?)(?:[ \t]+HTTP/[0-9.]+(?:[ \t].*)?)?[ \t]*$`)
	fileVar     = lazyregexp.New(`^@([^\s=]{1,100})[ \t]*=[ \t]*(.*)$`)
	fieldLine   = lazyregexp.New("^([!#$%&'*+.^_`|~0-9A-Za-z{}-]{1,200})[ \t]*:[ \t]*(.*)$")
	annotation  = lazyregexp.New(`^(?:#|//)\s*@(name|no-redirect|no-cookie-jar|no-log|note|prompt|no-auto-encoding|ref|forceRef|import|loop|disabled|sleep|timeout|connection-timeout|title|env)\b[ \t=]*(.*)$`)
)

// isHTTPFile looks for the signs that only .http files have, and for a request line with a whole URL.
func isHTTPFile(s string) int {
	marks, requests, braces, answers, fields := 0, 0, false, 0, false
	first := true
	for _, line := range headLines(s, 300) {
		t := strings.TrimSpace(line)
		switch {
		case t == "":
			continue
		case strings.HasPrefix(t, "###"), fileVar.MatchString(t), annotation.MatchString(t), strings.HasPrefix(t, "> {%"), strings.HasPrefix(t, "< {%"), strings.HasPrefix(t, "<> "):
			marks++
		case hurlSection(t) != "":
			return 15
		case hurlAnswer.MatchString(t):
			answers++
		case line == t && requestLine.MatchString(t) && (strings.Contains(t, "://") || strings.Contains(t, "{{") || !first || marks > 0):
			if m := requestLine.FindStringSubmatch(t); m[1] != "" || marks > 0 {
				requests++
			} else if first {
				return 0 // a URL alone
			}
			braces = braces || strings.Contains(t, "{{")
		case first && !strings.HasPrefix(t, "#") && !strings.HasPrefix(t, "//") && !strings.HasPrefix(t, "import ") && !strings.HasPrefix(t, "run "):
			return 0
		default:
			fields = fields || fieldLine.MatchString(t)
			braces = braces || strings.Contains(t, "{{")
		}
		if !strings.HasPrefix(t, "#") && !strings.HasPrefix(t, "//") {
			first = false
		}
	}
	switch {
	case requests == 0 && marks > 1 && strings.Contains(s[:min(len(s), 64<<10)], "\nhttp"):
		return 60
	case requests == 0:
		return 0
	case answers > 0:
		return 20
	case marks > 0:
		return 92
	case braces:
		return 75
	case requests > 1 || fields:
		return 65
	}
	return 60
}

// byWhom tells JetBrains' HTTP Client, which scripts and links answers, from the others.
func byWhom(text string) program {
	p := restClient
	if strings.Contains(text, " {%") || strings.Contains(text, "\n<> ") {
		p.agent = "IntelliJ HTTP Client/IntelliJ IDEA 2025.1"
	}
	return p
}

// readHTTPFile reads what the REST Client of VS Code, JetBrains' HTTP Client, Visual Studio and httpyac have in common.
func readHTTPFile(text string, o form.Options) (exchange.Evidence, error) {
	if len(text) > maxText {
		return exchange.Evidence{}, fmt.Errorf("an .http file larger than %d MiB", maxText>>20)
	}
	s := newSheet(o)
	all := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	for i := range all {
		all[i] = strings.TrimSuffix(all[i], "\r")
	}
	vars := map[string]string{}
	for _, l := range all {
		if m := fileVar.FindStringSubmatch(l); m != nil && len(vars) < 5000 {
			vars[m[1]] = strings.TrimSpace(m[2])
		}
	}
	scope, by := newScope(vars, s.httpEnv()), byWhom(text)
	from := 0
	for n := 0; n <= len(all); n++ {
		if n == len(all) || strings.HasPrefix(all[n], "###") {
			s.httpBlock(all[from:n], from+1, scope, by)
			from = n
		}
	}
	return s.evidence("an .http file")
}

// httpEnv reads http-client.env.json beside the input when it holds one environment.
func (s *sheet) httpEnv() map[string]string {
	out := map[string]string{}
	if s.o.Home == "" || s.o.Dir == "" {
		return out
	}
	for _, name := range []string{"http-client.env.json", "http-client.private.env.json"} {
		path := filepath.Join(s.o.Dir, name)
		if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() || st.Size() > 1<<20 {
			continue
		}
		b, err := os.ReadFile(path)
		var envs map[string]map[string]any
		if err != nil || json.Unmarshal(b, &envs) != nil {
			continue
		}
		shared := flat(map[string]any(envs["$shared"]))
		delete(envs, "$shared")
		setAll(out, shared)
		if len(envs) > 1 {
			s.say("%s holds %d environments; which of them is chosen is not in the file", name, len(envs))
			continue
		}
		for _, e := range envs {
			setAll(out, flat(map[string]any(e)))
			s.say("the variables of %s beside it are used", name)
		}
	}
	return out
}

// httpBlock reads what stands between two "###" lines.
func (s *sheet) httpBlock(block []string, line int, vars scope, by program) {
	d := draft{by: by, vars: vars.with()}
	n := 0
	for ; n < len(block); n++ { // up to the request line
		t := strings.TrimSpace(block[n])
		if m := annotation.FindStringSubmatch(t); m != nil {
			switch m[1] {
			case "name":
				d.label = m[2]
			case "no-redirect":
				d.by.follow = false
			case "no-cookie-jar":
				d.by.jar = false
			case "prompt":
				d.notes = append(d.notes, "a variable of it is asked for when it is sent (@prompt)")
			}
			continue
		}
		switch {
		case strings.HasPrefix(t, "###"):
			if d.label == "" {
				d.label = strings.TrimSpace(strings.TrimLeft(t, "#"))
			}
			continue
		case t == "", strings.HasPrefix(t, "#"), strings.HasPrefix(t, "//"), strings.HasPrefix(t, "@"), strings.HasPrefix(t, "import "), strings.HasPrefix(t, "run "):
			continue
		case strings.HasPrefix(t, "< {%"), strings.HasPrefix(t, "{{") && !requestLine.MatchString(t):
			n = script(block, n)
			d.notes = append(d.notes, "a script stands before it, which is not run here: it may set variables")
			continue
		}
		break
	}
	if n >= len(block) {
		return
	}
	d.src = s.at(line + n)
	t := strings.TrimSpace(block[n])
	if strings.HasPrefix(t, "curl ") {
		s.ev.Facts = append(s.ev.Facts, fact.Fact{Text: "a curl command stands in the file; give it by itself to have it read", From: d.src})
		return
	}
	m := requestLine.FindStringSubmatch(t)
	if m == nil {
		s.ev.Facts = append(s.ev.Facts, fact.Fact{Text: "not a request line; expected a method and a URL", From: d.src})
		return
	}
	if d.method, d.url = m[1], m[2]; d.method == "WEBSOCKET" || d.method == "GRPC" {
		s.ev.Facts = append(s.ev.Facts, fact.Fact{Text: "a " + d.method + " request is left out", From: d.src})
		return
	}
	if d.method == "GRAPHQL" {
		d.method, d.bodyType = "POST", "application/json"
	}
	n++
	for n < len(block) && (strings.HasPrefix(block[n], " ") || strings.HasPrefix(block[n], "\t")) && strings.TrimSpace(block[n]) != "" && !fieldLine.MatchString(block[n]) {
		d.url += strings.TrimSpace(block[n])
		n++
	}
	for ; n < len(block); n++ { // the header
		t := strings.TrimSpace(block[n])
		if t == "" {
			n++
			break
		}
		if strings.HasPrefix(t, "#") || strings.HasPrefix(t, "//") {
			continue
		}
		if strings.HasPrefix(t, ">") || strings.HasPrefix(t, "<") || strings.HasPrefix(t, "{") && !fieldLine.MatchString(t) {
			break
		}
		f := fieldLine.FindStringSubmatch(t)
		if f == nil {
			d.notes = append(d.notes, fmt.Sprintf("line %d is no header field: a colon is missing", s.at(line+n).Line))
			continue
		}
		if strings.EqualFold(f[1], "Authorization") && d.magic(f[2]) {
			continue
		}
		d.header = append(d.header, pair{f[1], f[2]})
	}
	if strings.HasPrefix(d.url, "/") {
		if i := slices.IndexFunc(d.header, func(p pair) bool { return strings.EqualFold(p.name, "Host") }); i >= 0 {
			d.url = "http://" + d.header[i].value + d.url
		}
	}
	if n < len(block) {
		s.httpBody(&d, block[n:])
	}
	s.add(d)
}

// script goes to the last line of a script block.
func script(block []string, n int) int {
	end := "%}"
	if !strings.Contains(block[n], "{%") {
		end = "}}"
	}
	for i := n; i < len(block); i++ {
		if strings.Contains(block[i], end) {
			return i
		}
	}
	return len(block) - 1
}

// magic reads the forms of Authorization that the programs encode themselves: "Basic user password", "Basic user:password",
// "Digest user password", "AWS id key". Anything else is sent as it is.
func (d *draft) magic(value string) bool {
	words := outside(d.vars.expand(value))
	if len(words) < 2 {
		return false
	}
	c := credentials{from: "Authorization line", v: map[string]string{}}
	switch kind := strings.ToLower(words[0]); kind {
	case "basic", "digest", "ntlm":
		c.kind = kind
		user, password, ok := strings.Cut(words[1], ":")
		if len(words) > 2 {
			user, password, ok = words[1], strings.Join(words[2:], " "), true
		}
		if !ok || strings.Contains(words[1], "=\"") {
			return false // base64, or a header that was written out
		}
		c.v["username"], c.v["password"] = user, password
	case "aws":
		if len(words) < 3 {
			return false
		}
		c.kind = "awsv4"
		c.v["accessKey"], c.v["secretKey"] = words[1], words[2]
		for _, w := range words[3:] {
			switch name, v, _ := strings.Cut(w, ":"); name {
			case "token":
				c.v["sessionToken"] = v
			case "region", "service":
				c.v[name] = v
			}
		}
	default:
		return false
	}
	d.auth = c
	return true
}

// outside are the words of s; blanks inside {{ }} do not part them.
func outside(s string) []string {
	var out []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimLeft(s, " \t") {
		end, depth := 0, 0
		for end < len(s) && (depth > 0 || s[end] != ' ' && s[end] != '\t') {
			switch s[end] {
			case '{':
				depth++
			case '}':
				depth = max(depth-1, 0)
			}
			end++
		}
		out, s = append(out, s[:end]), s[end:]
	}
	return out
}

// httpBody reads the body: text, or "< file". Response handlers and references to saved answers end it.
func (s *sheet) httpBody(d *draft, block []string) {
	var out []string
	for n := 0; n < len(block); n++ {
		l := block[n]
		if strings.HasPrefix(l, "> ") || strings.HasPrefix(l, ">> ") || strings.HasPrefix(l, ">>! ") || strings.HasPrefix(l, "<> ") {
			break
		}
		if name, ok := strings.CutPrefix(strings.TrimPrefix(l, "<@"), "< "); (ok || strings.HasPrefix(l, "<@ ")) && !strings.HasPrefix(name, "{%") && !strings.Contains(name, ">") {
			if b, ok := s.file(strings.TrimSpace(strings.TrimPrefix(l, "<@")), name); ok {
				out = append(out, b)
			} else {
				d.notes = append(d.notes, "its body is a file that is not read here")
			}
			continue
		}
		out = append(out, l)
	}
	d.body = strings.TrimRight(strings.Join(out, "\n"), "\n")
	if strings.Contains(strings.ToLower(d.kind()), "urlencoded") { // REST Client lets a form run over lines
		d.body = strings.ReplaceAll(d.body, "\n&", "&")
	}
}

func (d *draft) kind() string {
	for _, h := range d.header {
		if strings.EqualFold(h.name, "Content-Type") {
			return h.value
		}
	}
	return d.bodyType
}

// file reads a file that lies in the folder of the input.
func (s *sheet) file(whole, name string) (string, bool) {
	name = strings.TrimSpace(strings.TrimPrefix(name, "<"))
	if name == "" {
		name = whole
	}
	if s.o.Home == "" || s.o.Dir == "" || !filepath.IsLocal(name) {
		return "", false
	}
	path := filepath.Join(s.o.Dir, name)
	if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() || st.Size() > maxText {
		return "", false
	}
	b, err := os.ReadFile(path)
	return string(b), err == nil
}
