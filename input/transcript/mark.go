package transcript

import (
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// infoRE are the words that curl's own remarks begin with, over the versions from 7.10 to 8.17.
var infoRE = lazyregexp.New(`^\s*(?:Trying \S|Connected to |Established connection |Host \S+ was resolved|Host \S+:\d+ was|IPv[46]: |Uses proxy |About to connect|TCP_NODELAY|Rebuilt URL|Hostname |Could ?n[o']t (?:resolve|connect|find)|Re-?using existing|Connection #|Connection \d|Connection (?:closure|state|died|timed|refused)|Closing connection|Server auth using |Proxy auth using |ALPN|SSL |SSLv|TLSv?1|CAfile|CApath|CA ?file|successfully set certificate|Server certificate|subject|issuer|start date|expire date|Certificate level|HTTP/[123]|\[HTTP|h2|Using HTTP|Using Stream|Mark bundle|Request completely|upload completely|We are completely|Issue another request|Ignoring the response|gss_|Found bundle|Establish HTTP|CONNECT |Proxy replied|allocate connect|Authentication problem|NTLM|Curl_http|Added |schannel|Expire in|STATE|Initializing|NSS|Cipher |getpeername|Failed to connect|connect to |Operation timed|Empty reply|OpenSSL|GnuTLS|LibreSSL|Send failure|Recv failure|Received HTTP|Maximum |The requested URL returned|HTTP error|old SSL|Excess found|no chunk|Replaced cookie|Switched from|Need to rewind|Please rewind|Mime|Leftovers|Copying HTTP|Connection cache|Immediate connect|SPNEGO|Negotiate|Digest|SSPI|InitializeSecurityContext|using HTTP|Send header|abort upload|Stream error|Server doesn't|Login denied|TE: |Couldn't find host|Doing |end of|Public key|Bind|Local |Lame|Resolving|socket|Opening|Remote|The CONNECT|Tunnel|SOCKS|common name|public key|\s*subjectAltName|  |server certificate|cipher)`)

// mark reads one line of curl -v, curl --trace or git's copy of it: kind is '*' for a remark, '>' and '<' for a line of a
// header section, '}' and '{' for a count of body bytes, 'U' and 'D' for body bytes, 'x' for the head of a dump ('>' and
// so on in text).
func mark(s string) (kind byte, text string, ok bool) {
	if len(s) < 1 {
		return 0, "", false
	}
	if strings.HasPrefix(s, "<= Recv ") {
		return dump(s)
	}
	switch s[0] {
	case '*':
		if strings.HasPrefix(s, "* ") && infoRE.MatchString(s[2:min(len(s), 120)]) {
			return '*', strings.TrimSpace(s[2:]), true
		}
	case '>', '<':
		text = strings.TrimPrefix(s[1:], " ")
		if strings.TrimSpace(text) == "" {
			return s[0], "", true
		}
		if s[0] == '>' {
			if _, _, _, ok := requestLine(text); ok && len(s) > 2 && s[1] == ' ' {
				return '>', text, true
			}
		} else if _, _, _, ok := statusLine(text); ok {
			return '<', text, true
		}
		name, _, isField := field(text)
		return s[0], text, isField && s[1] == ' ' && (known(name) || strings.Contains(name, "-") && !strings.Contains(name, "--"))
	case '}', '{':
		if m := bytesRE.FindStringSubmatch(s); m != nil {
			return s[0], m[1], true
		}
	case '=':
		return dump(s)
	}
	return 0, "", false
}

var bytesRE = lazyregexp.New(`^[{}] \[(?:(\d+) bytes data|data not shown)\]`)

var dumpRE = lazyregexp.New(`^(?:==|=>|<=) (Info|Send header|Recv header|Send data|Recv data|Send SSL data|Recv SSL data)(?:(: ?)(.*)|, (\d+) bytes \(0x[0-9a-f]+\))$`)

func dump(s string) (kind byte, text string, ok bool) {
	m := dumpRE.FindStringSubmatch(s)
	if m == nil {
		return 0, "", false
	}
	kind = map[string]byte{"Info": '*', "Send header": '>', "Recv header": '<', "Send data": 'U', "Recv data": 'D'}[m[1]]
	if m[2] == "" {
		if kind == 0 {
			kind = 's'
		}
		return 'x', string(kind), true
	}
	if kind == 0 {
		return 0, "", false
	}
	if kind == '*' {
		return kind, strings.TrimSpace(m[3]), true
	}
	return kind, m[3], true
}

// event is one thing that curl told.
type event struct {
	kind byte
	text string
}

var rowRE = lazyregexp.New(`^([0-9a-f]{4,8}): ?(.*)$`)

// rows reads the lines of a dump behind its head at line i: either text, or bytes in hexadecimal with text behind.
func (t *talk) rows(kind byte, i int) (out []event, next int) {
	var b strings.Builder
	hex, rows, expect := false, 0, -1
	for ; i < len(t.ls); i++ {
		m := rowRE.FindStringSubmatch(t.ls[i].text)
		if m == nil {
			break
		}
		raw, isHex := hexRow(m[2])
		if rows == 0 {
			hex = isHex
		}
		if rows++; b.Len() > 1<<20 {
			continue
		}
		if hex {
			b.WriteString(raw)
			continue
		}
		off := offset(m[1])
		if expect >= 0 && off != expect {
			b.WriteString("\n")
		}
		b.WriteString(m[2])
		expect = off + len(m[2])
	}
	if kind == 's' || rows == 0 {
		return nil, i
	}
	text := strings.ReplaceAll(b.String(), "\r\n", "\n")
	for _, s := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		out = append(out, event{kind, s})
	}
	return out, i
}

func offset(s string) int {
	n := 0
	for i := range len(s) {
		n = n<<4 | strings.IndexByte("0123456789abcdef", s[i])
	}
	return n
}

// hexRow reads "47 45 54 20 ... GET ": up to 16 bytes in 3 columns each, then their text.
func hexRow(s string) (string, bool) {
	if len(s) < 48 {
		return "", false
	}
	b := make([]byte, 0, 16)
	for k := 0; k+2 <= 48; k += 3 {
		hi, lo := strings.IndexByte("0123456789abcdef", s[k]), strings.IndexByte("0123456789abcdef", s[k+1])
		if s[k] == ' ' && s[k+1] == ' ' && len(b) > 0 {
			break
		}
		if hi < 0 || lo < 0 || s[k+2] != ' ' {
			return "", false
		}
		b = append(b, byte(hi<<4|lo))
	}
	return string(b), true
}

// events reads what stands at line i; nil when it is no line of curl's.
func (t *talk) events(i int) (out []event, next int) {
	kind, text, ok := mark(t.ls[i].text)
	if !ok {
		return nil, i
	}
	if kind == 'x' {
		out, next = t.rows(text[0], i+1)
		if out == nil {
			out = []event{{'-', ""}}
		}
		return out, next
	}
	return []event{{kind, text}}, i + 1
}
