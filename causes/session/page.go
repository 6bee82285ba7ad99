package session

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
)

// browsing is what the fetch metadata and Origin of a request copied from a browser tell about the page behind it.
type browsing struct {
	site     string // Sec-Fetch-Site: "cross-site", "same-site", "same-origin", "none"
	mode     string // Sec-Fetch-Mode: "cors", "no-cors", "navigate"
	dest     string // Sec-Fetch-Dest: "document", "iframe", "empty", ...
	origin   string // Origin, as it stands
	method   string // as the user sent it, even where a GET stands in
	topLevel bool
	context  cookie.Context
}

// browsed reads that; ok is false when the request does not come from a page of another origin.
func browsed(v *cause.View) (b browsing, ok bool) {
	h, method := v.Request.Header, v.Request.Method
	if v.Intent != nil {
		method = v.Intent.Request.Method
	}
	b = browsing{site: strings.ToLower(h.Get("Sec-Fetch-Site")), mode: strings.ToLower(h.Get("Sec-Fetch-Mode")),
		dest: strings.ToLower(h.Get("Sec-Fetch-Dest")), origin: h.Get("Origin"), method: method}
	u := v.Request.URL
	page := exchange.URL{Scheme: u.Scheme, Host: "elsewhere.invalid", Port: u.Port} // stands for a page that is not named
	if p, err := exchange.ParseURL(b.origin); err == nil {
		page = p
		if b.site == "" {
			b.site = "cross-site"
			if p.Origin() == u.Origin() {
				b.site = "same-origin"
			} else if cookie.SameSiteURLs(p, u) {
				b.site = "same-site"
			}
		}
	}
	b.topLevel = b.mode == "navigate" && (b.dest == "" || b.dest == "document")
	b.context = cookie.Context{Page: &page, TopLevel: b.topLevel, Method: method}
	return b, b.site == "cross-site" || b.site == "same-site"
}

// page names the page in a sentence.
func (b browsing) page() string {
	if u, err := exchange.ParseURL(b.origin); err == nil {
		return u.Origin().String()
	}
	return "another site"
}
