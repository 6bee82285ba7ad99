package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// npmKinds are the names behind the colon by which npm finds a login, in the order it looks (hasAuth).
var npmKinds = []string{"_authToken", "_auth", "username"}

// npm follows npm-registry-fetch, lib/auth.js (regFromURI, getAuth), and @npmcli/config (the order of sources: command
// line, environment, project, user, global). The key is looked up from the whole path of the URL down to the host, with
// and without the slash at the end; the longest wins. What no key fits is tried with the registry of the package's scope.
func npm(q *query) {
	opts, order := npmOptions(q.settings)
	q.Looked = "//" + host(q.u) + npmPath(q.u)
	found := npmFind(q, opts, q.u)
	scope, scoped := npmScope(q.u.Path)
	registry, hasRegistry := exchange.URL{}, false
	name := "registry"
	if scoped {
		if _, ok := opts[scope+":registry"]; ok {
			name = scope + ":registry"
		}
	}
	if s, ok := opts[name]; ok {
		if u, err := exchange.ParseURL(strings.TrimSpace(word(s[0]))); err == nil {
			registry, hasRegistry = u, true
		}
	}
	if len(found) == 0 && hasRegistry && host(registry) == host(q.u) {
		found = npmFind(q, opts, registry)
	}
	q.take(found, "a longer or earlier key comes first")
	npmShadowed(q, opts)
	npmNear(q, opts, order)
	if hasRegistry && host(registry) != host(q.u) {
		q.note(opts[name][0].From, fmt.Sprintf("%s is set to %s; the request goes to %s.", name, registry.Origin(), q.u.Origin()))
	}
	if scoped && name == "registry" {
		for _, k := range order {
			if strings.HasSuffix(k, ":registry") && strings.EqualFold(k, scope+":registry") {
				q.note(opts[k][0].From, fmt.Sprintf("The scope is written %s here and %s in the package's name: npm compares letter by letter.", strings.TrimSuffix(k, ":registry"), scope))
			}
		}
	}
}

// npmOptions gives, for each option, its settings, the one that counts first.
func npmOptions(settings []exchange.Setting) (opts map[string][]exchange.Setting, order []string) {
	opts = map[string][]exchange.Setting{}
	for _, s := range settings {
		name := s.Name
		if s.System == "env" {
			low := strings.ToLower(name)
			if !strings.HasPrefix(low, "npm_config_") {
				continue
			}
			name = name[len("npm_config_"):]
			if !strings.HasPrefix(name, "//") && !strings.HasPrefix(name, "@") {
				name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
			}
		}
		if _, ok := opts[name]; !ok {
			order = append(order, name)
		}
		opts[name] = append(opts[name], s)
	}
	files := map[string]int{}
	for _, s := range settings {
		if _, ok := files[s.From.File]; !ok {
			files[s.From.File] = len(files)
		}
	}
	for _, ss := range opts {
		// The nearer file wins; of two alike, the one that was given first; in one file the last line (npm's ini).
		slices.SortStableFunc(ss, func(a, b exchange.Setting) int {
			return cmp.Or(npmLevel(a)-npmLevel(b), files[a.From.File]-files[b.From.File], b.From.Line-a.From.Line)
		})
	}
	return opts, order
}

