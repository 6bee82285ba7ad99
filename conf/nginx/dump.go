package nginx

import (
	"strings"

	"github.com/why401/why401/conf"
)

// dump is the text of nginx -T, taken apart.
type dump struct {
	first string // the main file
	files conf.Texts
}

const (
	dumpMark = "# configuration file "
	dumpEnd  = ":\n"
)

// splitDump takes the text of `nginx -T` apart; nil when it is none. nginx writes a line "# configuration file PATH:", the
// file, and an empty line (ngx_dump_config). Messages of the test that stand before the first mark are left out.
func splitDump(text string) *dump {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if !strings.HasPrefix(text, dumpMark) {
		i := strings.Index(text, "\n"+dumpMark)
		if i < 0 || !onlyMessages(text[:i]) {
			return nil
		}
		text = text[i+1:]
	}
	d := &dump{files: conf.Texts{}}
	for text != "" {
		name, rest, ok := strings.Cut(strings.TrimPrefix(text, dumpMark), dumpEnd)
		if !ok || strings.Contains(name, "\n") {
			return nil
		}
		body := rest
		if i := nextMark(rest); i >= 0 {
			body, text = rest[:i], rest[i:]
		} else {
			text = ""
		}
		if d.first == "" {
			d.first = name
		}
		if _, twice := d.files[name]; !twice {
			d.files[name] = strings.TrimSuffix(body, "\n")
		}
	}
	return d
}

// nextMark is where the next file begins. A comment that looks like a mark and has no colon at its end is none.
func nextMark(s string) int {
	for at := 0; ; {
		var i int
		if at == 0 && strings.HasPrefix(s, dumpMark) {
			i = 0
		} else if i = strings.Index(s[at:], "\n"+dumpMark); i >= 0 {
			i += at + 1
		} else {
			return -1
		}
		if line, _, _ := strings.Cut(s[i:], "\n"); strings.HasSuffix(line, ":") {
			return i
		}
		at = i + 1
	}
}

// onlyMessages reports lines that nginx writes before a dump.
func onlyMessages(s string) bool {
	for line := range strings.Lines(s) {
		if t := strings.TrimSpace(line); t != "" && !strings.HasPrefix(t, "nginx: ") && !strings.HasPrefix(t, "$ ") && !strings.HasPrefix(t, "# ") {
			return false
		}
	}
	return true
}

// wrap puts what stands alone into the blocks that it needs: a file of sites-enabled holds servers without http around
// them, a snippet holds locations without a server.
func wrap(body []*Directive) []*Directive {
	for _, d := range body {
		switch d.Name {
		case "http", "events", "stream", "mail", "worker_processes", "pid", "load_module", "user", "daemon":
			return body
		}
	}
	if len(body) == 0 {
		return nil
	}
	at := body[0].Place
	at.End = at.Start
	for _, d := range body {
		switch d.Name {
		case "server", "upstream", "map", "geo", "limit_req_zone", "limit_conn_zone", "log_format", "proxy_cache_path", "split_clients":
			return []*Directive{{Place: at, Name: "http", HasBlock: true, Body: body}}
		}
	}
	server := &Directive{Place: at, Name: "server", HasBlock: true, Body: body}
	return []*Directive{{Place: at, Name: "http", HasBlock: true, Body: []*Directive{server}}}
}
