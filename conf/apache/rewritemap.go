package apache

import "strings"

// mapped is ${map:key|default}, without the braces.
func (w *rewriting) mapped(s string) string {
	name, key, ok := strings.Cut(s, ":")
	if !ok {
		return ""
	}
	key, otherwise, _ := strings.Cut(key, "|")
	if v, ok := w.inMap(name, w.expand(key, nil)); ok {
		return v
	}
	return w.expand(otherwise, nil)
}

// inMap looks a key up. A map that nobody defined has nothing.
func (w *rewriting) inMap(name, key string) (string, bool) {
	v := w.v
	source, known := v.srv.maps[name]
	if !known {
		return "", false
	}
	kind, arg, typed := strings.Cut(source, ":")
	switch {
	case kind == "int" && arg == "tolower":
		return strings.ToLower(key), true
	case kind == "int" && arg == "toupper":
		return strings.ToUpper(key), true
	case kind == "int" && arg == "escape":
		return escapePath(key), true
	case kind == "int" && arg == "unescape":
		out, _ := unescape(key, false, true)
		return out, true
	case typed && kind != "txt":
		v.open("what the rewrite map " + name + " (" + kind + ") gives")
		return "", false
	case !typed:
		arg = source
	}
	text, err := v.w.src.ReadFile(v.w.underRoot(arg))
	if err != nil {
		v.open("what the rewrite map " + name + " gives: its file cannot be read")
		return "", false
	}
	for l := range strings.Lines(string(text)) {
		if l[0] == '#' || strings.IndexByte(blanks, l[0]) >= 0 {
			continue
		}
		rest, ok := strings.CutPrefix(l, key)
		if f := strings.Fields(rest); ok && len(f) > 0 && strings.IndexByte(blanks, rest[0]) >= 0 {
			return f[0], true
		}
	}
	return "", false
}

// lookAhead is %{LA-U:name}: the variable as it will be once the URL has run through all phases, so that REMOTE_USER is known to
// a server's rules.
func (w *rewriting) lookAhead(name string) string {
	v := w.v
	if w.folder {
		v.open("the value of %{LA-U:" + name + "} in a folder's rules")
		return ""
	}
	if v.main != nil && v.main.uri == v.uri {
		return "" // httpd does not look ahead of a look at the same URL
	}
	sub := v.lookup(v.filename)
	refusing := v.out2.Refusing
	sub.look()
	v.out2.Refusing = refusing // what a look refused is not the answer
	return (&rewriting{v: sub}).lookup(name)
}
