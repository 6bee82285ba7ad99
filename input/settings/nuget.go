package settings

import (
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var nugetForm = form.Form{
	Kind: "nuget-config", Also: []string{"nuget.config"}, What: "NuGet configuration",
	Files: []string{"nuget.config", "*.nuget.config"},
	Is: func(text string) int {
		t := text[:min(len(text), peek)]
		if startsXML(t) && nugetParts.MatchString(t) {
			return 96
		}
		return 0
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "nuget", "NuGet configuration", (*reader).nuget)
	},
}

var nugetParts = lazyregexp.New(`<(packageSources|packageSourceCredentials|apikeys|packageSourceMapping|disabledPackageSources)\b`)

// nuget adds <add key value> pairs with the sections around them; the name of a source in packageSourceCredentials is
// an element's name, with _x0020_ for a blank (XML names escaped as System.Xml.XmlConvert does).
func (r *reader) nuget(text string) {
	sources := map[string]bool{}
	type named struct {
		name string
		line int
	}
	var logins []named
	for _, e := range xmlElements(text, r.say) {
		context := make([]string, 0, len(e.path))
		for _, p := range e.path[:len(e.path)-1] {
			context = append(context, shown(unescapeXMLName(p)))
		}
		if n := len(e.path); n >= 2 && e.path[n-2] == "packageSourceCredentials" {
			logins = append(logins, named{unescapeXMLName(e.name()), e.line})
		}
		if (e.name() == "packageSources" || e.name() == "packageSourceCredentials") && len(e.path) == 1 {
			r.say(e.line, "<%s> stands outside <configuration>", e.name())
		}
		if !strings.EqualFold(e.name(), "add") {
			continue
		}
		k, v := e.attr("key"), e.attr("value")
		if len(e.path) > 1 && e.path[len(e.path)-2] == "packageSources" {
			sources[strings.ToLower(k)] = true
			r.add(e.line, context, k, closeValue(v))
			continue
		}
		low := strings.ToLower(k)
		switch {
		case low == "password" || low == "cleartextpassword" || len(e.path) > 1 && e.path[len(e.path)-2] == "apikeys":
			r.add(e.line, context, k, closePair("password", v))
			if strings.HasPrefix(v, "%") && strings.HasSuffix(v, "%") && len(v) > 2 {
				r.say(e.line, "%s is a variable in %% %%: NuGet replaces it from the environment", shown(k))
			} else {
				r.flaws(e.line, shown(k), secret.New(v))
			}
			if low == "password" {
				r.say(e.line, "Password holds a value encrypted for one user and machine of Windows; elsewhere ClearTextPassword is needed")
			}
		default:
			r.pair(e.line, context, k, v)
		}
	}
	for _, l := range logins {
		if len(sources) > 0 && !sources[strings.ToLower(l.name)] {
			r.say(l.line, "the login is for a source named %q, and no source in this text has that name", shown(l.name))
		}
	}
}

var xmlEscape = lazyregexp.New(`_x[0-9A-Fa-f]{4}_`)

func unescapeXMLName(s string) string {
	return xmlEscape.ReplaceAllStringFunc(s, func(m string) string {
		c, err := strconv.ParseUint(m[2:6], 16, 16)
		if err != nil {
			return m
		}
		return string(rune(c))
	})
}
