package hmac

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// variants are the spellings of a body, itself first.
func variants(body string) []variant {
	out := []variant{{text: body}}
	add := func(text string, word Word, how string) {
		if !slices.ContainsFunc(out, func(v variant) bool { return v.text == text }) {
			out = append(out, variant{text, word, how})
		}
	}
	if len(body) > maxBody {
		return out
	}
	add(strings.TrimRight(body, "\r\n"), BodyEnd, "the body without the line break at its end")
	add(body+"\n", BodyEnd, "a line break behind the body")
	add(body+"\r\n", BodyEnd, "a line break behind the body")
	add(strings.TrimSpace(body), BodyEnd, "the body without the blanks around it")
	add(strings.ReplaceAll(body, "\r\n", "\n"), BodyBreaks, "LF in place of CRLF in the body")
	add(strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\n", "\r\n"), BodyBreaks, "CRLF in place of LF in the body")
	add(strings.TrimPrefix(body, "\ufeff"), BodyOther, "the body without its byte order mark")
	add("\ufeff"+body, BodyOther, "a byte order mark in front of the body")
	add("", BodyOther, "an empty body: it was read before, or not yet")
	add("[object Object]", BodyOther, "the text [object Object]: the body had been parsed, and was signed as an object")
	add("{}", BodyOther, "an empty object: no parser had filled the body")
	if v, err := parseJSON(body); err == nil {
		for _, w := range writers {
			add(w.write(v), BodyRewrit, w.how+" in place of the body as it came")
		}
		if s, ok := v.(string); ok {
			add(s, BodyOther, "the text inside the JSON string")
		}
	}
	quoted, _ := json.Marshal(body)
	add(string(quoted), BodyRewrit, "the body as a JSON string, encoded twice")
	return out
}

// writer is how a language's library writes JSON.
type writer struct {
	how           string
	comma, colon  string
	indent        string
	sorted        bool
	ascii         bool // \u00e9 for é
	slash         bool // \/ for /
	html          bool // \u003c for <
	doubleNumbers bool // 1.0 becomes 1
}

var writers = []writer{
	{how: "JSON parsed and written anew as JavaScript's JSON.stringify does", comma: ",", colon: ":", doubleNumbers: true},
	{how: "JSON parsed and written anew without blanks", comma: ",", colon: ":"},
	{how: "JSON parsed and written anew as Python's json.dumps does", comma: ", ", colon: ": ", ascii: true},
	{how: "JSON parsed and written anew with blanks", comma: ", ", colon: ": "},
	{how: "JSON parsed and written anew without blanks and in ASCII", comma: ",", colon: ":", ascii: true},
	{how: "JSON parsed and written anew as PHP's json_encode does", comma: ",", colon: ":", ascii: true, slash: true},
	{how: "JSON parsed and written anew with its names sorted", comma: ",", colon: ":", sorted: true},
	{how: "JSON parsed and written anew as Go's json.Marshal does with a map", comma: ",", colon: ":", sorted: true, html: true},
	{how: "JSON parsed and written anew as Python's json.dumps does with sort_keys", comma: ", ", colon: ": ", sorted: true, ascii: true},
	{how: "JSON parsed and written anew in ASCII, without blanks, with its names sorted", comma: ",", colon: ":", sorted: true, ascii: true},
	{how: "JSON parsed and indented by two blanks", comma: ",", colon: ": ", indent: "  "},
	{how: "JSON parsed and indented by four blanks", comma: ",", colon: ": ", indent: "    "},
}

// pair keeps the order of an object's members.
type pair struct {
	name  string
	value any // string, json.Number, bool, nil, []any, []pair
}

const maxDepth = 64

func parseJSON(s string) (any, error) {
	if !json.Valid([]byte(s)) {
		return nil, errors.New("not JSON")
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	return value(d, 0)
}

func value(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("nested too deeply")
	}
	tok, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := value(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	case json.Delim('{'):
		obj := []pair{}
		at := map[string]int{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := value(d, depth+1)
			if err != nil {
				return nil, err
			}
			key, _ := name.(string)
			if i, twice := at[key]; twice { // parsers keep the last value at the first place
				obj[i].value = v
				continue
			}
			at[key] = len(obj)
			obj = append(obj, pair{key, v})
		}
		_, err = d.Token()
		return obj, err
	}
	return tok, nil
}

func (w writer) write(v any) string {
	var b bytes.Buffer
	w.value(&b, v, 0)
	return b.String()
}

func (w writer) value(b *bytes.Buffer, v any, depth int) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case json.Number:
		b.WriteString(w.number(string(v)))
	case string:
		w.text(b, v)
	case []any:
		w.list(b, '[', ']', len(v), depth, func(i int) { w.value(b, v[i], depth+1) })
	case []pair:
		if w.sorted {
			v = slices.Clone(v)
			slices.SortFunc(v, func(a, c pair) int { return strings.Compare(a.name, c.name) })
		}
		w.list(b, '{', '}', len(v), depth, func(i int) {
			w.text(b, v[i].name)
			b.WriteString(w.colon)
			w.value(b, v[i].value, depth+1)
		})
	}
}

func (w writer) list(b *bytes.Buffer, open, end byte, n, depth int, item func(int)) {
	b.WriteByte(open)
	for i := range n {
		if i > 0 {
			b.WriteString(w.comma)
		}
		w.line(b, depth+1)
		item(i)
	}
	if n > 0 {
		w.line(b, depth)
	}
	b.WriteByte(end)
}

func (w writer) line(b *bytes.Buffer, depth int) {
	if w.indent != "" {
		b.WriteString("\n" + strings.Repeat(w.indent, depth))
	}
}

func (w writer) number(s string) string {
	if !w.doubleNumbers {
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f >= 1e21 || f <= -1e21 || f != 0 && f < 1e-6 && f > -1e-6 {
		return s
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func (w writer) text(b *bytes.Buffer, s string) {
	const hexes = "0123456789abcdef"
	unicode := func(u uint16) {
		b.WriteString(`\u`)
		for shift := 12; shift >= 0; shift -= 4 {
			b.WriteByte(hexes[u>>shift&15])
		}
	}
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\b': `\b`, '\f': `\f`}
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case short[r] != "":
			b.WriteString(short[r])
		case r == '/' && w.slash:
			b.WriteString(`\/`)
		case r < ' ', w.html && (r == '<' || r == '>' || r == '&' || r == 0x2028 || r == 0x2029), w.ascii && r == 0x7f:
			unicode(uint16(r))
		case w.ascii && r > 0x7f:
			if r1, r2 := utf16.EncodeRune(r); r > 0xffff {
				unicode(uint16(r1))
				unicode(uint16(r2))
			} else {
				unicode(uint16(r))
			}
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
