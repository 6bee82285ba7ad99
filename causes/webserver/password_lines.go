package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred/digest"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var (
	ofRegistry = lazyregexp.New(`(?i)\bdocker\b.{0,40}\bregistry\b|\bregistry:2\b|\bdistribution registry\b|REGISTRY_AUTH_HTPASSWD`)
	ofNginx    = lazyregexp.New(`(?i)\bnginx\b|\bauth_basic_user_file\b|\bcrypt_r\(\)|\b\d+#\d+: \*\d+ `)
	ofLighttpd = lazyregexp.New(`(?i)\blighttpd\b`)
	ofTraefik  = lazyregexp.New(`(?i)\btraefik\b`)
	ofCaddy    = lazyregexp.New(`(?i)\bcaddy(file)?\b`)
	ofHAProxy  = lazyregexp.New(`(?i)\bhaproxy\b`)
	ofApache   = lazyregexp.New(`(?i)\bapache2?\b|\bhttpd\b|\bAuthUserFile\b`)
	otherHash  = lazyregexp.New(`(?i)(with(out)? -[bBmsd25]\b|\b(apr1|md5|sha|crypt|-m|-d|plain)\b).{0,40}\b(works?|fine|ok|accepted|log in|logs in)\b|\bworks?\b.{0,60}\b(apr1|-apr1|md5|sha1?|-m|-d|without -B)\b`)
)

// hashLines holds the kinds of hash of the lines that are shown against the server that is spoken of.
func hashLines(v *cause.View) *cause.Suspicion {
	lines := directive.Of(v, "htpasswd")
	if len(lines) == 0 {
		return nil
	}
	server, ok := passwordServer(v)
	for _, l := range lines {
		if len(l.Args) < 2 {
			continue
		}
		kind := htpasswd.KindOf(l.Args[1])
		if kind == htpasswd.Unknown || kind == htpasswd.Digest {
			continue
		}
		works := directive.Told(v, otherHash)
		switch can := htpasswd.CanVerify(server, kind); {
		case ok && can == htpasswd.Never:
			return directive.Strong(0.9, directive.Fact(l, "This line holds a hash of the kind "+string(kind)+", which "+string(server)+" cannot verify at all."))
		case works && can != htpasswd.Always:
			return directive.Likely(0.78, directive.Fact(l, "This line holds a hash of the kind "+string(kind)+", and one of another kind is accepted."))
		case ok && can == htpasswd.ByLibc && !htpasswd.Glibc.Knows(kind):
			return directive.Likely(0.55, directive.Fact(l, "This line holds a hash of the kind "+string(kind)+", which "+string(server)+" leaves to the C library; not every one knows it."))
		}
	}
	return nil
}

// passwordServer is the server that reads the password file, when exactly one is spoken of.
func passwordServer(v *cause.View) (htpasswd.Server, bool) {
	var out []htpasswd.Server
	for _, s := range []struct {
		server  htpasswd.Server
		pattern *lazyregexp.Regexp
	}{{htpasswd.Registry, ofRegistry}, {htpasswd.Nginx, ofNginx}, {htpasswd.Lighttpd, ofLighttpd}, {htpasswd.Traefik, ofTraefik}, {htpasswd.Caddy, ofCaddy}, {htpasswd.HAProxy, ofHAProxy}, {htpasswd.Apache, ofApache}} {
		if len(directive.Of(v, string(s.server))) > 0 || directive.Told(v, s.pattern) {
			out = append(out, s.server)
		}
	}
	if len(out) == 0 {
		return "", false
	}
	return out[0], len(out) == 1
}

