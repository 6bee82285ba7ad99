package curl

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"path"
	"strings"
)

// formPart is one -F.
type formPart struct {
	name, content string
	file          string // where content came from; "" for literal text
	filename      string
	hasFilename   bool
	mime          string
	encoder       string
	headers       []string
	files         []formPart // several files under one name: a nested multipart/mixed
}

// addForm reads name=content: literal, @file (an upload), <file (its text), with ;type= ;filename= ;headers= ;encoder=
// behind it.
func (r *reader) addForm(op *operation, v string, literal bool) error {
	if err := op.choose(kindForm); err != nil {
		return err
	}
	name, rest, ok := strings.Cut(v, "=")
	if !ok {
		return usage("-F", "expected name=content")
	}
	if literal {
		op.form = append(op.form, formPart{name: name, content: rest})
		return nil
	}
	switch {
	case strings.HasPrefix(rest, "(") || rest == ")":
		return usage("-F", "nested parts, written =( and =), are not supported here; use --form-string for text that begins with a parenthesis")
	case strings.HasPrefix(rest, "@"):
		var parts []formPart
		sep := byte(',')
		for rest = rest[1:]; sep == ','; {
			p, err := r.formFile(&rest, &sep, ',')
			if err != nil {
				return err
			}
			p.filename, p.hasFilename = orBase(p), true
			parts = append(parts, p)
		}
		if len(parts) == 1 {
			parts[0].name = name
			op.form = append(op.form, parts[0])
		} else {
			op.form = append(op.form, formPart{name: name, files: parts})
		}
	case strings.HasPrefix(rest, "<"):
		rest = rest[1:]
		var sep byte
		p, err := r.formFile(&rest, &sep, 0)
		if err != nil {
			return err
		}
		p.name = name
		op.form = append(op.form, p)
	default:
		p := formPart{name: name}
		p.content = r.formParam(&rest, &p, 0)
		op.form = append(op.form, p)
	}
	return nil
}

func orBase(p formPart) string {
	if p.hasFilename {
		return p.filename
	}
	return path.Base(p.file)
}

func (r *reader) formFile(rest *string, sep *byte, end byte) (formPart, error) {
	var p formPart
	p.file = r.formParam(rest, &p, end)
	*sep = 0
	if *rest != "" && (*rest)[0] == end && end != 0 {
		*sep, *rest = end, (*rest)[1:]
	}
	b, err := r.file("-F", p.file)
	p.content = string(b)
	return p, err
}

// formParam takes one word and its ;parameters from *rest, which is left at the end character or empty.
func (r *reader) formParam(rest *string, p *formPart, end byte) string {
	s := strings.TrimLeft(*rest, " \t")
	word := formWord(&s, end)
	inType, gap := false, "" // gap: blanks behind the type, which stay when more of it follows
	for strings.HasPrefix(s, ";") {
		before := s[:1+len(s[1:])-len(strings.TrimLeft(s[1:], " \t"))] // ";" and the blanks behind it
		s = s[len(before):]
		low := strings.ToLower(s)
		switch {
		case strings.HasPrefix(low, "type="):
			s = strings.TrimLeft(s[5:], " \t")
			p.mime, gap = untilSemicolon(&s, end)
			inType = true
		case strings.HasPrefix(low, "filename="):
			s = strings.TrimLeft(s[9:], " \t")
			p.filename, p.hasFilename, inType = formWord(&s, end), true, false
		case strings.HasPrefix(low, "headers="):
			s = s[8:]
			if strings.HasPrefix(s, "@") || strings.HasPrefix(s, "<") {
				s = s[1:]
				if b, err := r.file("-F headers=", formWord(&s, end)); err == nil {
					p.headers = append(p.headers, lines(b)...)
				} else {
					r.note("a headers= file of -F could not be read and is left out")
				}
			} else {
				p.headers = append(p.headers, formWord(&s, end))
			}
			inType = false
		case strings.HasPrefix(low, "encoder="):
			s = strings.TrimLeft(s[8:], " \t")
			p.encoder, inType = formWord(&s, end), false
		case inType:
			more, blanks := untilSemicolon(&s, end)
			if more != "" {
				p.mime += gap + before + more
			}
			gap = blanks
		default:
			if formWord(&s, end) != "" {
				r.note("-F: curl skips what stands behind a semicolon in the value; --form-string keeps it")
			}
		}
	}
	*rest = s
	return word
}

// untilSemicolon takes the text up to ";" or end, and apart from it the blanks at its end.
func untilSemicolon(s *string, end byte) (text, blanks string) {
	i := strings.IndexFunc(*s, func(c rune) bool { return c == ';' || end != 0 && c == rune(end) })
	if i < 0 {
		i = len(*s)
	}
	whole := (*s)[:i]
	*s = (*s)[i:]
	text = strings.TrimRight(whole, " \t")
	return text, whole[len(text):]
}

