package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/why401/why401/cred/store"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/input/settings"
)

// file is one configuration as the client has it, by the kind of its reader.
type file struct{ kind, name, text string }

func read(t testing.TB, files ...file) []exchange.Setting {
	var out []exchange.Setting
	for _, f := range files {
		for _, form := range settings.Forms {
			if form.Kind != f.kind {
				continue
			}
			e, err := form.Read(f.text, options(f.name))
			if err != nil && t != nil {
				t.Fatalf("%s: %v", f.name, err)
			}
			out = append(out, e.Settings...)
		}
	}
	return out
}

func options(name string) form.Options {
	return form.Options{Source: fact.Source{File: name}, Sure: true}
}

// outline is the answer in one line for each entry, with the place of each.
func outline(a store.Answer) string {
	var b strings.Builder
	if s := a.Sent; s != nil {
		fmt.Fprintf(&b, "sent %s %s", s.From, s.Key)
		if s.Kept != "" {
			fmt.Fprintf(&b, " (%s)", s.Kept)
		}
		b.WriteString("\n")
	}
	for _, e := range a.Shadowed {
		fmt.Fprintf(&b, "shadowed %s %s: %s\n", e.From, e.Key, e.Why)
	}
	for _, e := range a.Near {
		fmt.Fprintf(&b, "near %s %s: %s\n", e.From, e.Key, e.Why)
	}
	return b.String()
}

const (
	auth  = "YWxpY2U6ZmFrZS13b3JkLTE="
	other = "Ym9iOmZha2Utd29yZC0y"
)

