package apachediff

import "strings"

// auth makes the directives that ask for credentials.
func (g *gen) auth() string {
	out := ""
	kind := g.pick("Basic", "Basic", "Basic", "Basic", "Basic", "basic", "Basic", "Basic", "Digest", "Digest", "None", "Form")
	if g.chance(93) {
		out += "AuthType " + kind + "\n"
	}
	if g.chance(96) {
		out += "AuthName " + g.pick("\"In here\"", "shop", "\"a \\\"quoted\\\" name\"") + "\n"
	}
	switch kind {
	case "Digest":
		out += g.digest()
	case "Form":
		out += g.pick("AuthFormLoginRequiredLocation /err/401.html\n", "AuthFormLoginRequiredLocation \"http://away.test%{REQUEST_URI}\"\n", "Session On\nSessionCookieName session path=/\n", "")
		out += "AuthUserFile @dir@/users\n"
	default:
		out += g.basic()
	}
	if g.chance(50) {
		out += "AuthGroupFile @dir@/groups\n"
	}
	if g.chance(8) {
		out += "AuthzSendForbiddenOnFailure " + g.pick("On", "Off") + "\n"
	}
	return out
}

func (g *gen) basic() string {
	out := ""
	switch g.IntN(17) {
	case 0:
		out += "AuthUserFile @dir@/nowhere\n"
	case 1:
		out += "AuthUserFile @dir@/broken\n"
	case 2:
	case 3:
		out += "AuthBasicProvider file anon\nAnonymous guest\nAuthUserFile @dir@/users\n"
	case 4:
		out += "AuthBasicProvider anon file\nAnonymous guest alice\nAnonymous_MustGiveEmail Off\nAuthUserFile @dir@/users\n"
	case 5:
		out += "AuthBasicUseDigestAlgorithm MD5\nAuthUserFile @dir@/" + g.pick("digest", "digest", "users") + "\n"
	case 6:
		out += "AuthBasicProvider " + g.pick("second file", "file second", "second") + "\nAuthUserFile @dir@/users\n"
	default:
		out += "AuthUserFile @dir@/users\n"
	}
	if g.chance(5) {
		out += "AuthBasicAuthoritative " + g.pick("On", "Off") + "\n"
	}
	if g.chance(5) {
		out += "AuthBasicFake " + g.pick("demo demopass", "off", "%{REMOTE_USER}", "\"%{HTTP:X-Tok}\" secret", "demo") + "\n"
	}
	return out
}

// digest makes what AuthType Digest asks for. mod_auth_digest does not merge its settings with those further out.
func (g *gen) digest() string {
	out := ""
	if g.chance(90) {
		out += "AuthUserFile @dir@/" + g.pick("digest", "digest", "digest", "digest", "digest", "users", "nowhere") + "\n"
	}
	if g.chance(25) {
		out += "AuthDigestProvider " + g.pick("file", "file", "second file", "realms") + "\n"
	}
	if g.chance(15) {
		out += "AuthDigestQop auth" + "\n"
	}
	if g.chance(10) {
		out += "AuthDigestDomain /sub /priv\n"
	}
	return out
}

// access makes rules that let in and refuse.
func (g *gen) access(int) string {
	out := ""
	if g.chance(60) {
		out += g.auth()
	}
	if g.chance(20) {
		out += "AuthMerging " + g.pick("Off", "And", "Or") + "\n"
	}
	switch n := g.IntN(20); {
	case n < 11:
		out += g.requires()
	case n < 13:
		out += g.limited(g.requires)
	case n < 17:
		out += g.hosts()
		if g.chance(70) {
			out += g.require(0) + "\n"
		}
		if g.chance(60) {
			out += "Satisfy " + g.pick("Any", "All") + "\n"
		}
	case n < 18:
		out += g.limited(g.hosts)
	case n < 19:
		out += "Require all " + g.pick("granted", "denied") + "\n"
	}
	return out
}

func (g *gen) limited(f func() string) string {
	if g.chance(50) {
		return "<Limit " + g.pick("GET", "POST", "GET POST", "PUT DELETE", "GET OPTIONS") + ">\n" + f() + "</Limit>\n"
	}
	return "<LimitExcept " + g.pick("GET", "OPTIONS", "GET POST") + ">\n" + f() + "</LimitExcept>\n"
}

func (g *gen) hosts() string {
	out := ""
	if g.chance(85) {
		out += "Order " + g.pick("allow,deny", "deny,allow", "Deny,Allow", "mutual-failure") + "\n"
	}
	for range g.IntN(4) {
		out += g.pick("Allow", "Deny") + " from " + g.pick("all", "127.0.0.1", "127.0.0.2", "127.0.0", "10.0.0.0/8", "127.0.0.0/255.255.255.254", "env=mark", "env=!mark", "::1", "127.0.0.2 127.0.0.3") + "\n"
	}
	return out
}

// requires makes Require lines and groups.
func (g *gen) requires() string {
	if g.chance(60) {
		out := ""
		for range 1 + g.IntN(2) {
			out += g.require(0) + "\n"
		}
		return out
	}
	return g.group(0)
}

func (g *gen) require(int) string {
	return "Require " + g.pick("valid-user", "valid-user", "valid-user", "user alice", "user alice bob", "user bob", "group staff", "group staff boss", "group none",
		"ip 127.0.0.1", "ip 127.0.0.2 127.0.0.3", "ip 10", "ip 127.0.0.0/30", "all granted", "all denied", "env mark", "env mark other",
		"method GET POST", "method PUT", "local", "expr %{HTTP:X-Tok} == 'one'", "expr \"%{REMOTE_USER} == 'alice'\"", "expr %{REQUEST_METHOD} == 'GET'",
		"ip ::1", "near", "ip 127.0.0.1/255.255.255.254", "expr \"%{HTTP:X-Num} -gt 5 && -n %{REMOTE_USER}\"", "expr toupper(%{HTTP:X-Tok})=='ONE'", "user %{HTTP:X-Who}")
}

func (g *gen) group(deep int) string {
	kind := g.pick("RequireAll", "RequireAny", "RequireAll", "RequireAny", "RequireNone")
	if deep == 0 && kind == "RequireNone" {
		kind = "RequireAll"
	}
	var b strings.Builder
	b.WriteString("<" + kind + ">\n")
	b.WriteString(g.require(0) + "\n")
	for range g.IntN(3) {
		switch {
		case deep < 2 && g.chance(30):
			inner := g.group(deep + 1)
			if strings.HasPrefix(inner, "<RequireNone>") && kind != "RequireAll" {
				continue
			}
			b.WriteString(inner)
		case kind == "RequireAll" && g.chance(30):
			b.WriteString(strings.Replace(g.require(0), "Require ", "Require not ", 1) + "\n")
		default:
			b.WriteString(g.require(0) + "\n")
		}
	}
	b.WriteString("</" + kind + ">\n")
	return b.String()
}
