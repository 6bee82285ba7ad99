package contract

// Client is a profile of the program that asks: the fields it sends by itself, and what it does with a redirect.
type Client struct {
	At        Place
	Name      string
	Agent     string // whose behaviour on redirects is taken (probe.RedirectMethod): "browser", "curl", ...
	UserAgent string
	Accept    string
	Language  string
	Origin    string // the page's origin, for clients that are scripts in a page
	Fetch     Fetch  // Sec-Fetch-*; empty for what is no browser
	XHR       bool   // X-Requested-With: XMLHttpRequest
	Preflight bool   // a request that a browser asks leave for is preceded by a preflight
	Follow    bool   // follows redirects
}

// Fetch is what a browser says of the request (Fetch Metadata).
type Fetch struct{ Site, Mode, Dest string }

// BuiltInClients are the three profiles that every contract knows.
//
// The fields are those of Chromium 140 for a navigation and for fetch(), and of an API client that says what it wants.
func BuiltInClients() []*Client {
	const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	return []*Client{
		{Name: "api", Agent: "why401", Accept: "application/json"},
		{Name: "browser", Agent: "browser", UserAgent: chrome, Language: "en-US,en;q=0.9", Follow: true,
			Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
			Fetch:  Fetch{Site: "none", Mode: "navigate", Dest: "document"}},
		{Name: "script", Agent: "browser", UserAgent: chrome, Language: "en-US,en;q=0.9", Accept: "*/*", Follow: true, XHR: true,
			Fetch: Fetch{Site: "same-origin", Mode: "cors", Dest: "empty"}},
	}
}
