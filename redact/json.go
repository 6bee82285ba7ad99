package redact

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// mode is how the members of an object are judged.
type mode uint8

const (
	inMembers mode = iota // by their names
	inClaims              // as the claims or the header of a token
)

const (
	maxString = 16 << 20 // a longer JSON string is left out
	maxNest   = 200
)

// json replaces inside a JSON text, which keeps its blanks, its order and its doubled names.
func (r *Redactor) json(s string) string { return r.jsonIn(s, inMembers) }

func (r *Redactor) jsonIn(s string, m mode) string {
	if r.depth >= deepest {
		return s
	}
	r.depth++
	defer func() { r.depth-- }()
	var out strings.Builder
	w := bufio.NewWriter(&out)
	p := &jsonPass{r: r, in: bufio.NewReader(strings.NewReader(s)), out: w, mode: m}
	_ = p.run() // neither end can fail
	w.Flush()
	return out.String()
}

// Stream replaces inside a JSON document of any size, such as a HAR, in memory that is bounded by its longest string.
// learn true notes what is secret and writes nothing that matters: the document is read twice, so that what comes late
// is known early.
func (r *Redactor) Stream(in io.Reader, out io.Writer) error {
	r.compile()
	r.memo = map[string]string{}
	defer func() { r.memo = nil }()
	w := bufio.NewWriterSize(out, 64<<10)
	p := &jsonPass{r: r, in: bufio.NewReaderSize(in, 64<<10), out: w, whole: true}
	if err := p.run(); err != nil {
		return err
	}
	return w.Flush()
}

// frame is an object or array that is open.
type frame struct {
	array  bool
	key    string // the member that is being read
	within string // the member of the enclosing object that this is the value of
	label  string // what a member called name, key or header said: {"name": "Cookie", "value": ...}
	value  bool   // a string is to be read as a value, not as a name
}

type jsonPass struct {
	r     *Redactor
	in    *bufio.Reader
	out   *bufio.Writer
	mode  mode
	stack []frame
	raw   bytes.Buffer // of the string that is read
	whole bool         // strings are what stands in the document, so what is known is replaced in them, too
}

func (p *jsonPass) run() error {
	for {
		c, err := p.in.ReadByte()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch c {
		case '{', '[':
			if len(p.stack) < maxNest {
				p.stack = append(p.stack, frame{array: c == '[', within: p.name()})
			}
			p.out.WriteByte(c)
		case '}', ']':
			if n := len(p.stack); n > 0 {
				p.stack = p.stack[:n-1]
			}
			p.out.WriteByte(c)
		case ':':
			if f := p.top(); f != nil {
				f.value = true
			}
			p.out.WriteByte(c)
		case ',':
			if f := p.top(); f != nil {
				f.value = false
			}
			p.out.WriteByte(c)
		case '"':
			if err := p.str(); err != nil {
				return err
			}
		default:
			if c >= '0' && c <= '9' {
				p.number(c)
				continue
			}
			p.out.WriteByte(c)
		}
	}
}

func (p *jsonPass) top() *frame {
	if len(p.stack) == 0 {
		return nil
	}
	return &p.stack[len(p.stack)-1]
}

// name is the member whose value is being read; the elements of an array have the array's.
func (p *jsonPass) name() string {
	f := p.top()
	switch {
	case f == nil:
		return ""
	case f.array:
		return f.within
	}
	return f.key
}

// str reads a string behind its quotation mark and writes it, replaced when it is a value.
func (p *jsonPass) str() error {
	raw := &p.raw
	raw.Reset()
	tooLong, closed := false, false
	for !closed {
		chunk, err := p.in.ReadSlice('"')
		if err != nil && err != bufio.ErrBufferFull && err != io.EOF {
			return err
		}
		if raw.Len()+len(chunk) > maxString {
			tooLong = true
			raw.Reset() // what is kept tells only whether the mark at its end is escaped
		}
		raw.Write(chunk)
		if err == io.EOF {
			break
		}
		closed = err == nil && !escaped(raw.Bytes())
	}
	text := raw.String()
	if closed {
		text = text[:len(text)-1]
	}
	p.out.WriteByte('"')
	if tooLong {
		p.out.WriteString("(left out: larger than 16 MiB)")
	} else {
		p.out.WriteString(p.member(text))
	}
	if closed {
		p.out.WriteByte('"')
	}
	return nil
}

