package settings

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

var envForm = form.Form{
	Kind: "env", Also: []string{"dotenv", ".env"}, What: "environment variables",
	Files: []string{".env", "*.env", ".env.*", "env.list"},
	Is:    isEnv,
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "env", "environment variables", (*reader).env)
	},
}

var (
	envAny    = lazyregexp.New(`^(?:(?:\$|>|PS [^>]*>|C:\\[^>]*>)\s*)?(export |declare -x |set |setx |SET |\$[Ee]nv:|\$\{[Ee]nv:|%set_env |%env |ENV |-e )?\s*"?([A-Za-z_][A-Za-z0-9_.()]*)\}?\s*(=|\s)\s*(.*)$`)
	envShouts = lazyregexp.New(`^[A-Z][A-Z0-9_]{2,}$`)
)

// envWay is how a line sets a variable; it decides what quotation marks mean.
type envWay string

const (
	envFile   envWay = ""
	envExport envWay = "export"
	envCmd    envWay = "set"
	envSetx   envWay = "setx"
	envPower  envWay = "$env:"
	envMagic  envWay = "%set_env"
	envImage  envWay = "ENV"
)

func envSplit(t string) (way envWay, name, value string, ok bool) {
	m := envAny.FindStringSubmatch(t)
	if m == nil {
		return "", "", "", false
	}
	way = envWay(strings.ToLower(strings.TrimSpace(m[1])))
	switch way {
	case "declare -x":
		way = envExport
	case "%env":
		way = envMagic
	case "${env:":
		way = envPower
	case "env":
		way = envImage
	case "-e":
		way = envFile
	}
	if m[3] != "=" && way != envSetx && way != envMagic && way != envImage {
		return "", "", "", false
	}
	name, value = m[2], m[4]
	if way == envCmd && strings.HasPrefix(strings.TrimSpace(t[4:]), `"`) {
		value = strings.TrimSuffix(value, `"`) // set "X=..." keeps the marks out of the value
	} else if strings.Contains(t[:strings.Index(t, name)], `"`) {
		value = strings.TrimSuffix(value, `"`)
	}
	return way, name, value, true
}

func isEnv(text string) int {
	ls := head(text)
	ways, shouts, creds, other := 0, 0, 0, 0
	for _, l := range ls {
		t := strings.TrimSpace(l)
		if t[0] == '#' || strings.HasPrefix(strings.ToLower(t), "rem ") {
			continue
		}
		way, name, value, ok := envSplit(t)
		switch {
		case !ok || strings.HasSuffix(t, ";") && way == "" || strings.HasPrefix(value, ">") || strings.HasPrefix(value, "="):
			other++
			continue
		case way != "":
			ways++
		case envShouts.MatchString(name):
			shouts++
		default:
			other++
			continue
		}
		if credentialName(name) {
			creds++
		}
	}
	n := ways + shouts
	switch {
	case n == 0 || other > 0 && n < 4*other:
		return 0
	case ways == n && other == 0 && creds > 0:
		return 92
	case creds > 0 && n > 1 && other == 0:
		return 85
	case creds > 0:
		return 72
	case other == 0:
		return 62
	}
	return 40
}

func (r *reader) env(text string) {
	said := 0
	ls := lines(text)
	for i := 0; i < len(ls); i++ {
		n, t := i+1, strings.TrimSpace(ls[i])
		if t == "" || t[0] == '#' || strings.HasPrefix(strings.ToLower(t), "rem ") {
			continue
		}
		way, name, value, ok := envSplit(t)
		if !ok {
			if said++; said <= 5 {
				r.say(n, "a line that sets no variable")
			}
			continue
		}
		if strings.HasPrefix(value, `"`) && way == envFile && strings.Count(value, `"`) == 1 {
			i = envMore(ls, i, &value) // a key of several lines
		}
		value = r.envValue(n, way, name, value, ls[n-1])
		var context []string
		if way != envFile {
			context = []string{string(way)}
		}
		r.pair(n, context, name, value)
	}
}

// envMore takes the lines of a value whose quotation mark is still open.
func envMore(ls []string, i int, value *string) int {
	for j := i + 1; j < len(ls) && j < i+100; j++ {
		*value += "\n" + ls[j]
		if strings.Contains(ls[j], `"`) {
			return j
		}
	}
	return i
}

// envValue says what the way of setting does with quotation marks, blanks and signs, and gives the value that results.
func (r *reader) envValue(n int, way envWay, name, value, line string) string {
	name = shown(name)
	inner, mark := unquote(value)
	typographic := strings.ContainsAny(value, "“”‘’")
	switch {
	case typographic:
		r.say(n, "%s: typographic quotation marks are part of the value", name)
	case way == envCmd && mark != 0:
		r.say(n, "%s: set of cmd keeps the quotation marks as part of the value", name)
		return value
	case way == envMagic && mark != 0:
		r.say(n, "%s: the notebook keeps the quotation marks as part of the value", name)
		return value
	case way == envCmd && strings.TrimRight(line, " \t") != line:
		r.say(n, "%s: set of cmd keeps the blank at the end of the line as part of the value", name)
		return value + " "
	case way == envFile && mark != 0:
		if looks := strings.TrimSpace(inner); looks != inner {
			r.say(n, "%s: a blank inside the quotation marks", name)
		}
		r.say(n, "%s stands in quotation marks: dotenv readers take them off, docker --env-file keeps them as part of the value", name)
	}
	if mark == 0 && way != envCmd {
		if v, _, found := strings.Cut(value, " #"); found {
			r.say(n, "%s: # behind a blank begins a comment for dotenv readers and shells, not for docker --env-file", name)
			value = strings.TrimRight(v, " \t")
		} else if way == envFile && strings.Contains(value, "#") && credentialName(name) {
			r.say(n, "%s: the value holds a #, where some dotenv readers cut it", name)
		}
	}
	if way == envPower && mark == 0 && value != "" && !strings.HasPrefix(value, "$") && !strings.HasPrefix(value, "(") {
		r.say(n, "%s: PowerShell takes an unquoted text for a command", name)
	}
	if (mark == '"' || mark == 0) && strings.Contains(inner, "$") && !variable.MatchString(inner) && way != envCmd && way != envMagic && credentialName(name) {
		r.say(n, "%s: $ in the value is replaced where it is not in single quotation marks", name)
	}
	if way == envExport && mark == 0 && strings.ContainsAny(value, " &;|<>()!") {
		r.say(n, "%s: the shell ends or splits the unquoted value", name)
	}
	if left, _, ok := strings.Cut(line, "="); ok && way == envExport && (strings.HasSuffix(left, " ") || strings.Contains(line, "= ")) {
		r.say(n, "%s: a blank beside =, which the shell refuses", name)
	} else if ok && way == envCmd && strings.HasSuffix(left, " ") {
		r.say(n, "%s: set of cmd makes the blank in front of = part of the name", name)
	}
	if mark != 0 {
		return inner
	}
	return strings.TrimSpace(value)
}
