package settings

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var (
	iniSection  = lazyregexp.New(`^\[([^\[\]]{1,200})\]\s*([;#].*)?$`)
	iniPair     = lazyregexp.New(`^([A-Za-z_@][^=:\[\]{}<>]{0,100}?(?:\[[^\]=]{0,80}\])?)\s*[=:]\s*(.*)$`)
	gitSection  = lazyregexp.New(`(?m)^\s*\[(credential|core|remote|user|http|url|branch|includeIf|filter|submodule)( "[^"]*")?\]\s*$|^\s*\[(credential|http|url|remote|branch|includeIf|submodule) "`)
	pipSection  = lazyregexp.New(`(?m)^\s*\[(global|install|download|distutils|pypi|testpypi|list|search)\]\s*$`)
	pypiSection = lazyregexp.New(`(?m)^\s*\[(pypi|testpypi)\]\s*\n\s*(username|password|repository)\s*[=:]`)
	pipKeys     = lazyregexp.New(`(?m)^\s*(index-url|extra-index-url|trusted-host|find-links|index-servers|repository|keyring-provider|proxy|cert|index_url|no-index)\s*[=:]`)
)

var iniForm = form.Form{
	Kind: "ini", What: "an ini file",
	Files: []string{"*.ini", "*.cfg", "*.conf", "credentials", "config"},
	Is: func(text string) int {
		ls := head(text)
		sections, _ := share(ls, ";#", iniSection.MatchString)
		good, hits := share(ls, ";#", func(t string) bool {
			return iniSection.MatchString(t) || iniPair.MatchString(t) && !strings.HasSuffix(t, "{")
		})
		if sections == 0 || hits < 2 || good < 85 {
			return 0
		}
		return 65
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "ini", "ini file", func(r *reader, text string) { r.ini(text, ";#") })
	},
}

var gitForm = form.Form{
	Kind: "gitconfig", Also: []string{".gitconfig"}, What: "git configuration",
	Files: []string{".gitconfig", "gitconfig", ".git/config"},
	Is: func(text string) int {
		t := strings.Join(head(text), "\n")
		if !gitSection.MatchString(t) {
			good, hits := share(head(text), "#", func(s string) bool { return gitListed.MatchString(s) })
			if hits > 0 && good >= 80 {
				return 88
			}
			return 0
		}
		good, _ := share(head(text), ";#", func(s string) bool {
			return strings.HasPrefix(s, "[") || iniPair.MatchString(s) || anyWord.MatchString(s)
		})
		if good < 80 {
			return 0
		}
		return 94
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "git", "git configuration", (*reader).git)
	},
}

var (
	gitListed = lazyregexp.New(`^(?:file:\S+\s+)?((?:credential|http|url|remote|core|user|branch|includeif)\.[^=\s]*[^=\s.]|http\.https?://[^=\s]+\.extraheader)=(.*)$`)
	anyWord   = lazyregexp.New(`^[A-Za-z][A-Za-z0-9-]*$`)
)

var pipForm = form.Form{
	Kind: "pip-conf", Also: []string{"pip.conf", "pypirc"}, What: "pip configuration",
	Files: []string{"pip.conf", "pip.ini", ".pypirc", "uv.toml"},
	Is: func(text string) int {
		ls := head(text)
		t := strings.Join(ls, "\n")
		good, _ := share(ls, ";#", func(s string) bool {
			return iniSection.MatchString(s) || iniPair.MatchString(s) || !strings.ContainsAny(s, " {};")
		})
		switch {
		case pypiSection.MatchString(t) && good >= 70:
			return 93
		case !pipKeys.MatchString(t) || good < 80:
			return 0
		case pipSection.MatchString(t):
			return 94
		}
		return 66
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "pip", "pip configuration", (*reader).pip)
	},
}

// ini reads sections and name = value lines (or name: value); an indented line goes on with the value before it.
func (r *reader) ini(text, comment string) {
	var context []string
	last := ""
	for i, l := range lines(text) {
		n, t := i+1, strings.TrimSpace(l)
		if t == "" || strings.IndexByte(comment, t[0]) >= 0 {
			continue
		}
		if m := iniSection.FindStringSubmatch(t); m != nil {
			context, last = []string{shown(m[1])}, ""
			continue
		}
		if indent(l) > 0 && last != "" && !iniPair.MatchString(t) || indent(l) > 0 && last != "" && strings.Contains(firstWord(t), "://") {
			r.pair(n, context, last, t)
			continue
		}
		m := iniPair.FindStringSubmatch(t)
		if m == nil {
			if anyWord.MatchString(t) {
				r.add(n, context, t)
			}
			continue
		}
		last = m[1]
		r.iniValue(n, context, m[1], m[2])
	}
}

