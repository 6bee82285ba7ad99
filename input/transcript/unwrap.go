package transcript

import (
	"strings"

	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

// maxLine is the longest line that is read; the rest of a longer one is left out.
const maxLine = 64 << 10

// line is one line of the text with its wrapping taken off.
type line struct {
	text  string
	empty bool // nothing stood there, or a fence
	brk   bool // a fence stands in front: another block begins
}

func (l line) blank() bool { return strings.TrimSpace(l.text) == "" }

// Unwrap takes off what stands around the lines of a conversation: quote marks of mail and Markdown, fences, prompts before
// known commands, time stamps and container names of logs, colour codes, common indentation. The number of lines stays
// the same; a fence becomes an empty line. Curl's own marks (>, <, *) stay.
func Unwrap(text string) string {
	ls := unwrap(text)
	var b strings.Builder
	b.Grow(len(text))
	for i, l := range ls {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.text)
	}
	return b.String()
}

func unwrap(text string) []line {
	text, _ = form.Decode(text)
	raw := strings.Split(text, "\n")
	for i, s := range raw {
		s = strings.TrimSuffix(s, "\r")
		if len(s) > maxLine {
			s = s[:maxLine]
		}
		if strings.IndexByte(s, 0x1b) >= 0 {
			s = ansi.ReplaceAllString(s, "")
		}
		if k := strings.LastIndexByte(s, '\r'); k >= 0 { // a progress meter overwrote itself
			s = s[k+1:]
		}
		if strings.Contains(s, "\u00a0") || strings.Contains(s, "\u200b") {
			s = strings.NewReplacer("\u00a0", " ", "\u200b", "").Replace(s)
		}
		raw[i] = s
	}
	unquote(raw)
	unpipe(raw)
	out := make([]line, len(raw))
	brk := false
	for i, s := range raw {
		if fence(s) {
			out[i].empty, brk = true, true
			continue
		}
		s = stamp(s)
		out[i] = line{text: s, empty: strings.TrimSpace(s) == "", brk: brk}
		if !out[i].empty {
			brk = false
		}
	}
	dedent(out)
	for i := range out {
		out[i].text = prompt(out[i].text)
	}
	return out
}

var ansi = lazyregexp.New("\x1b(?:\\[[0-9;?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\^_])")

// quoted are lines that show, behind a quote mark, that the mark was no curl's: a status line is never sent, and curl's
// marks do not come twice.
var quoted = lazyregexp.New(`^(?:HTTP/\d|[<>*] |[<>]$|[$] |curl |wget |` + "```" + `)`)

// unquote takes "> " off runs of lines that quote a conversation.
func unquote(ls []string) {
	for i, depth := 0, 0; i < len(ls); {
		if !strings.HasPrefix(ls[i], ">") || depth > 8 {
			i, depth = i+1, 0
			continue
		}
		j, is := i, false
		for ; j < len(ls) && strings.HasPrefix(ls[j], ">"); j++ {
			is = is || quoted.MatchString(strings.TrimPrefix(ls[j][1:], " "))
		}
		for k := i; is && k < j; k++ {
			ls[k] = strings.TrimPrefix(ls[k][1:], " ")
		}
		if depth++; !is {
			i, depth = j, 0
		}
	}
}

var pipe = lazyregexp.New(`^(?:[A-Za-z0-9][A-Za-z0-9_./-]{0,50}\s*)?[|│]\s?`)

// unpipe takes "web_1  | " or "| " off runs of two and more lines that have the same one.
func unpipe(ls []string) {
	for i := 0; i < len(ls); {
		p := pipe.FindString(ls[i])
		if p == "" {
			i++
			continue
		}
		bare := strings.TrimRight(p, " ")
		j := i + 1
		for j < len(ls) && strings.HasPrefix(ls[j], bare) {
			j++
		}
		for k := i; k < j && j > i+1; k++ {
			ls[k] = strings.TrimPrefix(strings.TrimPrefix(ls[k], bare), " ")
		}
		i = j
	}
}

var (
	stamped  = lazyregexp.New(`^\[?(?:\d{4}-\d\d-\d\d[T ]|\d{4}/\d\d/\d\d )?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?\s+(?:[a-z-]+\.c:\d+:?\s*)?`)
	labelled = lazyregexp.New(`^(?:Request|Response|Req|Res|Sending|Sent|Received|Reply|Answer)(?: line)?: *`)
	logcat   = lazyregexp.New(`^.{0,100}?\b(?:[VDIWE]/(?:OkHttp|okhttp3?\.OkHttpClient|okhttp)[^:]{0,20}: |okhttp\.OkHttpClient\s+[VDIWE]\s+)`)
	fenced   = lazyregexp.New("^\\s*(?:```+|~~~+)[A-Za-z0-9_+ .-]*$|^\\s*</?(?:pre|code|details|summary)>\\s*$|^\\s*(?:\\{(?:code|noformat)(?::[^}]*)?\\}|\\[/?code\\])\\s*$")
)

func fence(s string) bool { return len(s) < 100 && fenced.MatchString(s) }

// stamp takes a time stamp off the front. Lines of wget that begin with one keep it.
func stamp(s string) string {
	if len(s) > 0 && (s[0] == '[' || s[0] >= '0' && s[0] <= '9') {
		if m := stamped.FindString(s); m != "" && !strings.HasPrefix(s[len(m):], "ERROR ") {
			return s[len(m):]
		}
	}
	if m := labelled.FindString(s); m != "" && strong(s[len(m):]) {
		return s[len(m):]
	}
	if strings.Contains(s[:min(len(s), 120)], "kHttp") {
		if m := logcat.FindString(s); m != "" {
			return s[len(m):]
		}
	}
	return s
}

// dedent takes off the indentation of a block that begins with a line only a conversation has.
func dedent(ls []line) {
	depth := 0
	for i := range ls {
		s := ls[i].text
		body := strings.TrimLeft(s, " \t")
		if body == "" {
			continue
		}
		ind := len(s) - len(body)
		if ls[i].brk || ind < depth {
			depth = 0
		}
		if ind > 0 && ind != depth && strong(body) && !(i > 0 && strings.HasPrefix(ls[i-1].text, "---")) {
			depth = ind
		}
		if depth > 0 && ind >= depth {
			ls[i].text = s[depth:]
		}
	}
}

var prompts = lazyregexp.New(`^(?:\([\w.-]{1,40}\) ?)?(?:PS [^>]{0,80}> ?|[\w.@:~/\\\[\]() -]{0,80}[$#%>❯➜] ?|\+ )((?:sudo |time )?(?:[A-Z_]{1,40}=\S{0,80} ){0,4}(?:curl(?:\.exe)?|wget|git|https?|xh|xhs|kubectl|docker|npm|python3?|node|php) .*)$`)

// prompt takes a shell's prompt off a command.
func prompt(s string) string {
	if strings.HasPrefix(s, "> ") || strings.HasPrefix(s, "* ") || strings.HasPrefix(s, "< ") {
		return s
	}
	head := s[:min(len(s), 200)]
	if !strings.ContainsAny(head, "$#%>❯➜+") {
		return s
	}
	if m := prompts.FindStringSubmatchIndex(s); m != nil {
		return s[m[2]:]
	}
	return s
}
