package cors

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// recorded answers for the cause called id from a record that need not show whole exchanges. live is the detector that
// wants to see all; its experiments and remedies stay when the record says more.
func recorded(id string, live func(*cause.View) *cause.Suspicion) func(*cause.View) *cause.Suspicion {
	return func(v *cause.View) *cause.Suspicion {
		var s *cause.Suspicion
		if v.Whole() {
			s = live(v)
		}
		if !v.Recorded() {
			return s
		}
		best := cause.WeightiestOf(id, findings(v))
		switch {
		case s == nil:
			return best
		case best.Outweighs(s):
			// What was written beside the exchange says more than the exchange alone.
			s.Grade, s.Weight, s.Because, s.Independent = best.Grade, best.Weight, best.Because, false
		}
		return s
	}
}

var (
	includes = lazyregexp.New(`(?i)credentials["']?\s*[:=]\s*["']include|withCredentials["']?\s*[:=]\s*true|credentials mode is .?include`)
	noHeader = lazyregexp.New(`(?i)no .?access-control-allow-origin.? header is present|header .?access-control-allow-origin.? missing`)
	stopped  = lazyregexp.New(`(?i)(response (to|for)|during|for a) preflight|preflight (request|response)`)
)

// findings are what the exchanges and settings of the record tell.
func findings(v *cause.View) []*cause.Finding {
	var out []*cause.Finding
	withCredentials, complained, preflight := false, false, false
	for _, p := range v.Excerpts(40, 20, 16<<10) {
		withCredentials = withCredentials || includes.MatchString(string(p.Text))
		complained = complained || noHeader.MatchString(string(p.Text))
		preflight = preflight || stopped.MatchString(string(p.Text))
	}
	for _, x := range v.Exchanges[:min(len(v.Exchanges), 60)] {
		if x.Given == "" || x.Response == nil {
			continue
		}
		if x.Request.Method == "OPTIONS" {
			out = append(out, preflights(x, preflight)...)
		} else {
			out = append(out, answers(x, withCredentials, complained)...)
		}
		out = append(out, origins(x)...)
		out = append(out, methodTold(v, x)...)
	}
	for _, m := range v.Messages[:min(len(v.Messages), 40)] {
		if m.Fields["method"] != "OPTIONS" || m.Status < 300 || m.Status == 304 {
			continue
		}
		id, what := "cors-preflight-failed", "OPTIONS is answered %d; a browser goes on only after 2xx, and follows no redirect."
		if m.Status == 401 || m.Status == 403 {
			id, what = "cors-preflight-401", "OPTIONS, which browsers send without a credential, is answered %d."
		}
		f := fact.Given("the log", what, m.Status)
		f.From = m.From
		out = append(out, cause.Found(id, cause.Likely, 0.72, f))
		break
	}
	return append(out, configured(v)...)
}

// preflights judges the answer to an OPTIONS request. Without Access-Control-Request-Method it may be another thing; then
// it only fits. named says that the record itself calls it a preflight.
func preflights(x *exchange.Exchange, named bool) []*cause.Finding {
	h := x.Request.Header
	asks := h.Has("Access-Control-Request-Method") || h.Has("Access-Control-Request-Headers") ||
		named && x.Unseen&exchange.RequestHeader != 0
	if refusesAll(x) && !bears(x.Request) && x.Status() != 0 {
		f := cause.Found("cors-preflight-401", cause.Likely, 0.75,
			fact.At(x.N, "The OPTIONS request, which browsers send without a credential, is answered %d.", x.Status()))
		if asks && x.Status() == 401 {
			f.Grade, f.Weight = cause.Strong, 0.9
		}
		return []*cause.Finding{f}
	}
	if asks && stops(x) {
		return []*cause.Finding{cause.Found("cors-preflight-failed", cause.Strong, 0.88,
			fact.At(x.N, "The preflight is answered %d; a browser goes on only after 2xx, and follows no redirect.", x.Status()))}
	}
	c := call{origin: h.Get("Origin"), method: h.Get("Access-Control-Request-Method")}
	if x.Header().Has("Access-Control-Allow-Methods") && c.method != "" && c.origin != "" && c.refusesMethod(x) {
		return []*cause.Finding{cause.Found("cors-method-not-allowed", cause.Strong, 0.9,
			fact.At(x.N, "The preflight asks for %s, which Access-Control-Allow-Methods of the answer does not list.", methods(c.method)))}
	}
	wanted := list(h.Get("Access-Control-Request-Headers"))
	allow := x.Header().Values("Access-Control-Allow-Headers")
	if !x.OK() || len(wanted) == 0 || len(allow) == 0 {
		return nil
	}
	c.headers = wanted
	if miss := c.missing(x); len(miss) > 0 {
		return []*cause.Finding{cause.Found("cors-header-not-allowed", cause.Strong, 0.9,
			fact.At(x.N, "The preflight asks for headers, and Access-Control-Allow-Headers of the answer lacks: %s.", names(miss)))}
	}
	return nil
}