func (r *reader) iniValue(n int, context []string, name, v string) {
	if i := strings.Index(v, " ;"); i >= 0 && !strings.ContainsAny(v[:i], `"'`) {
		v = strings.TrimRight(v[:i], " \t")
	}
	inner, mark := unquote(v)
	if mark != 0 && credentialName(name) && r.system == "ini" {
		r.say(n, "%s stands in quotation marks: some ini readers take them for part of the value", shown(name))
	}
	r.pair(n, context, name, inner)
}

func (r *reader) pip(text string) {
	r.ini(text, ";#")
	users := map[string]secret.Text{}
	for _, s := range r.ev.Settings {
		if len(s.Args) > 0 && s.Name == "username" {
			users[strings.Join(s.Context, "")] = s.Args[0]
		}
	}
	for _, s := range r.ev.Settings {
		if u := users[strings.Join(s.Context, "")]; s.Name == "password" && len(s.Args) > 0 && s.Args[0].HasPrefix("pypi-") && !u.Is("__token__") {
			r.say(s.From.Line-max(1, r.Source.Line)+1, "the password is an API token of PyPI, whose user name must be __token__")
		}
		if !strings.HasSuffix(strings.ReplaceAll(s.Name, "_", "-"), "index-url") && s.Name != "repository" || len(s.Args) == 0 {
			continue
		}
		if n := s.From.Line - max(1, r.Source.Line) + 1; s.Args[0].Closed() {
			v := s.Args[0].Reveal()
			_, rest, _ := strings.Cut(v, "://")
			if at := strings.LastIndexByte(rest, '@'); at >= 0 && strings.ContainsAny(rest[:at], "/#?@") {
				r.say(n, "%s: a character of the login that an address reserves is not percent-encoded", s.Name)
			}
		}
	}
}

// git reads git's ini: [section "sub"], name = value, values in quotation marks, # and ; comments; and the lines that
// git config --list prints.
func (r *reader) git(text string) {
	var context []string
	var base secret.Text // of a url section, when there is a login in it
	for i, l := range lines(text) {
		n, t := i+1, strings.TrimSpace(l)
		if t == "" || t[0] == '#' || t[0] == ';' {
			continue
		}
		if m := gitListed.FindStringSubmatch(t); m != nil {
			r.gitPair(n, nil, m[1], m[2])
			continue
		}
		if end := strings.IndexByte(t, ']'); t[0] == '[' && end > 0 {
			section, sub, _ := strings.Cut(t[1:end], " ")
			context, base = []string{strings.ToLower(section)}, secret.Text{}
			if sub, _ = unquote(strings.TrimSpace(sub)); sub != "" {
				if looksSecret(sub) {
					r.say(n, "the address of section %s holds a login", context[0])
					base = closeValue(sub)
				}
				context[0] += " " + closeValue(sub).String()
			}
			t = strings.TrimSpace(t[end+1:])
			if t == "" {
				continue
			}
		}
		k, v, _ := strings.Cut(t, "=")
		v, _ = unquote(strings.TrimSpace(v))
		if !base.Empty() && strings.HasSuffix(strings.ToLower(strings.TrimSpace(k)), "insteadof") {
			r.add(n, context, strings.TrimSpace(k), closeValue(v), base) // the address that takes its place, as a second value
			continue
		}
		r.gitPair(n, context, strings.TrimSpace(k), v)
	}
}

func (r *reader) gitPair(n int, context []string, name, v string) {
	if strings.HasSuffix(strings.ToLower(name), "extraheader") {
		field, value, ok := strings.Cut(v, ":")
		if !ok && v != "" {
			r.say(n, "an extra header without a colon")
		}
		if v == "" {
			r.say(n, "an empty extraheader: it takes away those set before")
			r.add(n, context, name)
			return
		}
		f := exchange.RequestField(strings.TrimSpace(field), strings.TrimSpace(value))
		r.add(n, context, name, closeValue(f.Name), f.Value)
		return
	}
	if strings.HasSuffix(strings.ToLower(name), "helper") || strings.HasPrefix(strings.ToLower(name), "credential") {
		r.add(n, context, name, closeValue(v))
		return
	}
	r.pair(n, context, name, v)
}
