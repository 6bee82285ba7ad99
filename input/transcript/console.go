package transcript

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// consoleRE are the sentences of browsers about requests: Chrome's, Firefox's and Safari's. u is the URL, m the method,
// s the status, e the network error, o the origin that asked.
var consoleRE = []struct {
	re  *lazyregexp.Regexp
	cut exchange.Parts // what else must be taken for unseen, when it is not all
}{
	{re: lazyregexp.New(`(?:^|[ \t])(?P<m>GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS) (?P<u>(?:https?|wss?)://\S*[^\s:]) (?:(?P<s>[45]\d\d)(?: \([^)]*\))?|(?P<e>net::ERR_\w+)(?: (?P<s2>\d{3})(?: \([^)]*\))?)?)(?:$|\s)`)},
	{re: lazyregexp.New(`^XHR ?(?P<m>GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS) ?(?P<u>https?://\S+)$`)},
	{re: lazyregexp.New(`^(?:XHR ?)?(?P<m>GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS) ?(?P<u>https?://\S+?)\s*\[HTTP/[\d.]+ (?P<s>\d{3}) [^\]]*\]`)},
	{re: lazyregexp.New(`Access to (?:fetch|XMLHttpRequest|script|font|image|resource|manifest|CSS stylesheet|audio|video|internal resource) at '(?P<u>[^']+)'(?: \(redirected from '[^']*'\))? from origin '(?P<o>[^']*)' has been blocked by CORS policy`)},
	{re: lazyregexp.New(`Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at (?P<u>https?://\S+?)\.? \((?:[^)]*)\)\.?(?: Status code: (?P<s>\d{3}))?`)},
	{re: lazyregexp.New(`(?:Fetch API|XMLHttpRequest) cannot load (?P<u>https?://\S+?)\.? (?:due to access control checks|.{0,200}(?:Access-Control|not allowed by))`)},
	{re: lazyregexp.New(`WebSocket connection to '(?P<u>wss?://[^']+)' failed:?(?: Error during WebSocket handshake)?(?:: Unexpected response code: (?P<s>\d{3})|.*)?`)},
	{re: lazyregexp.New(`can.t establish a connection to the server at (?P<u>wss?://\S+?)\.?$`)},
	{re: lazyregexp.New(`(?P<u>https?://\S+?)(?::\d+)?:?\s+Failed to load resource: (?:the server responded with a status of (?P<s>\d{3})|(?P<e>net::ERR_\w+))`)},
	{re: lazyregexp.New(`Failed to load resource: (?:the server responded with a status of (?P<s>\d{3})(?: \([^)]*\))?|(?P<e>net::ERR_\w+))(?:.{0,40}?(?P<u>https?://\S+))?`)},
	{re: lazyregexp.New(`Refused to (?:set unsafe header|get unsafe header|connect to|load|execute|display|send form data|frame) .{0,10}?(?:'(?P<u>https?://[^']+)')?`)},
	{re: lazyregexp.New(`Mixed Content: The page at '[^']*' was loaded over HTTPS, but requested an insecure [\w ]{1,40} '(?P<u>[^']+)'`)},
	{re: lazyregexp.New(`Cookie [“"'].{1,100}?[”"'] (?:has been rejected|will be soon|does not have a proper|has [“"]SameSite)`)},
	{re: lazyregexp.New(`A cookie associated with a (?:cross-site )?resource at (?P<u>https?://\S+)`)},
	{re: lazyregexp.New(`(?:Request failed with status code|Http failure response for (?P<u>https?://\S+?):) (?P<s>\d{3})`)},
	{re: lazyregexp.New(`(?:Uncaught \(in promise\) )?(?:TypeError|AxiosError|Error): (?:Failed to fetch|NetworkError when attempting to fetch resource|Network Error|Load failed|cancelled)`)},
	{re: lazyregexp.New(`(?:This request has been blocked|Preflight response is not successful|Origin \S+ is not allowed by Access-Control-Allow-Origin|Request header field \S+ is not allowed by|Response to preflight request doesn't pass|Tracking Prevention blocked access to storage for (?P<u>https?://\S+?)\.?$)`)},
	{re: lazyregexp.New(`^(?:ERROR |Error: )?(?P<e>net::ERR_\w+|NS_ERROR_\w+|ERR_[A-Z_]{6,60})\b`)},
	{re: lazyregexp.New(`^EventSource's response has a .{0,200}|^(?P<u>https?://\S+) (?P<s>401|403|407) \([A-Za-z ]+\)`)},
}

