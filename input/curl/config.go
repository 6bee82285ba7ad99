package curl

import (
	"os"
	"path/filepath"
	"strings"
)

// curlrc reads the file that curl reads without being told (-q as the first word prevents it).
func (r *reader) curlrc() error {
	if r.o.Home == "" {
		return nil
	}
	for _, name := range []string{".curlrc", ".config/curlrc"} {
		p := filepath.Join(r.o.Home, name)
		b, err := os.ReadFile(p)
		if err != nil || len(b) > maxFile {
			continue
		}
		r.note("~/%s was read first, as curl does; -q as the first option leaves it out", name)
		return r.config(b, "~/"+name)
	}
	return nil
}

// config applies a -K file: one option per line, with or without dashes, then blanks, "=" or ":" and a value that may
// be in double quotes with the escapes \\ \" \t \n \r \v.
func (r *reader) config(b []byte, name string) error {
	if r.depth++; r.depth > 8 {
		return usage("-K "+name, "configuration files include each other without end")
	}
	defer func() { r.depth-- }()
	for n, line := range lines(b) {
		line = strings.TrimLeft(line, " \t\v\f")
		if line == "" || strings.ContainsRune("#/*", rune(line[0])) {
			continue
		}
		dashed := strings.HasPrefix(line, "-")
		end := strings.IndexFunc(line, func(c rune) bool {
			return strings.ContainsRune(" \t\v\f", c) || !dashed && (c == '=' || c == ':')
		})
		word, value := line, ""
		if end >= 0 {
			word = line[:end]
			value = strings.TrimLeft(line[end:], " \t\v\f")
			if !dashed || strings.HasPrefix(value, "=") || strings.HasPrefix(value, ":") {
				value = strings.TrimLeft(value, " \t\v\f=:")
			}
		}
		value, has := configValue(value)
		if !dashed {
			word = "--" + word
		}
		if _, err := r.flag(word, value, has); err != nil {
			if u, ok := err.(*UsageError); ok {
				return usage("", "%s:%d: %s", name, n+1, u.Error())
			}
			return err
		}
	}
	return nil
}

// configValue unquotes a value and reports whether there is one. An unquoted value ends at a blank.
func configValue(v string) (string, bool) {
	if !strings.HasPrefix(v, `"`) {
		if i := strings.IndexAny(v, " \t\v\f"); i >= 0 {
			v = v[:i]
		}
		return v, v != ""
	}
	var out strings.Builder
	for i := 1; i < len(v) && v[i] != '"'; i++ {
		c := v[i]
		if c == '\\' && i+1 < len(v) {
			i++
			c = v[i]
			if j := strings.IndexByte("tnrv", c); j >= 0 {
				c = "\t\n\r\v"[j]
			}
		}
		out.WriteByte(c)
	}
	return out.String(), true
}
