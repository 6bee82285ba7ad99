package real

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// nginxAnswers are refusals in disguise, password files with surprises, links and cookies that no longer fit.
var nginxAnswers = []Scenario{
	{
		Name:    "nginx-404-instead-of-401",
		Servers: func(w *World) { startNginxBasic(w); w.Server("front").Mend(disguised(404)) },
		Input:   func(w *World) []string { return curl(w.URL("front", "private/")) },
		Want: Want{Cause: "404-hides-401", Accept: []string{"no-credentials-sent"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "likely", Product: "nginx"},
		Mend:   func(w *World) []string { return curl("-u", login, w.URL("front", "private/")) },
		Status: 404,
	},
	{
		Name:    "nginx-403-instead-of-401",
		Servers: func(w *World) { startNginxBasic(w); w.Server("front").Mend(disguised(403)) },
		Input:   func(w *World) []string { return curl(w.URL("front", "private/")) },
		Want: Want{Cause: "403-means-401", Accept: []string{"no-credentials-sent"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "strong", Product: "nginx"},
		Mend:   func(w *World) []string { return curl("-u", login, w.URL("front", "private/")) },
		Status: 403,
	},
	{
		Name: "nginx-htpasswd-two-lines-for-one-user",
		Servers: func(w *World) {
			startNginxBasic(w)
			w.Passwords("htpasswd", "-m", user, "of last year", user, password)
		},
		Input: func(w *World) []string { return curl("-u", login, w.URL("front")) },
		Want: Want{Cause: "htpasswd-duplicate-user", Accept: []string{"wrong-password"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.WebServer, Grade: "likely", Product: "nginx"},
		Mend: func(w *World) []string { w.passwords(); return curl("-u", login, w.URL("front")) },
	},
	{
		Name:    "nginx-password-in-latin-1",
		Servers: func(w *World) { startNginxBasic(w); w.Passwords("htpasswd", "-m", user, "wünder") },
		Input: func(w *World) []string {
			return curl("-H", "Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte("alice:w\xfcnder")), w.URL("front"))
		},
		Want: Want{Cause: "basic-non-ascii-charset", Accept: []string{"wrong-password"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "strong", Product: "nginx"},
		Mend: func(w *World) []string { return curl("-u", "alice:wünder", w.URL("front")) },
	},
	{
		Name: "nginx-signed-link-expired",
		Servers: func(w *World) {
			w.site()
			w.Nginx("front", signedLinks)
		},
		Input: func(w *World) []string { return curl(w.signed("/private/index.html", -time.Hour)) },
		Want: Want{Cause: "signed-url-expired", RefusedBy: exchange.WebServer, FaultAt: exchange.Client, Grade: "strong",
			Product: "nginx"},
		Mend:   func(w *World) []string { return curl(w.signed("/private/index.html", time.Hour)) },
		Status: 403,
	},
	{
		Name: "nginx-cookies-too-large",
		Servers: func(w *World) {
			w.site()
			w.Nginx("front", "server {\n\tlisten @front@;\n\troot @dir@/www;\n\tlarge_client_header_buffers 4 2k;\n}\n")
		},
		Input: func(w *World) []string {
			return curl("-b", "sid=s1; cart="+strings.Repeat("item,", 500), w.URL("front"))
		},
		Want: Want{Cause: "cookie-too-large", Accept: []string{"token-too-large"},
			RefusedBy: exchange.WebServer, FaultAt: exchange.Client, FaultAlso: []exchange.Layer{exchange.Application}, Grade: "proved", Product: "nginx"},
		Mend:   func(w *World) []string { return curl("-b", "sid=s1", w.URL("front")) },
		Status: 400,
	},
}

// disguised is nginxBasic with another status for a refusal.
func disguised(status int) string {
	return strings.Replace(nginxBasic, "}\n", fmt.Sprintf("\terror_page 401 =%d /refused;\n\tlocation = /refused { auth_basic off; internal; return %d; }\n}\n", status, status), 1)
}

const linkKey = "link-key-51b0"

const signedLinks = `
server {
	listen @front@;
	root @dir@/www;
	location /private/ {
		secure_link $arg_signature,$arg_expires;
		secure_link_md5 "$secure_link_expires$uri ` + linkKey + `";
		if ($secure_link = "") { return 403; }
		if ($secure_link = "0") { return 403; }
	}
}
`

// signed makes a link that is good until the given time from now.
func (w *World) signed(path string, valid time.Duration) string {
	expires := time.Now().Add(valid).Unix()
	sum := md5.Sum(fmt.Appendf(nil, "%d%s %s", expires, path, linkKey))
	return fmt.Sprintf("%s?expires=%d&signature=%s", w.URL("front", path), expires, base64.RawURLEncoding.EncodeToString(sum[:]))
}
