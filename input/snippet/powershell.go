package snippet

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// powershellRules are those of Invoke-WebRequest, Invoke-RestMethod and curl.exe.
func powershellRules(kind string) rules {
	return rules{kind: kind, lang: powershell, call: powershellCall, put: powershellPut}
}

// command reads a cmdlet and its parameters; false when the name here is none.
func (p *parser) command() (value, bool) {
	t := p.tok()
	name, n := strings.ToLower(t.text), 1
	if p.peek(1).text == "." && strings.EqualFold(p.peek(2).text, "exe") && p.peek(1).pos == t.end {
		name, n = name+".exe", 3
	}
	switch {
	case strings.Contains(name, "-"):
	case name == "iwr" || name == "irm" || name == "wget" || name == "curl" || name == "curl.exe" || name == "wget.exe":
	default:
		return value{}, false
	}
	if b := p.peek(n); b.text == "." || b.text == "(" || b.text == "=" {
		return value{}, false
	}
	p.i += n
	p.i = min(p.i, len(p.t)-1)
	if name == "curl" && !p.cmdletWords() {
		name = "curl.exe?" // curl's own options: the alias would not take them
	}
	real := strings.HasPrefix(name, "curl.exe")
	v := value{kind: vChain, pos: t.pos, steps: []step{{op: '.', name: name}}}
	var args []pair
	for len(args) < 500 {
		t := p.tok()
		if t.kind == tEOF || t.nl || t.kind == tPunct && strings.Contains("|;)}", t.text) || p.depth >= maxDepth {
			break
		}
		before := p.i
		switch next := p.peek(1); {
		case !real && p.at("-") && next.kind == tName && next.pos == t.end:
			p.advance()
			p.advance()
			q := pair{name: strings.ToLower(next.text), key: str(next.text), val: value{kind: vChain, steps: []step{{op: '.', name: "$true"}}}}
			p.take(":")
			if t := p.tok(); !(t.kind == tEOF || t.nl || t.kind == tPunct && strings.Contains("|;)}-", t.text)) {
				q.val = p.argument()
			}
			args = append(args, q)
		case p.at("@") && next.kind == tName: // splatting
			p.advance()
			args = append(args, pair{name: "...", val: value{kind: vChain, steps: []step{{op: '.', name: "$" + next.text}}}})
			p.advance()
		case p.at(",") && !real:
			p.advance()
		default:
			args = append(args, pair{val: p.argument()})
		}
		if p.i == before {
			p.advance()
		}
	}
	v.steps = append(v.steps, step{op: '(', args: args})
	return v, true
}

// cmdletWords reports parameters of Invoke-WebRequest, or nothing but an address, on the rest of the line.
func (p *parser) cmdletWords() bool {
	rest := strings.ToLower(p.src[p.tok().pos:min(len(p.src), p.tok().pos+2000)])
	for _, w := range []string{"-uri", "-headers", "-usebasicparsing", "-credential", "-method", "-body ", "-outfile", "-contenttype", "-websession", "@{"} {
		if strings.Contains(rest, w) {
			return true
		}
	}
	line, _, _ := strings.Cut(rest, "\n")
	return !strings.Contains(line, " -") && !strings.HasPrefix(line, "-")
}

