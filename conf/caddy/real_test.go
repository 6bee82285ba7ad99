package caddy_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/caddy"
	"github.com/why401/why401/lab/differ"
	"github.com/why401/why401/lab/real"
)

// directives are what a generated site has some of, in any order: Caddy has its own.
var directives = []string{
	"basicauth bcrypt Orders {\n@users@\n}",
	"basicauth /private/* {\n@users@\n}",
	"basicauth @machine bcrypt Machines {\n@users@\n}",
	"basicauth @notopen {\n@users@\n}",
	"request_header -Authorization",
	"request_header /private/* -Authorization",
	"request_header X-Old {host}",
	"request_header @machine +X-Key added",
	"request_header X-Forwarded-Proto https",
	"request_header -X-*",
	"respond @machine 403",
	"respond @outside \"no\" 401",
	"respond @inside 204",
	"respond /private/secret 404",
	"error /broken 403",
	"abort /gone",
	"redir /old /new",
	"redir /moved/* https://other.test{uri} permanent",
	"redir @machine https://login.test 303",
	"rewrite /rw/* /private{uri}",
	"rewrite /rw2/* /x?from=rewrite",
	"uri strip_prefix /front",
	"method @machine POST",
	"header -WWW-Authenticate",
	"handle /private/* {\nreverse_proxy @app@ {\nheader_up Host back.test\n}\n}",
	"handle_path /front/* {\nrequest_header X-Handled front\nreverse_proxy @app@\n}",
	"handle {\nrequest_header X-Handled rest\nreverse_proxy @app@\n}",
	"handle @machine {\nrespond 418\n}",
	"route /private/* {\nrequest_header X-Route {method}\nbasicauth {\n@users@\n}\nreverse_proxy @app@\n}",
	"route {\nrequest_header -Cookie\nreverse_proxy /front/* @app@ {\nheader_up -Authorization\n}\n}",
	"reverse_proxy @app@",
	"reverse_proxy /private/* @app@ {\nheader_up -Authorization\nheader_up X-Up {http.request.header.X-Key}\n}",
	"reverse_proxy @app@ {\nheader_up Host {upstream_hostport}\nheader_up X-Forwarded-Proto https\nheader_up +X-Key more\n}",
	"reverse_proxy @machine @app@ {\nheader_up Authorization \"Bearer fixed-token\"\n}",
	"reverse_proxy * @app@ {\nheader_up -X-Forwarded-*\n}",
}

var definitions = []string{
	"@machine header X-Key *",
	"@machine {\nheader X-Key one*\npath /private/* /front/*\n}",
	"@machine {\nmethod PUT OPTIONS\nnot path /old\n}",
	"@machine header_regexp Authorization ^B(asic|earer)\\s",
	"@machine query key=secret-key",
	"@machine path_regexp ^/(front|private)/[a-z]+$",
	"@machine path *.php /Private/*",
	"@machine header !Authorization",
	"@machine not header Authorization Bearer*",
	"@machine protocol http",
}

const always = "@outside not remote_ip 127.0.0.0/8\n@inside {\nremote_ip 10.0.0.0/8 192.168.0.0/16\n}\n@notopen not path /open/* /favicon.ico\n"

var asks = []differ.Ask{
	{Path: "/"},
	{Path: "/private/x", Fields: []string{differ.Login("YWxpY2U6ZmFrZS13b3JkLTE=")}}, // alice:fake-word-1
	{Path: "/private/secret", Fields: []string{differ.Login("YWxpY2U6d3Jvbmc=")}},    // alice:wrong
	{Path: "/PRIVATE/x"},
	{Path: "/front/a?b=c", Fields: []string{differ.Login(bob)}}, // bob:fake-word-1
	{Path: "/front/abc", Method: "PUT", Fields: []string{"X-Key: one-two", "Authorization: Bearer abc", "Cookie: a=b"}},
	{Path: "/open/x", Fields: []string{"X-Key: two", "X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.1"}},
	{Path: "/x/index.php?key=secret-key"},
	{Path: "/old"}, {Path: "/moved/a"}, {Path: "/gone"}, {Path: "/broken"},
	{Path: "/rw/x", Fields: []string{differ.Login("YWxpY2U6ZmFrZS13b3JkLTE=")}},
	{Path: "/rw2/x"},
	{Path: "/private//x/../y", Method: "OPTIONS"},
	{Path: "/privat%65/x"},
}

const bob = "Ym9iOmZha2Utd29yZC0x" // bob:fake-word-1

// TestAgainstCaddy: what the tracer says, of the Caddyfile and of the JSON that Caddy makes of it, is what Caddy does.
func TestAgainstCaddy(t *testing.T) {
	w := real.NewWorld(t)
	w.Go("app", differ.Echo())
	_, hash, _ := strings.Cut(w.HashPassword("-B", "alice", "fake-word-1"), ":")
	rnd := rand.New(rand.NewPCG(5, 2026))
	const sites = 60
	var b strings.Builder
	b.WriteString("respond first\n}\n")
	for i := range sites {
		fmt.Fprintf(&b, "http://s%d.test:@port:front@ {\n%s%s\n", i, always, definitions[rnd.IntN(len(definitions))])
		for range 2 + rnd.IntN(5) {
			d := directives[rnd.IntN(len(directives))]
			b.WriteString(strings.ReplaceAll(d, "@users@", "alice "+hash) + "\n")
		}
		b.WriteString("}\n")
	}
	text := strings.TrimSuffix(b.String(), "}\n")
	s := w.Caddy("front", text)
	main := filepath.Join(filepath.Dir(s.Conf), "main.caddy")
	file, err := caddy.Read(conf.Disk(), main)
	if err != nil || len(file.Unread) > 0 {
		t.Fatal(err, file.Unread)
	}
	adapted, err := exec.Command("caddy", "adapt", "--config", main, "--adapter", "caddyfile").Output()
	if err != nil {
		t.Fatal(err)
	}
	dump, err := caddy.Read(conf.Texts{"dump.json": string(adapted)}, "dump.json")
	if err != nil || len(dump.Unread) > 0 {
		t.Fatal(err, dump.Unread)
	}
	port := w.Port("front")
	tally := &differ.Tally{TB: t}
	for i := range sites {
		for _, a := range asks {
			if i%15 > 0 && strings.Contains(strings.Join(a.Fields, ""), bob) {
				continue // for a user that it does not know Caddy computes a hash of the highest cost, about a second each time
			}
			a.Host = fmt.Sprintf("s%d.test:%d", i, port)
			got, err := a.Send(port)
			if err != nil {
				t.Fatal(err)
			}
			for form, c := range map[string]*conf.Config{"Caddyfile": file, "JSON": dump} {
				tally.Compare(c, port, a, got, func() string {
					_, section, _ := strings.Cut(text, fmt.Sprintf("http://s%d.test", i))
					section, _, _ = strings.Cut(section, "http://s")
					return fmt.Sprintf("%s, site %d\n%s", form, i, section)
				})
			}
		}
	}
	tally.Done()
}
