package settings

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var iisForm = form.Form{
	Kind: "config-iis", Also: []string{"web.config", "iis"}, What: "IIS configuration",
	Files: []string{"web.config", "applicationHost.config", "app.config"},
	Is: func(text string) int {
		t := text[:min(len(text), peek)]
		switch {
		case !startsXML(t):
			return 0
		case strings.Contains(t, "<system.webServer") || strings.Contains(t, "<system.applicationHost"):
			return 96
		case strings.Contains(t, "<system.web>") || strings.Contains(t, "<aspNetCore"):
			return 92
		case iisParts.MatchString(t):
			return 84
		}
		return 0
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "iis", "IIS configuration", (*reader).iis)
	},
}

var iisParts = lazyregexp.New(`<(anonymousAuthentication|windowsAuthentication|basicAuthentication|requestFiltering|httpProtocol|customHeaders|rewrite|authorization)\b`)

// iis adds each attribute as "element attribute" with the elements around it as context; a location's path and an add's
// name or key are part of the context's or setting's name.
func (r *reader) iis(text string) {
	es := xmlElements(text, r.say)
	parents := xmlParents(es)
	names := make([]string, len(es))
	for i, e := range es {
		names[i] = e.name()
		if p := e.attr("path"); e.name() == "location" && p != "" {
			names[i] += " " + shown(p)
		}
		var context []string
		for p := parents[i]; p >= 0; p = parents[p] {
			context = append([]string{names[p]}, context...)
		}
		k := e.attr("name")
		if k == "" {
			k = e.attr("key")
		}
		if v := e.attr("value"); k != "" && (e.name() == "add" || e.name() == "set" || e.name() == "environmentVariable") {
			r.pair(e.line, context, k, v)
			continue
		}
		if len(e.attrs) == 0 && (i+1 >= len(es) || parents[i+1] != i) {
			r.add(e.line, context, e.name(), closeValue(strings.TrimSpace(e.text)))
		}
		for _, a := range e.attrs {
			if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
				continue
			}
			v := closePair(a.Name.Local, a.Value)
			if strings.EqualFold(a.Name.Local, "password") {
				v = secret.New(a.Value)
			}
			r.add(e.line, context, e.name()+" "+a.Name.Local, v)
		}
	}
}
