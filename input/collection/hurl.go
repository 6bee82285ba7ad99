package collection

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/curl"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

var hurl = program{name: "hurl", agent: "hurl/6.1.1", jar: true}

var (
	hurlRequest = lazyregexp.New(`^([A-Z]{3,12})[ \t]+((?:https?://|\{\{)\S+)[ \t]*(?:#.*)?$`)
	hurlAnswer  = lazyregexp.New(`^HTTP(?:/[123](?:\.[01])?)?[ \t]+(\d{3}|\*)[ \t]*(?:#.*)?$`)
)

// hurlSection gives the name of a line such as "[Asserts]", or "".
func hurlSection(line string) string {
	name, ok := strings.CutPrefix(line, "[")
	name, _, _ = strings.Cut(name, "#")
	name, ok2 := strings.CutSuffix(strings.TrimRight(name, " \t"), "]")
	if !ok || !ok2 || !slices.Contains([]string{"Options", "BasicAuth", "Query", "QueryStringParams", "Form", "FormParams", "Multipart", "MultipartFormData",
		"Cookies", "Captures", "Asserts"}, name) {
		return ""
	}
	return name
}

// isHurl looks for sections, and for the short answer line "HTTP 200" behind a request with a whole URL.
func isHurl(s string) int {
	requests, sections, answers, short := 0, 0, 0, 0
	for _, line := range headLines(s, 300) {
		t := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(t, "###") || fileVar.MatchString(t) || annotation.MatchString(t):
			return 10
		case t == "" || strings.HasPrefix(t, "#"):
		case hurlRequest.MatchString(t):
			requests++
		case requests == 0:
			return 0
		case hurlSection(t) != "":
			sections++
		case hurlAnswer.MatchString(t):
			answers++
			if strings.HasPrefix(t, "HTTP ") {
				short++
			}
		}
	}
	switch {
	case requests == 0:
		return 0
	case sections > 0:
		return 96
	case short > 0:
		return 90
	case answers > 0 && requests > 1:
		return 75
	case answers > 0:
		return 62
	}
	return 45
}

// readHurl reads requests with their sections; of answers what is expected.
func readHurl(text string, o form.Options) (exchange.Evidence, error) {
	if len(text) > maxText {
		return exchange.Evidence{}, fmt.Errorf("a Hurl file larger than %d MiB", maxText>>20)
	}
	h := hurlFile{sheet: newSheet(o), vars: map[string]string{}, captured: map[string]bool{}}
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		n++
		h.line(strings.TrimRight(line, "\r\n"), n)
	}
	h.finish()
	return h.evidence("a Hurl file")
}

type hurlFile struct {
	*sheet
	vars     map[string]string // set by [Options] variable
	captured map[string]bool
	d        *draft
	section  string
	answer   bool // the lines belong to the answer
	body     []string
	fence    bool // inside ```
	form     []string
	cookies  []string
	option   []pair
}

func (h *hurlFile) line(line string, n int) {
	t := strings.TrimSpace(line)
	if h.fence {
		if h.fence = t != "```"; h.fence && !h.answer {
			h.body = append(h.body, line)
		}
		return
	}
	if m := hurlRequest.FindStringSubmatch(line); m != nil {
		h.finish()
		h.d = &draft{by: hurl, src: h.at(n), method: m[1], url: m[2], vars: newScope(h.vars)}
		return
	}
	if h.d == nil {
		return
	}
	if m := hurlAnswer.FindStringSubmatch(line); m != nil {
		h.answer, h.section = true, ""
		if m[1] != "*" {
			h.d.notes = append(h.d.notes, "the file expects HTTP "+m[1])
		}
		return
	}
	if s := hurlSection(t); s != "" {
		h.section = s
		return
	}
	if strings.HasPrefix(t, "```") {
		h.fence = strings.Count(t, "```") == 1
		return
	}
	if t == "" || strings.HasPrefix(t, "#") {
		if len(h.body) > 0 && t == "" && !h.answer {
			h.body = append(h.body, "")
		}
		return
	}
	name, value, ok := strings.Cut(hurlText(t), ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case h.answer:
		if h.section == "Captures" && ok && len(h.captured) < 1000 {
			h.captured[name] = true
		}
	case len(h.body) > 0 || !ok || strings.ContainsAny(t[:1], "{[<`\"") && !strings.HasPrefix(t, "{{"):
		h.body = append(h.body, line)
	case h.section == "":
		h.d.header = append(h.d.header, pair{name, value})
	case h.section == "BasicAuth":
		h.d.auth = credentials{kind: "basic", from: "[BasicAuth] section", v: map[string]string{"username": name, "password": value}}
	case strings.HasPrefix(h.section, "Query"):
		h.d.query = append(h.d.query, pair{name, value})
	case strings.HasPrefix(h.section, "Form"):
		h.form = append(h.form, formText(h.d.vars.expand(name))+"="+formText(h.d.vars.expand(value)))
	case h.section == "Cookies":
		h.cookies = append(h.cookies, name+"="+value)
	case h.section == "Options":
		h.option = append(h.option, pair{name, value})
	default:
		h.d.notes = append(h.d.notes, "its body is a form with parts, which is not put together here")
	}
}

