package diagnose

import (
	"slices"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/report"
	"github.com/why401/why401/signature"
)

// refusedBy says which layer wrote the refusal: what the suspicion knows, else the product whose page it is, else the
// cause's usual layer, else nothing.
func (r *run) refusedBy(j *judged) exchange.Layer {
	if j != nil && j.s.RefusedBy != exchange.Unknown {
		return j.s.RefusedBy
	}
	if x := r.answer(); x != nil && x.Response != nil && (j == nil || j.cause.RefusedBy == exchange.Unknown) {
		if w, ok := signature.Writer(x); ok {
			return w.Layer
		}
	}
	if j != nil && j.cause.RefusedBy != exchange.Unknown {
		return j.cause.RefusedBy
	}
	if j != nil && cause.Refused(r.answer()) {
		// The pages of servers and gateways are known; a refusal that is none of them is the application's own.
		return exchange.Application
	}
	return exchange.Unknown
}

// order is the way of a request; a product stands in the picture at its layer's place.
var order = []exchange.Layer{exchange.Client, exchange.Network, exchange.Edge, exchange.Gateway, exchange.WebServer, exchange.Application, exchange.IdentityProvider}

// path draws the way: the client, every product that showed itself in any reply of the case, and the layer that
// refused. Stations before the refusing one passed the request on, those behind it were not reached. Where nothing was
// sent there is no way to draw.
func (r *run) path(j *judged, refusing exchange.Layer) []report.Stop {
	if len(r.c.Exchanges) == 0 {
		return nil
	}
	stops := []report.Stop{{Name: "you", Kind: exchange.Client, Result: "passed"}}
	if r.c.Intent != nil && r.c.Intent.Agent.Name != "" {
		stops[0].Product = r.c.Intent.Agent.Name
	}
	products := r.products()
	for _, l := range order[1:] {
		names := products[l]
		if len(names) == 0 && l == refusing {
			names = []string{""}
		}
		for _, p := range names {
			stops = append(stops, report.Stop{Name: name(p, l), Kind: l, Product: p})
		}
	}
	if !slices.ContainsFunc(stops, func(s report.Stop) bool { return s.Kind == exchange.Application }) {
		stops = append(stops, report.Stop{Name: "app", Kind: exchange.Application})
	}
	x := r.answer()
	for i := range stops {
		s := &stops[i]
		switch {
		case s.Result != "" && refusing != exchange.Client:
		case x == nil || x.Response == nil:
			s.Result = "unknown"
		case j == nil && cause.Passed(x):
			s.Result = "passed"
		case refusing == exchange.Unknown:
			s.Result = "unknown"
		case s.Kind == refusing:
			s.Result = "refused"
		case slices.Index(order, s.Kind) < slices.Index(order, refusing):
			s.Result = "passed"
		default:
			s.Result = "not_reached"
		}
	}
	if j != nil {
		for i := range stops {
			if l := first(j.s.FaultAt, j.cause.FaultAt); stops[i].Kind == l && l != refusing {
				stops[i].Note = "fault here"
			}
		}
	}
	return stops
}

// products are for each layer the names of what showed itself there, best match first, each once, two at most.
func (r *run) products() map[exchange.Layer][]string {
	out := map[exchange.Layer][]string{}
	for _, x := range r.c.Exchanges {
		if x.Response == nil {
			continue
		}
		for _, m := range signature.Matches(x) {
			p := m.Product
			if m.Version != "" {
				p += " " + m.Version
			}
			names := out[m.Layer]
			if len(names) < 2 && !slices.ContainsFunc(names, func(o string) bool { return sameProduct(o, m.Product) }) {
				out[m.Layer] = append(names, p)
			}
		}
	}
	return out
}

func sameProduct(shown, product string) bool {
	return shown == product || len(shown) > len(product) && shown[:len(product)+1] == product+" "
}

func name(product string, l exchange.Layer) string {
	if product != "" {
		return product
	}
	switch l {
	case exchange.Application:
		return "app"
	case exchange.WebServer:
		return "web server"
	case exchange.IdentityProvider:
		return "identity provider"
	case exchange.Network:
		return "network"
	}
	return string(l)
}
