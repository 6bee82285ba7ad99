package settings

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var traefikForm = form.Form{
	Kind: "config-traefik", Also: []string{"traefik"}, What: "Traefik configuration",
	Files: []string{"traefik.yml", "traefik.yaml", "traefik.toml", "dynamic.yml", "dynamic_conf.yml"},
	Is: func(text string) int {
		ls := head(text)
		labels, n := share(ls, "#", func(t string) bool { return traefikLabel.MatchString(t) })
		t := strings.Join(ls, "\n")
		switch {
		case n > 0 && labels >= 70:
			return 95
		case n >= 1:
			return 86 // labels inside a compose file
		case traefikTOML.MatchString(t) || traefikYAML.MatchString(t):
			return 88
		case strings.Contains(t, "traefik.io/") || strings.Contains(t, "traefik.containo.us/"):
			return 98
		}
		return 0
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "traefik", "Traefik configuration", (*reader).traefik)
	},
}

var (
	traefikLabel = lazyregexp.New(`^-?\s*["']?(--label |-l |--label=)?["']?traefik\.[a-z][A-Za-z0-9_.@-]*["']?\s*[=:]`)
	traefikTOML  = lazyregexp.New(`(?m)^\s*\[(http|tcp)\.(routers|middlewares|services)|^\s*\[(entryPoints|providers\.(docker|file)|certificatesResolvers)`)
	traefikYAML  = lazyregexp.New(`(?m)^\s*(basicAuth|forwardAuth|digestAuth|entryPoints|certificatesResolvers|stripPrefix|forwardedHeaders):\s*$|^\s*(trustForwardHeader|authResponseHeaders|removeHeader|rule):`)
)

func (r *reader) traefik(text string) {
	if traefikTOML.MatchString(text) {
		r.toml(text)
		return
	}
	var plain []string // label lines of a command line or of a list without its key
	labels, _ := share(head(text), "#", func(t string) bool { return traefikLabel.MatchString(t) })
	ls := lines(text)
	if labels >= 70 {
		plain = ls
	}
	for i, l := range plain {
		t := strings.TrimSpace(l)
		if t == "" || t[0] == '#' {
			continue
		}
		t = strings.TrimSuffix(strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(t, "-"), "-label")), `\`)
		t = strings.TrimSpace(t)
		if inner, mark := unquote(t); mark != 0 {
			t = inner
		}
		at := strings.IndexAny(t, "=:")
		if at < 0 {
			continue
		}
		k, _ := unquote(strings.TrimSpace(t[:at]))
		v, _ := unquote(strings.TrimSpace(t[at+1:]))
		if k = strings.Trim(k, `"'`); strings.HasPrefix(k, "traefik.") {
			r.traefikPair(i+1, k, v, true)
		}
	}
	if plain != nil {
		return
	}
	entries, err := yamlEntries(text, r.say)
	if err != nil {
		r.say(1, "%v", err)
	}
	for _, e := range entries {
		if k, v, ok := strings.Cut(e.value, "="); ok && strings.HasPrefix(k, "traefik.") {
			r.traefikPair(e.line, k, v, true)
			continue
		}
		label := len(e.path) > 0 && strings.HasPrefix(e.path[len(e.path)-1], "traefik.")
		name := e.name()
		if label {
			name = e.path[len(e.path)-1]
		}
		r.traefikPair(e.line, name, e.value, label)
	}
}

// traefikPair adds one setting. Users are name:hash pairs; in labels of a compose file each $ of a hash must be doubled.
func (r *reader) traefikPair(n int, name, value string, label bool) {
	low := strings.ToLower(name)
	users := strings.HasSuffix(low, "auth.users") || strings.Contains(low, "auth.users[")
	if !users {
		v := closeValue(value)
		if credentialName(lastKey(name)) && !boolean.MatchString(value) && !strings.Contains(low, "responseheaders") && !strings.Contains(low, "forwardauth") && !strings.Contains(low, "basicauth") {
			v = secret.New(value)
		}
		r.add(n, nil, name, v)
		return
	}
	r.add(n, nil, name, secret.New(value))
	_, hash, ok := strings.Cut(value, ":")
	switch {
	case !ok:
		r.say(n, "%s: a user is written name:hash", shown(name))
	case strings.HasPrefix(hash, "$$"):
		if !label {
			r.say(n, "%s: $ is doubled, which only labels of a compose file need", shown(name))
		}
	case strings.HasPrefix(hash, "$") && label:
		r.say(n, "%s: $ of the hash is not doubled: docker compose replaces $word in labels", shown(name))
	case !strings.HasPrefix(hash, "$") && !strings.HasPrefix(hash, "{"):
		r.say(n, "%s: the password is not a hash of a kind that Traefik knows", shown(name))
	}
}

func lastKey(name string) string {
	if i := strings.LastIndexByte(strings.TrimRight(name, "]0123456789["), '.'); i >= 0 {
		return name[i+1:]
	}
	return name
}

// toml reads tables and key = value lines; a list goes over lines until its bracket ends.
func (r *reader) toml(text string) {
	table := ""
	ls := lines(text)
	for i := 0; i < len(ls); i++ {
		n, t := i+1, strings.TrimSpace(ls[i])
		if t == "" || t[0] == '#' {
			continue
		}
		if t[0] == '[' && strings.HasSuffix(t, "]") {
			table = strings.Trim(t, "[] ") + "."
			continue
		}
		k, v, ok := strings.Cut(t, "=")
		if !ok {
			continue
		}
		v = strings.TrimSpace(v)
		for strings.HasPrefix(v, "[") && !strings.HasSuffix(v, "]") && i+1 < len(ls) && len(v) < maxLine {
			i++
			v += " " + strings.TrimSpace(ls[i])
		}
		name := table + strings.Trim(strings.TrimSpace(k), `"`)
		if !strings.HasPrefix(v, "[") {
			inner, _ := unquote(v)
			r.traefikPair(n, name, inner, false)
			continue
		}
		for _, w := range strings.Split(strings.Trim(v, "[] "), ",") {
			if w, _ = unquote(strings.TrimSpace(w)); w != "" {
				r.traefikPair(n, name, w, false)
			}
		}
	}
}
