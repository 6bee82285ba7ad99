package watch

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/compare"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input"
	"github.com/why401/why401/redact"
	"github.com/why401/why401/watch/state"
)

// keptBody is how much of a body is kept, in bytes: enough for the sentence that says why.
const keptBody = 2 << 10

// keptHops is how many redirects are kept.
const keptHops = 8

// keep makes of an exchange what may be stored: both messages with every secret replaced, cut short. key is for the tags
// of values that are compared and not kept.
func keep(at time.Time, hops []*exchange.Exchange, key []byte) *state.Kept {
	k := &state.Kept{At: at}
	r := redact.New(redact.Options{})
	var texts []string
	for _, x := range hops[:min(len(hops), keptHops)] {
		text := input.MessageText(short(x))
		r.Learn("", text)
		texts = append(texts, text)
	}
	for i, text := range texts {
		x := hops[i]
		h := state.Hop{Text: r.Redact(text), Token: token(x, key)}
		if x.Failure != nil {
			h.Failure = x.Failure.Error()
		}
		if t := x.Conn.TLS; t != nil {
			h.TLS = &state.Certificate{Subject: t.Subject, Issuer: t.Issuer, NotAfter: t.NotAfter, Names: t.Names, Problem: t.VerifyProblem, Asked: t.ClientCertAsked}
		}
		k.Hops = append(k.Hops, h)
	}
	return k
}

// short is x with its bodies cut.
func short(x *exchange.Exchange) *exchange.Exchange {
	y := *x
	if y.Response != nil && len(y.Response.Body.Bytes) > keptBody {
		r := *y.Response
		r.Body.Bytes = append(bytes.ToValidUTF8(r.Body.Bytes[:keptBody], nil), " (cut)"...)
		y.Response = &r
	}
	if y.Request.Body.Len() > keptBody {
		y.Request.Body = y.Request.Body.Map(func(s string) string { return strings.ToValidUTF8(s[:keptBody], "") + " (cut)" })
	}
	return &y
}

// token is the key of the JWT that the request carries, nil when it carries none.
func token(x *exchange.Exchange, key []byte) *state.TokenKey {
	for _, c := range cred.Of(x.Request) {
		if c.Kind != cred.JWT {
			continue
		}
		t, err := jwt.Decode(c.Value)
		if err != nil {
			return nil
		}
		k := &state.TokenKey{Alg: t.Header.Alg, Tag: t.Header.Kid.Text.Tag(key)}
		if !t.Header.Kid.Text.Closed() {
			k.Kid = t.Header.Kid.Show
		}
		return k
	}
	return nil
}

// exchanges reads back what was kept. Stand-ins take the place of the secrets.
func exchanges(k *state.Kept) []*exchange.Exchange {
	var out []*exchange.Exchange
	for _, h := range k.Hops {
		x := &exchange.Exchange{Unseen: exchange.RequestHeader | exchange.RequestBody}
		if got, err := input.Read([]string{"-"}, strings.NewReader(h.Text), input.Options{}); err == nil {
			if list := got.Evidence.Exchanges; len(list) > 0 {
				x = list[0]
			} else if list := slices.Concat(got.Intents, got.Evidence.Intents); len(list) > 0 {
				x = &exchange.Exchange{Request: list[0].Request}
			}
		}
		if h.Failure != "" {
			step, msg, _ := strings.Cut(h.Failure, ": ")
			x.Failure = &exchange.Failure{Step: step, Message: msg}
		}
		if t := h.TLS; t != nil {
			x.Conn.TLS = &exchange.TLS{Subject: t.Subject, Issuer: t.Issuer, NotAfter: t.NotAfter, Names: t.Names, VerifyProblem: t.Problem, ClientCertAsked: t.Asked}
		}
		out = append(out, x)
	}
	return out
}

// changed says what differs between two exchanges that were kept. Both are compared as they are stored, so that it is the
// same whether the program was started anew between them or not.
func changed(good, bad *state.Kept) []compare.Difference {
	if good == nil || bad == nil || len(good.Hops) == 0 || len(bad.Hops) == 0 {
		return nil
	}
	out := compare.Times(exchanges(good), exchanges(bad))
	a, b := good.Hops[0].Token, bad.Hops[0].Token
	if a != nil && b != nil && a.Tag != b.Tag {
		out = slices.DeleteFunc(out, func(d compare.Difference) bool { return d.What == "header kid" })
		out = append(out, compare.Difference{Area: compare.Token, What: "header kid", Good: kid(a), Bad: kid(b)})
	}
	return out
}

func kid(k *state.TokenKey) string {
	if k.Kid == "" {
		return "another, not shown"
	}
	return k.Kid
}
