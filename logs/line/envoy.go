package line

import (
	"bytes"
	"time"
)

// envoyText is Envoy's default format string ("Access logging"), and Istio's, which has four more words in the middle and five
// at the end:
//
//	[START_TIME] "METHOD PATH PROTOCOL" CODE FLAGS RECEIVED SENT DURATION UPSTREAM-TIME "XFF" "AGENT" "ID" "AUTHORITY" "UPSTREAM"
//	[START_TIME] "METHOD PATH PROTOCOL" CODE FLAGS DETAILS TERMINATION "TRANSPORT-FAILURE" RECEIVED SENT ... CLUSTER LOCAL DOWNSTREAM-LOCAL DOWNSTREAM-REMOTE SNI ROUTE
var envoyText = &scanned{name: "envoy", kind: Access, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if len(b) < 24 || !t.iso(l, c.boxed()) || c.bad || len(c.b) == 0 || c.b[0] != '"' {
		return false
	}
	setRequest(t, l, c.quoted())
	if !setStatus(t, l, c.word()) {
		return false
	}
	l.Code = known(c.word()) // response flags: UAEX is a refusal of the external authorization
	istio := len(c.b) > 0 && (c.b[0] < '0' || c.b[0] > '9')
	if istio {
		if details := known(c.word()); details != nil {
			l.Message = details
		}
		c.word()
		c.quoted()
	}
	c.word()
	if !setSize(t, l, c.word()) {
		return false
	}
	if took := c.word(); !setUnit(time.Millisecond)(t, l, took) {
		return false
	}
	c.word()
	l.Forwarded = known(c.quoted())
	l.Agent, l.RequestID, l.Host, l.Upstream = known(c.quoted()), known(c.quoted()), known(c.quoted()), known(c.quoted())
	if c.bad {
		return false
	}
	if i := bytes.IndexByte(l.Forwarded, ','); i >= 0 {
		l.Client = l.Forwarded[:i]
	} else {
		l.Client = l.Forwarded
	}
	if istio && len(c.b) > 0 {
		c.word()
		c.word()
		c.word()
		if peer := host(c.word()); !c.bad {
			l.Client = peer
		}
	}
	return true
}}
