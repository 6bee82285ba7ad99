package settings

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/secret"
)

var netrcForm = form.Form{
	Kind: "netrc", Also: []string{".netrc"}, What: "a .netrc",
	Files: []string{".netrc", "_netrc", "netrc", "*.netrc"},
	Is: func(text string) int {
		ws := strings.Fields(strings.Join(head(text), "\n"))
		machines, parts, other := 0, 0, 0
		for i := 0; i < len(ws); i++ {
			switch ws[i] {
			case "machine":
				machines++
				i++
			case "default":
				machines++
			case "login", "password", "account":
				parts++
				i++
			default:
				other++
			}
		}
		switch {
		case machines == 0 || parts == 0 || other > 3*machines+4:
			return 0
		case other == 0:
			return 96
		}
		return 75
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "netrc", ".netrc", (*reader).netrc)
	},
}

// netrc reads words: machine NAME login NAME password WORD, over lines or in one. Quotation marks are taken off as curl
// since 7.84 and Python do; others take them for part of the value, which a fact says.
func (r *reader) netrc(text string) {
	var context []string
	defaulted := false
	machine := 0
	macro := false
	for i, l := range lines(text) {
		n, t := i+1, strings.TrimSpace(l)
		if t == "" {
			macro = false
			continue
		}
		if macro || t[0] == '#' {
			continue
		}
		ws := netrcWords(t)
		for j := 0; j < len(ws); j++ {
			w := ws[j]
			next := func() (string, bool) {
				if j+1 < len(ws) {
					j++
					return ws[j], true
				}
				return "", false
			}
			switch w {
			case "machine":
				if defaulted {
					r.say(n, "an entry behind default is never reached")
				}
				v, ok := next()
				if !ok {
					r.say(n, "machine without a name on its line")
				}
				machine++
				context = []string{"machine " + shown(v)}
				r.add(n, nil, "machine", closeValue(v))
				if strings.Contains(v, "://") || strings.Contains(v, "/") || strings.Contains(v, ":") {
					r.say(n, "the name of the machine holds a scheme, port or path: only a host name is looked for")
				}
			case "default":
				defaulted = true
				machine++
				context = []string{"default"}
				r.add(n, nil, "default")
			case "login", "account":
				v, _ := next()
				v = r.netrcValue(n, w, v)
				r.add(n, context, w, closeValue(v))
			case "password":
				v, ok := next()
				if !ok {
					r.say(n, "password without a value on its line")
				}
				v = r.netrcValue(n, w, v)
				r.add(n, context, w, secret.New(v))
				r.flaws(n, "password", secret.New(v))
			case "macdef":
				macro = true
				j = len(ws)
			default:
				if strings.HasPrefix(w, "#") {
					r.say(n, "a # behind other words begins a comment for some programs only")
					j = len(ws)
					continue
				}
				r.say(n, "a word that is no keyword: is there a blank in a password?")
			}
		}
	}
	if machine == 0 && len(r.ev.Settings) > 0 {
		r.say(1, "no machine and no default: nothing is ever matched")
	}
}

func (r *reader) netrcValue(n int, name, v string) string {
	if inner, mark := unquote(v); mark != 0 {
		r.say(n, "%s stands in quotation marks: some programs take them for part of it", name)
		return inner
	}
	return v
}

// netrcWords splits at blanks; double quotation marks hold a word.
func netrcWords(t string) []string {
	var out []string
	for t = strings.TrimLeft(t, " \t"); t != "" && len(out) < maxArgs; t = strings.TrimLeft(t, " \t") {
		end := strings.IndexAny(t, " \t")
		if t[0] == '"' {
			if q := strings.IndexByte(t[1:], '"'); q >= 0 {
				end = q + 2
			}
		}
		if end < 0 || end > len(t) {
			end = len(t)
		}
		out = append(out, t[:end])
		t = t[end:]
	}
	return out
}
