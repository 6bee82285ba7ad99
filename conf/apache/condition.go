package apache

import (
	"cmp"
	"path"
	"strconv"
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// version is the httpd whose rules are followed where IfVersion asks and nothing says which one runs.
const version = "2.4.65"

// compiled in on every system that is known to us; core and http_core always.
var compiledIn = []string{"core", "so", "watchdog", "http", "log_config", "logio", "version", "unixd"}

func (rd *reader) load(module string) { rd.loaded[strings.ToLower(module)] = true }

// alike are modules that bring the same directives under another name.
var alike = map[string][]string{
	"cgid_module": {"cgi_module"},
	"php_module":  {"php5_module", "php7_module"},
}

// has reports a module by its identifier (ssl_module) or its file (mod_ssl.c).
func (rd *reader) has(module string) bool {
	if rd.part {
		return true
	}
	m := strings.ToLower(module)
	if base, ok := strings.CutSuffix(m, ".c"); ok {
		switch base = strings.TrimPrefix(base, "mod_"); base {
		case "event", "worker", "prefork":
			base = "mpm_" + base
		case "http_core":
			base = "http"
		}
		m = base + "_module"
	}
	if rd.loaded[m] {
		return true
	}
	for _, other := range alike[m] {
		if rd.loaded[other] {
			return true
		}
	}
	for _, c := range compiledIn {
		if m == c+"_module" {
			return true
		}
	}
	return false
}

// condition decides a section that httpd decides while it reads; decided is false for every other section.
func (rd *reader) condition(n *node) (holds, decided bool) {
	arg := rd.fill(strings.Trim(n.args, blanks))
	if w, _ := word(arg); w != "" && n.name != "ifversion" {
		arg = w
	}
	not := strings.HasPrefix(arg, "!")
	name := strings.TrimPrefix(arg, "!")
	switch n.name {
	case "ifmodule":
		if rd.part && not {
			// What a part of a configuration does without a module is written for servers of another time.
			return false, true
		}
		holds = rd.has(name)
	case "ifdefine":
		_, holds = rd.defines[name]
	case "iffile":
		if !path.IsAbs(name) {
			name = path.Join(rd.root, name)
		}
		_, err := rd.src.Stat(name)
		holds = err == nil
	case "ifdirective":
		c, known := commands()[strings.ToLower(name)]
		holds = known && (c.module == "" || rd.has(c.module+"_module"))
	case "ifsection":
		_, holds = commands()[strings.ToLower("<"+strings.Trim(name, "<>"))]
	case "ifversion":
		return rd.ifVersion(arg), true
	default:
		return false, false
	}
	return holds != not, true
}

var versionRange = lazyregexp.New(`^(!?)(=|==|>|>=|<|<=|~)?\s*(/.*/|"[^"]*"|\S+)\s*$`)

func (rd *reader) ifVersion(arg string) bool {
	m := versionRange.FindStringSubmatch(arg)
	if m == nil {
		return false
	}
	want := strings.Trim(m[3], `"`)
	var ok bool
	switch op := m[2]; {
	case op == "~" || strings.HasPrefix(want, "/"):
		re, err := compile(strings.Trim(want, "/"), false)
		ok = err == nil && re.match(version) != nil
	default:
		c := compareVersions(version, want)
		ok = op == "" && c == 0 || op == "=" && c == 0 || op == "==" && c == 0 || op == ">" && c > 0 ||
			op == ">=" && c >= 0 || op == "<" && c < 0 || op == "<=" && c <= 0
	}
	return ok != (m[1] == "!")
}

func compareVersions(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range 3 {
		var p, q int
		if i < len(x) {
			p, _ = strconv.Atoi(x[i])
		}
		if i < len(y) {
			q, _ = strconv.Atoi(y[i])
		}
		if p != q {
			return cmp.Compare(p, q)
		}
	}
	return 0
}
