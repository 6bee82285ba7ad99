package redact

import (
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// site is a place that is known to hold secrets, found by its form in any text.
type site struct {
	has  string // a word without which it does not occur
	find func(r *Redactor, e *edits)
}

// sites are the places, in the order in which they take what they find.
func sites() []site {
	return []site{
		{"-----BEGIN", pem},
		{"curl", curlOptions},
		{"", fields},
		{"://", urls},
		{"", options},
		{"=", query},
		{"ey", tokens},
		{"", schemes},
		{"$", hashes},
		{"{SHA", hashes},
		{"<", markup},
		{"", assignments},
		{"", machine},
		{"", users},
		{"", people},
	}
}

var pemBlock = lazyregexp.New(`(?s)-----BEGIN ([A-Z0-9 ]+)-----(.*?)(-----END [A-Z0-9 ]+-----|\z)`)

// pem keeps certificates and public keys, and makes up private ones line by line.
func pem(r *Redactor, e *edits) {
	for _, m := range pemBlock.Get().FindAllStringSubmatchIndex(e.text, -1) {
		if !strings.Contains(e.text[m[2]:m[3]], "PRIVATE") {
			e.put(m[0], m[1], func(s string) string { return s })
			continue
		}
		e.put(m[4], m[5], func(s string) string {
			if r.issued[s] || strings.TrimSpace(s) == "" {
				return s
			}
			return r.whole(Key, s, "a private key")
		})
	}
}

// whole makes up a long value whose lines are to stay.
func (r *Redactor) whole(sort Sort, s, shape string) string {
	if en := r.known[s]; en != nil {
		en.Times++
		return en.to
	}
	r.count[sort]++
	// The mark \n of environment variables and JSON stays a line break.
	parts := strings.Split(s, `\n`)
	g := &maker{n: uint64(len(r.order) + 1)}
	for i := range parts {
		parts[i] = g.scramble(parts[i])
	}
	en := r.note(sort, s, strings.Join(parts, `\n`), shape)
	en.Times++
	return en.to
}

var fieldAt = newFinder(`(?i)(["'\x60\[({]?)\b((?:[a-z]+-)*(?:authorization|cookie2?)|x-[a-z0-9-]+|[a-z]+-(?:token|key|auth|session-id)|private-token|job-token|apikey|api-key)\b\\?["'\x60]?(?:[ \t]*(?:=>|:=|:|=)[ \t]*|[ \t]*,[ \t]*\\?["']|[ \t]+["'])`, fieldsIn)

// fields are header fields in messages, commands, code and logs.
func fields(r *Redactor, e *edits) {
	fieldAt.each(e.text, func(m []int) {
		if m[1] >= len(e.text) || !e.free(m[1], m[1]+1) {
			return
		}
		name := e.text[m[4]:m[5]]
		low := strings.ToLower(name)
		if !strings.Contains(low, "-") && !strings.HasSuffix(low, "authorization") && !strings.HasSuffix(low, "cookie") && low != "apikey" || strings.Contains(low, "x-") && about.MatchString(name) {
			return
		}
		a, b := extent(e.text, m[0], m[1], m[2] < m[3])
		if a >= b {
			return
		}
		v := e.text[a:b]
		if v[0] == 's' || v[0] == 'b' {
			if n := len(dumped.FindString(e.text[a:min(a+64, len(e.text))])); n > 0 { // PHP's var_dump
				a += n
				if b = strings.IndexByte(e.text[a:], '"') + a; b < a {
					b = len(e.text)
				}
				v = e.text[a:b]
			}
		}
		if strings.HasPrefix(low, "x-") && !secretName(low) && !lineStart(e.text, m[0]) {
			return // a field by its likeness only: where it is one, its reader knew it
		}
		if sentence(v) || strings.HasPrefix(v, "$") && !strings.ContainsAny(v, " ;") {
			return
		}
		e.put(a, b, func(v string) string { return r.header(name, v) })
	})
}

var dumped = lazyregexp.New(`^(?:string|str|bytes)\([0-9]+\) ?"`)

// lineStart reports that only marks of a transcript stand in front of at on its line.
func lineStart(s string, at int) bool {
	from := max(at-200, 0) // marks are short
	i := strings.LastIndexByte(s[from:at], '\n')
	if i < 0 && from > 0 {
		return false
	}
	line := s[from+i+1 : at]
	return strings.Trim(line, " \t><*|#-+") == ""
}

// extent is where a field's value stands that begins behind at: to its quotation mark, or to the end of the line where
// the field begins one, or as far as a credential goes.
func extent(s string, start, at int, marked bool) (int, int) {
	end := len(s)
	if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
		end = at + i
	}
	if end > at && s[end-1] == '\r' {
		end--
	}
	quote := byte(0)
	switch {
	case at > 0 && (s[at-1] == '"' || s[at-1] == '\'') && s[at-1] != s[start]:
		quote = s[at-1]
	case at < end && strings.IndexByte("\"'`", s[at]) >= 0:
		quote = s[at]
		at++
	case strings.HasPrefix(s[at:end], `\"`):
		at += 2
		if i := strings.Index(s[at:end], `\"`); i >= 0 {
			return at, at + i
		}
	case marked && strings.IndexByte("\"'`", s[start]) >= 0:
		quote = s[start]
		if s[at-1] == quote {
			break
		}
	case at > 0 && (s[at-1] == '"' || s[at-1] == '\''):
		quote = s[at-1]
	}
	if quote != 0 {
		for i := at; i < len(s) && i-at < 64<<10; i++ {
			if s[i] == '\\' && quote == '"' {
				i++
				continue
			}
			if s[i] == quote {
				return at, i
			}
		}
	}
	if lineStart(s, start) {
		return at, end
	}
	if m := oneCredential.FindString(s[at:end]); m != "" {
		return at, at + len(m)
	}
	return at, at
}

