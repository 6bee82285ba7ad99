package line

// alb is the access log of AWS' Application Load Balancer ("Access log entries" of its user guide). Behind the agent come the
// TLS cipher and version, the target group, the trace's id, the SNI name, the certificate, the rule, the time, the actions,
// where to, the error's reason, and what lists each target's.
var alb = &scanned{name: "aws-alb", kind: Access, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	switch string(c.word()) {
	case "http", "https", "h2", "grpcs", "ws", "wss":
	default:
		return false
	}
	if !elbHead(t, l, &c) {
		return false
	}
	c.word()
	l.TLS = known(c.word())
	c.word()
	l.RequestID = known(c.quoted())
	if c.bad {
		return false
	}
	if sni := known(c.field()); sni != nil {
		l.Host = sni
	}
	c.field()
	c.word()
	c.word()
	c.field() // actions
	if to := c.field(); !c.bad {
		l.Location = known(to)
	}
	if why := c.field(); !c.bad {
		l.Code = known(why) // AuthInvalidCookie, AuthMissingStateParam, ...
	}
	return true
}}

// elb is the log of the Classic Load Balancer, which has no type in front and ends behind the TLS version.
var elb = &scanned{name: "aws-elb", kind: Access, read: func(t *times, b []byte, l *Line) bool {
	c := cursor{b: b}
	if !elbHead(t, l, &c) {
		return false
	}
	c.word()
	l.TLS = known(c.word())
	return true
}}

// elbHead reads what both begin with, up to the agent.
func elbHead(t *times, l *Line, c *cursor) bool {
	if len(c.b) < 60 || !t.iso(l, c.word()) || l.Wall != Zoned {
		return false
	}
	l.Site = c.word()
	l.Client = host(c.word())
	l.Upstream = known(c.word())
	for range 3 {
		if d, ok := seconds(c.word()); ok {
			l.Took = max(l.Took, 0) + d
		} // -1: the target did not answer
	}
	if !setStatus(t, l, c.word()) {
		return false
	}
	if s := c.word(); !setUpstreamStatus(t, l, s) {
		return false
	}
	c.word()
	if !setSize(t, l, c.word()) {
		return false
	}
	setRequest(t, l, c.quoted())
	l.Agent = known(c.field())
	if c.bad {
		return false
	}
	absolute(l)
	return true
}