// formWord takes a word up to ";" or end; one in double quotes may hold both, with \\ and \" escaped.
func formWord(s *string, end byte) string {
	if strings.HasPrefix(*s, `"`) {
		var b strings.Builder
		for i := 1; i < len(*s); i++ {
			c := (*s)[i]
			if c == '\\' && i+1 < len(*s) && strings.IndexByte(`\"`, (*s)[i+1]) >= 0 {
				i++
				c = (*s)[i]
			} else if c == '"' {
				*s = strings.TrimLeft((*s)[i+1:], " \t")
				untilSemicolon(s, end)
				return b.String()
			}
			b.WriteByte(c)
		}
	}
	i := strings.IndexFunc(*s, func(c rune) bool { return c == ';' || end != 0 && c == rune(end) })
	if i < 0 {
		i = len(*s)
	}
	out := (*s)[:i]
	*s = (*s)[i:]
	return out
}

// multipart writes the parts. curl draws the boundary at random; here it is taken from the content, so that the same
// command gives the same bytes.
func (op *operation) multipart() (boundary, body string) {
	sum := sha256.New()
	for _, p := range op.form {
		sum.Write([]byte(p.name + "\x00" + p.content + "\x00"))
		for _, f := range p.files {
			sum.Write([]byte(f.content + "\x00"))
		}
	}
	h := sum.Sum(nil)
	boundary = strings.Repeat("-", 24) + hex.EncodeToString(h[:8])
	var b strings.Builder
	for _, p := range op.form {
		b.WriteString("--" + boundary + "\r\n")
		op.part(&b, p, "form-data", strings.Repeat("-", 24)+hex.EncodeToString(h[8:16]))
	}
	b.WriteString("--" + boundary + "--\r\n")
	return boundary, b.String()
}

func (op *operation) part(b *strings.Builder, p formPart, disposition, inner string) {
	quote := strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A")
	if op.escape {
		quote = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	}
	own := func(name string) (string, bool) {
		for _, h := range p.headers {
			if n, v, ok := strings.Cut(h, ":"); ok && strings.EqualFold(n, name) {
				return strings.TrimLeft(v, " "), true
			}
		}
		return "", false
	}
	if _, ok := own("Content-Disposition"); !ok {
		b.WriteString("Content-Disposition: " + disposition)
		if p.name != "" || disposition == "form-data" {
			b.WriteString(`; name="` + quote.Replace(p.name) + `"`)
		}
		if p.hasFilename {
			b.WriteString(`; filename="` + quote.Replace(p.filename) + `"`)
		}
		b.WriteString("\r\n")
	}
	typ := p.mime
	if typ == "" {
		if _, ok := own("Content-Type"); !ok {
			typ = guessType(p)
		}
	}
	if len(p.files) > 0 {
		typ = "multipart/mixed; boundary=" + inner
	}
	if typ != "" {
		b.WriteString("Content-Type: " + typ + "\r\n")
	}
	content := p.content
	if p.encoder != "" {
		b.WriteString("Content-Transfer-Encoding: " + p.encoder + "\r\n")
		if p.encoder == "base64" {
			content = base64Lines(content)
		}
	}
	for _, h := range p.headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n" + content)
	for _, f := range p.files {
		b.WriteString("--" + inner + "\r\n")
		op.part(b, f, "attachment", "")
	}
	if len(p.files) > 0 {
		b.WriteString("--" + inner + "--\r\n")
	}
	b.WriteString("\r\n")
}

// guessType is curl's small table by file name ending.
func guessType(p formPart) string {
	name := p.filename
	if !p.hasFilename {
		name = p.file
	}
	if name == "" {
		return ""
	}
	low := strings.ToLower(name)
	for _, t := range [][2]string{
		{".gif", "image/gif"}, {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"}, {".png", "image/png"},
		{".svg", "image/svg+xml"}, {".txt", "text/plain"}, {".htm", "text/html"}, {".html", "text/html"},
		{".pdf", "application/pdf"}, {".xml", "application/xml"},
	} {
		if strings.HasSuffix(low, t[0]) {
			if t[1] == "text/plain" && !p.hasFilename {
				return ""
			}
			return t[1]
		}
	}
	if p.hasFilename && p.file != "" {
		return "application/octet-stream"
	}
	return ""
}

func base64Lines(s string) string {
	e := base64.StdEncoding.EncodeToString([]byte(s))
	var b strings.Builder
	for len(e) > 76 {
		b.WriteString(e[:76] + "\r\n")
		e = e[76:]
	}
	b.WriteString(e)
	return b.String()
}
