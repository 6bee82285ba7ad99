package real

import "strings"

const (
	site    = "front/site.conf"
	mainNgx = "front/nginx.conf"
	mainApa = "front/apache.conf"
)

func home(w *World) []string { return curl(w.URL("front", "open")) }

var mendings = []mending{
	{
		name: "nginx-strips-authorization", cause: "reverse-proxy-strips-authorization", program: "nginx", main: mainNgx,
		servers: behind(reverseProxy(`proxy_set_header Authorization "";`)),
		swaps:   []swap{{site, "\t\tproxy_set_header Authorization \"\";\n", ""}},
		failing: askPrivate, other: home,
	},
	{
		name: "apache-user-not-in-the-list", cause: "user-lacks-role-or-group", program: "Apache httpd", main: mainApa,
		servers: func(w *World) { w.passwords(); w.Apache("front", strings.Replace(apacheLocation, "valid-user", "user bob carol", 1)) },
		swaps:   []swap{{site, "user bob carol", "user alice bob carol"}},
		failing: func(w *World) []string { return curl("-u", login, w.URL("front")) },
	},
}
