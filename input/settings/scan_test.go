package settings_test

import (
	"strings"
	"testing"

	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/input/settings"
)

const report = `I have nginx in front of Grafana and the browser asks for the password again and again.

server {
    listen 443 ssl;
    server_name grafana.example.com;

    location / {
        auth_basic "Restricted";
        auth_basic_user_file /etc/nginx/.htpasswd;
        # proxy_set_header Authorization "";
        proxy_pass http://127.0.0.1:3000;
    }
}

The log says

2024/03/01 10:00:00 [error] 31#31: *2 user "admin": password mismatch, client: 10.0.0.1

My .npmrc:
//registry.npm.example:_authToken=npm_FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKE

` + "```yaml\nservices:\n  web:\n    image: grafana/grafana\n    environment:\n      - GF_SECURITY_ADMIN_PASSWORD=\"fake-word-1\"\n```" + `

Thanks for any help. Require a token if you need one.
`

func TestScan(t *testing.T) {
	ev, spans := settings.Scan(report, form.Options{Source: fact.Source{Input: "paste", Line: 1}})
	var got []string
	ls := strings.Split(report, "\n")
	for _, s := range spans {
		got = append(got, s.Kind+": "+strings.TrimSpace(ls[s.First-1])+" | "+strings.TrimSpace(ls[s.Last-1]))
	}
	want := []string{
		"config-nginx: server { | }",
		"npmrc: //registry.npm.example:_authToken=npm_FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKE | //registry.npm.example:_authToken=npm_FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKE",
		"yaml: services: | - GF_SECURITY_ADMIN_PASSWORD=\"fake-word-1\"",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, s := range ev.Settings {
		t.Log(s.From.Line, s.System, s.Context, s.Name, s.Args)
	}
	for _, f := range ev.Facts {
		t.Log(f.From.Line, f.Text)
	}
}
