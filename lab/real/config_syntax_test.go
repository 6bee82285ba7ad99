package real

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/report"
)

// misspelt are configurations that a server does not take, with the line of the mistake. A password file that is missing further
// down must be found all the same.
var misspelt = []struct {
	name, program, conf string
	line                int
	expects             string // in what is said
}{
	{"semicolon-before-a-directive", "nginx", siteOf("auth_basic \"Orders\"", "auth_basic_user_file @dir@/nobody;"), 4, `expected ";" behind "auth_basic`},
	{"semicolon-before-a-block", "nginx", siteOf("root @dir@/www", "location / {", basicRule+" }"), 4, `expected ";"`},
	{"semicolon-before-a-brace", "nginx", siteOf("location / { auth_basic Orders; auth_basic_user_file @dir@/nobody }"), 4, `unexpected "}"`},
	{"brace-not-closed", "nginx", "server {\n\tlisten @front@;\n\tlocation / {\n\t\tauth_basic Orders;\n\t\tauth_basic_user_file @dir@/nobody;\n\t}\n", 1, `expected "}"`},
	{"brace-too-many", "nginx", siteOf("location / { auth_basic Orders; auth_basic_user_file @dir@/nobody; }", "}"), 6, `unexpected "}"`},
	{"quotation-mark-not-closed", "nginx", siteOf("location / { auth_basic Orders; auth_basic_user_file @dir@/nobody; }", `auth_basic "Orders;`), 5, "quotation mark"},

	{"section-not-closed", "apache", apacheArea("AuthType Basic", "AuthName Orders", "AuthUserFile @dir@/nobody", "Require valid-user") + "<Location /x>\nRequire all granted\n", 7, "expected </Location>"},
	{"section-closed-by-another", "apache", "<Location /x>\nRequire all granted\n</Directory>\n</Location>\n" + apacheArea("AuthType Basic", "AuthName Orders", "AuthUserFile @dir@/nobody", "Require valid-user"), 3, "expected </Location> but saw </Directory>"},
	{"section-that-is-not-open", "apache", "</IfModule>\n" + apacheArea("AuthType Basic", "AuthName Orders", "AuthUserFile @dir@/nobody", "Require valid-user"), 1, "unexpected </IfModule>"},
	{"section-without-its-sign", "apache", "<Location /x\nRequire all granted\n</Location>\n" + apacheArea("AuthType Basic", "AuthName Orders", "AuthUserFile @dir@/nobody", "Require valid-user"), 1, `expected ">"`},
}

// TestConfigSyntax breaks a configuration so that the server's own test refuses it, and wants the line, what was expected there,
// and the rest audited.
func TestConfigSyntax(t *testing.T) {
	w := NewWorld(t)
	w.site()
	w.put(goodUsers)
	servers := map[string]*Server{"nginx": w.Nginx("front", siteOf()), "apache": w.Apache("other", "")}
	for _, m := range misspelt {
		t.Run(m.name, func(t *testing.T) {
			s := servers[m.program]
			s.configure("site.conf", strings.ReplaceAll(m.conf, "@front@", "@"+s.Name+"@"))
			cmd := exec.Command(s.argv[0], append(slices.DeleteFunc(slices.Clone(s.argv[1:]), func(a string) bool { return a == "-DFOREGROUND" }), "-t")...)
			cmd.Env = s.env
			if out, err := cmd.CombinedOutput(); err == nil {
				t.Errorf("%s takes it:\n%s", m.program, out)
			}
			rep := audited(t, w)
			if !slices.ContainsFunc(rep.Findings, func(f report.Finding) bool {
				return f.Cause == "config-syntax-broken" && f.File == s.Conf && f.Line == m.line && strings.Contains(strings.ToLower(f.Says), strings.ToLower(m.expects)) && f.Grade.String() == "proved"
			}) {
				t.Errorf("expected %q at %s:%d, but:%s", m.expects, filepath.Base(s.Conf), m.line, listed(rep.Findings))
			}
			if strings.Contains(m.conf, "/nobody") && !slices.ContainsFunc(rep.Findings, func(f report.Finding) bool { return f.Cause == "htpasswd-path-wrong" }) {
				t.Errorf("the rest is not audited:%s", listed(rep.Findings))
			}
			for _, u := range rep.Unread {
				if fmt.Sprint(u.File, u.Line) == fmt.Sprint(s.Conf, m.line) {
					t.Errorf("said twice: %v", u)
				}
			}
			s.configure("site.conf", map[string]string{"nginx": siteOf(), "apache": ""}[m.program])
			if rep := audited(t, w); len(rep.Findings) > 0 {
				t.Errorf("mended, it is blamed:%s", listed(rep.Findings))
			}
		})
	}
}