// oneCredential is a credential in the middle of a line: scheme words and one token, or cookies, or parameters.
var oneCredential = lazyregexp.New(`^(?i:\[?(?:(?:[a-z][a-z0-9-]*[ \t]+)?[a-z_]+="[^"\n]*"(?:,[ \t]*[a-z_]+=(?:"[^"\n]*"|[^\s,"]+))*|(?:[a-z][a-z0-9_-]*:?[ \t]+)?(?:\{\{[^}\n]*\}\}|\$\{[^}\n]*\}|\$\([^)\n]*\)|<[^>\n]*>)|(?:digest|oauth|aws4-hmac-sha256)[ \t]+[^\n)\]}]+|(?:[a-z][a-z0-9_-]*:?[ \t]+){0,2}[^\s"'\x60,;)\]}>\\]+(?:;[ \t]*[^\s=;,"']+=[^\s;,"']*)*))`)

var address = newFinder(`(?i)\b[a-z][a-z0-9+.-]{1,30}:(?:\\?/){2}[^\s"'<>\x60]+`, addressesIn)

// urls hold userinfo and path segments; their queries are found by query.
func urls(r *Redactor, e *edits) {
	address.each(e.text, func(m []int) {
		u := e.text[m[0]:m[1]]
		from := m[0] + strings.Index(u, ":") + 3
		if from > m[1] {
			return
		}
		end := m[1]
		if i := strings.IndexAny(e.text[from:m[1]], "/?#\\"); i >= 0 {
			end = from + i
		}
		at := strings.LastIndexByte(e.text[from:m[1]], '@')
		if at < 0 || from+at > end && !strings.Contains(e.text[from:from+at], ":") {
			return
		}
		e.put(from, from+at, func(v string) string {
			return r.within("userinfo", func() string {
				if user, password, ok := strings.Cut(v, ":"); ok {
					return r.pairOf(v, user, password)
				}
				if secret.Looks(v) || len(v) >= longEnough {
					return r.leaf(Key, v)
				}
				return r.userEscaped(v)
			})
		})
	})
}

var pairAt = newFinder(`(?:[?&;#]|&amp;|\\u0026|%26|%3[fF])([A-Za-z_][\w.\-\[\]$]{0,63}(?:%5[bBdD][\w]*)*)(?:=|%3[dD])([^\s&"'<>;#\x60\\]+)`, pairsIn)

// query is the parameters of URLs and forms.
func query(r *Redactor, e *edits) {
	pairAt.each(e.text, func(m []int) {
		name := e.text[m[2]:m[3]]
		b := m[5]
		for b > m[4] && strings.IndexByte(".,)]}", e.text[b-1]) >= 0 && !strings.Contains(e.text[m[4]:b], "{") {
			b--
		}
		e.put(m[4], b, func(v string) string { return r.param(name, v) })
	})
}