// readConsole reads one line of a browser's console, and the requests it speaks of.
func readConsole(t *talk, i int) int {
	s := t.ls[i].text
	if len(s) > 6000 || len(s) < 10 || !consoleHint(s) {
		return i
	}
	for _, c := range consoleRE {
		m := c.re.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		get := func(n string) string {
			if k := c.re.Get().SubexpIndex(n); k > 0 {
				return m[k]
			}
			return ""
		}
		status := number(get("s"))
		if status == 0 {
			status = number(get("s2"))
		}
		n := i + 1
		if n < len(t.ls) && status == 0 && get("u") != "" { // Firefox puts the status on the next line
			if k := firefoxStatus.FindStringSubmatch(t.ls[n].text); k != nil {
				status = number(k[1])
				n++
			}
		}
		if strings.HasPrefix(s, "XHR") && status == 0 {
			return i
		}
		t.message(i, "console", "browser", s, status)
		t.call++
		t.consoleExchange(i, get("m"), get("u"), get("e"), get("o"), status)
		return n
	}
	return i
}

var firefoxStatus = lazyregexp.New(`^\[HTTP/[\d.]+ (\d{3}) .*\]$`)

// consoleHint is the cheap look before the sentences are tried.
func consoleHint(s string) bool {
	for _, w := range []string{"://", "ERR_", "NS_ERROR", "Cookie ", "Failed to ", "status code", "Network", "Load failed", "blocked", "reflight", "Access-Control", "unsafe header", "cancelled"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// consoleExchange makes an exchange of what a sentence tells: URL and status, hardly more.
func (t *talk) consoleExchange(i int, method, url, failed, origin string, status int) {
	url = strings.TrimRight(url, ".,;:")
	if scheme, rest, ok := strings.Cut(url, "://"); ok && strings.HasPrefix(scheme, "ws") {
		url = "http" + scheme[2:] + "://" + rest
		method = "GET"
	}
	u, err := exchange.ParseURL(url)
	if url == "" || err != nil {
		return
	}
	d := &draft{line: i, url: u, haveURL: true, method: method}
	if origin != "" && origin != "null" {
		d.req = exchange.Header{exchange.RequestField("Origin", origin)}
	}
	if status > 0 {
		d.reply("", status, "")
	} else if step := netErrors[strings.TrimPrefix(failed, "net::ERR_")]; step != "" {
		d.failure = &exchange.Failure{Step: step, Message: "the browser says " + failed, Timeout: strings.Contains(failed, "TIMED_OUT")}
	}
	t.finish(d)
}

// netErrors are the steps that Chrome's error names speak of. ERR_FAILED and ERR_ABORTED tell none.
var netErrors = map[string]string{"NAME_NOT_RESOLVED": "resolve", "CONNECTION_REFUSED": "connect", "CONNECTION_TIMED_OUT": "connect",
	"CONNECTION_RESET": "read", "EMPTY_RESPONSE": "read", "CONNECTION_CLOSED": "read", "CERT_AUTHORITY_INVALID": "tls",
	"CERT_COMMON_NAME_INVALID": "tls", "CERT_DATE_INVALID": "tls", "SSL_PROTOCOL_ERROR": "tls", "ADDRESS_UNREACHABLE": "connect",
	"PROXY_CONNECTION_FAILED": "proxy", "TUNNEL_CONNECTION_FAILED": "proxy", "TIMED_OUT": "read", "BAD_SSL_CLIENT_AUTH_CERT": "tls",
	"SSL_CLIENT_AUTH_CERT_NEEDED": "tls", "INTERNET_DISCONNECTED": "connect", "TOO_MANY_REDIRECTS": "", "SSL_VERSION_OR_CIPHER_MISMATCH": "tls"}
