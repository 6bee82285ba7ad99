package line

import "bytes"

// modsecNative is ModSecurity's serial audit log in the native format, of Apache (version 2) and of libmodsecurity (version
// 3): sections between --id-A-- and --id-Z--. A record is one transaction. The Code is the id of the rule that decided.
var modsecNative = &spanning{scanned{name: "modsecurity", kind: Error, read: func(t *times, b []byte, l *Line) bool {
	if !modsecBegins(b) {
		return false
	}
	section := byte(0)
	seen, denied := false, false
	for rest := b; len(rest) > 0; {
		var s []byte
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			s, rest = rest[:i], rest[i+1:]
		} else {
			s, rest = rest, nil
		}
		s = bytes.TrimSuffix(s, []byte{'\r'})
		if n := len(s); n > 6 && s[0] == '-' && s[1] == '-' && s[n-1] == '-' && s[n-2] == '-' && s[n-4] == '-' {
			section = s[n-3]
			continue
		}
		if len(s) == 0 {
			continue
		}
		switch section {
		case 'A':
			if c := (cursor{b: s}); s[0] == '[' && t.clf(l, c.boxed()) {
				l.RequestID, l.Client = c.word(), c.word()
				seen = !c.bad
			}
		case 'B':
			if l.Method == nil && l.Target == nil {
				setRequest(t, l, s)
			} else {
				header(l, s)
			}
		case 'F':
			if c := (cursor{b: s}); l.Status == 0 && bytes.HasPrefix(s, []byte("HTTP/")) {
				c.word()
				setStatus(t, l, c.word())
			}
		case 'H':
			if d := bytes.Contains(s, []byte("Access denied")); !denied && (d || l.Message == nil) && (bytes.HasPrefix(s, []byte("Message: ")) || bytes.HasPrefix(s, []byte("ModSecurity: "))) {
				denied = d
				l.Message = s[bytes.IndexByte(s, ' ')+1:]
				l.Code = known(between(s, `[id "`, '"'))
				l.Level = known(between(s, `[severity "`, '"'))
			}
		}
	}
	return seen
}}, modsecBegins}

// modsecBegins knows --a5c3d-A-- and version 3's ---abcd---A--.
func modsecBegins(b []byte) bool {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		b = b[:i]
	}
	b = bytes.TrimSuffix(b, []byte{'\r'})
	n := len(b)
	return n > 6 && n < 80 && b[0] == '-' && b[1] == '-' && string(b[n-4:]) == "-A--"
}

// header keeps what a Line has a place for of a request's header.
func header(l *Line, s []byte) {
	i := bytes.IndexByte(s, ':')
	if i < 0 {
		return
	}
	v := known(bytes.TrimSpace(s[i+1:]))
	switch name := s[:i]; {
	case fold(name, "host"):
		l.Host = v
	case fold(name, "user-agent"):
		l.Agent = v
	case fold(name, "referer"):
		l.Referer = v
	case fold(name, "x-forwarded-for"):
		l.Forwarded = v
	case fold(name, "x-request-id"):
		l.RequestID = v
	}
}

// fold compares a header's name with one in lower case.
func fold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if c-'A' < 26 {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
