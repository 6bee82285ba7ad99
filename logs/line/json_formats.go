package line

import (
	"bytes"
	"time"

	"github.com/why401/why401/input/message"
)

// caddy is Caddy's access log, and what its HTTP server says about requests that failed. Source: caddyhttp's LoggableHTTPRequest
// and "Structured logs" of its documentation.
var caddy = &jsonFormat{name: "caddy", need: []string{"request.uri"}, keys: map[string]jsonSetter{
	"ts": jTime, "level": jLevel, "logger": jKind, "msg": jMessage, "request.remote_ip": jClient, "request.client_ip": jClientAgain,
	"request.proto": jProto, "request.method": jMethod, "request.host": jHost, "request.uri": jTarget,
	"request.tls.version": jTLS, "user_id": jUser, "duration": jTook(time.Second), "size": jSize, "status": jStatus,
	"upstream": jUpstream, "error": jError, "err_id": jRequestID,
}, maps: map[string]jsonHeader{"request.headers": caddyRequest, "resp_headers": caddyAnswer}}

// jKind tells Caddy's access records from errors about requests.
func jKind(_ *jsonParser, l *Line, v []byte, _ jsonKind) bool {
	if !bytes.HasPrefix(v, []byte("http.log.access")) {
		l.Kind = Error
	}
	return true
}

// jClientAgain takes the address that the server made out behind its trusted proxies, in place of the connection's.
func jClientAgain(_ *jsonParser, l *Line, v []byte, k jsonKind) bool {
	if k == jsonString && len(v) > 0 {
		l.Client = host(v)
	}
	return true
}

// jError takes the sentence that says more than "handled request" or the like.
func jError(_ *jsonParser, l *Line, v []byte, k jsonKind) bool {
	if k == jsonString && len(v) > 0 {
		l.Message = v
	}
	return true
}

// caddyRequest takes what a Line has a place for of a request's header, whose names are canonical.
func caddyRequest(p *jsonParser, l *Line, name, v []byte) {
	switch string(name) {
	case "User-Agent":
		l.Agent = known(p.undo(v, jsonString))
	case "Referer":
		l.Referer = known(p.undo(v, jsonString))
	case "X-Forwarded-For":
		l.Forwarded = known(p.undo(v, jsonString))
	case "X-Request-Id":
		l.RequestID = known(p.undo(v, jsonString))
	}
}

func caddyAnswer(p *jsonParser, l *Line, name, v []byte) {
	if string(name) == "Location" {
		l.Location = known(p.undo(v, jsonString))
	}
}

// behind is the first value behind a mark such as "Host":", which stands in an object. A quote inside of a string has a
// backslash, so the mark is a name wherever it is found.
func (p *jsonParser) behind(v []byte, mark string) []byte {
	i := bytes.Index(v, []byte(mark))
	if i < 0 {
		return nil
	}
	v = v[i+len(mark):]
	if i = stringEnd(v); i < 0 {
		return nil
	}
	return known(p.undo(v[:i], jsonString))
}

// traefikJSON is Traefik's accessLog with format: json. Source: the fields of its "Logs & access logs" page.
var traefikJSON = &jsonFormat{name: "traefik", need: []string{"RequestMethod", "DownstreamStatus"}, keys: map[string]jsonSetter{
	"StartUTC": jTime, "time": jTime, "ClientHost": jTraefikClient, "ClientUsername": jUser, "DownstreamStatus": jStatus, "DownstreamContentSize": jSize,
	"Duration": jTook(time.Nanosecond), "OriginStatus": jUpstreamStatus, "RequestHost": jHost, "RequestMethod": jMethod,
	"RequestPath": jTarget, "RequestProtocol": jProto, "RouterName": jSite, "ServiceAddr": jUpstream, "TLSVersion": jTLS,
	"request_User-Agent": jAgent, "request_Referer": jReferer, "request_X-Forwarded-For": jForwarded, "request_X-Request-Id": jRequestID,
	"downstream_Location": jLocation, "origin_X-Request-Id": jRequestID, "level": jLevel,
}, done: func(l *Line) bool { return l.Method != nil || l.Status != 0 }}