// The rules as the clients' own sources have them; lab/real holds those that were seen with the clients themselves.
func TestLook(t *testing.T) {
	for _, c := range []struct {
		name, client, url string
		files             []file
		want              string
	}{
		{"docker exact", "docker", "https://registry.test:5000/v2/", []file{{"docker-config", "c", "{\n\"auths\": {\n\"registry.test:5000\": {\"auth\": \"" + auth + "\"}}}"}},
			"sent c:3 auths registry.test:5000\n"},
		{"docker legacy key", "docker", "https://registry.test/v2/", []file{{"docker-config", "c", "{\n\"auths\": {\n\"https://registry.test/v1/\": {\"auth\": \"" + auth + "\"}}}"}},
			"sent c:3 auths https://registry.test/v1/\n"},
		{"docker hub", "docker", "https://registry-1.docker.io/v2/", []file{{"docker-config", "c", "{\n\"auths\": {\n\"https://index.docker.io/v1/\": {\"auth\": \"" + auth + "\"},\n\"docker.io\": {\"auth\": \"" + other + "\"}}}"}},
			"sent c:3 auths https://index.docker.io/v1/\nnear c:4 auths docker.io: docker looks Docker Hub up as https://index.docker.io/v1/\n"},
		{"docker helper first", "docker", "https://registry.test/v2/", []file{{"docker-config", "c", "{\n\"auths\": {\n\"registry.test\": {\"auth\": \"" + auth + "\"}},\n\"credsStore\": \"pass\"}"}},
			"sent c:4 credsStore (the helper docker-credential-pass keeps it)\nshadowed c:3 auths registry.test: credsStore names a helper for all registries, which is asked in place of auths\n"},
		{"docker helper of another key", "docker", "https://registry.test/v2/", []file{{"docker-config", "c", "{\n\"credHelpers\": {\n\"https://registry.test\": \"ecr-login\"}}"}},
			"near c:3 credHelpers https://registry.test: docker looks up registry.test and compares whole names\n"},
		{"docker port missing", "docker", "https://registry.test:5000/v2/", []file{{"docker-config", "c", "{\n\"auths\": {\n\"registry.test\": {\"auth\": \"" + auth + "\"}}}"}},
			"near c:3 auths registry.test: it stands without the port, and the client looks up registry.test:5000\n"},
		{"docker stranger", "docker", "https://registry.test/v2/", []file{{"docker-config", "c", "{\n\"auths\": {\n\"ghcr.io\": {\"auth\": \"" + auth + "\"}}}"}}, ""},

		{"npm longest", "npm", "https://r.test/npm/team/pkg", []file{{"npmrc", "~/.npmrc", "//r.test/:_authToken=fake-word-1\n//r.test/npm/:_authToken=fake-word-2\n"}},
			"sent ~/.npmrc:2 //r.test/npm/:_authToken\nshadowed ~/.npmrc:1 //r.test/:_authToken: a longer or earlier key comes first\n"},
		{"npm without slash", "npm", "https://r.test/pkg", []file{{"npmrc", "~/.npmrc", "//r.test:_authToken=fake-word-1\n"}}, "sent ~/.npmrc:1 //r.test:_authToken\n"},
		{"npm project before user", "npm", "https://r.test/pkg", []file{{"npmrc", "~/.npmrc", "//r.test/:_authToken=fake-word-1\n"}, {"npmrc", "/work/app/.npmrc", "//r.test/:_authToken=fake-word-2\n"}},
			"sent /work/app/.npmrc:1 //r.test/:_authToken\nshadowed ~/.npmrc:1 //r.test/:_authToken: the same key in /work/app/.npmrc comes first\n"},
		{"npm unbound", "npm", "https://r.test/pkg", []file{{"npmrc", ".npmrc", "registry=https://r.test/npm/\n_authToken=fake-word-1\n"}},
			"near .npmrc:2 _authToken: it names no registry; npm wants //r.test/npm/:_authToken\n"},
		{"npm variable", "npm", "https://r.test/pkg", []file{{"npmrc", ".npmrc", "//r.test/:_authToken=${NPM_TOKEN}\n"}}, "sent .npmrc:1 //r.test/:_authToken (the variable NPM_TOKEN holds it)\n"},
		{"npm tarball beside the path", "npm", "https://r.test/files/pkg.tgz", []file{{"npmrc", ".npmrc", "registry=https://r.test/npm/\n//r.test/npm/:_authToken=fake-word-1\n"}},
			"sent .npmrc:2 //r.test/npm/:_authToken\n"},

		{"pip address before netrc", "pip", "https://i.test/simple/a/", []file{{"pip-conf", "pip.conf", "[global]\nindex-url = https://u:fake-word-1@i.test/simple/\n"}, {"netrc", "n", "machine i.test login v password fake-word-2\n"}},
			"sent pip.conf:2 [global] index-url\nshadowed n:1 machine i.test: the login in the index's address comes before .netrc\n"},
		{"pip last machine", "pip", "https://i.test/simple/a/", []file{{"netrc", "n", "machine i.test login a password fake-word-1\nmachine i.test login b password fake-word-2\ndefault login c password fake-word-3\n"}},
			"sent n:2 machine i.test\nshadowed n:1 machine i.test: Python takes the last entry of a machine\nshadowed n:3 default: Python takes the last entry of a machine\n"},
		{"curl first machine", "curl", "https://i.test/", []file{{"netrc", "n", "machine i.test login a password fake-word-1\nmachine i.test login b password fake-word-2\n"}},
			"sent n:1 machine i.test\nshadowed n:2 machine i.test: the first complete entry of the host is taken\n"},
		{"curl machine as a URL", "curl", "https://i.test/", []file{{"netrc", "n", "machine https://i.test login a password fake-word-1\n"}},
			"near n:1 machine https://i.test: a machine is named by its host alone, without scheme, port and path\n"},

		{"maven id", "maven", "https://nexus.test/repository/m/a.jar", []file{{"maven-settings", "settings.xml", mavenSettings("nexus-releases", "")}},
			"sent settings.xml:1 server \"nexus-releases\"\n"},
		{"maven id in other letters", "maven", "https://nexus.test/repository/m/a.jar", []file{{"maven-settings", "settings.xml", mavenSettings("Nexus-Releases", "")}},
			"near settings.xml:1 server \"Nexus-Releases\": Maven looks for the id \"nexus-releases\", letter by letter\n"},
		{"maven mirror", "maven", "https://mirror.test/all/a.jar", []file{{"maven-settings", "settings.xml", mavenSettings("nexus-releases", "<mirrors><mirror><id>all</id><mirrorOf>*</mirrorOf><url>https://mirror.test/all</url></mirror></mirrors>")}},
			"near settings.xml:1 server \"nexus-releases\": a mirror takes the place of the repository nexus-releases: Maven looks for the mirror's id, \"all\"\n"},

		{"git store", "git", "https://git.test:8443/a.git/info/refs", []file{{"gitconfig", "g", "[credential]\n\thelper = store\n"}, {"git-credentials", "s", "https://u:fake-word-1@git.test%3a8443\n"}},
			"sent s:1 https://git.test:8443\n"},
		{"git store of http", "git", "https://git.test/a.git/info/refs", []file{{"gitconfig", "g", "[credential]\n\thelper = store\n"}, {"git-credentials", "s", "http://u:fake-word-1@git.test\n"}},
			"near s:1 http://git.test: it is bound to http, and the request goes by https\n"},
		{"git header first", "git", "https://git.test/a.git/info/refs", []file{{"gitconfig", "g", "[http \"https://git.test/\"]\n\textraheader = Authorization: Basic " + auth + "\n[credential]\n\thelper = osxkeychain\n"}},
			"sent g:2 http.https://git.test/.extraHeader\nshadowed g:4 credential.helper: an extra header or the login in the URL comes first\n"},
		{"git insteadOf with a login", "git", "https://git.test/a.git/info/refs", []file{{"gitconfig", "g", "[url \"https://ci:fake-word-123@git.test/\"]\n\tinsteadOf = https://git.test/\n"}},
			"sent input the login in the URL\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := exchange.ParseURL(c.url)
			if err != nil {
				t.Fatal(err)
			}
			a, ok := store.Look(c.client, u, read(t, c.files...))
			if got := outline(a); !ok || got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func mavenSettings(id, mirrors string) string {
	return "<settings><servers><server><id>" + id + "</id><username>u</username><password>fake-word-1</password></server></servers>" + mirrors +
		"<profiles><profile><repositories><repository><id>nexus-releases</id><url>https://nexus.test/repository/m</url></repository></repositories></profile></profiles></settings>\n"
}

// FuzzLook looks for a configuration and a URL that make a look-up panic or never end, or a login that prints.
func FuzzLook(f *testing.F) {
	f.Add("npm", "npmrc", "https://r.test/npm/pkg", "//r.test:_authToken=fake-word-123456\nregistry=https://r.test\n@a:registry=x\n")
	f.Add("docker", "docker-config", "https://index.docker.io/v2/", `{"auths":{"docker.io":{"auth":"ZmFrZS13b3JkLTEyMzQ1Ng=="}},"credHelpers":{"":"x"}}`)
	f.Add("git", "gitconfig", "https://g.test/a", "[url \"https://a:fake-word-123456@g.test/\"]\n\tinsteadOf = https://\n[http \"*\"]\n\textraheader = a\n[credential \"https://*.test\"]\n\thelper =\n")
	f.Add("maven", "maven-settings", "https://n.test/", "<settings><mirrors><mirror><mirrorOf>!,*,</mirrorOf></mirror></mirrors></settings>")
	f.Add("pip", "pip-conf", "http://i.test/", "[global]\nindex-url = http://${A}:fake-word-123456@i.test\n")
	f.Add("curl", "netrc", "http://i.test/", "default login a password fake-word-123456 machine")
	f.Fuzz(func(t *testing.T, client, kind, url, text string) {
		u, err := exchange.ParseURL(url)
		if err != nil {
			return
		}
		a, _ := store.Look(client, u, read(nil, file{kind, "f", text}))
		for _, e := range append(append([]store.Entry{}, a.Shadowed...), a.Near...) {
			if !e.Value.Empty() && !e.Value.Closed() {
				t.Errorf("%s: a login that can be printed", e.Key)
			}
		}
		if s := a.Sent; s != nil && !s.Value.Empty() && !s.Value.Closed() {
			t.Errorf("%s: a login that can be printed", s.Key)
		}
	})
}
