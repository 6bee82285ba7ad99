package apache

import (
	"path"
	"strings"
	"sync"

	"github.com/why401/why401/conf"
)

// metadata is what a file's extensions say of it (mod_mime).
type metadata struct {
	handler                 setting
	mime, encoding, charset string
	languages               []string
	unknown                 []string // the parts of the name that say nothing, the first among them
	known                   bool     // some part says something
}

// metadata reads the extensions of the visit's file.
func (v *visit) metadata() metadata {
	var m metadata
	name := path.Base(v.filename)
	bare := strings.TrimLeft(name, ".")
	parts := strings.Split(bare, ".")
	m.unknown = []string{name[:len(name)-len(bare)] + parts[0]}
	for _, e := range parts[1:] {
		if e == "" {
			continue
		}
		low := strings.ToLower(e)
		t := v.d.types[low]
		found := t.mime != "" || t.language != "" || t.encoding != "" || t.charset != ""
		if t.mime != "" {
			m.mime = t.mime
		} else if of := v.w.mimes.of(v.w, low); of != "" {
			m.mime, found = of, true
		}
		if t.language != "" {
			m.languages = append(m.languages, t.language)
		}
		if t.charset != "" {
			m.charset = t.charset
		}
		switch {
		case t.encoding == "":
		case m.encoding == "":
			m.encoding = t.encoding
		default:
			m.encoding += ", " + t.encoding
		}
		if t.handler.value != "" {
			m.handler = setting{strings.ToLower(t.handler.value), t.handler.place}
			found = found || v.d.multiMatch.is("handlers")
		}
		if found || v.d.multiMatch.is("any") {
			m.known = true
		} else {
			m.unknown = append(m.unknown, e)
		}
	}
	if len(m.languages) == 0 && v.d.language != nil {
		m.languages = []string{strings.ToLower(v.d.language.value)}
	}
	return m
}

// mimeTypes are the types by extension of TypesConfig's file, which is read when the first file is asked about.
type mimeTypes struct {
	once   sync.Once
	types  map[string]string
	failed string // why there are none; MultiViews then cannot be followed
}

// of is the type of an extension, "" for none.
func (t *mimeTypes) of(w *world, ext string) string {
	t.once.Do(func() {
		name := w.underRoot(w.main.mimeTypes.or("conf/mime.types"))
		b, err := w.src.ReadFile(name)
		if err != nil {
			t.failed = "the types of files: " + name + ": " + because(err)
			return
		}
		t.types = map[string]string{}
		for l := range strings.Lines(string(b)) {
			f := strings.Fields(l)
			if len(f) < 2 || strings.HasPrefix(f[0], "#") {
				continue
			}
			for _, e := range f[1:] {
				t.types[strings.ToLower(e)] = f[0]
			}
		}
	})
	return t.types[ext]
}

// languagePriority is LanguagePriority, whose lines in one section add up.
func languagePriority(b *builder, c *context, n *node, w []string) string {
	if len(w) == 0 {
		return "takes languages"
	}
	c.dir.languages = append(c.dir.languages, w...)
	return ""
}

// forcePriority is ForceLanguagePriority, whose words add up likewise.
func forcePriority(b *builder, c *context, n *node, w []string) string {
	if len(w) == 0 {
		return "takes Prefer, Fallback, both, or None"
	}
	c.dir.priority = &setting{strings.ToLower(strings.Join(append(w, c.dir.priority.or("")), " ")), n.place}
	return ""
}

// extension is AddLanguage, AddEncoding and AddCharset: what files with an extension are.
func extension(set func(t *mimeType, value string)) handler {
	return func(b *builder, c *context, n *node, w []string) string {
		if len(w) < 2 {
			return "takes a value and extensions"
		}
		for _, e := range w[1:] {
			c.dir.setType(ext(e), func(t *mimeType) { set(t, strings.ToLower(w[0])) })
		}
		return ""
	}
}

// findHandler is mod_negotiation, mod_mime and core: another file that answers, a handler by the file's extensions, then
// SetHandler. A status other than 0 refuses.
func (v *visit) findHandler() int {
	if done, status := v.negotiate(); done {
		return status
	}
	v.typed = true
	if !v.proxied && v.kind == folder {
		v.handler = "httpd/unix-directory"
		v.handlerAt = conf.Place{}
	} else if !v.proxied {
		v.meta = v.metadata()
		m := v.meta
		if m.handler.value != "" {
			v.handler, v.handlerAt = m.handler.value, m.handler.place
		}
		if strings.HasPrefix(m.mime, "application/x-httpd-") && v.handler == "" {
			v.handler = m.mime
		}
	}
	if h := v.d.handler; h != nil && !h.is("none") {
		v.handler, v.handlerAt = h.value, h.place
		if strings.Contains(h.value, "%{") {
			v.handler = v.value(parseText(h.value))
		}
	}
	v.acceptPath = strings.ToLower(v.d.pathInfo.or("default"))
	return 0
}
