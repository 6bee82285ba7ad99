package settings

import (
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var mavenForm = form.Form{
	Kind: "maven-settings", Also: []string{"settings.xml"}, What: "Maven settings",
	Files: []string{"settings.xml", "settings-security.xml", "pom.xml"},
	Is: func(text string) int {
		t := text[:min(len(text), peek)]
		switch {
		case !startsXML(t):
			return 0
		case strings.Contains(t, "maven.apache.org/SETTINGS"):
			return 98
		case mavenParts.MatchString(t) && strings.Contains(t, "<id>"):
			return 92
		case strings.Contains(t, "maven.apache.org/POM"):
			return 90
		case strings.Contains(t, "<repository>") && strings.Contains(t, "<id>"):
			return 80
		}
		return 0
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "maven", "Maven settings", (*reader).maven)
	},
}

var mavenParts = lazyregexp.New(`<(servers|server|mirrors|mirror|profiles|distributionManagement)>`)

func startsXML(t string) bool {
	t = strings.TrimLeft(strings.TrimPrefix(t, "\ufeff"), " \t\r\n")
	return strings.HasPrefix(t, "<")
}

// maven adds each leaf element: the elements around it are the context, a server's or mirror's id with it.
func (r *reader) maven(text string) {
	es := xmlElements(text, r.say)
	parents := xmlParents(es)
	ids := map[int]string{} // by the element that has them
	for i, e := range es {
		if e.name() == "id" && parents[i] >= 0 {
			ids[parents[i]] = strings.TrimSpace(e.text)
		}
	}
	for i, e := range es {
		r.mavenPlace(e)
		v := strings.TrimSpace(e.text)
		if v == "" && i+1 < len(es) && parents[i+1] == i {
			continue // it only holds others
		}
		context := slices.Clone(e.path[:len(e.path)-1])
		for p, k := parents[i], len(context)-1; p >= 0 && k >= 0; p, k = parents[p], k-1 {
			if id := ids[p]; id != "" {
				context[k] += " " + shown(id)
			}
		}
		if e.name() != "password" && e.name() != "passphrase" {
			r.pair(e.line, context, e.name(), v)
			continue
		}
		r.add(e.line, context, e.name(), closePair("password", v))
		switch {
		case strings.HasPrefix(v, "{") && strings.HasSuffix(v, "}"):
			r.say(e.line, "the password is encrypted by Maven: it needs settings-security.xml")
		case mavenEnv.MatchString(v):
			r.say(e.line, "the password is taken from a variable")
		default:
			r.flaws(e.line, e.name(), secret.New(v))
		}
		if e.text != v {
			r.say(e.line, "blanks or line breaks around the password")
		}
	}
}

var mavenEnv = lazyregexp.New(`^\$\{(env\.)?[A-Za-z_][A-Za-z0-9_.]*\}$`)

// mavenPlace says where Maven does not look for an element.
func (r *reader) mavenPlace(e xmlElement) {
	switch e.name() {
	case "servers", "mirrors", "proxies":
		if len(e.path) == 1 {
			r.say(e.line, "<%s> stands outside <settings>: Maven ignores it there", e.name())
		} else if e.path[len(e.path)-2] != "settings" && e.path[0] != "project" {
			r.say(e.line, "<%s> stands in <%s>: Maven looks for it in <settings>", e.name(), shown(e.path[len(e.path)-2]))
		}
	case "server":
		if len(e.path) == 1 || e.path[len(e.path)-2] != "servers" {
			r.say(e.line, "<server> stands outside <servers>: Maven ignores it there")
		}
	}
}
