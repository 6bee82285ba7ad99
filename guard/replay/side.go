package replay

import (
	"encoding/base64"
	"net/netip"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// side is one of the two configurations, with what is remembered of it.
type side struct {
	Configuration
	name  string // "old" or "new", to tell decisions apart
	texts map[string]string
	// fits speaks for the password of the user.
	fits func(user string, hash secret.Text) (conf.Fit, string)
}

// who asks.
type who int

const (
	asLogged who = iota // the line's user, or nobody when it names none
	nobody              // the same request without credentials
	stranger            // and from an address that no configuration knows
)

// state is what a request is taken for besides its line: where it came in, and what was assumed of hidden fields.
type state struct {
	entrance
	realm string // of the Digest login that is asked for; "" for Basic
	taken ways
}

// elsewhere is an address for documentation (RFC 5737), which no configuration lets in by its own network.
var elsewhere = netip.MustParseAddr("203.0.113.254")

// follow traces a shape. It gives one ending for each course, and the ways that led there; on names the hidden fields.
func (s *side) follow(sh *shape, st state, w who) (out []course) {
	req, ok := request(sh, st, w)
	if !ok {
		return []course{{ending: ending{kind: unknown, open: []string{"what " + sh.route + " means as a URL"}}, state: st}}
	}
	partly := conf.Partly{Shows: shows(sh, w), Password: s.fits}
	branches, cut := s.explore(st.taken, func(p *conf.Partly) *conf.Trace {
		req.Partly = p
		return s.Tracer.Trace(req)
	}, partly)
	if cut {
		return []course{{ending: ending{kind: unknown, open: []string{"more decisions that depend on fields which the log does not show than are followed"}}, state: st}}
	}
	for _, b := range branches {
		c := course{ending: endingOf(b.trace, req.Header.Text("Authorization")), state: st, on: b.on}
		c.taken = b.taken
		out = append(out, c)
	}
	return out
}

// course is one way that a request can take, and its ending.
type course struct {
	ending
	state
	on string
}

// realmOf is the realm of a Digest challenge, "" when there is none.
func realmOf(challenges []string) string {
	for _, c := range challenges {
		if rest, ok := strings.CutPrefix(c, "Digest "); ok {
			if _, rest, ok = strings.Cut(rest, `realm="`); ok {
				realm, _, _ := strings.Cut(rest, `"`)
				return realm
			}
		}
	}
	return ""
}

// password stands for one that nobody here knows. It is never compared: conf.Partly speaks for it.
const password = "a password that the log does not hold"

// request makes what is traced of a shape.
func request(sh *shape, st state, w who) (conf.Request, bool) {
	host := sh.host
	if st.host != "" {
		host = st.host
	}
	scheme := "http"
	if st.tls {
		scheme = "https"
	}
	path, query, _ := strings.Cut(sh.target, "?")
	if i := strings.Index(path, "://"); i > 0 && i < 8 { // the absolute form
		if rest := path[i+3:]; strings.Contains(rest, "/") {
			path = rest[strings.IndexByte(rest, '/'):]
		} else {
			path = "/"
		}
	}
	var r conf.Request
	var err error
	r.URL, err = exchange.ParseURL(scheme + "://" + host + path)
	if err != nil {
		if r.URL, err = exchange.ParseURL(scheme + "://" + host + "/"); err != nil {
			return r, false
		}
	}
	if query != "" {
		r.URL.HasQuery = true
		for p := range strings.SplitSeq(query, "&") {
			name, value, eq := strings.Cut(p, "=")
			r.URL.Query = append(r.URL.Query, exchange.Param{Name: name, Value: secret.Hide(value), Eq: eq})
		}
	}
	r.Method, r.Proto, r.Target = sh.method, "HTTP/1.1", secret.Hide(sh.target)
	r.Client, r.Port, r.Address = sh.client, st.port, st.addr
	if w == stranger {
		r.Client = elsewhere
	}
	r.Header = exchange.Header{{Name: "Host", Value: secret.Public(host)}}
	if w == asLogged && sh.user != "" {
		v := "Basic " + base64.StdEncoding.EncodeToString([]byte(sh.user+":"+password))
		if st.realm != "" {
			v = `Digest username="` + sh.user + `", realm="` + st.realm + `", nonce="x", uri="/", response="x"`
		}
		r.Header = append(r.Header, exchange.Field{Name: "Authorization", Value: secret.Hide(v)})
	}
	return r, true
}

// shows says which fields a line of a log shows. Authorization is known where the line has a user; a request without one may
// still have brought a token.
func shows(sh *shape, w who) func(field string) bool {
	return func(field string) bool {
		switch strings.ToLower(field) {
		case "host":
			return true
		case "authorization":
			return sh.user != "" || w != asLogged
		case "query":
			return !sh.varied
		}
		return false
	}
}

// verifiable says whether the server can check a hash of that kind at all.
func (s *side) verifiable(hash secret.Text) (conf.Fit, string) {
	kind := htpasswd.KindOf(hash)
	server := map[string]htpasswd.Server{"nginx": htpasswd.Nginx, "Apache httpd": htpasswd.Apache, "HAProxy": htpasswd.HAProxy, "Caddy": htpasswd.Caddy, "Traefik": htpasswd.Traefik}[s.Program]
	switch htpasswd.CanVerify(server, kind) {
	case htpasswd.Never:
		return conf.Unfit, ""
	case htpasswd.ByLibc:
		switch {
		case s.Libc != "" && !s.Libc.Knows(kind):
			return conf.Unfit, ""
		case s.Libc == "" && (kind == htpasswd.Bcrypt || kind == htpasswd.Yescrypt || kind == htpasswd.Scrypt || kind == htpasswd.Argon2):
			return conf.CannotTell, "whether the server's crypt(3) knows hashes of the kind " + string(kind)
		}
	}
	return conf.Fits, ""
}
