package input

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

// Artefact is one text of a case file, with the kind that it is read as; "" to look at it.
type Artefact = artefact

// Artefacts gives the texts of a case file; ok is false when text is none.
func Artefacts(text string) (list []Artefact, ok bool) {
	if isCase(text) == 0 {
		return nil, false
	}
	c, err := parseCase(text)
	return c.Artefacts, err == nil
}

// CaseText writes a case file: YAML that people can read and edit, and Case reads back as it was. note is a line for
// people, such as what was found; it is not read.
func CaseText(note string, list []Artefact) string {
	var b strings.Builder
	b.WriteString("# A case of why401: why401 FILE diagnoses it, without sending anything.\n")
	if note != "" {
		b.WriteString("# " + strings.Join(strings.Fields(note), " ") + "\n")
	}
	b.WriteString("artefacts:\n")
	for _, a := range list {
		kind := a.Kind
		if kind == "" {
			kind = textKind
		}
		fmt.Fprintf(&b, "  - kind: %s\n    text: %s\n", kind, scalar(a.Text))
	}
	return b.String()
}

// scalar writes text as a block of lines where that brings the same text back, else in quotation marks.
func scalar(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0xfeff || r == 0x2028 || r == 0x2029
	}) {
		return string(quoted)
	}
	mark := "|"
	switch body := strings.TrimRight(text, "\n"); {
	case body == "" || body[0] == ' ' || len(text)-len(body) > 1:
		return string(quoted)
	case body == text:
		mark = "|-"
	}
	block := mark
	for l := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		block += "\n"
		if l != "" {
			block += "      " + l
		}
	}
	var back struct{ Text string }
	if yaml.Unmarshal([]byte("text: "+block+"\n"), &back) != nil || back.Text != text {
		return string(quoted)
	}
	return block
}

// KindOf names the kind that text is read as, "text" when it is of none.
func KindOf(text string) string {
	if mentionsCurl.MatchString(text) && pureCurl(text) {
		return "curl-command"
	}
	f, e, err := readFirst(claims(text), text, form.Options{})
	if err != nil || e.Empty() {
		return textKind
	}
	return f.Kind
}

// IsHost reports that an argument is taken for a URL although it has no scheme.
func IsHost(arg string) bool { return looksLikeHost(arg) }

// Command writes the words of a command as one line for a POSIX shell. It holds what the words hold.
func Command(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w
		if w == "" || strings.Trim(w, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-") != "" {
			out[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ") + "\n"
}

// MessageText writes an exchange as messages (RFC 9112), the request with its whole URL, bodies as text. It holds every
// credential of the exchange.
func MessageText(x *exchange.Exchange) string {
	var b strings.Builder
	target := x.Request.RequestTarget().Reveal()
	if strings.HasPrefix(target, "/") {
		target = x.Request.URL.Scheme + "://" + x.Request.URL.Authority() + target
	}
	proto := x.Request.Proto
	if proto == "" {
		proto = "HTTP/1.1"
	}
	fmt.Fprintf(&b, "%s %s %s\n", x.Request.Method, target, proto)
	fields(&b, x.Request.Header)
	body(&b, x.Request.Body.Reveal())
	if r := x.Response; r != nil {
		fmt.Fprintf(&b, "%s %d %s\n", or(r.Proto, "HTTP/1.1"), r.Status, r.Reason)
		fields(&b, r.Header)
		body(&b, string(r.Body.Bytes))
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func fields(b *strings.Builder, h exchange.Header) {
	for _, f := range h {
		b.WriteString(f.Line() + "\n")
	}
	b.WriteByte('\n')
}

// body writes a text body; bytes that are none would not come back.
func body(b *strings.Builder, s string) {
	if s == "" {
		return
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }) {
		s = fmt.Sprintf("(%d bytes that are no text)", len(s))
	}
	b.WriteString(strings.ReplaceAll(s, "\r\n", "\n") + "\n\n")
}
