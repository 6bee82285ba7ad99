package exchange

import "github.com/why401/why401/secret"

// Browsed is what a browser said about an exchange that it made: what it kept back and why. It alone decides these
// things, so they are facts and no reasoning of ours.
type Browsed struct {
	Program string // "Chromium 156.0"
	Chain   string // the hops of one request share it
	Page    *URL   // the document that made the request; nil for what was opened in the address bar
	Kind    string // "document", "fetch", "preflight", "image", ...

	Kept    []BrowsedCookie // cookies that it had for this address and did not send, with its reasons
	Dropped []BrowsedCookie // cookies that the answer set and it did not store, with its reasons
	Passed  []string        // names of the cookies that it sent
	Jar     []BrowsedCookie // cookies that it holds for this address and did not even consider: the request was made without credentials

	// CORS is the browser's reason for keeping the answer from the script, as the DevTools protocol names it
	// (Network.CorsError), and CORSDetail the value it stumbled over; "" when it handed the answer over.
	CORS, CORSDetail string

	// Cached says that the login in the request comes out of the browser's own memory: it was given for Realm, not for
	// this address.
	Cached bool
	Realm  string
}

// BrowsedCookie is a cookie in the browser's hands.
type BrowsedCookie struct {
	Name        string
	Value       secret.Text
	Reasons     []string    // as the DevTools protocol names them (Network.CookieBlockedReason, SetCookieBlockedReason)
	Line        secret.Text // the Set-Cookie value, of one that was dropped
	SameSite    string      // "Strict", "Lax", "None"; "" when it was not set
	Secure      bool
	Partitioned bool
}
