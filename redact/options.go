package redact

import (
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

var optionAt = newFinder(`(?i)(?:^|[\s"'\x60(])(--?[a-z][a-z0-9-]*)(?:[ \t]+|=)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'\x60]+)`, optionsIn)

// options are options of commands whose value is a secret.
func options(r *Redactor, e *edits) {
	optionAt.each(e.text, func(m []int) {
		name := strings.TrimLeft(e.text[m[2]:m[3]], "-")
		a, b := inside(e.text, m[4], m[5])
		v := e.text[a:b]
		if len(name) < 2 || a >= b || strings.HasPrefix(v, "-") && !strings.Contains(v, ".") || strings.HasPrefix(v, "$") || strings.HasPrefix(v, "@") || strings.HasPrefix(v, "/") {
			return
		}
		switch low := strings.ToLower(name); {
		case low == "user", low == "username", low == "proxy-user", low == "http-user", low == "docker-username", low == "email":
			e.put(a, b, r.login)
		case low == "oauth2-bearer", secretName(low) && !strings.HasSuffix(low, "-stdin"):
			e.put(a, b, func(v string) string { return r.value(sortOf(low), v) })
		}
	})
}

// login is user or user:password.
func (r *Redactor) login(v string) string {
	if user, password, ok := strings.Cut(v, ":"); ok {
		return r.within("login", func() string { return r.pairOf(v, user, password) })
	}
	return r.user(v)
}

var curlAt = newFinder(`(?:^|[\s"'\x60(])((?:-[suLkvifgGSnN]*u|-U|-b|-d|-F|-E)[ \t]*|(?:--user|--proxy-user|--cookie|--data(?:-raw|-binary|-ascii|-urlencode)?|--json|--form(?:-string)?|--cert|--pass|--url-query)(?:[ \t]+|=))("(?:[^"\\]|\\.)*"|\$?'[^']*'|[^\s"'\x60-][^\s"'\x60]*)`, curlIn)

// curlOptions are options of curl that hold logins, cookies and bodies.
func curlOptions(r *Redactor, e *edits) {
	curlAt.each(e.text, func(m []int) {
		name := strings.TrimRight(e.text[m[2]:m[3]], " \t=")
		a, b := inside(e.text, m[4], m[5])
		for a == m[4] && b > a && strings.IndexByte(".,;)", e.text[b-1]) >= 0 {
			b-- // the end of a sentence
		}
		v := e.text[a:b]
		if a >= b || strings.HasPrefix(v, "@") || strings.HasPrefix(v, "$") && !strings.Contains(v, ":") {
			return
		}
		switch {
		case strings.HasSuffix(name, "u") && !strings.HasPrefix(name, "--"), name == "-U", name == "--user", name == "--proxy-user":
			e.put(a, b, r.login)
		case name == "-b", name == "--cookie":
			if strings.Contains(v, "=") {
				e.put(a, b, r.cookies)
			}
		case name == "-E", name == "--cert":
			if i := strings.LastIndexByte(v, ':'); i > 1 {
				e.put(a+i+1, b, func(v string) string { return r.leaf(Password, v) })
			}
		case name == "--pass":
			e.put(a, b, func(v string) string { return r.leaf(Password, v) })
		case formBody.MatchString(v) && len(v) < 1<<20:
			e.put(a, b, r.form)
		}
	})
}

// inside is the value without its quotation marks.
func inside(s string, a, b int) (int, int) {
	if s[a] == '$' && a+1 < b && s[a+1] == '\'' {
		a++
	}
	if b-a >= 2 && (s[a] == '"' || s[a] == '\'') && s[b-1] == s[a] {
		return a + 1, b - 1
	}
	return a, b
}

// formBody is name=value&name=value.
var formBody = lazyregexp.New(`^[A-Za-z_][\w.\-\[\]%]*=[^&\s]*(?:&[A-Za-z_][\w.\-\[\]%]*=[^&\s]*)*$`)

// form replaces the values of a form, or of one part of a multipart form as curl's -F has it.
func (r *Redactor) form(v string) string {
	parts := strings.Split(v, "&")
	for i, p := range parts {
		name, value, _ := strings.Cut(p, "=")
		if !strings.HasPrefix(value, "@") {
			parts[i] = name + "=" + r.param(name, value)
		}
	}
	return strings.Join(parts, "&")
}

var (
	userAt   = newFinder(`(?i)\b(?:user(?:name)?|login|account|principal|subject)[ \t]*[=:]?[ \t]*["'\x60]([^"'\x60\s<>{}$]{2,80})["'\x60]`, usersIn)
	userNot  = newFinder(`(?i)\buser ([A-Za-z0-9._@\\-]{2,64}):? (?:not found|was not found|does not exist|authentication failure|in realm|is not|has been|could not|failed)`, unknownIn)
	accessAt = newFinder(`(?m)^\S+ \S+ (\S+) \[[0-9]{1,2}/[A-Z][a-z]{2}/`, visitorsIn)
	htpass   = newFinder(`(?m)^([A-Za-z0-9._@+-]{1,64}):(?:\$(?:apr1|2[abxy]?|1|5|6|y)\$|\{S?SHA|[A-Za-z0-9 .@_-]{1,60}:[0-9a-f]{32}$)`, ownersIn)
)

// users are names of users in messages and logs.
func users(r *Redactor, e *edits) {
	for _, f := range []*finder{userAt, userNot, accessAt, htpass} {
		f.each(e.text, func(m []int) {
			if !common[strings.ToLower(e.text[m[2]:m[3]])] {
				e.put(m[2], m[3], r.user)
			}
		})
	}
}

// people are e-mail addresses and addresses of private networks, and host names when they are asked for.
func people(r *Redactor, e *edits) {
	if strings.IndexByte(e.text, '@') >= 0 {
		mailbox.each(e.text, func(m []int) {
			at := strings.IndexByte(e.text[m[0]:m[1]], '@')
			if domain := e.text[m[0]+at+1 : m[1]]; m[0] > 0 && e.text[m[0]-1] == '/' || strings.ToUpper(domain) == domain {
				return // a Kerberos principal
			}
			e.put(m[0], m[1], r.email)
		})
	}
	if strings.Count(e.text, ".") >= 3 {
		quad.each(e.text, func(m []int) {
			e.put(m[0], m[1], r.address)
		})
	}
	if r.opts.Hosts {
		hostname.each(e.text, func(m []int) {
			e.put(m[0], m[1], r.host)
		})
	}
}
