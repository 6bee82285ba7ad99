package transcript

import (
	"strconv"
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// maxDump is how many lines a dump may have.
const maxDump = 400

// AsSeen is the Purpose of a request that the server's side printed: what arrived, not what was sent.
const AsSeen = "as the server saw it"

// pairRE are the ways in which programs print a name and a value.
var pairRE = []*lazyregexp.Regexp{
	lazyregexp.New(`^\[?(?:"|')?([A-Za-z][A-Za-z0-9_-]{1,60})(?:"|')?\]?\s*=>\s*(?:array\(\d+\) \{)?(?:string\(\d+\) )?"?((?:[^"\\]|\\.)*?)"?,?$`), // PHP, Ruby
	lazyregexp.New(`^(?:b?["'])([A-Za-z][A-Za-z0-9_-]{1,60})["']\s*:\s*\[?\s*(?:b?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')|([^"'\[{,}\]]+))\s*\]?,?$`),
	lazyregexp.New(`^([A-Za-z][A-Za-z0-9_-]{1,60})\s*:\s*\[?\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*\]?,?$`),
	lazyregexp.New(`^\(?b?["']([A-Za-z][A-Za-z0-9_-]{1,60})["'],\s*b?["']((?:[^"'\\]|\\.)*)["']\)?,?$`), // a tuple
	lazyregexp.New(`^([A-Za-z][A-Za-z0-9_-]{1,60})=\[?([^\]]*)\]?,?$`),                                  // Java, env
}

var (
	dumpOpen = lazyregexp.New(`(?i)^(.{0,80}?)(array\(\d+\) ?\{|Array$|Array ?\(|map\[|Headers? ?(?:\([^)]*\) ?)?\{|\[Object: null prototype\] \{|CaseInsensitiveDict\(|ImmutableMultiDict\(|EnvironHeaders\(|Headers\(|HTTPHeaderDict\(|IncomingHttpHeaders|AxiosHeaders ?\{|\{|\[\(|\[)(.*)$`)
	jsonBody = lazyregexp.New(`^\{\s*"(?:error|errors|root_cause)"\s*:\s*[{\[]`)
	phpNext  = lazyregexp.New(`^\["?([A-Za-z][A-Za-z0-9_-]{1,60})"?\]=>$`)
	phpValue = lazyregexp.New(`^string\(\d+\) "(.*)"$`)
	wsgiName = lazyregexp.New(`^(?:REDIRECT_)?HTTP_[A-Z0-9_]+$|^(?:CONTENT_TYPE|CONTENT_LENGTH|REQUEST_METHOD|REQUEST_URI|PATH_INFO|QUERY_STRING|SERVER_NAME|PHP_AUTH_USER|PHP_AUTH_PW|REMOTE_USER|(?:REDIRECT_)?REMOTE_USER|AUTH_TYPE|SERVER_SOFTWARE|REMOTE_ADDR|SERVER_PROTOCOL|SERVER_PORT|HTTPS|REQUEST_SCHEME)$`)
	serverSd = lazyregexp.New(`(?i)getallheaders|apache_request_headers|\$_SERVER|req(?:uest)?\.(?:headers|META|env)|request\.headers\.(?:to|env)|headers received|received headers|incoming|server (?:sees|gets|receives|received)|php://|flask|django|express|environ`)
	clientSd = lazyregexp.New(`(?i)response\.request|prepared|res\.request|\.request\.headers|sending|sent headers|request headers sent|config`)
)

// pair is a name and a value out of a dump.
type pair struct{ name, value string }

// readDump reads header fields as a program prints its own map or list of them.
func readDump(t *talk, i int) int {
	s := strings.TrimSpace(t.ls[i].text)
	if len(s) == 0 || len(s) > maxLine || !strings.ContainsAny(s, "{[(=") && s != "Array" && !strings.Contains(s, "HTTP_") {
		return i
	}
	var ps []pair
	n := i
	if p, ok := onePair(s); ok && (wsgiName.MatchString(p.name) || phpNext.MatchString(s)) {
		ps, n = t.pairs(i)
	} else if m := dumpOpen.FindStringSubmatch(s); m != nil {
		if jsonBody.MatchString(m[2] + m[3]) {
			return i // a JSON body that repeats a header: the reader of messages takes it whole
		}
		if strings.TrimSpace(m[3]) != "" && len(m[3]) > 3 {
			ps, n = flat(m[3], strings.HasPrefix(m[2], "map[")), i+1
		} else {
			ps, n = t.pairs(i + 1)
		}
	} else {
		return i
	}
	request, seen, ok := judge(ps)
	if !ok {
		return i
	}
	intro := s
	if i > 0 {
		intro = t.ls[i-1].text + " " + s
	}
	t.dump(i, ps, request, seen || request && serverSd.MatchString(intro) && !clientSd.MatchString(intro))
	return n
}

// pairs reads pairs that stand one on a line, from line i on.
func (t *talk) pairs(i int) (out []pair, n int) {
	miss, opened := 0, 0
	for n = i; n < len(t.ls) && n < i+maxDump && miss < 2; n++ {
		s := strings.TrimSpace(t.ls[n].text)
		if t.ls[n].empty || t.ls[n].brk && n > i {
			break
		}
		if s == "(" || s == "{" || s == "[" {
			if opened++; opened > 3 {
				break
			}
			continue
		}
		if strings.HasPrefix(s, "}") || strings.HasPrefix(s, ")") || s == "]" || s == "]," {
			if len(out) > 0 && n+1 < len(t.ls) && s == "]," {
				continue
			}
			return out, n + 1
		}
		if m := phpNext.FindStringSubmatch(s); m != nil && n+1 < len(t.ls) {
			if v := phpValue.FindStringSubmatch(strings.TrimSpace(t.ls[n+1].text)); v != nil {
				out = append(out, pair{m[1], v[1]})
				n++
			}
			continue
		}
		if p, ok := onePair(s); ok {
			out = append(out, p)
			miss = 0
			continue
		}
		if q, ok := quotedWord(s); ok && n+1 < len(t.ls) { // rawHeaders: names and values by turns
			if v, ok := quotedWord(strings.TrimSpace(t.ls[n+1].text)); ok && known(q) {
				out = append(out, pair{q, v})
				n++
				continue
			}
		}
		miss++
	}
	for n > i && miss > 0 {
		n--
		miss--
	}
	return out, n
}

func quotedWord(s string) (string, bool) {
	s = strings.TrimSuffix(s, ",")
	if len(s) >= 2 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1], true
	}
	return "", false
}