// argument reads a value as it stands behind a command: a string, variable or bracket, or a bare word up to a blank.
func (p *parser) argument() value {
	t := p.tok()
	switch {
	case t.kind == tString, t.kind == tName && t.text[0] == '$', t.kind == tPunct && (t.text == "@{" || t.text == "(" || t.text == "@("):
		v := p.operandIn()
		if n := p.tok(); v.kind == vString && !n.nl && n.kind == tString && p.t[p.i-1].end == n.pos {
			return join(v, p.operandIn())
		}
		return v
	}
	end := t.pos
	for end < len(p.src) && strings.IndexByte(" \t\r\n;|(){}`", p.src[end]) < 0 && (p.src[end] != ',' || strings.HasPrefix(p.src[t.pos:end], "http")) {
		if p.src[end] == '"' || p.src[end] == '\'' { // a quoted piece within the word
			if n := strings.IndexByte(p.src[end+1:min(len(p.src), end+4000)], p.src[end]); n >= 0 {
				end += n + 1
			}
		}
		end++
	}
	word := strings.NewReplacer(`"`, "", "'", "").Replace(p.src[t.pos:end])
	for !p.eof() && p.tok().pos < end {
		p.advance()
	}
	q := &parser{l: p.l, t: lex(p.l, `"`+word+`"`), src: word, depth: p.depth + 1}
	v := q.literal(q.tok())
	v.pos = t.pos
	return v
}

func powershellCall(in *interp, c *call) value {
	if d := c.recv; d != nil {
		switch {
		case strings.EqualFold(c.path, "Cookies.Add"):
			if v := c.arg(len(c.args) - 1); v.kind == vObject {
				d.cookies = append(d.cookies, v.obj.cookies...)
			}
		case strings.EqualFold(c.path, "Headers.Add"):
			if n, ok := plain(c.arg(0)); ok {
				d.setHeader(n, c.arg(1))
			}
		}
		return object(d)
	}
	path := strings.ToLower(c.path)
	switch path {
	case "new-object":
		typ, _ := plain(c.either(0, "typename"))
		args := c.either(1, "argumentlist")
		return powershellNew(in, strings.ToLower(typ), args)
	case "cookie.new", "pscredential.new", "websession.new", "webrequestsession.new":
		list := value{kind: vDict, pairs: &c.args}
		return powershellNew(in, strings.TrimSuffix(path, ".new"), list)
	case "convertto-securestring":
		return c.either(0, "string")
	case "convertto-json":
		if s, ok := toJSON(c.either(0, "inputobject"), 0); ok {
			return str(s)
		}
	case "invoke-webrequest", "invoke-restmethod", "iwr", "irm", "curl", "wget":
		return invoke(in, c)
	case "curl.exe", "curl.exe?":
		curlExe(in, c, path == "curl.exe?")
		return object(&draft{class: "response"})
	}
	return value{}
}

func powershellNew(in *interp, typ string, args value) value {
	list := []pair{}
	if args.kind == vDict {
		list = *args.pairs
	} else if known(args) {
		list = []pair{{val: args}}
	}
	arg := func(n int) value {
		if n < len(list) {
			return list[n].val
		}
		return value{}
	}
	switch {
	case strings.HasSuffix(typ, "webrequestsession"):
		return object(&draft{class: "session", agent: "powershell", jar: true})
	case strings.HasSuffix(typ, "cookie"):
		if n, ok := plain(arg(0)); ok {
			return object(&draft{class: "cookie", cookies: []item{{n, arg(1)}}})
		}
	case strings.HasSuffix(typ, "pscredential"), strings.HasSuffix(typ, "networkcredential"):
		d := &draft{class: "login"}
		d.login(arg(0), arg(1), exchange.AuthAny, "-Credential")
		return object(d)
	case strings.Contains(typ, "dictionary"), strings.Contains(typ, "hashtable"):
		return value{kind: vDict, pairs: &[]pair{}}
	}
	return value{}
}

