package lab

import (
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ServeHTTP answers with the first rule whose condition holds.
func (h *host) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	h.world.mu.Lock()
	h.n++
	n, rules := h.n, h.spec.Rules
	h.world.seen = append(h.world.seen, Request{h.origin, r.Method, r.RequestURI, r.Header.Clone(), string(body)})
	h.world.mu.Unlock()
	h.answer(rw, r, string(body), n, rules)
}

func (h *host) answer(rw http.ResponseWriter, r *http.Request, body string, n int, rules []Rule) {
	for _, rule := range rules {
		if h.holds(rule.When, r, body, n) {
			h.act(rw, r, body, rule)
			return
		}
	}
	http.Error(rw, "no rule of the scenario fits", http.StatusNotImplemented)
}

func (h *host) holds(w When, r *http.Request, body string, n int) bool {
	fits := func(pattern, value string) bool { return matches(h.world.expand(pattern), value) }
	if w.Method != "" && !strings.EqualFold(w.Method, r.Method) ||
		w.Path != "" && !fits(w.Path, r.URL.EscapedPath()) ||
		w.Body != "" && !fits(w.Body, body) ||
		w.Nth != "" && !nth(w.Nth, n) ||
		w.Cert == "none" && (r.TLS == nil || len(r.TLS.PeerCertificates) > 0) ||
		w.Cert == "any" && (r.TLS == nil || len(r.TLS.PeerCertificates) == 0) ||
		w.Cert == "trusted" && !h.world.ca.signed(r.TLS) ||
		w.Cert == "untrusted" && (r.TLS == nil || len(r.TLS.PeerCertificates) == 0 || h.world.ca.signed(r.TLS)) {
		return false
	}
	for name, want := range w.Header {
		if !slices.ContainsFunc(values(r, name), func(v string) bool { return fits(want, v) }) {
			return false
		}
	}
	for _, name := range w.NoHeader {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	q := r.URL.Query()
	for name, want := range w.Query {
		if !q.Has(name) || !fits(want, q.Get(name)) {
			return false
		}
	}
	for name, want := range w.Cookie {
		c, err := r.Cookie(name)
		if err != nil || !fits(want, c.Value) {
			return false
		}
	}
	return true
}

// values are the request's fields called name; Host, which net/http keeps apart, included.
func values(r *http.Request, name string) []string {
	if strings.EqualFold(name, "Host") {
		return []string{r.Host}
	}
	for have, vs := range r.Header { // a name with an underscore is not canonical in net/http's eyes
		if strings.EqualFold(have, name) {
			return vs
		}
	}
	return nil
}

// matches compares a value with a pattern of a condition.
func matches(pattern, value string) bool {
	if login, ok := strings.CutPrefix(pattern, "basic "); ok {
		pattern = "Basic " + base64.StdEncoding.EncodeToString([]byte(login))
	}
	if re, ok := strings.CutPrefix(pattern, "~"); ok {
		m, err := regexp.MatchString(re, value)
		return err == nil && m
	}
	if strings.Contains(pattern, "*") {
		quoted := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`)
		return regexp.MustCompile(`(?s)^` + quoted + `$`).MatchString(value)
	}
	return pattern == value
}

func nth(spec string, n int) bool {
	switch {
	case spec == "even":
		return n%2 == 0
	case spec == "odd":
		return n%2 == 1
	}
	lo, hi, isRange := strings.Cut(spec, "-")
	a, _ := strconv.Atoi(lo)
	if !isRange {
		return n == a
	}
	b, _ := strconv.Atoi(hi)
	return n >= a && (hi == "" || n <= b)
}

func (h *host) act(rw http.ResponseWriter, r *http.Request, body string, rule Rule) {
	switch {
	case rule.Close:
		if c, _, err := rw.(http.Hijacker).Hijack(); err == nil {
			c.Close()
		}
		return
	case rule.Proxy != "":
		h.proxy(rw, r, body, rule)
		return
	case rule.Forward:
		h.forward(rw, r)
		return
	}
	status := rule.Status
	if status == 0 && rule.Redirect != "" {
		status = http.StatusFound
	}
	if status == 0 {
		status = http.StatusOK
	}
	hd := rw.Header()
	text := rule.Body
	if rule.As != "" {
		text = dress(hd, rule.As, status, text, r)
	}
	for name, vs := range rule.Header {
		hd[name] = nil
		for _, v := range vs {
			if v = h.world.expand(v); v != "-" { // "-" takes away what `as` or the server itself would add
				hd[name] = append(hd[name], v)
			}
		}
	}
	if rule.Redirect != "" {
		hd.Set("Location", h.world.expand(rule.Redirect))
	}
	if len(hd.Values("Content-Type")) == 0 && hd["Content-Type"] == nil {
		hd.Set("Content-Type", guessType(text))
	}
	rw.WriteHeader(status)
	if r.Method != http.MethodHead {
		io.WriteString(rw, h.world.expand(text))
	}
}

func guessType(body string) string {
	switch t := strings.TrimSpace(body); {
	case strings.HasPrefix(t, "{"), strings.HasPrefix(t, "["):
		return "application/json"
	case strings.HasPrefix(t, "<"):
		return "text/html"
	}
	return "text/plain"
}

// proxy hands the request to another server of the world, changed as the rule says.
func (h *host) proxy(rw http.ResponseWriter, r *http.Request, body string, rule Rule) {
	u, err := url.Parse(rule.Proxy)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadGateway)
		return
	}
	h.world.mu.Lock()
	back := h.world.hosts[hostPort(u)]
	n := 0
	var rules []Rule
	if back != nil {
		back.n++
		n, rules = back.n, back.spec.Rules
	}
	h.world.mu.Unlock()
	if back == nil {
		http.Error(rw, "no such upstream: "+rule.Proxy, http.StatusBadGateway)
		return
	}
	inner := r.Clone(r.Context())
	for _, name := range rule.Drop {
		inner.Header.Del(name)
	}
	for name, v := range rule.Set {
		inner.Header.Set(name, h.world.expand(v))
	}
	if p := u.Path; p != "" && p != "/" {
		inner.URL.Path = path.Join(p, inner.URL.Path)
		inner.URL.RawPath = ""
	}
	for name, vs := range rule.Header { // what the proxy adds to every answer
		for _, v := range vs {
			rw.Header().Add(name, h.world.expand(v))
		}
	}
	back.answer(&hider{rw, rule.Hide, rule.Header}, inner, body, n, rules)
}

// hider leaves reply fields out before the header goes on the wire, and lets the proxy's own fields win.
type hider struct {
	http.ResponseWriter
	names []string
	own   map[string]Values
}

func (w *hider) WriteHeader(status int) {
	for _, n := range w.names {
		w.Header().Del(n)
	}
	for n, vs := range w.own {
		w.Header()[http.CanonicalHeaderKey(n)] = slices.Clone([]string(vs))
	}
	w.ResponseWriter.WriteHeader(status)
}

// forward is a forward proxy: absolute form for http, CONNECT for the rest.
func (h *host) forward(rw http.ResponseWriter, r *http.Request) {
	addr := r.URL.Host
	if r.Method == http.MethodConnect {
		addr = r.Host
	}
	if _, _, err := net.SplitHostPort(addr); err != nil {
		addr = net.JoinHostPort(addr, "80")
	}
	up, err := h.world.Dial(r.Context(), "tcp", addr)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadGateway)
		return
	}
	down, _, err := rw.(http.Hijacker).Hijack()
	if err != nil {
		up.Close()
		return
	}
	defer down.Close()
	defer up.Close()
	if r.Method == http.MethodConnect {
		io.WriteString(down, "HTTP/1.1 200 Connection established\r\n\r\n")
		go io.Copy(up, down)
		io.Copy(down, up)
		return
	}
	r.Header.Del("Proxy-Authorization")
	r.Header.Del("Proxy-Connection")
	r.Header.Set("Connection", "close")
	r.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	r.RequestURI = ""
	if r.Write(up) == nil {
		io.Copy(down, up)
	}
}