func onePair(s string) (pair, bool) {
	if len(s) > 16<<10 {
		return pair{}, false
	}
	for _, re := range pairRE {
		if m := re.FindStringSubmatch(s); m != nil {
			v := ""
			for _, g := range m[2:] {
				if g != "" {
					v = g
				}
			}
			return pair{m[1], strings.TrimSpace(v)}, true
		}
	}
	return pair{}, false
}

var (
	flatPair = lazyregexp.New(`(?:b?["']([A-Za-z][A-Za-z0-9_-]{1,60})["']\s*(?::|=>|,)\s*\[?\s*b?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')|(?:^|[{,(\[ ])([A-Za-z][A-Za-z0-9_-]{1,60})\s*(?:: |=)\[?(?:"([^"]*)"|'([^']*)'|([^\]},"']*)))`)
	goPair   = lazyregexp.New(`(?:^|[ \[])([A-Z][A-Za-z0-9-]{1,60}):\[([^\]]*)\]`)
)

// flat reads pairs that stand on one line.
func flat(s string, goMap bool) []pair {
	s = s[:min(len(s), 16<<10)]
	re := flatPair
	if goMap {
		re = goPair
	}
	var out []pair
	for _, m := range re.FindAllStringSubmatch(s, 200) {
		p := pair{}
		for k, g := range m[1:] {
			if g == "" {
				continue
			}
			if p.name == "" && (k == 0 || k == 3) {
				p.name = g
			} else {
				p.value = strings.TrimSpace(g)
			}
		}
		out = append(out, p)
	}
	return out
}