// npmLevel orders the sources of npm's configuration: the environment, the project's file, the user's, the global one.
func npmLevel(s exchange.Setting) int {
	f := strings.ReplaceAll(s.From.File, `\`, "/")
	dir := strings.TrimSuffix(f, "/"+base(s.From))
	switch parent := dir[:max(0, strings.LastIndexByte(dir, '/'))]; {
	case s.System == "env":
		return 0
	case base(s.From) == "npmrc" || strings.HasSuffix(dir, "/etc"):
		return 3
	case dir == "~", dir == "/root", parent == "/home", parent == "/Users", strings.HasSuffix(parent, ":/Users"):
		return 2
	}
	return 1
}

// npmFind walks from the path of u down to its host.
func npmFind(q *query, opts map[string][]exchange.Setting, u exchange.URL) []Entry {
	key := "//" + host(u) + npmPath(u)
	var out []Entry
	for len(key) > 2 {
		for _, kind := range npmKinds {
			if s, ok := opts[key+":"+kind]; ok && !value(s[0]).Empty() {
				if e, ok := npmEntry(q, opts, key, kind, s[0]); ok {
					out = append(out, e)
				}
			}
		}
		if strings.HasSuffix(key, "/") {
			key = key[:len(key)-1]
		} else {
			key = key[:strings.LastIndexByte(key, '/')+1]
		}
	}
	return out
}

func npmPath(u exchange.URL) string {
	if u.Path == "" {
		return "/"
	}
	return u.Path
}

func npmEntry(q *query, opts map[string][]exchange.Setting, key, kind string, s exchange.Setting) (Entry, bool) {
	e := Entry{Key: key + ":" + kind, From: s.From, Here: true}
	v, unset := npmValue(q, value(s))
	if unset != "" {
		e.Kept = "the variable " + unset + " holds it"
	}
	switch kind {
	case "_authToken":
		e.Value = secret.Join(secret.Public("Bearer "), v)
	case "_auth":
		e.Value = secret.Join(secret.Public("Basic "), v)
	case "username":
		p, ok := opts[key+":_password"]
		if !ok || value(p[0]).Empty() {
			return e, false
		}
		password, err := decodeBase64(value(p[0]))
		if err != nil {
			e.Kept = "_password is not base64, as npm wants it"
		}
		e.User, e.Value = v, basicValue(v, password)
	}
	if e.Kept != "" {
		e.Value = secret.Text{}
	}
	return e, true
}

// npmValue puts in the value of a variable where the environment was handed over; unset names one that is not known.
func npmValue(q *query, v secret.Text) (_ secret.Text, unset string) {
	name := Variable(v)
	if name == "" {
		return v, ""
	}
	for _, s := range q.of("env") {
		if s.Name == name {
			in := value(s)
			return secret.New(strings.NewReplacer("${"+name+"}", in.Reveal(), "${"+name+"?}", in.Reveal()).Replace(v.Reveal())), ""
		}
	}
	return v, name
}

// npmShadowed lists the same key in a source that comes later.
func npmShadowed(q *query, opts map[string][]exchange.Setting) {
	if q.Sent == nil {
		return
	}
	key := q.Sent.Key
	for _, s := range opts[key][1:] {
		e, ok := npmEntry(q, opts, key[:strings.LastIndexByte(key, ':')], key[strings.LastIndexByte(key, ':')+1:], s)
		if !ok {
			continue
		}
		e.From = s.From
		if value(s).Equal(value(opts[key][0])) {
			continue // the same value: nothing is lost
		}
		q.lose(e, "the same key in "+where(q.Sent.From)+" comes first")
	}
}

func where(s fact.Source) string {
	if s.File == "" {
		return s.String()
	}
	return s.File
}

// npmNear lists keys that npm does not find for the URL and that look as if they were meant.
func npmNear(q *query, opts map[string][]exchange.Setting, order []string) {
	if q.Sent != nil {
		return
	}
	for _, name := range order {
		s := opts[name][0]
		address, kind, ok := cutLast(name, ":")
		if !ok {
			address, kind = "", name
		}
		kind = npmKind(kind)
		if kind == "" || value(s).Empty() {
			continue
		}
		e := Entry{Key: name, From: s.From}
		if v, unset := npmValue(q, value(s)); unset != "" {
			e.Kept = "the variable " + unset + " holds it"
		} else if kind == "_authToken" {
			e.Value = secret.Join(secret.Public("Bearer "), v)
		} else if kind == "_auth" {
			e.Value = secret.Join(secret.Public("Basic "), v)
		}
		h := hostOf(address)
		e.Here = h == host(q.u)
		switch {
		case address == "":
			q.miss(e, "it names no registry; npm wants "+q.registryKey(opts)+":"+kind)
		case !strings.HasPrefix(address, "//") && hostOf("//"+trimScheme(address)) == host(q.u):
			scheme, _, _ := strings.Cut(address, ":")
			e.Here = strings.EqualFold(scheme, q.u.Scheme)
			q.miss(e, "npm's keys begin with //, without a scheme")
		case e.Here && kind != name[strings.LastIndexByte(name, ':')+1:]:
			q.miss(e, "npm looks for "+kind+", letter by letter")
		case e.Here:
			q.miss(e, "it is bound to the path "+pathOf(address)+", and the request goes to "+q.u.ShownPath())
		case strings.EqualFold(h, host(q.u)):
			e.Here = true
			q.miss(e, "npm compares letter by letter")
		default:
			if why := differs(h, host(q.u)); why != "" {
				q.miss(e, why)
			}
		}
	}
}

// registryKey is the key that the registry of the request should have.
func (q *query) registryKey(opts map[string][]exchange.Setting) string {
	for _, s := range opts["registry"] {
		if u, err := exchange.ParseURL(word(s)); err == nil && host(u) == host(q.u) {
			return "//" + host(u) + strings.TrimSuffix(u.Path, "/") + "/"
		}
	}
	return "//" + host(q.u) + "/"
}

// npmKind is the option that a name means, whatever its case.
func npmKind(name string) string {
	for _, k := range []string{"_authToken", "_auth"} {
		if strings.EqualFold(strings.TrimLeft(name, "_"), strings.TrimLeft(k, "_")) || strings.EqualFold(name, "authToken") && k == "_authToken" {
			return k
		}
	}
	return ""
}

// npmScope is the scope of the package that a URL of a registry names: /@team%2fapp.
func npmScope(p string) (string, bool) {
	_, rest, ok := strings.Cut(p, "/@")
	if !ok {
		return "", false
	}
	for _, sep := range []string{"/", "%2f", "%2F"} {
		rest, _, _ = strings.Cut(rest, sep)
	}
	return "@" + rest, rest != ""
}

func trimScheme(s string) string {
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	return rest
}

func pathOf(address string) string {
	address = strings.TrimPrefix(trimScheme(address), "//")
	if i := strings.IndexByte(address, '/'); i >= 0 {
		return address[i:]
	}
	return "/"
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
