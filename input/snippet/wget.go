package snippet

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// wgetTakes are wget's options with a value that are not looked at; a value behind them is not an address.
var wgetTakes = map[string]bool{"-O": true, "--output-document": true, "-o": true, "--output-file": true, "-P": true, "--directory-prefix": true, "-t": true, "--tries": true,
	"-T": true, "--timeout": true, "-A": true, "-R": true, "-D": true, "-e": true, "--execute": true, "-i": true, "-l": true, "--level": true, "-w": true, "--wait": true,
	"--ca-certificate": true, "--certificate": true, "--private-key": true, "--load-cookies": true, "--save-cookies": true, "--limit-rate": true, "--secure-protocol": true,
	"--proxy-user": true, "--proxy-password": true, "--body-file": true, "--post-file": true, "--use-askpass": true, "-a": true, "-X": true, "-I": true}

// wget reads the words behind wget.
func wget(argv []string) []*draft {
	d := &draft{class: "request", agent: "wget", jar: true}
	var urls []string
	var user, password *string
	first := false
	for i := 0; i < len(argv); i++ {
		name, val, has := strings.Cut(argv[i], "=")
		if !strings.HasPrefix(name, "-") || name == "-" {
			urls = append(urls, argv[i])
			continue
		}
		if len(name) > 2 && name[1] != '-' && (name[1] == 'U' || name[1] == 'O') { // -Uagent
			name, val, has = name[:2], argv[i][2:], true
		}
		next := func() string {
			if has {
				return val
			}
			if i+1 < len(argv) {
				i++
				return argv[i]
			}
			return ""
		}
		switch name {
		case "--header":
			v := next()
			d.headerLine(str(v))
		case "--user", "--http-user":
			s := next()
			user = &s
		case "--password", "--http-password", "--http-passwd":
			s := next()
			password = &s
		case "--auth-no-challenge":
			first = !has || val != "no"
			d.set(strings.TrimLeft(name, "-"), 0, str("true"))
		case "--post-data", "--body-data":
			d.body, d.bodyForm = str(next()), "form"
			if d.method == "" {
				d.method = "POST"
			}
		case "--method":
			d.method = strings.ToUpper(next())
		case "--referer":
			d.setHeader("Referer", str(next()))
		case "-U", "--user-agent":
			d.setHeader("User-Agent", str(next()))
		case "--no-check-certificate":
			d.insecure = true
			d.set("no-check-certificate", 0, str("true"))
		case "--max-redirect":
			f := next() != "0"
			d.follow = &f
		case "--spider":
			d.method = "HEAD"
		case "--no-cookies":
			d.jar = false
		case "--ask-password":
			d.notes = append(d.notes, "wget asks for the password")
		default:
			if wgetTakes[name] && !has {
				i++
			}
			if strings.Contains(name, "cookies") || strings.Contains(name, "certificate") || strings.Contains(name, "proxy") || strings.Contains(name, "file") {
				d.notes = append(d.notes, "wget's option "+strings.TrimLeft(name, "-")+" is not followed here")
			}
		}
	}
	if user != nil {
		pw := str("")
		if password != nil {
			pw = str(*password)
		}
		way := exchange.AuthAny // after the challenge
		if first {
			way = exchange.AuthBasic
		} else {
			d.notes = append(d.notes, "wget sends user and password only after a challenge; --auth-no-challenge sends Basic at once")
		}
		d.login(str(*user), pw, way, "--user")
		if password == nil {
			d.notes = append(d.notes, "a user without a password: wget sends an empty one")
		}
	}
	var out []*draft
	for _, u := range urls {
		c := *d
		c.url = str(u)
		if u != "" && len(out) < 20 {
			out = append(out, &c)
		}
	}
	return out
}

// httpieTakes are HTTPie's options with a value.
var httpieTakes = map[string]bool{"-o": true, "--output": true, "--session": true, "--session-read-only": true, "--timeout": true, "--max-redirects": true, "--cert": true,
	"--cert-key": true, "--proxy": true, "--print": true, "-p": true, "--pretty": true, "--style": true, "-s": true, "--verify": true, "-a": true, "--auth": true, "-A": true,
	"--auth-type": true, "--raw": true, "--default-scheme": true, "--boundary": true, "--format-options": true, "--ssl": true, "--path-as-is": false}

