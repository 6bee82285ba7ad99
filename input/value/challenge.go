package value

import (
	"strings"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

var challengeForm = form.Form{
	Kind: "challenge", Also: []string{"www-authenticate"}, What: "a WWW-Authenticate field",
	Is: func(text string) int {
		t := front(text)
		if t == "" || strings.HasPrefix(t, "HTTP/") || len(t) > 8192 {
			return 0
		}
		named, bare, other := 0, 0, 0
		for l := range strings.Lines(t) {
			switch c := strings.TrimSpace(l); {
			case c == "":
			case challengeField.MatchString(c):
				named++
			case challengeStart.MatchString(strings.Trim(c, `'"`+"`")):
				bare++
			case named+bare > 0 && (l[0] == ' ' || l[0] == '\t') && strings.Contains(c, "=") && !strings.Contains(c, ": "):
			case named+bare > 0 && challengeMore.MatchString(c):
			default:
				other++
			}
		}
		switch {
		case other > 0 || named+bare == 0:
			return 0
		case named > 0:
			return 96
		}
		return 92
	},
	Read: readChallenge,
}

var (
	challengeField = lazyregexp.New(`(?i)^(?:[<*-]\s+)?["']?((?:www|proxy)-authenticate|x-amzn-remapped-www-authenticate)["']?\s*[:=]\s*(.*)$`)
	// challengeStart is a scheme with a parameter, or a scheme that stands alone.
	challengeStart = lazyregexp.New(`(?i)^(basic|bearer|digest|dpop|negotiate|ntlm|hoba|mutual|gnap|privatetoken|oauth|apikey|api-key|aws4-hmac-sha256|signature|kerberos|hawk|token|jwt|xbasic|x-basic|formbased|interactive|session|mac|pop|vapid|scram-[a-z0-9-]+|concealed|msauth1\.0|wsse|atlassiantoken)(\s+[A-Za-z][A-Za-z0-9_.*-]*\s*=\s*("|'|[^\s=]).*)?$`)
	challengeMore  = lazyregexp.New(`^[a-z_-]+\s*=\s*"[^"]*",?$`)
)

// readChallenge makes an exchange of which only that field is known.
func readChallenge(text string, o form.Options) (exchange.Evidence, error) {
	const expected = "WWW-Authenticate value"
	text, err := open(text, expected)
	if err != nil {
		return exchange.Evidence{}, err
	}
	r := &reader{Options: o}
	var header exchange.Header
	status := 401
	first, n, folded := 0, 0, 0
	type field struct{ name, value string }
	var fields []field
	for l := range strings.Lines(text) {
		n++
		t := strings.TrimSpace(l)
		if t == "" || len(fields) >= maxFields {
			continue
		}
		if first == 0 {
			first = n
		}
		name, v := "WWW-Authenticate", strings.Trim(t, "'`")
		if m := challengeField.FindStringSubmatch(t); m != nil {
			name, v = m[1], strings.TrimSpace(m[2])
		} else if k := len(fields); k > 0 && !challengeStart.MatchString(v) {
			if folded++; folded < maxFields {
				fields[k-1].value += " " + v // a field that was folded, or broken by the paste
			}
			continue
		}
		if strings.HasPrefix(strings.ToLower(name), "proxy") {
			status = 407
		}
		if len(v) > 2 && v[0] == '"' && v[len(v)-1] == '"' {
			v = strings.ReplaceAll(v[1:len(v)-1], `\"`, `"`)
		}
		fields = append(fields, field{name, v})
	}
	for _, f := range fields {
		header = append(header, exchange.ResponseField(f.name, f.value))
	}
	if len(header) == 0 {
		return r.done(expected)
	}
	x := &exchange.Exchange{
		Given:    r.at(first).String(),
		Response: &exchange.Response{Status: status, Header: header},
		Unseen:   exchange.WholeRequest | exchange.RequestBody | exchange.WholeAnswer | exchange.ResponseBody,
	}
	r.ev.Exchanges = append(r.ev.Exchanges, x)
	r.say(first, "a challenge was given alone: status %d is assumed", status)
	for _, c := range append(challenge.Of(x), challenge.ProxyOf(x)...) {
		for _, f := range c.Flaws {
			r.say(first, "challenge: %s", f.What)
		}
	}
	return r.done(expected)
}