// hurlText cuts a comment off and removes the backslashes before # and :.
func hurlText(s string) string {
	if i := strings.Index(s, " #"); i >= 0 {
		s = s[:i]
	}
	return strings.ReplaceAll(s, `\#`, "#")
}

// finish makes the request that was read.
func (h *hurlFile) finish() {
	d := h.d
	if d == nil {
		return
	}
	body := strings.TrimSpace(strings.Join(h.body, "\n"))
	switch {
	case len(h.form) > 0 && body == "":
		d.body, d.bodyType = strings.Join(h.form, "&"), "application/x-www-form-urlencoded"
	case strings.HasPrefix(body, "file,"), strings.HasPrefix(body, "base64,"), strings.HasPrefix(body, "hex,"):
		d.notes = append(d.notes, "its body is encoded or a file, which is not read here")
	default:
		d.body = strings.TrimSuffix(strings.TrimPrefix(body, "`"), "`")
		if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
			d.bodyType = "application/json"
		}
	}
	if len(h.cookies) > 0 {
		d.header = append(d.header, pair{"Cookie", strings.Join(h.cookies, "; ")})
	}
	h.options(d)
	for name := range h.captured {
		if strings.Contains(d.url, "{{"+name+"}}") || slices.ContainsFunc(d.header, func(p pair) bool { return strings.Contains(p.value, "{{"+name+"}}") }) {
			d.notes = append(d.notes, "a variable in it is captured from an earlier answer")
			break
		}
	}
	h.add(*d)
	h.d, h.section, h.answer, h.body, h.form, h.cookies, h.option = nil, "", false, nil, nil, nil, nil
}

// options applies the [Options] section: command line options of one request.
func (h *hurlFile) options(d *draft) {
	list := h.option
	kind := "basic"
	for _, p := range list {
		switch on := p.value == "true"; p.name {
		case "variable":
			if name, v, ok := strings.Cut(p.value, "="); ok {
				h.vars[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(v), `"`)
			}
		case "digest", "ntlm", "negotiate":
			if on {
				kind = p.name
			}
		case "aws-sigv4":
			kind = "awsv4"
		case "header":
			if name, v, ok := strings.Cut(p.value, ":"); ok {
				d.header = append(d.header, pair{strings.TrimSpace(name), strings.TrimSpace(v)})
			}
		case "location", "location-trusted":
			d.by.follow = d.by.follow || on
		case "user":
			user, password, _ := strings.Cut(p.value, ":")
			d.auth = credentials{from: "user option", v: map[string]string{"username": user, "password": password, "accessKey": user, "secretKey": password}}
		}
	}
	if d.auth.from == "user option" {
		d.auth.kind = kind
	}
	vars := d.vars
	d.tune = func(i *exchange.Intent) {
		for _, p := range list {
			value := vars.expand(p.value)
			switch on := value == "true"; p.name {
			case "location-trusted":
				i.Trusted = on
			case "insecure":
				i.TLS.Insecure = on
			case "cacert":
				i.TLS.CAFile = value
			case "cert":
				i.TLS.CertFile = value
			case "key":
				i.TLS.KeyFile = value
			case "max-redirs":
				i.MaxHops, _ = strconv.Atoi(value)
			case "http1.0", "http2", "http3":
				if on {
					i.HTTP = map[string]string{"http1.0": "1.0", "http2": "2", "http3": "3"}[p.name]
				}
			case "unix-socket":
				i.Socket = value
			case "netrc", "netrc-optional":
				i.Netrc = on
			case "proxy":
				if proxy, err := curl.ParseProxy(value, "", "proxy option"); err == nil {
					i.Proxy = proxy
				}
			}
		}
	}
}
