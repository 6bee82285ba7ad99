package all_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/programs"
	"github.com/why401/why401/fix"
)

const listens = "events {}\nhttp {\nserver {\n\tlisten 8080;\n\tserver_name shop.example.test;\n"

// TestEditsOfAudits: the change that an audit has for a cause, as the lines that go and come. "" for a finding whose change is
// for a person. What a running server makes of the changes is TestMend's (lab/real).
func TestEditsOfAudits(t *testing.T) {
	for _, c := range []struct{ name, cause, file, text, gone, come string }{
		{"a page for several codes", "404-hides-401", "nginx.conf", listens + "\tauth_basic a;\n\tauth_basic_user_file users;\n\terror_page 401 403 =404 /no.html;\n}\n}\n",
			"\terror_page 401 403 =404 /no.html;", "\terror_page 403 =404 /no.html; error_page 401 /no.html;"},
		{"a page at another site", "redirect-to-login-instead-of-401", "nginx.conf", listens + "\tauth_basic a;\n\tauth_basic_user_file users;\n\terror_page 401 https://login.example.test/;\n}\n}\n",
			"\terror_page 401 https://login.example.test/;", ""},
		{"a refusal by address as 401", "401-means-403", "nginx.conf", listens + "\tallow 10.0.0.0/8;\n\tdeny all;\n\terror_page 403 =401 /no.html;\n}\n}\n",
			"\terror_page 403 =401 /no.html;", "\terror_page 403 /no.html;"},
		{"a challenge on good answers only", "missing-www-authenticate", "nginx.conf", listens + "\tlocation /api/ {\n\t\tadd_header WWW-Authenticate 'Bearer realm=\"api\"';\n\t\treturn 401;\n\t}\n}\n}\n",
			"\t\tadd_header WWW-Authenticate 'Bearer realm=\"api\"';", "\t\tadd_header WWW-Authenticate 'Bearer realm=\"api\"' always;"},
		{"a 401 for nobody knows what", "missing-www-authenticate", "nginx.conf", listens + "\tlocation /api/ { return 401; }\n}\n}\n", "", ""},
		{"a field on good answers only", "cors-missing-on-401", "nginx.conf", listens + "\tauth_basic a;\n\tauth_basic_user_file users;\n\tadd_header Access-Control-Allow-Origin https://app.example;\n}\n}\n",
			"\tadd_header Access-Control-Allow-Origin https://app.example;", "\tadd_header Access-Control-Allow-Origin https://app.example always;"},
		{"Authorization not in the list", "cors-header-not-allowed", "nginx.conf", listens + "\tauth_basic a;\n\tauth_basic_user_file users;\n\tadd_header Access-Control-Allow-Headers 'Content-Type, X-Trace' always;\n}\n}\n",
			"\tadd_header Access-Control-Allow-Headers 'Content-Type, X-Trace' always;", "\tadd_header Access-Control-Allow-Headers 'Content-Type, X-Trace,Authorization' always;"},
		{"an origin with a slash", "cors-origin-not-allowed", "nginx.conf", listens + "\tadd_header Access-Control-Allow-Origin https://app.example/;\n}\n}\n",
			"\tadd_header Access-Control-Allow-Origin https://app.example/;", "\tadd_header Access-Control-Allow-Origin https://app.example;"},
		{"several origins", "cors-origin-not-allowed", "nginx.conf", listens + "\tadd_header Access-Control-Allow-Origin 'https://a.example, https://b.example';\n}\n}\n", "", ""},
		{"another site's cookie", "cookie-domain-mismatch", "nginx.conf", listens + "\tlocation / {\n\t\tproxy_pass http://127.0.0.1:9000;\n\t\tproxy_cookie_domain app.internal old.example.com;\n\t}\n}\n}\n",
			"\t\tproxy_cookie_domain app.internal old.example.com;", "\t\tproxy_cookie_domain app.internal shop.example.test;"},
		{"a cookie for the path inside", "cookie-path-mismatch", "nginx.conf", listens + "\tlocation /shop/ {\n\t\tproxy_pass http://127.0.0.1:9000/;\n\t\tproxy_cookie_path / /app/;\n\t}\n}\n}\n",
			"\t\tproxy_cookie_path / /app/;", "\t\tproxy_cookie_path / /shop/;"},
		{"an identity lost by a block's own lines", "auth-request-header-not-forwarded", "nginx.conf", listens + "\tproxy_set_header X-User $user;\n\tlocation / {\n\t\tauth_request /check;\n\t\tauth_request_set $user $upstream_http_x_user;\n\t\tproxy_set_header Host $host;\n\t\tproxy_pass http://127.0.0.1:9000;\n\t}\n\tlocation = /check { internal; proxy_pass http://127.0.0.1:9001; }\n}\n}\n",
			"", "\t\tproxy_set_header X-User $user;"},
		{"a password for Apache's application", "basic-layer-credentials-reach-app", "httpd.conf", "Listen 8080\nServerName shop.example.test\nLoadModule auth_basic_module a.so\nLoadModule authn_core_module a.so\nLoadModule authn_file_module a.so\nLoadModule authz_core_module a.so\nLoadModule authz_user_module a.so\nLoadModule proxy_module a.so\nLoadModule proxy_http_module a.so\n<Location /app>\n\tAuthType Basic\n\tAuthName a\n\tAuthUserFile /etc/users\n\tRequire valid-user\n\tProxyPass http://127.0.0.1:9000/\n</Location>\n",
			"", "\tRequestHeader unset Authorization"},
		{"a placeholder", "config-placeholder-unrendered", "nginx.conf", listens + "\tlocation / {\n\t\tproxy_pass http://127.0.0.1:9000;\n\t\tproxy_set_header X-Key __API_KEY__;\n\t}\n}\n}\n", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			remedies := audited(t, c.cause, c.file, c.text)
			i := slices.IndexFunc(remedies, func(r cause.Remedy) bool { return r.Carried() })
			if c.gone == "" && c.come == "" {
				if i >= 0 || len(remedies[0].Steps) == 0 {
					t.Errorf("expected steps for a person, got %+v", remedies)
				}
				return
			}
			if i < 0 {
				t.Fatalf("no change: %+v", remedies)
			}
			p, err := fix.NewPlan(remedies[i], fix.About{})
			if err != nil {
				t.Fatal(err)
			}
			diff, err := p.Diff()
			if err != nil {
				t.Fatal(err)
			}
			var gone, come []string
			for line := range strings.Lines(diff) {
				switch text := strings.TrimSuffix(line, "\n"); {
				case strings.HasPrefix(text, "---"), strings.HasPrefix(text, "+++"):
				case strings.HasPrefix(text, "-"):
					gone = append(gone, text[1:])
				case strings.HasPrefix(text, "+"):
					come = append(come, text[1:])
				}
			}
			if strings.Join(gone, "\n") != c.gone || strings.Join(come, "\n") != c.come {
				t.Errorf("%s\nwant -%q +%q", diff, c.gone, c.come)
			}
		})
	}
}

// audited gives the remedies of the first finding of the cause in one configuration file.
func audited(t *testing.T, id, file, text string) []cause.Remedy {
	t.Helper()
	path := filepath.Join(t.TempDir(), file)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	found, failed := programs.ReadPaths(conf.Disk(), []string{path}, "")
	if len(found) != 1 {
		t.Fatalf("%d configurations: %v", len(found), failed)
	}
	for _, k := range all.BuiltIn().Causes {
		if k.ID != id {
			continue
		}
		if s := k.Audit(found[0].Config); len(s) > 0 && len(s[0].Remedies) > 0 {
			return s[0].Remedies
		}
	}
	t.Fatalf("the audit does not name %s with a remedy", id)
	return nil
}