// invoke reads Invoke-WebRequest and Invoke-RestMethod.
func invoke(in *interp, c *call) value {
	d := &draft{class: "request", agent: "powershell", url: c.arg(0), method: "GET"}
	var credential value
	authentication := ""
	for _, a := range c.args {
		v := a.val
		switch strings.ToLower(a.name) {
		case "uri":
			d.url = v
		case "method", "custommethod":
			d.method = method(v)
		case "headers":
			d.addHeaders(v)
		case "websession", "sessionvariable":
			if v.kind == vObject {
				d.session = v.obj
			}
		case "contenttype":
			d.setHeader("Content-Type", v)
		case "useragent":
			d.setHeader("User-Agent", v)
		case "body":
			d.body, d.bodyForm = v, "form"
			if v.kind == vString {
				d.bodyForm = "form"
			}
		case "credential":
			credential = v
		case "authentication":
			authentication = strings.ToLower(word(v))
			d.set(a.name, v.pos, str(authentication))
		case "token":
			d.setHeader("Authorization", in.eval(join(str("Bearer "), v)))
		case "usedefaultcredentials", "skipcertificatecheck", "allowunencryptedauthentication", "preserveauthorizationonredirect", "proxyusedefaultcredentials":
			d.set(a.name, v.pos, v)
			d.insecure = d.insecure || a.name == "skipcertificatecheck"
		case "maximumredirection":
			d.set(a.name, v.pos, v)
			if word(v) == "0" {
				no := false
				d.follow = &no
			}
		case "proxy", "proxycredential", "timeoutsec", "certificate", "certificatethumbprint":
			d.set(a.name, v.pos)
		}
	}
	if d.method == "GET" && d.body.kind == vDict { // the body of a GET goes into the address
		d.addQuery(d.body)
		d.body = value{}
	}
	if known(credential) {
		way := exchange.AuthAny // sent when the server asks
		if authentication == "basic" {
			way = exchange.AuthBasic
		}
		if credential.kind == vObject && credential.obj.class == "login" {
			d.login(credential.obj.user, credential.obj.password, way, "-Credential")
		} else {
			d.login(credential, value{}, way, "-Credential")
		}
		if way == exchange.AuthAny {
			d.notes = append(d.notes, "-Credential is sent only after a challenge; -Authentication Basic sends it at once (PowerShell 6 and later)")
		}
	}
	in.request(d)
	return object(&draft{class: "response"})
}

func powershellPut(in *interp, d *draft, path string, v value) {
	name, rest, _ := strings.Cut(path, ".")
	switch strings.ToLower(name) {
	case "useragent":
		d.setHeader("User-Agent", v)
	case "headers":
		if rest != "" {
			d.setHeader(rest, v)
		}
	case "credentials":
		if v.kind == vObject {
			d.login(v.obj.user, v.obj.password, exchange.AuthAny, "-Credential")
		}
	}
}

// curlExe hands the words that PowerShell has made to the reader of curl commands.
func curlExe(in *interp, c *call, alias bool) {
	d := &draft{class: "curl"}
	option := "URL"
	for _, a := range c.args {
		w := written(a.val)
		for _, h := range holes(a.val) {
			w = strings.Replace(w, mark, h, 1)
			line := 1 + strings.Count(in.src[:min(len(in.src), max(0, a.val.pos))], "\n")
			d.lost = append(d.lost, exchange.ShellLoss{Char: "$", Name: strings.TrimPrefix(h, "$"), In: option, Line: line, Col: 1})
			d.notes = append(d.notes, h+" is a variable that the text does not set; it is kept as it is written")
		}
		if strings.Contains(w, `"`) && !strings.Contains(w, `\"`) {
			d.lost = append(d.lost, exchange.ShellLoss{Char: `"`, In: option, Line: 1 + strings.Count(in.src[:min(len(in.src), max(0, a.val.pos))], "\n"), Col: 1})
			d.notes = append(d.notes, `PowerShell before 7.3 takes the double quotes out of an argument for a program; write \" there`)
		}
		w = strings.ReplaceAll(w, `\"`, `"`)
		d.argv = append(d.argv, w)
		if option = "URL"; strings.HasPrefix(w, "-") {
			option = w
		}
	}
	if len(d.argv) == 0 {
		return
	}
	if alias {
		d.notes = append(d.notes, "in Windows PowerShell curl is an alias of Invoke-WebRequest, which does not take curl's options; curl.exe calls curl")
	}
	in.request(d)
}