// httpie reads the words of an http or https command.
func httpie(argv []string, stdin bool) []*draft {
	d := &draft{class: "request", agent: "httpie"}
	no := false
	d.follow = &no
	scheme := "http://"
	if b := argv[0]; strings.HasSuffix(b, "https") || strings.HasSuffix(b, "xhs") {
		scheme = "https://"
	}
	var words []string
	auth, way, asForm := "", "", false
	hasAuth := false
	for i := 1; i < len(argv); i++ {
		w := argv[i]
		if !strings.HasPrefix(w, "-") || w == "-" {
			words = append(words, w)
			continue
		}
		name, val, has := strings.Cut(w, "=")
		if !strings.HasPrefix(w, "--") && len(w) > 2 && !has {
			for _, c := range w[1:] { // run together: -fv
				asForm = asForm || c == 'f'
				if c == 'F' {
					yes := true
					d.follow = &yes
				}
			}
			if w[1] == 'a' || w[1] == 'A' {
				name, val, has = w[:2], w[2:], true
			} else {
				continue
			}
		}
		if httpieTakes[name] && !has && i+1 < len(argv) {
			i++
			val = argv[i]
		}
		switch name {
		case "-a", "--auth":
			auth, hasAuth = val, true
		case "-A", "--auth-type":
			way = strings.ToLower(val)
			d.set("auth-type", 0, str(way))
		case "-f", "--form":
			asForm = true
		case "-F", "--follow":
			yes := true
			d.follow = &yes
		case "--verify":
			d.insecure = val == "no" || val == "false"
			d.set("verify", 0, str(val))
		case "--session", "--session-read-only":
			d.notes = append(d.notes, "a named session adds header fields and cookies that the text does not show")
		case "--raw":
			d.body, d.bodyForm = str(val), ""
		case "--default-scheme":
			scheme = val + "://"
		}
	}
	if len(words) > 1 && words[0] == strings.ToUpper(words[0]) && strings.Trim(words[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		d.method, words = words[0], words[1:]
	}
	if len(words) == 0 {
		return nil
	}
	u := words[0]
	switch {
	case absolute(u):
	case strings.HasPrefix(u, "://"):
		u = scheme + u[3:]
	case u == ":" || strings.HasPrefix(u, ":/"):
		u = scheme + "localhost" + u[1:]
	case strings.HasPrefix(u, ":"):
		u = scheme + "localhost" + u
	default:
		u = scheme + u
	}
	d.url = str(u)
	httpieItems(d, words[1:], asForm)
	if d.method == "" && (known(d.body) || stdin) {
		d.method = "POST"
	}
	if stdin && !known(d.body) {
		d.notes = append(d.notes, "the body comes from standard input, which the text does not show")
	}
	if hasAuth {
		switch way {
		case "bearer", "jwt":
			d.setHeader("Authorization", str("Bearer "+auth))
		default:
			user, password, ok := strings.Cut(auth, ":")
			how := exchange.AuthBasic
			if way == "digest" {
				how = exchange.AuthDigest
			} else if way == "ntlm" {
				how = exchange.AuthNTLM
			}
			d.login(str(user), str(password), how, "-a")
			if !ok {
				d.notes = append(d.notes, "HTTPie asks for the password")
			}
		}
	}
	return []*draft{d}
}

// httpieItems reads the request items: Name:value, name==value, name=value, name:=json, name@file.
func httpieItems(d *draft, items []string, asForm bool) {
	var data []pair
	files := false
	for _, w := range items {
		at, op := len(w), ""
		for i := 0; i < len(w) && op == ""; i++ {
			if w[i] == '\\' {
				i++
				continue
			}
			for _, s := range []string{":=@", "==", ":=", "=@", "=", "@", ":", ";"} {
				if strings.HasPrefix(w[i:], s) && !(s == ";" && i != len(w)-1) {
					at, op = i, s
					break
				}
			}
		}
		if op == "" {
			continue
		}
		name, val := strings.ReplaceAll(w[:at], `\`, ""), w[at+len(op):]
		switch op {
		case ":":
			if val != "" {
				d.setHeader(name, str(val))
			}
		case "==":
			d.query = append(d.query, item{name, str(val)})
		case "=":
			data = append(data, pair{name: name, key: str(name), val: str(val)})
		case ":=":
			data = append(data, pair{name: name, key: str(name), val: rawJSON(val)})
		case "@", "=@", ":=@":
			files = true
		}
	}
	if len(data) > 0 {
		d.body, d.bodyForm = value{kind: vDict, pairs: &data}, "json"
		if asForm {
			d.bodyForm = "form"
		} else {
			d.header = append([]item{{"Accept", str("application/json, */*;q=0.5")}}, d.header...)
		}
	}
	if files {
		d.body, d.bodyForm = value{kind: vOther, text: "a file"}, "multipart"
	}
}

// rawJSON takes literal JSON as it is written.
func rawJSON(s string) value {
	return value{kind: vNumber, text: s}
}
