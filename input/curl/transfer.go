package curl

import (
	"math"
	"strings"

	"github.com/why401/why401/exchange"
)

// intents are the transfers of one operation.
func (r *reader) intents(op *operation) ([]*exchange.Intent, error) {
	fields := ""
	if op.hasData && op.get {
		k := kindGet
		if op.noBody {
			k = kindHead
		}
		if err := op.choose(k); err != nil {
			return nil, err
		}
		// curl forgets --url-query when -G has data to put there.
		fields, op.query, op.hasData = string(op.data), "", false
	} else if op.hasData {
		if err := op.choose(kindPost); err != nil {
			return nil, err
		}
	}
	for _, t := range op.targets {
		if t.upload != nil {
			if err := op.choose(kindPut); err != nil {
				return nil, err
			}
		}
	}
	if op.json {
		op.addMissing("Content-Type", "application/json")
		op.addMissing("Accept", "application/json")
	}
	if op.etag != nil {
		op.headers = append(op.headers, "If-None-Match: "+*op.etag)
	}
	if len(op.targets) == 0 || !op.targets[0].hasURL {
		return nil, usage("", "no URL specified")
	}
	var out []*exchange.Intent
	for _, t := range op.targets {
		if !t.hasURL {
			r.note("a -T has no URL of its own; curl leaves it out")
			continue
		}
		urls := []string{t.url}
		if !op.noGlob {
			var err error
			if urls, err = glob(t.url); err != nil {
				return nil, err
			}
		}
		for _, u := range urls {
			i, err := r.transfer(op, t, appendQuery(appendQuery(u, op.query), fields))
			if err != nil {
				return nil, err
			}
			out = append(out, i)
		}
	}
	return out, nil
}

func (op *operation) addMissing(name, value string) {
	if _, ok := op.custom(name); !ok {
		op.headers = append(op.headers, name+": "+value)
	}
}

// custom finds the -H that speaks of a field: "Name:" or "Name;", in any case.
func (op *operation) custom(name string) (string, bool) {
	for _, h := range op.headers {
		if len(h) > len(name) && strings.EqualFold(h[:len(name)], name) && (h[len(name)] == ':' || h[len(name)] == ';') {
			return h, true
		}
	}
	return "", false
}

func (op *operation) has(name string) bool { _, ok := op.custom(name); return ok }

// transfer makes one intent.
func (r *reader) transfer(op *operation, t *target, raw string) (*exchange.Intent, error) {
	if t.upload != nil && *t.upload != "-" && *t.upload != "." {
		raw = uploadURL(raw, *t.upload)
	}
	p, err := op.locate(raw)
	if err != nil {
		return nil, err
	}
	i := &exchange.Intent{
		Agent: exchange.Agent{Name: "curl", Version: Version}, Source: r.o.Source,
		Follow: op.follow, Trusted: op.trusted, KeepPost: op.keepPost,
		Jar: op.cookieJar || len(op.cookieFiles) > 0,
		TLS: op.tls(), Iface: op.iface, HTTP: strings.TrimSuffix(op.http, "-prior-knowledge"),
		Timeout: op.maxTime, Connect: op.connect, IP: op.ip, Socket: op.socket, Netrc: op.netrc != netrcNo,
	}
	if op.maxRedirs != nil {
		switch i.MaxHops = *op.maxRedirs; {
		case i.MaxHops < 0:
			i.MaxHops = math.MaxInt32
		case i.MaxHops == 0 && i.Follow:
			i.Follow = false
			r.note("--max-redirs 0: curl stops with an error at the first redirect")
		}
	}
	if i.Proxy, i.NoProxy, err = r.forward(op, p.url); err != nil {
		return nil, err
	}
	if i.Resolve, err = op.dial(p.url); err != nil {
		return nil, err
	}
	m := message{r: r, op: op, place: p}
	if err := m.prepare(t); err != nil {
		return nil, err
	}
	if m.login, m.hasLogin, err = r.login(op, p); err != nil {
		return nil, err
	}
	r.authorise(op, i, &m)
	i.Request, err = m.build()
	if err != nil {
		return nil, err
	}
	if m.hollow {
		m.hollow = false
		full, err := m.build()
		if err != nil {
			return nil, err
		}
		i.Full = &full
	}
	if op.http == "2-prior-knowledge" && p.url.Scheme == "http" {
		r.note("--http2-prior-knowledge speaks HTTP/2 without TLS; the request is shown as HTTP/1.1 here")
	}
	return i, nil
}

// authorise settles how the login is used.
func (r *reader) authorise(op *operation, i *exchange.Intent, m *message) {
	way := op.auth.way()
	switch {
	case op.auth == bearer:
		if m.hasLogin {
			r.note("--oauth2-bearer is used; curl does not send the login beside it")
		}
		return
	case !m.hasLogin:
		if op.auth&^(basic|bearer) != 0 {
			r.note("an authentication scheme is chosen but no user is given (-u), so curl does not authenticate")
		}
		return
	}
	i.Login, i.Auth = m.login, way
	if op.auth&bearer != 0 && way == exchange.AuthAny {
		r.note("--oauth2-bearer together with another scheme: curl sends neither at first and picks by the challenge")
	}
	switch way {
	case exchange.AuthBasic:
		if op.has("Authorization") {
			i.Auth = exchange.AuthHeader
			r.note("-H sets Authorization itself; curl does not add the login")
		}
	case exchange.AuthDigest, exchange.AuthNTLM:
		// Not authenticated yet: curl sends an empty body until the challenge is answered.
		m.hollow = m.kind == kindPost || m.kind == kindForm || m.kind == kindPut
	case exchange.AuthSigV4:
		i.Login.Sigv4 = op.sigv4
	}
}