// judge says whether the pairs are header fields, and whose. seen: the names have the form a server gives them.
func judge(ps []pair) (request, seen, ok bool) {
	req, resp, fields := 0, 0, 0
	for _, p := range ps {
		low := strings.ToLower(p.name)
		if low == "cookie" && strings.HasPrefix(p.value, "{") || strings.HasPrefix(p.value, "new ") {
			return false, false, false // options in code, such as session({cookie: {expires: new Date(...)}})
		}
		if wsgiName.MatchString(p.name) {
			seen = true
			req, fields = req+1, fields+1
			continue
		}
		if known(low) {
			fields++
		}
		if requestNames[low] {
			req++
		}
		if responseNames[low] && low != "host" && low != "server" || low == "server" && strings.Contains(p.value, "/") {
			resp++
		}
		if low == "authorization" || low == "www-authenticate" || low == "set-cookie" {
			fields++
		}
	}
	seen = seen || req > resp && arrived(ps)
	return req > resp, seen, fields >= 2 && req+resp > 0 && fields*3 >= len(ps)
}

// arrived reports fields that only a server has in its hands: those a proxy adds, and Node's own spelling with host.
func arrived(ps []pair) bool {
	lower, host := true, false
	for _, p := range ps {
		low := strings.ToLower(p.name)
		if strings.HasPrefix(low, "x-forwarded-") || low == "x-real-ip" || low == "cf-connecting-ip" {
			return true
		}
		lower = lower && low == p.name
		host = host || low == "host"
	}
	return lower && host
}

// dump makes an exchange of a header that was printed.
func (t *talk) dump(i int, ps []pair, request, seen bool) {
	d := &draft{line: i}
	t.call++
	if seen {
		d.purpose = AsSeen
	}
	for _, p := range ps {
		name := p.name
		if seen && wsgiName.MatchString(name) {
			switch name {
			case "REQUEST_METHOD":
				d.method = p.value
				continue
			case "REQUEST_URI":
				d.target = p.value
				d.reqLine = d.method != ""
				continue
			case "REQUEST_SCHEME":
				d.scheme = p.value
				continue
			case "CONTENT_TYPE", "CONTENT_LENGTH":
			default:
				// REDIRECT_HTTP_AUTHORIZATION keeps its name: that the field arrived under another one is the point
				name = strings.TrimPrefix(name, "HTTP_")
			}
			if !strings.Contains(name, "REDIRECT_") {
				name = title(name)
			}
			if notField[p.name] {
				continue
			}
		}
		if !request && d.beside(name, p.value) {
			continue
		}
		d.field(request, name, unescape(p.value))
	}
	if d.method != "" && d.target != "" {
		d.reqLine = true
	}
	d.whole = request
	t.finish(d)
}

// beside takes what a program prints of an answer beside its header: its status and its body.
func (d *draft) beside(name, value string) bool {
	switch strings.ToLower(name) {
	case "status", "statuscode", "status_code":
		n, err := strconv.Atoi(value)
		if err != nil || n < 100 || n > 599 {
			return false
		}
		d.status, d.respLine = n, true
	case "body":
		if value == "" {
			return false
		}
		d.body.WriteString(unescape(value))
		d.bodySeen = true
	default:
		return false
	}
	return true
}

// notField are variables beside the fields in a CGI environment.
var notField = set(`PATH_INFO QUERY_STRING SERVER_NAME SERVER_SOFTWARE REMOTE_ADDR SERVER_PROTOCOL SERVER_PORT HTTPS AUTH_TYPE
	REMOTE_USER PHP_AUTH_USER PHP_AUTH_PW REDIRECT_REMOTE_USER`)

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return slashes.Replace(s)
}

// title writes ACCEPT_LANGUAGE as Accept-Language.
func title(s string) string {
	b := []byte(strings.ToLower(strings.ReplaceAll(s, "_", "-")))
	for i := range b {
		if (i == 0 || b[i-1] == '-') && b[i] >= 'a' && b[i] <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}
