package redirect

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// leads gives where the configuration redirects a request with credentials, resolved against its address.
func leads(t *conf.Trace) (from, to exchange.URL, ok bool) {
	if t.Status/100 != 3 || t.Location == "" || !access.Brought(t) {
		return from, to, false
	}
	from = t.Request.URL
	if strings.HasPrefix(t.Location, "/") {
		return from, from, false // the same origin: credentials go along
	}
	to, err := exchange.ParseURL(t.Location)
	return from, to, err == nil
}

func redirecting(t *conf.Trace) conf.Place {
	for i := len(t.Steps) - 1; i >= 0; i-- {
		if t.Steps[i].Place.Known() {
			return t.Steps[i].Place
		}
	}
	return conf.Place{}
}

func bareHost(h string) string { return strings.TrimPrefix(strings.ToLower(h), "www.") }

func tracedUpgrade(_ *conf.Config, t *conf.Trace) *cause.Suspicion {
	from, to, ok := leads(t)
	if !ok || from.Scheme != "http" || to.Scheme != "https" || !strings.EqualFold(from.Host, to.Host) {
		return nil
	}
	return access.Found(cause.Strong, 0.9, redirecting(t), "The request goes to http and is led to https: clients do not send Authorization to the other port.")
}

func tracedApex(_ *conf.Config, t *conf.Trace) *cause.Suspicion {
	from, to, ok := leads(t)
	if !ok || strings.EqualFold(from.Host, to.Host) || bareHost(from.Host) != bareHost(to.Host) {
		return nil
	}
	return access.Found(cause.Strong, 0.9, redirecting(t), "The request is led from %s to %s: clients do not send Authorization to the other name.", from.Host, to.Host)
}

func tracedElsewhere(_ *conf.Config, t *conf.Trace) *cause.Suspicion {
	from, to, ok := leads(t)
	if !ok || strings.EqualFold(from.Authority(), to.Authority()) && from.Scheme == to.Scheme || bareHost(from.Host) == bareHost(to.Host) && from.Scheme != to.Scheme || bareHost(from.Host) == bareHost(to.Host) && !strings.EqualFold(from.Host, to.Host) {
		return nil
	}
	return access.Found(cause.Strong, 0.88, redirecting(t), "The request is led from %s to %s: clients do not send Authorization to another host or port.", from.Authority(), to.Authority())
}

// tracedMethod sees a request whose method the redirect changes.
func tracedMethod(_ *conf.Config, t *conf.Trace) *cause.Suspicion {
	if t.Request.Method != "POST" || t.Status != 301 && t.Status != 302 && t.Status != 303 || t.Location == "" {
		return nil
	}
	return access.Found(cause.Strong, 0.85, redirecting(t), "The POST is redirected with %d: clients follow it with GET and without the body.", t.Status)
}