// answers judges the answer to the request itself.
func answers(x *exchange.Exchange, withCredentials, complained bool) []*cause.Finding {
	h, asked := x.Header(), x.Request.Header
	origin := asked.Get("Origin")
	var out []*cause.Finding
	allowed := h.Text("Access-Control-Allow-Origin")
	if allowed.Is("*") && (withCredentials || origin != "" && (asked.Has("Cookie") || h.Text("Access-Control-Allow-Credentials").EqualFold("true"))) {
		out = append(out, cause.Found("cors-wildcard-with-credentials", cause.Likely, 0.78,
			fact.At(x.N, "Access-Control-Allow-Origin is a star, and credentials are meant to come along; browsers refuse that pair.")))
	}
	seen := x.Unseen&exchange.ResponseHeader == 0 || complained && len(h) > 0
	if allowed.Empty() && origin != "" && seen && (x.Status() == 401 || x.Status() == 403) && !invalidOrigin(x) {
		g, w := cause.Likely, 0.6
		if complained { // the browser's complaint and its ground stand side by side
			g, w = cause.Strong, 0.86
		}
		out = append(out, cause.Found("cors-missing-on-401", g, w,
			fact.At(x.N, "The answer %d to a page of %s has no Access-Control-Allow-Origin.", x.Status(), origin)))
	}
	return out
}

// origins compares Origin with what the answer allows.
func origins(x *exchange.Exchange) []*cause.Finding {
	origin, allowed := x.Request.Header.Get("Origin"), x.Header().Values("Access-Control-Allow-Origin")
	if origin == "" || len(allowed) == 0 {
		return nil
	}
	if u := x.Request.URL; u.Host != "" {
		if p, err := exchange.ParseURL(origin); err == nil && p.Origin() == u.Origin() {
			return nil
		}
	}
	if !slices.ContainsFunc(allowed, func(t secret.Text) bool { return t.Is("*") || t.Is(origin) }) {
		return []*cause.Finding{cause.Found("cors-origin-not-allowed", cause.Strong, 0.88,
			fact.At(x.N, "The page is of %s, and Access-Control-Allow-Origin names another origin.", origin))}
	}
	return nil
}

// configured reads what nginx is told to add: without "always" a header goes with successful answers only
// (ngx_http_headers_module), and a star does not go with credentials.
func configured(v *cause.View) []*cause.Finding {
	var out []*cause.Finding
	star, credentials, preflight := fact.Source{}, false, false
	bare := fact.Source{}
	found, starred := false, false
	for _, s := range v.Settings {
		name := strings.ToLower(s.Name)
		if name == "if" && len(s.Args) > 0 {
			preflight = true
		}
		if name != "add_header" || len(s.Args) < 2 {
			continue
		}
		always := s.Args[len(s.Args)-1].EqualFold("always")
		switch {
		case s.Args[0].EqualFold("Access-Control-Allow-Origin"):
			if s.Args[1].Is("*") {
				star, starred = s.From, true
			}
			if !always {
				bare, found = s.From, true
			}
		case s.Args[0].EqualFold("Access-Control-Allow-Credentials") && s.Args[1].EqualFold("true"):
			credentials = true
		}
	}
	if starred && credentials {
		f := fact.Given("the configuration", "A star as the allowed origin and leave for credentials stand together; browsers refuse that pair.")
		f.From = star
		out = append(out, cause.Found("cors-wildcard-with-credentials", cause.Likely, 0.78, f))
	}
	refusal := slices.ContainsFunc(v.Messages, func(m exchange.Message) bool { return m.Status == 401 || m.Status == 403 }) ||
		slices.ContainsFunc(v.Exchanges, func(x *exchange.Exchange) bool { return cause.Refused(x) && x.Request.Method != "OPTIONS" }) ||
		slices.ContainsFunc(v.Notes, func(n exchange.Note) bool { return strings.Contains(string(n.Text[:min(len(n.Text), 16<<10)]), "401") })
	if found && refusal && !preflight {
		f := fact.Given("the configuration", `add_header without "always" leaves Access-Control-Allow-Origin off every 401 and 403.`)
		f.From = bare
		out = append(out, cause.Found("cors-missing-on-401", cause.Likely, 0.78, f))
	}
	return out
}