// realmLines holds the realms of a Digest password file against each other and against the challenge.
func realmLines(v *cause.View) *cause.Suspicion {
	realms := map[string]exchange.Setting{} // by user: the first line
	asked := ""
	if ch := v.Challenges.Find("Digest"); ch != nil {
		asked = ch.Realm()
	}
	var other *exchange.Setting
	for _, l := range directive.Of(v, "htpasswd") {
		r := realmOf(l)
		switch first, known := realms[l.Name]; {
		case r.Empty():
			continue
		case asked != "" && r.Is(asked):
			return nil
		case asked != "" && other == nil:
			other = &l
		case known && !realmOf(first).Equal(r):
			return directive.Likely(0.75, directive.Fact(l, "The password file has this user in two realms; a server that looks up the name alone takes the first line."))
		}
		if _, known := realms[l.Name]; !known {
			realms[l.Name] = l
		}
	}
	// A record shows which realm the client's answer was made for.
	if d, ok := digest.Parse(v.Answer.Request.Header.Text("Authorization")); ok && other == nil && asked != "" && d.Realm != "" && d.Realm != asked {
		return directive.Likely(0.72, v.Saw("The server asks for realm=%q.", asked),
			v.Asked("The Digest answer names another realm, of %d characters; its hash was made with that one.", len(d.Realm)))
	}
	if other != nil {
		return directive.Strong(0.92, v.Saw("The server asks for realm=%q.", asked), directive.Fact(*other, "The password file's line is for another realm, and its hash holds that realm."))
	}
	return nil
}

// realmOf is the realm of an htdigest line, also of one whose hash was made unreadable before it was shown.
func realmOf(l exchange.Setting) secret.Text {
	if len(l.Context) > 0 {
		return secret.Public(strings.TrimPrefix(l.Context[0], "realm "))
	}
	if len(l.Args) > 1 && htpasswd.KindOf(l.Args[1]) == htpasswd.Unknown {
		if r, rest, ok := l.Args[1].Cut(":"); ok && rest.Len() >= 8 && r.Len() <= 64 {
			return r
		}
	}
	return secret.Text{}
}

var openPlaces = lazyregexp.New(`(?i)\.well-known|acme|robots\.txt|manifest|favicon|health|webhook|callback`)

// scopeLines finds a block for a path that must stay open, inside of a password rule and without "auth_basic off".
func scopeLines(v *cause.View) *cause.Suspicion {
	if s := openRequests(v); s != nil {
		return s
	}
	nginx := directive.Of(v, "nginx")
	for _, l := range nginx.Named("location") {
		if !directive.Any(l, openPlaces) {
			continue
		}
		inside := exchange.Setting{Context: append(append([]string{}, l.Context...), "location "+joined(l)), From: l.From}
		rules := nginx.Effective(inside, "auth_basic")
		if len(rules) > 0 && !directive.ArgMatches(rules[0], 0, off) && !directive.Covers(inside, rules[0]) {
			return directive.Strong(0.88, directive.Fact(rules[0], "This password rule covers the whole block."), directive.Fact(l, `This path inside of it does not say "auth_basic off;".`))
		}
	}
	return nil
}

func joined(l exchange.Setting) string {
	var parts []string
	for _, a := range l.Args {
		parts = append(parts, a.String())
	}
	return strings.Join(parts, " ")
}

// openRequests finds requests of robots, monitors and browsers that were refused for want of a password, in what was
// recorded: an exchange or a line of an access log.
func openRequests(v *cause.View) *cause.Suspicion {
	if v.Answer.Status() == 401 && v.Answer.Unseen&exchange.RequestLine == 0 {
		if who, why, sure := openPath(v.Answer.Request.URL.Path); who != "" && (realm(v.Answer) != "" || sure) && !v.Answer.Request.Header.Has("Authorization") {
			return directive.Likely(0.75, v.Asked("%s; %s.", who, why))
		}
	}
	for _, m := range v.Messages {
		if m.Status != 401 || m.Fields["path"] == "" {
			continue
		}
		path, _, _ := strings.Cut(m.Fields["path"], "?")
		if who, why, _ := openPath(path); who != "" && (m.Fields["user"] == "" || m.Fields["user"] == "-") {
			return directive.Likely(0.7, fact.Fact{Text: who + "; " + why + ".", From: m.From})
		}
	}
	return nil
}
