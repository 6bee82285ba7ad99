package line

import "bytes"

// logfmt is the key=value lines of Go's logrus and its kin, with the time first or not: CrowdSec, Traefik's and oauth2-proxy's own
// logs, Grafana.
//
//	time="2024-05-06T12:00:00+02:00" level=info msg="Ip 192.0.2.7 performed 'crowdsecurity/http-probing' ..."
var logfmt = &scanned{name: "logfmt", kind: Error, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	pairs := 0
	for len(c.b) > 0 {
		if c.b[0] == ' ' {
			c.b = c.b[1:]
			continue
		}
		i := bytes.IndexByte(c.b, '=')
		if i <= 0 || !key(c.b[:i]) {
			return false
		}
		name := c.b[:i]
		c.b = c.b[i+1:]
		var v []byte
		if len(c.b) > 0 && c.b[0] != ' ' {
			if v = c.field(); c.bad {
				return false
			}
		}
		pairs++
		logfmtField(t, l, name, known(v))
	}
	if pairs < 2 || l.Message == nil && l.Status == 0 {
		return false
	}
	if l.Status != 0 && l.Method != nil {
		l.Kind = Access
	}
	return true
}}

func key(b []byte) bool {
	for _, c := range b {
		if (c|0x20 < 'a' || c|0x20 > 'z') && c-'0' > 9 && c != '_' && c != '.' && c != '-' && c != '@' {
			return false
		}
	}
	return len(b) > 0
}

func logfmtField(t *times, l *Line, name, v []byte) {
	switch string(name) {
	case "time", "ts", "t", "timestamp":
		if v != nil && !t.iso(l, v) && !crowdsecTime(t, l, v) {
			unixAny(l, v)
		}
	case "level", "lvl", "severity":
		l.Level = v
	case "msg", "message", "error", "err":
		if l.Message == nil {
			l.Message = v
		}
	case "status", "status_code", "code":
		if len(v) == 3 && !setStatus(nil, l, v) {
			l.Status = 0
		}
	case "method", "request_method":
		l.Method = v
	case "path", "uri", "url", "request_uri":
		l.Target = v
	case "host":
		l.Host = v
	case "user", "username", "uname", "remote_user", "login":
		l.User = v
	case "ip", "client", "remote", "remote_addr", "remoteAddr", "client_ip", "source_ip":
		l.Client = host(v)
	case "request_id", "requestId", "x_request_id", "traceID", "trace_id", "req_id":
		l.RequestID = v
	case "upstream_status":
		setUpstreamStatus(t, l, v)
	case "user_agent", "ua", "agent":
		l.Agent = v
	}
}

// crowdsecTime is the form that CrowdSec wrote before version 1.5: 02-01-2023 10:00:00.
func crowdsecTime(t *times, l *Line, v []byte) bool {
	if len(v) != 19 || v[2] != '-' || v[5] != '-' || v[10] != ' ' {
		return false
	}
	var iso [19]byte
	copy(iso[:], v[6:10])
	iso[4], iso[7], iso[10] = '-', '-', ' '
	copy(iso[5:], v[3:5])
	copy(iso[8:], v[:2])
	copy(iso[11:], v[11:])
	return t.iso(l, iso[:])
}

// crowdsec is CrowdSec's own log where it tells of a decision: the Code is "ban", "captcha" or what else was decided, the Site
// the scenario that caused it. What it only noticed has the Code "performed".
var crowdsec = &scanned{name: "crowdsec", kind: Event, read: func(t *times, b []byte, l *Line) bool {
	var msg []byte
	switch {
	case bytes.HasPrefix(b, []byte("time=")):
		if !logfmt.read(t, b, l) {
			return false
		}
		l.Kind, msg = Event, l.Message
	default:
		return false
	}
	return crowdsecSaid(l, msg)
}}

// crowdsecSaid reads two sentences: Ip 192.0.2.7 performed 'scenario' (11 events over 2s) at ...; and (machine/crowdsec) scenario
// by ip 192.0.2.7 (FR/123) : 4h ban on Ip 192.0.2.7.
func crowdsecSaid(l *Line, msg []byte) bool {
	if i := bytes.Index(msg, []byte(" performed '")); i > 3 && (msg[0] == 'I' || msg[0] == 'R') {
		l.Client = msg[bytes.LastIndexByte(msg[:i], ' ')+1 : i]
		l.Site = between(msg[i:], "'", '\'')
		l.Code = msg[i+1 : i+len(" performed")]
		return true
	}
	i := bytes.LastIndex(msg, []byte(" on Ip "))
	if i < 0 {
		i = bytes.LastIndex(msg, []byte(" on Range "))
	}
	by := max(bytes.LastIndex(msg, []byte(" by ip ")), bytes.LastIndex(msg, []byte(" by range ")))
	if i < 0 || len(msg) == 0 || msg[0] != '(' {
		return false
	}
	l.Code = msg[bytes.LastIndexByte(msg[:i], ' ')+1 : i]
	l.Client = msg[bytes.LastIndexByte(msg, ' ')+1:]
	if who := bytes.Index(msg, []byte(") ")); by > who { // the reason of a decision by hand may be a sentence
		l.Site = msg[who+2 : by]
	}
	return true
}
