package mixed

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// maxTokens bounds how many tokens of one text are kept.
const maxTokens = 100

var (
	// jwt is a compact JWS or JWE (RFC 7515 3.1): its first part begins with {" in base64url.
	jwt = lazyregexp.New(`eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){1,4}(?:\.{3}|…|\*{3,}|\[\.\.\.\])?`)
	// keys are tokens that vendors mark by their beginning.
	keys = lazyregexp.New(`\b(?:gh[pousr]_[A-Za-z0-9*.]{8,}|github_pat_[A-Za-z0-9_*.]{8,}|glpat-[A-Za-z0-9_*.-]{6,}|npm_[A-Za-z0-9*.]{12,}|pypi-[A-Za-z0-9_*.-]{8,}|sk-[A-Za-z0-9_*.-]{8,}|sk_(?:test|live)_[A-Za-z0-9*]{8,}|xox[bpas]-[A-Za-z0-9*-]{8,}|(?:AKIA|ASIA)[A-Z0-9*]{8,}|ya29\.[A-Za-z0-9_*.-]{8,}|hvs\.[A-Za-z0-9_*-]{8,}|k8s-aws-v1\.[A-Za-z0-9_-]{4,}|dop_v1_[a-f0-9*]{8,})`)
	// schemed is a credential behind its scheme, in a header line or a sentence.
	schemed = lazyregexp.New(`(?i)\b(?:proxy-)?authorization["']?\s*[:=]\s*["']?(basic|bearer|token|digest|negotiate|ntlm|apikey)\s+([A-Za-z0-9._~+/=*-]{6,})`)
)

// tokens takes out credentials that stand in the text of nobody else.
func (r *reader) tokens() {
	seen := map[string]bool{}
	for _, t := range r.out.Tokens {
		seen[t.Value.Reveal()] = true
	}
	add := func(i int, value, place string) {
		if len(r.out.Tokens) >= maxTokens || seen[value] || placeholder(value) {
			return
		}
		seen[value] = true
		whole := !strings.Contains(value, "***") && !strings.Contains(value, "...") && !strings.Contains(value, "…") && !strings.HasSuffix(value, ".")
		if strings.HasPrefix(value, "eyJ") && strings.Count(value, ".") != 2 && strings.Count(value, ".") != 4 {
			whole = false
		}
		r.out.Tokens = append(r.out.Tokens, exchange.Token{Value: secret.New(value), Place: place, From: r.at(i), Whole: whole})
	}
	for i, l := range r.lines {
		if r.used[i] || len(l) < 12 {
			continue
		}
		if len(l) > 64<<10 {
			l = l[:64<<10]
		}
		if strings.Contains(l, "eyJ") {
			for _, m := range jwt.FindAllStringIndex(l, 20) {
				if v := l[m[0]:m[1]]; len(v) > 20 {
					add(i, v, place(l[:m[0]]))
				}
			}
		}
		if strings.ContainsAny(l, "_-.AK") {
			for _, m := range keys.FindAllStringIndex(l, 20) {
				add(i, l[m[0]:m[1]], place(l[:m[0]]))
			}
		}
		if hasFold(l, "authorization") {
			for _, m := range schemed.FindAllStringSubmatch(l, 5) {
				if !strings.HasPrefix(m[2], "eyJ") {
					add(i, m[2], "Authorization")
				}
			}
		}
	}
}

func hasFold(s, w string) bool {
	return strings.Contains(s, w) || strings.Contains(s, strings.ToUpper(w[:1])+w[1:]) || strings.Contains(s, strings.ToUpper(w))
}

// placeholder reports what stands for a token: <id_token>, YOUR_TOKEN, xxxxx.
func placeholder(v string) bool {
	low := strings.ToLower(v)
	for _, w := range []string{"your", "<", "example_", "token_here", "my-token", "mytoken"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	return strings.Trim(low, "x.-_*") == "" || low == "token" || low == "credentials" || low == "header" || low == "headers"
}

// place is what stands in front of a token: "Authorization", a cookie's or a variable's name; "" when nothing tells.
func place(before string) string {
	if len(before) > 120 {
		before = before[len(before)-120:]
	}
	low := strings.ToLower(before)
	if i := strings.LastIndex(low, "authorization"); i >= 0 && len(low)-i < 40 {
		return "Authorization"
	}
	t := strings.TrimRight(before, " \t\"'`:=>(")
	if t == before {
		return ""
	}
	end := len(t)
	start := end
	for start > 0 && (t[start-1] == '_' || t[start-1] == '-' || t[start-1] >= '0' && t[start-1] <= '9' || t[start-1] >= 'A' && t[start-1] <= 'Z' || t[start-1] >= 'a' && t[start-1] <= 'z') {
		start--
	}
	name := t[start:end]
	if len(name) < 3 || len(name) > 40 || secret.Looks(name) {
		return ""
	}
	if strings.Contains(low, "cookie:") {
		return "cookie " + name
	}
	if strings.ToUpper(name) == name {
		return "env " + name
	}
	return name
}

// headers reads header fields that stand alone on a line: what a request carried becomes a token, what a reply carried an
// exchange in which only that field is seen.
func (r *reader) headers() {
	var reply exchange.Header
	for i, l := range r.lines {
		if r.used[i] || len(l) > 16<<10 {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimSpace(l), ":")
		if value = strings.TrimSpace(value); !ok || value == "" {
			continue
		}
		switch strings.ToLower(name) {
		case "set-cookie", "www-authenticate", "proxy-authenticate", "access-control-allow-origin", "access-control-allow-headers", "access-control-allow-credentials":
			reply = append(reply, exchange.ResponseField(name, value))
			r.used[i] = true
		case "authorization", "proxy-authorization":
			scheme, v, ok := strings.Cut(value, " ")
			if !ok {
				scheme, v = "", value
			}
			if strings.ContainsAny(v, " ,") && !strings.EqualFold(scheme, "digest") || placeholder(v) || len(v) < 6 || strings.ContainsAny(v, "<>${}") {
				continue // a sentence about the field
			}
			whole := !strings.Contains(v, "***") && !strings.Contains(v, "...")
			r.out.Tokens = append(r.out.Tokens, exchange.Token{Value: secret.New(v), Place: "Authorization", From: r.at(i), Whole: whole})
			r.used[i] = true
		}
	}
	if len(reply) > 0 {
		r.out.Exchanges = append(r.out.Exchanges, &exchange.Exchange{Given: r.given(), Response: &exchange.Response{Header: reply},
			Unseen: exchange.WholeRequest | exchange.RequestBody | exchange.WholeAnswer | exchange.ResponseBody})
	}
}

// given names the input as Exchange.Given has it.
func (r *reader) given() string {
	if s := r.o.Source; s.File != "" {
		return s.File
	} else if s.Input != "" {
		return s.Input
	}
	return "paste"
}
