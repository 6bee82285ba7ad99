package session

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// heavyCookie is the size from which a Cookie field is worth suspecting of overflowing a server's header buffer; the
// smallest common limit is 4 KiB for a line (nginx large_client_header_buffers is 8 KiB, Node 16 KiB in all).
const heavyCookie = 3500

// CookieTooLarge: a Set-Cookie over 4096 bytes, which browsers ignore (RFC 6265bis 5.6), or a Cookie field that is more
// than the server's header buffer holds.
var CookieTooLarge = &cause.Cause{
	ID:      "cookie-too-large",
	Title:   "the session cookie is too large",
	Family:  family,
	FaultAt: exchange.Application,
	Hides:   append([]string{"token-too-large"}, generalities...),
	Partial: true,
	Suspect: recorded("cookie-too-large", tooLarge),
}

func tooLarge(v *cause.View) *cause.Suspicion {
	if v.Answer == nil || v.Answer.Response == nil {
		return nil
	}
	if s := overflow(v); s != nil {
		return s
	}
	g, _, ok := refused(v, cookie.TooLarge)
	if !ok {
		return nil
	}
	s := lostCookie(v, g)
	if s == nil {
		return nil
	}
	s.Title, s.RefusedBy = "no browser keeps the session cookie: it is over 4096 bytes", exchange.Application
	s.Because = append([]fact.Fact{g.says("name and value have %d bytes, and browsers ignore more than %d.", g.set.Size, cookie.MaxSize)}, s.Because...)
	s.Raise = []cause.Raise{lookInJar(g.by.Request.URL)}
	s.Remedies = shrink()
	return s
}

// overflow is the request whose cookies are more than a server on the way takes.
func overflow(v *cause.View) *cause.Suspicion {
	size := v.Answer.Request.Header.Text("Cookie").Len()
	_, says := v.Means(signature.HeaderTooLarge)
	status := v.Answer.Status()
	// Where the server says it in words, the largest field is the one that it means; else only a Cookie beyond the usual
	// limits is suspected.
	if says && !largest(v.Answer.Request.Header, "Cookie") || !says && size < heavyCookie ||
		!(says || status == 431 || status == 400 || status == 413 || status == 494) {
		return nil
	}
	s := &cause.Suspicion{
		Grade: cause.Likely, Weight: 0.6, Title: "the Cookie header is larger than the server takes", FaultAt: exchange.Application,
		Because: []fact.Fact{fact.At(v.Answer.N, "The Cookie header has %d bytes, and the answer is %d.", size, status)},
		Trials: []cause.Trial{cause.Without("without:Cookie", "no Cookie header", "Cookie").
			Predicting("another answer than one about the size", func(failing, seen *exchange.Exchange) bool {
				return seen.Status() != failing.Status() && seen.Status() < 500
			}).OrOut().Carrying(sized(says || status == 431 || status == 494))},
		Raise: []cause.Raise{{
			Command: "grep -E 'too large|too long|client sent too' /var/log/nginx/error.log", Where: "on the server in front",
			Would: "name the field that does not fit",
		}},
		Remedies: append([]cause.Remedy{{
			ID: "clear-cookies", Title: "delete the site's cookies and log in again", For: "client",
			Effect: "left-over cookies are gone", Opens: "nothing", Steps: []string{"browser: site settings, cookies, delete all of this site"},
			Verify: "the page answers; before the login it asks for one", Undo: "none needed",
		}}, shrink()...),
	}
	if says || status == 431 || status == 494 {
		s.Grade, s.Weight = cause.Strong, 0.9
	}
	if says {
		m, _ := v.Means(signature.HeaderTooLarge)
		s.Because = append(s.Because, m.Because)
	}
	return s
}

// largest reports that name is the longest field of h.
func largest(h exchange.Header, name string) bool {
	size := h.Text(name).Len()
	for _, f := range h {
		if f.Value.Len() > size {
			return false
		}
	}
	return size > 0
}

func shrink() []cause.Remedy {
	return []cause.Remedy{{
		ID: "session-store", Title: "keep the session on the server and only its id in the cookie", For: "server",
		Effect: "the cookie has some 40 bytes, whatever the token holds", Opens: "nothing",
		Steps: []string{
			"oauth2-proxy: session_store_type = \"redis\", redis_connection_url = \"redis://...\"",
			"Envoy OAuth2 filter: forward_bearer_token: false, or fewer scopes and claims",
			"Rails, Flask, cookie-session: a server-side session store",
		},
		Verify: "Set-Cookie is short; after a login the page opens, without one it is still refused", Undo: "set the former store again",
	}, {
		ID: "larger-header-buffers", Title: "let the servers on the way take larger headers, and drop cookies where none are needed", For: "server",
		Effect: "the request gets through", Opens: "a little memory for each connection; no door",
		Steps: []string{
			"nginx: large_client_header_buffers 4 32k;",
			`nginx, towards a backend that needs no cookie: proxy_set_header Cookie "";`,
			"Node: node --max-http-header-size=32768; Tomcat: maxHttpRequestHeaderSize=\"32768\"",
		},
		Verify: "the same request is no longer answered 400 or 431; without a login it is refused", Undo: "put the former sizes back",
	}}
}

// sized is what a request that gets another answer without its cookies shows: that they are too large only where the
// server speaks of the size; else what they hold may be what it dislikes.
func sized(says bool) cause.Grade {
	if says {
		return cause.Proved
	}
	return cause.Strong
}