// jTraefikClient takes ClientHost, which holds the whole list of X-Forwarded-For where that is trusted.
func jTraefikClient(_ *jsonParser, l *Line, v []byte, k jsonKind) bool {
	if i := bytes.IndexByte(v, ','); i >= 0 {
		l.Forwarded, v = v, v[:i]
	}
	l.Client = known(v)
	return true
}

// keycloakEvents are login events as Keycloak's admin API and its JSON listeners give them.
var keycloakEvents = &jsonFormat{name: "keycloak-events", kind: Event, need: []string{"realmId"}, keys: map[string]jsonSetter{
	"time": jTime, "type": jCode, "realmId": jSite, "realmName": jSite, "ipAddress": jClient, "error": jMessage, "userId": jNothing,
	"details.username": jUser, "details.redirect_uri": jLocation,
}, done: func(l *Line) bool { return l.Code != nil && !l.Time.IsZero() }}

func jNothing(*jsonParser, *Line, []byte, jsonKind) bool { return true }

// keycloakJSON is the server's own log with --log-console-output=json: events are lists of pairs in the message.
var keycloakJSON = &jsonFormat{name: "keycloak-json", kind: Event, need: []string{"loggerClassName", "loggerName"}, keys: map[string]jsonSetter{
	"timestamp": jTime, "level": jLevel, "message": jMessage, "loggerName": jCode,
}, done: func(l *Line) bool {
	if string(l.Code) != "org.keycloak.events" {
		l.Kind, l.Code = Error, nil
		return true
	}
	l.Code, l.Client, l.User = pair(l.Message, "type"), pair(l.Message, "ipAddress"), pair(l.Message, "username")
	l.Site, l.Location = pair(l.Message, "realmName"), pair(l.Message, "redirect_uri")
	if l.Site == nil {
		l.Site = pair(l.Message, "realmId")
	}
	return true
}}

// modsecJSON is ModSecurity's audit log with SecAuditLogFormat JSON, of version 2 and of version 3.
var modsecJSON = &jsonFormat{name: "modsecurity-json", kind: Error, need: []string{"transaction.unique_id", "transaction.transaction_id"}, keys: map[string]jsonSetter{
	"transaction.time": jModsecTime, "transaction.time_stamp": jTime, "transaction.transaction_id": jRequestID, "transaction.unique_id": jRequestID,
	"transaction.remote_address": jClient, "transaction.client_ip": jClient, "request.request_line": jRequest,
	"request.headers": jModsecHeaders, "response.status": jStatus, "audit_data.messages": jModsecText,
	"transaction.request.method": jMethod, "transaction.request.uri": jTarget, "transaction.request.http_version": jProto,
	"transaction.request.headers": jModsecHeaders, "transaction.response.http_code": jStatus, "transaction.messages": jModsecRules,
}, done: func(l *Line) bool { return !l.Time.IsZero() }}

// jModsecTime reads version 2's [22/Nov/2026:10:00:00 +0000] or 22/Nov/2026:10:00:00.123456 +0000.
func jModsecTime(p *jsonParser, l *Line, v []byte, k jsonKind) bool {
	return p.times.clf(l, bytes.Trim(v, "[]"))
}

func jModsecHeaders(p *jsonParser, l *Line, v []byte, k jsonKind) bool {
	for _, h := range []struct {
		mark string
		to   *[]byte
	}{{`"User-Agent":"`, &l.Agent}, {`"Host":"`, &l.Host}, {`"Referer":"`, &l.Referer}, {`"X-Forwarded-For":"`, &l.Forwarded}} {
		if got := p.behind(v, h.mark); got != nil {
			*h.to = got
		}
	}
	return true
}

