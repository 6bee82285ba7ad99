package probe

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/why401/why401/exchange"
)

// Carrier is a way in which a person puts a credential on a request by hand.
type Carrier string

// The carriers that agents treat differently on a redirect.
const (
	CarrierAuthorization Carrier = "Authorization"
	CarrierCookie        Carrier = "Cookie"
	CarrierCustom        Carrier = "custom header field" // X-Api-Key, Private-Token, ...
)

// Answer is what is known of an agent's behaviour.
type Answer string

// The answers. No also covers an agent that does not follow the redirect at all.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

func answer(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}

// Forwards tells whether agent, in its usual current version and settings, sends on a redirect from one URL to another
// the carrier that the user set by hand for the first. What can be run is compared with the real program by
// TestRealAgents; the rest names its source below.
func Forwards(agent exchange.Agent, from, to exchange.URL, c Carrier) Answer {
	sameHost := from.Host == to.Host
	downgrade := from.Scheme == "https" && to.Scheme == "http"
	switch agent.Name {
	case "curl":
		return curlForwards(agent.Version, from, to, c)
	case "wget", "urllib":
		// Neither drops anything that was given as a header (wget --header, Request(headers=...)).
		return Yes
	case "go":
		// net/http: shouldCopyHeaderOnRedirect looks at host names only; a sub-domain of the first host counts as the same.
		return answer(c == CarrierCustom || sameHost || subdomain(to.Host, from.Host))
	case "requests":
		switch c {
		case CarrierAuthorization:
			// Session.should_strip_auth keeps it for http to https on the default ports.
			upgrade := sameHost && from.Scheme == "http" && to.Scheme == "https" && from.Port == "80" && to.Port == "443"
			return answer(same(from, to) || upgrade)
		case CarrierCookie:
			return No // resolve_redirects drops the field and writes its own from the jar
		}
		return Yes
	case "node-fetch":
		// undici drops Authorization, Proxy-Authorization, Cookie and Host when the origin changes.
		return answer(c == CarrierCustom || same(from, to))
	case "browser":
		// Fetch standard, HTTP-redirect fetch, step "remove Authorization": CORS non-wildcard request-header names are
		// dropped when the origin changes (since November 2022). Cookie cannot be set by hand: the jar answers.
		switch c {
		case CarrierAuthorization:
			return answer(same(from, to))
		case CarrierCustom:
			return Yes
		}
		return Unknown
	case "java-http-client":
		return Yes // jdk.internal.net.http.HttpRequestImpl.newInstanceForRedirection copies the user's headers
	case "java-http-strict":
		// The same class since the security updates of 2026, measured with 17.0.21: nothing secret to another origin.
		return answer(c == CarrierCustom || same(from, to))
	case "java-url-connection":
		// Follows only within one protocol; since the security updates of 2021 it drops Authorization and Cookie at another
		// host or port.
		return answer(from.Scheme == to.Scheme && (c == CarrierCustom || same(from, to)))
	case "java":
		a := Forwards(exchange.Agent{Name: "java-http-client"}, from, to, c)
		if Forwards(exchange.Agent{Name: "java-http-strict"}, from, to, c) != a {
			return Unknown // it depends on the update that is installed
		}
		if b := Forwards(exchange.Agent{Name: "java-url-connection"}, from, to, c); a != b {
			return Unknown
		}
		return a
	case "dotnet":
		// System.Net.Http RedirectHandler: Authorization is cleared on every redirect, https to http is not followed.
		switch {
		case downgrade, c == CarrierAuthorization:
			return No
		case c == CarrierCustom:
			return Yes
		}
		return Unknown
	case "axios":
		// follow-redirects 1.15.6 and later, index.js: Authorization and Cookie are dropped on a downgrade and when the host
		// (with port) is neither the same nor a sub-domain.
		kept := from.Authority() == to.Authority() || strings.HasSuffix(to.Authority(), "."+from.Authority())
		return answer(c == CarrierCustom || kept && !downgrade)
	case "postman":
		// postman-request lib/redirect.js: Authorization is dropped when the host name changes; ports and schemes do not
		// matter.
		return answer(c != CarrierAuthorization || sameHost)
	}
	return Unknown
}

// curlForwards follows lib/http.c. Custom Authorization and Cookie stopped at another host in 7.58.0 (CVE-2018-1000007)
// and at another port or scheme in 7.83.0 (CVE-2022-27774, CVE-2022-27776).
func curlForwards(version string, from, to exchange.URL, c Carrier) Answer {
	switch {
	case c == CarrierCustom:
		return Yes
	case version == "" || !before(version, 7, 83):
		return answer(same(from, to))
	case c == CarrierCookie && before(version, 7, 58):
		return Unknown
	case before(version, 7, 58):
		return Yes
	}
	return answer(from.Host == to.Host)
}

// before compares the first two numbers of a version.
func before(version string, major, minor int) bool {
	var n [2]int
	for i, p := range strings.SplitN(version, ".", 3) {
		if i < 2 {
			n[i], _ = strconv.Atoi(p)
		}
	}
	return n[0] < major || n[0] == major && n[1] < minor
}

func subdomain(sub, parent string) bool {
	if _, err := netip.ParseAddr(sub); err == nil {
		return false
	}
	return strings.HasSuffix(sub, "."+parent)
}

// RedirectMethod is the method that agent uses for the hop behind a redirect, and whether the body goes along. An
// empty method means that the agent does not follow. It holds for a method that the agent was not forced to: curl -X
// keeps its word on every hop.
func RedirectMethod(agent exchange.Agent, status int, method string) (next string, body bool) {
	switch agent.Name {
	case "go":
		if status < 307 && method != "GET" && method != "HEAD" {
			return "GET", false
		}
	case "requests":
		switch {
		case status >= 307, method == "HEAD":
		case status == 301 && method != "POST":
			return method, false
		default:
			return "GET", false
		}
	case "urllib":
		switch {
		case method == "GET", method == "HEAD" && (agent.Version == "" || before(agent.Version, 3, 13)):
			return "GET", false
		case method == "HEAD":
		case method == "POST" && status < 307:
			return "GET", false
		default:
			return "", false // an HTTPError instead
		}
	case "java-http-client", "java-http-strict", "java":
		if status == 303 {
			return "GET", false
		}
	case "java-url-connection":
		switch {
		case status == 308:
			return "", false
		case status == 303 && method != "POST":
			return method, true
		}
	case "postman":
		if status < 307 && method != "HEAD" {
			return "GET", false
		}
	}
	// The Fetch standard's rule, which curl, wget, Node, .NET and axios share.
	post := method == "POST" && (status == 301 || status == 302)
	if post || status == 303 && method != "GET" && method != "HEAD" {
		return "GET", false
	}
	return method, true
}
