package collection

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// credentials are how a request authenticates, in the words of the file.
type credentials struct {
	kind string            // "basic", "bearer", "apikey", "digest", "ntlm", "awsv4", "oauth2", ...; "" inherit, "none" nothing
	v    map[string]string // its values, with variables in them
	from string            // where it was said: "auth of the request", "auth of the folder \"x\""
}

func (c credentials) none() bool { return c.kind == "" || c.kind == "none" }

// first is the first of names that has a value.
func (c credentials) first(names ...string) string {
	for _, n := range names {
		if v := c.v[n]; v != "" {
			return v
		}
	}
	return ""
}

// login is a user and password.
func (d *draft) login(user, password string) exchange.Login {
	user = d.vars.expand(user)
	l := exchange.Login{User: secret.Public(user), Password: secret.New(d.vars.expand(password)), From: d.auth.from}
	if secret.Looks(user) {
		l.User = secret.New(user)
	}
	return l
}

// authorise adds to i what d.auth says; the field it gives goes behind Host. A field of that name which the file lists
// itself is left alone and said to be there.
func (d *draft) authorise(i *exchange.Intent, user exchange.Header, note func(string, ...any)) (f exchange.Field, ok bool) {
	a := d.auth
	if a.none() {
		return f, false
	}
	field := func(name, value string) (exchange.Field, bool) {
		if user.Has(name) {
			note("%s is listed among the header fields as well as given by the %s; the listed one is taken", name, a.from)
			return exchange.Field{}, false
		}
		return exchange.RequestField(name, value), true
	}
	name := d.vars.expand(a.first("username", "user"))
	switch a.kind {
	case "basic":
		i.Login = d.login(a.first("username", "user"), a.v["password"])
		if i.Login.Empty() {
			note("Basic is chosen, but user and password are empty")
		}
		if user.Has("Authorization") {
			i.Login = exchange.Login{}
			return field("Authorization", "")
		}
		i.Auth = exchange.AuthBasic
		return i.Login.BasicField(), true
	case "bearer":
		token := d.vars.expand(a.first("token", "accessToken"))
		scheme := strings.TrimSpace(d.vars.expand(a.first("prefix", "tokenPrefix")))
		if scheme == "" {
			scheme = "Bearer"
		}
		if strings.TrimSpace(token) == "" {
			note("Bearer is chosen, but the token is empty: no Authorization is sent")
			return f, false
		}
		return field("Authorization", scheme+" "+token)
	case "apikey":
		key, value := d.vars.expand(a.v["key"]), d.vars.expand(a.v["value"])
		if key == "" {
			note("an API key is chosen, but its name is empty")
			return f, false
		}
		switch strings.ToLower(a.first("in", "addTo", "placement")) {
		case "query", "queryparams":
			i.Request.URL.HasQuery = true
			i.Request.URL.Query = append(i.Request.URL.Query, exchange.Param{Name: queryText(key), Value: secret.New(queryText(value)), Eq: true})
			return f, false
		case "cookie":
			return field("Cookie", key+"="+value)
		}
		return field(key, value)
	case "digest":
		i.Auth, i.Login = exchange.AuthDigest, d.login(a.first("username", "user"), a.v["password"])
	case "ntlm":
		if domain := d.vars.expand(a.v["domain"]); domain != "" && !strings.Contains(name, `\`) {
			name = domain + `\` + name
		}
		i.Auth, i.Login = exchange.AuthNTLM, d.login(name, a.v["password"])
	case "negotiate":
		i.Auth, i.Login = exchange.AuthNegotiate, d.login(name, a.v["password"])
	case "awsv4":
		i.Auth, i.Login = exchange.AuthSigV4, d.login(a.first("accessKey", "accessKeyId"), a.first("secretKey", "secretAccessKey"))
		i.Login.User = secret.New(i.Login.User.Reveal())
		i.Login.Sigv4 = strings.TrimRight("aws:amz:"+d.vars.expand(a.v["region"])+":"+d.vars.expand(a.first("service", "serviceName")), ":")
		if t := d.vars.expand(a.first("sessionToken")); t != "" {
			return field("X-Amz-Security-Token", t)
		}
	case "oauth2":
		token := d.vars.expand(a.first("accessToken", "token"))
		if token == "" {
			note("OAuth 2.0 is chosen: the program fetches the token when it sends; the file holds none")
			return f, false
		}
		if in := a.first("addTokenTo", "token_placement"); in == "queryParams" || in == "url" {
			i.Request.URL.HasQuery = true
			i.Request.URL.Query = append(i.Request.URL.Query, exchange.Param{Name: "access_token", Value: secret.New(queryText(token)), Eq: true})
			return f, false
		}
		scheme := strings.TrimSpace(d.vars.expand(a.first("headerPrefix", "tokenPrefix", "token_header_prefix")))
		if scheme == "" {
			scheme = "Bearer"
		}
		return field("Authorization", scheme+" "+token)
	default:
		kind := a.kind
		if risky(kind) || len(kind) > 30 {
			kind = "another scheme"
		}
		note("the %s signs with %s when the request is sent; that is not done here", a.from, kind)
	}
	return f, false
}
