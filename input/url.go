package input

import (
	"net/netip"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/curl"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var (
	scheme   = lazyregexp.New(`^[A-Za-z][A-Za-z0-9+.-]*://`)
	hostLike = lazyregexp.New(`^(?:[^\s/?#@]*@)?(?:localhost|\[[0-9A-Fa-f:.]+\]|(?:[\p{L}\p{N}_-]+\.)+[\p{L}\p{N}-]+\.?|[A-Za-z0-9_-]+:\d+)(?::\d+)?(?:[/?#]\S*)?$`)
	// fileLike keeps names such as request.txt from being taken for hosts.
	fileLike = lazyregexp.New(`^[^/:@?#]+\.(?:txt|har|json|curl|sh|log|conf|xml|yaml|yml|toml|csv|html?|md|http|env)$`)
)

func hasScheme(s string) bool { return scheme.MatchString(s) }

func looksLikeHost(s string) bool { return hostLike.MatchString(s) && !fileLike.MatchString(s) }

// urlLines reports a text whose lines are URLs, comments and empty lines, with at least one URL.
func urlLines(text string) bool {
	found := false
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		switch {
		case l == "" || strings.HasPrefix(l, "#"):
		case strings.ContainsAny(l, " \t") || !hasScheme(l) && !looksLikeHost(l):
			return false
		default:
			found = true
		}
	}
	return found
}

// fromLines reads a file of URLs, one a line.
func fromLines(text string, src fact.Source, o Options) (Part, error) {
	all := Part{Kind: "url", What: "a URL", live: true}
	for n, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		if src.File != "" {
			src.Line = n + 1
		}
		p, err := fromURL(l, src, o, false)
		if err != nil {
			return Part{}, err
		}
		all.Intents = append(all.Intents, p.Intents...)
	}
	return all, nil
}

// fromURL makes the intent for a plain URL: a GET by why401 itself, following redirects. Userinfo is the credential
// and leaves the URL.
func fromURL(text string, src fact.Source, o Options, argv bool) (Part, error) {
	full := text
	var notes []fact.Fact
	if !hasScheme(text) {
		s := guessScheme(text)
		full = s + "://" + text
		notes = append(notes, fact.Fact{Text: "no scheme was written; " + s + " is assumed", From: src})
	}
	u, err := exchange.ParseURL(full)
	if err != nil {
		return Part{}, &Error{Kind: Usage, Place: place(src), Text: "not a URL: " + err.Error(), Err: err}
	}
	i := &exchange.Intent{
		Agent:  exchange.Agent{Name: "why401", Version: o.Version},
		Follow: true,
		Source: src,
		Notes:  notes,
	}
	i.Request = exchange.Request{Method: "GET", Proto: "HTTP/1.1"}
	i.Request.Header = exchange.Header{exchange.RequestField("Host", u.Authority())}
	if !u.User.Empty() {
		if i.Login, err = curl.Userinfo(u.User.Reveal()); err != nil {
			return Part{}, &Error{Kind: Usage, Place: place(src), Text: "not a URL: " + err.Error(), Err: err}
		}
		i.Auth = exchange.AuthBasic
		i.Request.Header = append(i.Request.Header, i.Login.BasicField())
		u.User = secret.Text{}
	}
	i.Request.URL = u
	i.Request.Header = append(i.Request.Header,
		exchange.RequestField("User-Agent", agentName(o.Version)+" (+https://github.com/why401/why401)"),
		exchange.RequestField("Accept", "*/*"))
	p := Part{Place: src.String(), Kind: "url", What: "a URL", live: true, Evidence: exchange.Evidence{Intents: []*exchange.Intent{i}}}
	if argv {
		inHistory(p.Intents, o)
	}
	return p, nil
}

func agentName(version string) string {
	if version == "" {
		return "why401"
	}
	return "why401/" + version
}

func place(src fact.Source) string {
	if src.Input == "URL" {
		return "" // the text says what it is
	}
	return src.String()
}

// guessScheme takes http for this machine, for addresses of private networks and for a port that is not 443, https for
// all else.
func guessScheme(text string) string {
	host := text
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host = host[:i]
	}
	host = host[strings.LastIndexByte(host, '@')+1:]
	port := ""
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host, port = host[:i], host[i+1:]
	}
	host = strings.ToLower(strings.Trim(host, "[]."))
	if a, err := netip.ParseAddr(host); err == nil && (a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()) && port != "443" {
		return "http"
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		if port != "443" {
			return "http"
		}
	}
	if port != "" && port != "443" && port != "8443" {
		return "http"
	}
	return "https"
}
