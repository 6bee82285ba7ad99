package snippet

import (
	"strings"

	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// defaults are the fields that a library adds by itself, in the form of its usual current version.
var defaults = map[string][][2]string{
	"requests":            {{"User-Agent", "python-requests/2.32.3"}, {"Accept-Encoding", "gzip, deflate"}, {"Accept", "*/*"}, {"Connection", "keep-alive"}},
	"httpx":               {{"Accept", "*/*"}, {"Accept-Encoding", "gzip, deflate"}, {"Connection", "keep-alive"}, {"User-Agent", "python-httpx/0.28.1"}},
	"urllib":              {{"Accept-Encoding", "identity"}, {"User-Agent", "Python-urllib/3.12"}, {"Connection", "close"}},
	"aiohttp":             {{"Accept", "*/*"}, {"Accept-Encoding", "gzip, deflate"}, {"User-Agent", "Python/3.12 aiohttp/3.11.11"}},
	"go":                  {{"User-Agent", "Go-http-client/1.1"}, {"Accept-Encoding", "gzip"}},
	"node-fetch":          {{"Accept", "*/*"}, {"Accept-Language", "*"}, {"Sec-Fetch-Mode", "cors"}, {"User-Agent", "node"}, {"Accept-Encoding", "gzip, deflate"}},
	"axios":               {{"Accept", "application/json, text/plain, */*"}, {"User-Agent", "axios/1.7.9"}, {"Accept-Encoding", "gzip, compress, deflate, br"}},
	"wget":                {{"User-Agent", "Wget/1.21.3"}, {"Accept", "*/*"}, {"Accept-Encoding", "identity"}, {"Connection", "Keep-Alive"}},
	"httpie":              {{"User-Agent", "HTTPie/3.2.4"}, {"Accept-Encoding", "gzip, deflate"}, {"Accept", "*/*"}, {"Connection", "keep-alive"}},
	"php-curl":            {{"Accept", "*/*"}},
	"guzzle":              {{"User-Agent", "GuzzleHttp/7"}},
	"java-url-connection": {{"User-Agent", "Java/17.0.13"}, {"Accept", "*/*"}, {"Connection", "keep-alive"}},
	"java-http-client":    {{"User-Agent", "Java-http-client/17.0.13"}},
	"okhttp":              {{"Connection", "Keep-Alive"}, {"Accept-Encoding", "gzip"}, {"User-Agent", "okhttp/4.12.0"}},
	"ruby":                {{"Accept-Encoding", "gzip;q=1.0,deflate;q=0.6,identity;q=0.3"}, {"Accept", "*/*"}, {"User-Agent", "Ruby"}},
	"faraday":             {{"User-Agent", "Faraday v2.12.2"}, {"Accept-Encoding", "gzip;q=1.0,deflate;q=0.6,identity;q=0.3"}, {"Accept", "*/*"}},
	"powershell":          {{"User-Agent", "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.4391"}, {"Connection", "Keep-Alive"}},
}

// at is the place of an offset in the text.
func at(src fact.Source, text string, pos int) fact.Source {
	n := strings.Count(text[:min(pos, len(text))], "\n")
	if src.Line > 0 {
		src.Line += n
	} else if src.File != "" || src.Input != "" {
		src.Line = n + 1
	}
	return src
}

// harmless are the words that a setting may show; all others are closed.
var harmless = map[string]bool{"include": true, "omit": true, "same-origin": true, "no-cors": true, "cors": true, "navigate": true,
	"true": true, "false": true, "True": true, "False": true, "$true": true, "$false": true, "null": true, "None": true, "manual": true, "follow": true,
	"error": true, "basic": true, "digest": true, "ntlm": true, "negotiate": true, "bearer": true, "any": true, "kerberos": true,
	"strict-origin-when-cross-origin": true, "no-referrer": true, "no-store": true, "no-cache": true, "default": true}

// open makes a setting's value public when it is a harmless word, a number or the name of a constant.
func open(s string) secret.Text {
	if harmless[s] || harmless[strings.ToLower(s)] || strings.Trim(s, "0123456789.") == "" && len(s) < 8 || constant(s) {
		return secret.Public(s)
	}
	return secret.New(s)
}

// constant reports names such as CURLAUTH_BASIC|CURLAUTH_DIGEST and HTTPDigestAuth.
func constant(s string) bool {
	if strings.HasPrefix(s, "CURL") || strings.HasPrefix(s, "HTTP") && strings.HasSuffix(s, "Auth") {
		return isName(strings.NewReplacer("|", "", " ", "").Replace(s))
	}
	return false
}

func absolute(s string) bool {
	l := strings.ToLower(s[:min(len(s), 8)])
	return strings.HasPrefix(l, "http://") || strings.HasPrefix(l, "https://")
}

// authority is what stands between "://" and the path.
func authority(s string) string {
	_, rest, _ := strings.Cut(s, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

func origin(s string) string {
	scheme, _, _ := strings.Cut(s, "://")
	return scheme + "://" + authority(s)
}

const hexDigits = "0123456789ABCDEF"

// encode writes blanks, control characters and bytes outside ASCII of a path or query with percent signs, as the
// libraries do.
func encode(s string) string {
	head := 0
	if i := strings.Index(s, "://"); i >= 0 {
		head = i + 3 + len(authority(s))
	}
	var b strings.Builder
	b.WriteString(s[:head])
	for i := head; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f {
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// queryEscape is application/x-www-form-urlencoded.
func queryEscape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case isWord(c), c == '-', c == '.', c == '~':
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}

// formEncode writes a dict as a form; ok is false when a part of it is not known.
func formEncode(v value) (string, bool) {
	var out []string
	size := 0
	for _, q := range *v.pairs {
		key, val := q.name, q.val
		if q.key.kind == vNone {
			if val.kind != vDict || len(*val.pairs) != 2 {
				return "", false
			}
			key, _ = plain((*val.pairs)[0].val)
			val = (*val.pairs)[1].val
		}
		s := written(val)
		if isTrue(val) || isFalse(val) {
			s = val.text
		} else if len(holes(val)) > 0 {
			return "", false
		}
		if size += len(key) + len(s); size > maxString {
			return "", false
		}
		out = append(out, queryEscape(key)+"="+queryEscape(s))
	}
	return strings.Join(out, "&"), true
}

// unescape decodes percent-encoding; what is not valid stays.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			hi, lo := strings.IndexByte(hexDigits, up(s[i+1])), strings.IndexByte(hexDigits, up(s[i+2]))
			if hi >= 0 && lo >= 0 {
				b.WriteByte(byte(hi<<4 | lo))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func up(c byte) byte {
	if c >= 'a' && c <= 'f' {
		return c - 'a' + 'A'
	}
	return c
}