// jModsecText reads version 2's messages, which are sentences: the one that denied, else the first.
func jModsecText(p *jsonParser, l *Line, v []byte, k jsonKind) bool {
	msg := firstOf(v)
	if i := bytes.Index(v, []byte(`"Access denied`)); i >= 0 {
		if n := stringEnd(v[i+1:]); n >= 0 {
			msg = v[i+1 : i+1+n]
		}
	}
	l.Message = p.undo(msg, jsonString)
	l.Code = known(between(l.Message, `[id "`, '"'))
	return true
}

// jModsecRules reads version 3's messages, which are objects; the last one is the rule that decided.
func jModsecRules(p *jsonParser, l *Line, v []byte, k jsonKind) bool {
	if i := bytes.LastIndex(v, []byte(`"message":"`)); i >= 0 {
		l.Message = p.behind(v[i:], `"message":"`)
		l.Code = p.behind(v[i:], `"ruleId":"`)
	}
	return true
}

// The JSON of everything else, by the names that servers give such fields: nginx with escape=json, Envoy, HAProxy, Apache,
// API gateways. jsonAccess has a status or a method; jsonTold is what a program says beside answers.
var (
	jsonAccess = newJSONAccess()
	jsonTold   = &jsonFormat{name: "json-messages", kind: Error, need: []string{"msg", "message", "log", "event"}, keys: map[string]jsonSetter{
		"time": jTime, "ts": jTime, "timestamp": jTime, "@timestamp": jTime, "datetime": jTime, "level": jLevel, "severity": jLevel,
		"msg": jMessage, "message": jMessage, "log": jMessage, "event": jMessage, "error": jCode, "user": jUser, "username": jUser, "ip": jClient,
		"remote_addr": jClient, "client_ip": jClient, "request_id": jRequestID, "traceId": jRequestID,
	}, done: func(l *Line) bool { return l.Message != nil }}
)

func newJSONAccess() *jsonFormat {
	f := &jsonFormat{name: "json", keys: map[string]jsonSetter{}}
	add := func(set jsonSetter, names ...string) {
		for _, n := range names {
			if f.keys[n] == nil {
				f.keys[n] = set
			}
		}
	}
	setters := map[string]jsonSetter{"method": jMethod, "path": jTarget, "host": jHost, "user": jUser, "client": jClient, "agent": jAgent,
		"upstream_status": jUpstreamStatus, "router": jSite, "backend": jUpstream, "flags": jCode, "details": jMessage, "reason": jMessage, "level": jLevel}
	for _, n := range message.JSONNames {
		add(setters[n.Field], n.Names...)
		if n.Field == "method" {
			f.need = append(f.need, n.Names...)
		}
	}
	add(jStatus, message.JSONStatus...)
	f.need = append(f.need, message.JSONStatus...)
	f.need = append(f.need, "request")
	add(jTime, "time", "ts", "timestamp", "@timestamp", "time_iso8601", "time_local", "msec", "start_time", "date", "datetime", "requestTimeEpoch", "requestTime", "stageTimestamp", "requestReceivedTimestamp")
	add(jRequest, "request", "request_line")
	add(jSize, "body_bytes_sent", "bytes_sent", "size", "response_size", "bytes", "responseLength", "httpRequest.responseSize")
	add(jTook(time.Second), "request_time", "duration_seconds", "latency_seconds")
	add(jTook(time.Millisecond), "duration", "duration_ms", "response_time_ms", "responseLatency")
	add(jProto, "protocol", "server_protocol", "http_version", "proto")
	add(jReferer, "http_referer", "referer", "referrer", "httpRequest.referer")
	add(jForwarded, "http_x_forwarded_for", "x_forwarded_for", "x-forwarded-for")
	add(jRequestID, "request_id", "x-request-id", "requestId", "http_x_request_id", "req_id", "auditID")
	add(jTLS, "ssl_protocol", "tls_version")
	add(jCache, "upstream_cache_status", "cache")
	add(jLocation, "sent_http_location", "location")
	f.done = func(l *Line) bool { return l.Status != 0 || l.Method != nil }
	return f
}
