package curl

import (
	"path"
	"strings"
)

// addData is the -d family. Pieces are joined with "&", those of --json without.
func (r *reader) addData(op *operation, name, v string) error {
	var piece []byte
	switch {
	case name == "data-urlencode":
		s, err := r.urlencode("--data-urlencode", v)
		if err != nil {
			return err
		}
		piece = []byte(s)
	case strings.HasPrefix(v, "@") && name != "data-raw":
		b, err := r.file("--"+name, v[1:])
		if err != nil {
			return err
		}
		if name == "data" || name == "data-ascii" {
			b = []byte(strings.NewReplacer("\r", "", "\n", "").Replace(string(b)))
		}
		piece = b
	default:
		piece = []byte(v)
	}
	if name == "json" {
		op.json = true
	} else if op.hasData {
		op.data = append(op.data, '&')
	}
	if len(op.data)+len(piece) > maxFile {
		return usage("--"+name, "the body is larger than 16 MiB")
	}
	op.data, op.hasData = append(op.data, piece...), true
	return nil
}

// addQuery is --url-query: "+" in front means "as it is".
func (r *reader) addQuery(op *operation, v string) error {
	s, raw := strings.CutPrefix(v, "+")
	if !raw {
		var err error
		if s, err = r.urlencode("--url-query", v); err != nil {
			return err
		}
	}
	if op.query != "" {
		op.query += "&"
	}
	op.query += s
	return nil
}

// urlencode reads "content", "=content", "name=content", "@file" and "name@file".
func (r *reader) urlencode(opt, v string) (string, error) {
	at := strings.IndexAny(v, "=@")
	name, content := "", v
	if eq := strings.IndexByte(v, '='); eq >= 0 {
		at = eq // an equals sign anywhere wins over @
	}
	if at >= 0 {
		name, content = v[:at], v[at+1:]
		if v[at] == '@' {
			b, err := r.file(opt, content)
			if err != nil {
				return "", err
			}
			content = string(b)
		}
	}
	out := strings.ReplaceAll(escape(content), "%20", "+")
	if name != "" {
		out = name + "=" + out
	}
	return out, nil
}

// escape percent-encodes all but RFC 3986 unreserved characters.
func escape(s string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}

// header adds a field for -H or --proxy-header; "@file" gives one per line.
func (r *reader) header(to *[]string, opt, v string) error {
	name, isFile := strings.CutPrefix(v, "@")
	if !isFile {
		if !strings.ContainsAny(v, ":;") {
			r.note("the %s value holds no colon: curl sends no such header", opt)
		}
		*to = append(*to, v)
		return nil
	}
	b, err := r.file(opt, name)
	if err != nil {
		return err
	}
	for _, l := range lines(b) {
		if l != "" {
			*to = append(*to, l)
		}
	}
	return nil
}

// etag is --etag-compare: the file's first line goes into If-None-Match; an empty file gives an empty tag.
func (r *reader) etag(op *operation, name string) error {
	b, err := r.file("--etag-compare", name)
	if err != nil {
		return err
	}
	tag := `""`
	if l := lines(b); len(l) > 0 && l[0] != "" {
		tag = l[0]
	}
	op.etag = &tag
	return nil
}

// uploadURL appends the file's name where the URL names a folder, as -T does.
func uploadURL(url, file string) string {
	base, fragment := url, ""
	if i := strings.IndexByte(base, '#'); i >= 0 {
		base, fragment = base[:i], base[i:]
	}
	query := ""
	if i := strings.IndexByte(base, '?'); i >= 0 {
		base, query = base[:i], base[i:]
	}
	rest := base
	if i := strings.Index(rest, "://"); i >= 0 {
		rest = rest[i+3:]
	}
	slash := strings.LastIndexByte(rest, '/')
	switch {
	case slash < 0:
		base += "/"
	case slash != len(rest)-1:
		return url
	}
	return base + escape(path.Base(strings.ReplaceAll(file, `\`, "/"))) + query + fragment
}
