package line

import "bytes"

// monolog is Magento's var/log (system.log, exception.log, debug.log and what modules write), and that of other programs
// with Monolog's LineFormatter: [2022-02-11T13:41:28.123456+00:00] main.CRITICAL: message {"context":1} []
var monolog = &spanning{scanned{name: "magento", kind: Error, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if !t.iso(l, c.boxed()) {
		return false
	}
	channel := c.to(':')
	dot := bytes.LastIndexByte(channel, '.')
	if c.bad || b[5] != '-' || dot < 1 || !words(channel[dot+1:]) || bytes.ContainsAny(channel, " [") {
		return false
	}
	l.Level = channel[dot+1:]
	l.Message = bytes.TrimLeft(c.b, " ")
	if bytes.IndexByte(l.Message, '{') >= 0 {
		l.Client = known(between(l.Message, `"ip":"`, '"'))
		l.Code = known(between(l.Message, `"type":"`, '"'))
		l.User = known(between(l.Message, `"username":"`, '"'))
	}
	return true
}}, func(b []byte) bool {
	return len(b) > 24 && b[0] == '[' && b[5] == '-' && b[8] == '-' && b[14] == ':'
}}

// civicrm is CiviCRM's ConfigAndLog/CiviCRM.*.log, a PEAR Log file: its time, blanks, [level], and what may be a dump of many
// lines. Old versions write syslog's time.
var civicrm = &spanning{scanned{name: "civicrm", kind: Error, read: func(t *times, b []byte, l *Line) bool {
	i := bytes.Index(b, []byte("  ["))
	if i < 15 || i > 26 {
		return false
	}
	if i == 15 && !t.syslog(l, b[:i]) || i > 15 && !t.iso(l, b[:i]) {
		return false
	}
	c := cursor{b: b[i+2:]}
	l.Level = c.boxed()
	l.Message = c.b
	return !c.bad && words(l.Level) && len(l.Level) > 0
}}, func(b []byte) bool {
	i := bytes.Index(b[:min(len(b), 32)], []byte("  ["))
	return i == 15 && b[6] == ' ' || i >= 19 && b[4] == '-' && b[13] == ':'
}}

// keycloak is what Keycloak's jboss-logging event listener writes, and the server's other lines:
//
//	2024-05-06 12:00:00,123 WARN  [org.keycloak.events] (executor-thread-12) type="LOGIN_ERROR", realmId="x", clientId="y", ...
//
// Values have quotes since version 22.
var keycloak = &spanning{scanned{name: "keycloak", kind: Event, read: func(t *times, b []byte, l *Line) bool {
	if len(b) < 40 || b[23] != ' ' || b[19] != ',' || !t.iso(l, b[:23]) {
		return false
	}
	c := cursor{b: b[24:]}
	l.Level = c.word()
	c.b = bytes.TrimLeft(c.b, " ")
	logger := c.boxed()
	if len(c.b) == 0 || c.b[0] != '(' {
		return false
	}
	i := bytes.Index(c.b, []byte(") "))
	if c.bad || i < 0 {
		return false
	}
	l.Message = c.b[i+2:]
	if string(logger) != "org.keycloak.events" {
		l.Kind = Error
		return true
	}
	l.Code = pair(l.Message, "type")
	l.Client = pair(l.Message, "ipAddress")
	l.Site = pair(l.Message, "realmName")
	if l.Site == nil {
		l.Site = pair(l.Message, "realmId")
	}
	if l.User = pair(l.Message, "username"); l.User == nil {
		l.User = pair(l.Message, "userId")
	}
	l.Location = pair(l.Message, "redirect_uri")
	return l.Code != nil
}}, func(b []byte) bool {
	return len(b) > 24 && b[4] == '-' && b[7] == '-' && b[13] == ':' && b[19] == ','
}}

// pair is the value of name=value or name="value" in a list with commas between; nil for "null".
func pair(b []byte, name string) []byte {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(name))
		if i < 0 {
			return nil
		}
		i += at
		at = i + len(name)
		if at >= len(b) || b[at] != '=' || i > 0 && b[i-1] != ' ' {
			continue
		}
		v := b[at+1:]
		if len(v) > 0 && v[0] == '"' {
			c := cursor{b: v}
			v = c.quoted()
		} else if j := bytes.Index(v, []byte(", ")); j >= 0 {
			v = v[:j]
		}
		if string(v) == "null" {
			return nil
		}
		return known(v)
	}
}

// fail2ban is fail2ban's own log; the Code of a line is what it did: "Ban", "Unban", "Found", "Restore".
//
//	2021-08-18 09:30:00,123 fail2ban.actions        [1234]: NOTICE  [sshd] Ban 192.0.2.7
var fail2ban = &scanned{name: "fail2ban", kind: Event, read: func(t *times, b []byte, l *Line) bool {
	if len(b) < 40 || b[19] != ',' || !t.iso(l, b[:23]) {
		return false
	}
	c := cursor{b: b[24:]}
	c.lit("fail2ban")
	c.to(':')
	if c.bad {
		return false
	}
	c.b = bytes.TrimLeft(c.b, " ")
	l.Level = c.word()
	if c.b = bytes.TrimLeft(c.b, " "); len(c.b) > 0 && c.b[0] == '[' {
		l.Site = c.boxed()
	}
	l.Message = c.b
	act := c.word()
	if string(act) == "Restore" {
		c.word()
	}
	switch string(act) {
	case "Ban", "Unban", "Found", "Restore", "Ignore":
		l.Code, l.Client = act, known(c.word())
	default:
		l.Kind = Error
		if i := bytes.Index(l.Message, []byte(" already banned")); i > 0 {
			l.Client = l.Message[bytes.LastIndexByte(l.Message[:i], ' ')+1 : i]
		}
	}
	return !c.bad
}}