var tokenAt = newFinder(`\bey[A-Za-z0-9_-]{6,}(?:[.][A-Za-z0-9_=+/-]*){0,8}`, tokensIn)

// tokens are JWTs wherever they stand.
func tokens(r *Redactor, e *edits) {
	tokenAt.each(e.text, func(m []int) {
		b := m[1]
		for b > m[0] && e.text[b-1] == '.' && !strings.HasPrefix(e.text[b-1:], "...") && strings.Count(e.text[m[0]:b], ".") != 2 {
			b--
		}
		if maybeToken(e.text[m[0]:b]) {
			e.put(m[0], b, func(v string) string { return r.token(v) })
		}
	})
}

var schemeAt = newFinder(`(?i)\b(bearer|basic|token|negotiate|ntlm|apikey|api-key|sso-key|splunk|genie[kK]ey|digest)[ \t]+([A-Za-z0-9+/=_.~:|%-]{6,})`, schemesIn)

// schemes are credentials behind a scheme word in running text.
func schemes(r *Redactor, e *edits) {
	schemeAt.each(e.text, func(m []int) {
		word, v := e.text[m[2]:m[3]], strings.TrimRight(e.text[m[4]:m[5]], ".:")
		if !tokenish(v) || strings.Contains(strings.TrimRight(v, "="), "=") || strings.HasSuffix(v, "=") && (m[5] < len(e.text) && e.text[m[5]] == '"' || wordy.MatchString(strings.TrimRight(v, "="))) {
			return
		}
		e.put(m[4], m[4]+len(v), func(v string) string {
			if strings.EqualFold(word, "basic") {
				return r.basic(v)
			}
			return r.value(Token, v)
		})
	})
}

var hashAt = newFinder(`(\$(?:apr1|2[abxy]?|1|5|6|y|7|argon2(?:id|i|d)?|scrypt|pbkdf2[a-z0-9-]*)\$(?:rounds=\d+\$|v=\d+\$m=\d+,t=\d+,p=\d+\$|\d\d\$)?)([A-Za-z0-9./$+=,]{8,})|(\{S?SHA(?:256|512)?\})([A-Za-z0-9+/=]{16,})`, hashesIn)

// hashes are hashed passwords: their kind and cost stay.
func hashes(r *Redactor, e *edits) {
	hashAt.each(e.text, func(m []int) {
		for _, g := range [][2]int{{m[4], m[5]}, {m[8], m[9]}} {
			if g[0] >= 0 {
				e.put(g[0], g[1], func(v string) string {
					if r.issued[v] {
						return v
					}
					return r.whole(Password, v, "a hashed password")
				})
			}
		}
	})
}

var (
	inputTag = newFinder(`(?i)<(?:input|meta|button|param|add|form)\b[^<>]*>`, inputsIn)
	attr     = lazyregexp.New(`(?i)\b([a-z:-]+)\s*=\s*("[^"]*"|'[^']*')`)
	element  = newFinder(`<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>([^<>]{3,})</`, elementsIn)
)

// markup is form fields and meta tags of HTML, attributes and elements of XML.
func markup(r *Redactor, e *edits) {
	inputTag.each(e.text, func(m []int) {
		tag := e.text[m[0]:m[1]]
		name, low := "", strings.ToLower(tag)
		var value []int
		for _, a := range attr.Get().FindAllStringSubmatchIndex(tag, -1) {
			switch strings.ToLower(tag[a[2]:a[3]]) {
			case "name", "key":
				name = strings.Trim(tag[a[4]:a[5]], `"'`)
			case "value", "content":
				value = []int{m[0] + a[4] + 1, m[0] + a[5] - 1}
			}
		}
		if value != nil && value[0] < value[1] && (secretName(name) || strings.Contains(low, `"hidden"`) && !harmless(e.text[value[0]:value[1]]) && !wordy.MatchString(e.text[value[0]:value[1]])) {
			e.put(value[0], value[1], func(v string) string { return r.param(name, v) })
		}
	})
	element.each(e.text, func(m []int) {
		name, v := e.text[m[2]:m[3]], e.text[m[4]:m[5]]
		switch {
		case secretName(name) && !sentence(v):
			e.put(m[4], m[5], func(v string) string { return r.value(sortOf(name), v) })
		case userNames[strings.ToLower(name)] && !strings.Contains(v, " "):
			e.put(m[4], m[5], r.user)
		}
	})
}