// escaped reports that the last byte has an odd number of backslashes in front.
func escaped(b []byte) bool {
	n := 0
	for i := len(b) - 2; i >= 0 && b[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}

// member gives the text of a string, in its encoded form, as it is to be written.
func (p *jsonPass) member(raw string) string {
	v := raw
	if strings.IndexByte(raw, '\\') >= 0 {
		if err := json.Unmarshal([]byte(`"`+raw+`"`), &v); err != nil {
			v = raw
		}
	}
	f := p.top()
	if f != nil && !f.array && !f.value {
		f.key = v
		if out := p.r.nameOf(v); out != v {
			return jsonString(out)
		}
		return raw
	}
	out := p.replaced(v)
	if out == v {
		return raw
	}
	return jsonString(out)
}

func jsonString(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String()[1:], "\"\n")
}

// replaced judges a value by where it stands.
func (p *jsonPass) replaced(v string) string {
	name, f := p.name(), p.top()
	if p.mode == inClaims {
		if len(p.stack) > 1 && openClaims[strings.ToLower(p.stack[0].key)] {
			return p.r.text(v)
		}
		return p.r.within("claim "+name, func() string { return p.r.claim(name, v) })
	}
	if f == nil {
		return p.r.text(v)
	}
	list := strings.ToLower(f.within)
	if f.array || len(p.stack) > 1 && p.stack[len(p.stack)-2].array {
		list = strings.ToLower(p.stack[max(len(p.stack)-2, 0)].key)
		if p.stack[max(len(p.stack)-2, 0)].array {
			list = strings.ToLower(p.stack[max(len(p.stack)-2, 0)].within)
		}
	}
	low := strings.ToLower(name)
	switch low {
	case "name", "key", "header":
		if !f.array {
			f.label = v
			return p.r.text(v)
		}
	case "value", "initialvalue", "currentvalue", "initial", "current", "values":
		if f.label != "" {
			name = f.label
			return p.listed(list, name, v)
		}
		if list == "cookies" || list == "headers" {
			return p.r.value(Value, v)
		}
	}
	if list := strings.ToLower(f.within); !f.array && (list == "headers" || list == "header") {
		return p.r.header(name, v)
	} else if !f.array && list == "cookies" {
		return p.r.cookie(name, v)
	}
	return p.r.member(name, v)
}

// listed is the value of {"name": ..., "value": ...} in a list.
func (p *jsonPass) listed(list, name, v string) string {
	switch list {
	case "headers", "header", "requestheaders", "responseheaders":
		return p.r.header(name, v)
	case "cookies":
		return p.r.cookie(name, v)
	case "querystring", "params", "query", "urlencoded", "formdata", "parameters", "bodyparams":
		return p.r.param(name, v)
	}
	return p.r.member(name, v)
}

// number writes a number; one that is a password or a code is replaced.
func (p *jsonPass) number(first byte) {
	digits := []byte{first}
	for {
		c, err := p.in.ReadByte()
		if err != nil {
			break
		}
		if c < '0' || c > '9' {
			_ = p.in.UnreadByte()
			break
		}
		digits = append(digits, c)
	}
	v := string(digits)
	if p.mode == inMembers && len(p.stack) > 0 && len(digits) >= 4 && secretName(p.name()) && first != '0' {
		v = "1" + (&maker{n: uint64(len(p.r.order) + 1)}).scramble(v[1:])
	}
	p.out.WriteString(v)
}

// member replaces the value of a member, setting or field of that name where no list tells more.
func (r *Redactor) member(name, v string) string {
	low := strings.ToLower(name)
	if v == "" {
		return v
	}
	switch {
	case strings.HasSuffix(low, "authorization"), low == "cookie", low == "set-cookie":
		return r.header(low, v)
	case secretName(name) && !sentence(v):
		return r.within(name, func() string { return r.value(sortOf(name), v) })
	case userNames[low] && !strings.Contains(v, " "):
		return r.within(name, func() string { return r.user(v) })
	}
	return r.text(v)
}

var userNames = set("username user_name user login email mail emailaddress email_address userprincipalname upn preferred_username displayname display_name given_name family_name phone_number account remote_user remoteuser j_username subject owner")

// sentence reports words for people in a place where a secret could stand.
func sentence(v string) bool {
	words := strings.Fields(v)
	if len(words) < 3 || schemed.MatchString(v) && len(words) == 3 && strings.ContainsAny(words[2], "0123456789") {
		return false
	}
	plain := 0
	for _, w := range words {
		if strings.IndexFunc(strings.Trim(w, ".,:;!?'\"()"), func(c rune) bool { return !isLower(c) && (c < 'A' || c > 'Z') && c != '-' && c != '\'' }) < 0 {
			plain++
		}
	}
	return plain*2 > len(words)
}