var assignAt = newFinder(`([A-Za-z_][\w.\-]{1,80}(?:\[[\w"'.-]{1,60}\])?)(\\?["'])?[ \t]*(=>|:=|==?|:)[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\\"[^"\\\n]*\\"|[^\s"'\x60,;&<>(){}\[\]]+)`, assignmentsIn)

// status words stand behind names of secrets in messages.
var status = set("expired invalid missing required revoked malformed null none undefined true false ok failed empty unknown unset set not is was the a an incorrect wrong rejected denied unsupported disabled enabled present absent valid bad new old value pair include omit same-origin cors name header access refresh bearer basic id mismatch blocked error")

// assignments are name=value, name: value, "name": "value", of settings, code, forms and logs.
func assignments(r *Redactor, e *edits) {
	assignAt.each(e.text, func(m []int) {
		name, v := e.text[m[2]:m[3]], e.text[m[8]:m[9]]
		sep, low := e.text[m[6]:m[7]], strings.ToLower(name)
		if i := strings.LastIndexAny(low, ".["); i >= 0 && i < len(low)-1 {
			low = strings.Trim(low[i+1:], `"'[]`)
		}
		user, hidden := userNames[low], secretName(name) || secretName(low)
		if !user && !hidden {
			return
		}
		quoted := strings.ContainsAny(v[:1], `"'\`)
		inner := strings.Trim(v, `"'\`)
		if inner == "" || status[strings.ToLower(inner)] || strings.HasPrefix(v, "//") || kept(inner) {
			return
		}
		lead := strings.Index(v, inner)
		a, b := m[8]+lead, m[8]+lead+len(inner)
		switch {
		case user && (quoted || sep != ":") && !strings.ContainsAny(inner, " /"):
			e.put(a, b, r.user)
		case !hidden, sentence(inner):
		case (low == "key" || low == "auth" || low == "credentials") && !tokenish(inner):
		case sep == ":" && !quoted && !tokenish(v) && !(lineStart(e.text, m[2]) && strings.Contains(low, "pass")):
		case strings.HasPrefix(inner, "$") && !strings.HasPrefix(inner, "$2") && !strings.ContainsAny(inner, " /"), strings.HasPrefix(inner, "/"), strings.HasPrefix(inner, "./"):
		case !quoted && code.MatchString(e.text[m[8]:min(m[9]+1, len(e.text))]):
		case wordy.MatchString(inner) && strings.ContainsAny(inner, "._") && !strings.Contains(low, "pass"):
		default:
			e.put(a, b, func(v string) string {
				return r.within(name, func() string {
					if strings.Contains(low, "cookie") && strings.Contains(v, "=") {
						return r.cookies(v)
					}
					return r.value(sortOf(low), v)
				})
			})
		}
	})
}

// code is a call or a name in place of a value.
var code = lazyregexp.New(`^[A-Za-z_$][\w.$]*\($|^(os|process|env|config|self|this|settings|req|request|options|props|state|ctx|vault|secrets)\.|^[a-z]+[A-Z][A-Za-z]*$|^[A-Za-z_]+(\.[A-Za-z_]+)+;?$`)

var (
	machineAt = newFinder(`(?i)\b(login|account)[ \t]+(\S+)\s+(?:account\s+\S+\s+)?password[ \t]+(\S+)|(?m:^[ \t]*password[ \t]+(\S+)[ \t\r]*$)|(?m:^[ \t]*login[ \t]+(\S+)[ \t\r]*$)`, loginsIn)
)

// machine is the entries of a .netrc.
func machine(r *Redactor, e *edits) {
	if !containsFold(e.text, "password") && !containsFold(e.text, "login") {
		return
	}
	machineAt.each(e.text, func(m []int) {
		if m[4] >= 0 {
			e.put(m[4], m[5], r.user)
			e.put(m[6], m[7], func(v string) string { return r.value(Password, v) })
		}
		if !containsFold(e.text, "machine") {
			return
		}
		if m[8] >= 0 {
			e.put(m[8], m[9], func(v string) string { return r.value(Password, v) })
		}
		if m[10] >= 0 {
			e.put(m[10], m[11], r.user)
		}
	})
}
