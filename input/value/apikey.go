package value

import (
	"strings"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var apiKeyForm = form.Form{
	Kind: "api-key", Also: []string{"key", "pat"}, What: "an API key",
	Is: func(text string) int {
		t := front(text)
		if t == "" || len(t) > 4096 {
			return 0
		}
		keys, other, part := 0, 0, 0
		for l := range strings.Lines(t) {
			c := strings.TrimSpace(l)
			if c == "" {
				continue
			}
			_, v := keyLabel(c)
			switch {
			case strings.HasPrefix(strings.ToLower(c), "authorization:"):
				part++
			case vendorOf(v).Known():
				keys++
			case shortened(v):
				part++
			default:
				other++
			}
		}
		switch {
		case keys+part == 0 || other > keys+part || keys+part > 20:
			return 0
		case other == 0 && part == 0:
			return 93
		case other == 0:
			return 66
		}
		return 45
	},
	Read: readAPIKey,
}

var (
	labelled   = lazyregexp.New(`(?i)^((?:[a-z][a-z0-9 _.()-]{0,40})?\b(?:key|token|secret|pat|id|bearer|user|password)\b[a-z0-9 _.()-]{0,20}?)\s*(?:[:=]\s*|is\s+)(.+)$`)
	bearerWord = lazyregexp.New(`(?i)^(bearer|token|apikey|api-key|key|bot)\s+(\S.*)$`)
	keyPrefix  = lazyregexp.New(`^(gh[pousr]_|github_pat_|glpat-|gldt-|sk-|sk_(live|test)_|pk_(live|test)_|ck_|cs_|AKIA|ASIA|xox[abpcse][-.]|xapp-|npm_|pypi-|AIza|hv[sb]\.|ya29\.|dckr_pat_|hf_|gsk_|SG\.|shpat_|k8s-aws-v1\.|glsa_|dop_v1_|ATATT3|dapi|lin_api_|figd_|sq0|rk_live_|tskey-|squ_|whsec_)[^\s]*(\.\.\.|…|\*{3,}|•{3,}|[xX]{4,}|<[a-z-]+>|\[[A-Za-z-]+\])[^\s]*$`)
)

// keyLabel cuts what a person writes before a key: "API key: ", "Bearer ".
func keyLabel(l string) (label, v string) {
	v = trimMarks(l)
	if m := labelled.FindStringSubmatch(v); m != nil && !strings.ContainsAny(m[2], " \t") {
		label, v = strings.TrimSpace(m[1]), trimMarks(m[2])
	}
	if m := bearerWord.FindStringSubmatch(v); m != nil {
		label, v = "Bearer", trimMarks(m[2])
	}
	return label, v
}

// vendorOf knows the prefixes of cred, and those of tokens that are made on the client's side.
func vendorOf(v string) cred.Vendor {
	if strings.HasPrefix(v, "k8s-aws-v1.") && len(v) > 40 {
		return cred.Vendor{Name: "AWS", What: "EKS token, a signed URL that ends after 15 minutes"}
	}
	return cred.VendorOf(secret.Public(v))
}

// shortened is a key of a known prefix with its middle or end blackened.
func shortened(v string) bool { return keyPrefix.MatchString(v) }

func readAPIKey(text string, o form.Options) (exchange.Evidence, error) {
	const expected = "API key of a known form"
	text, err := open(text, expected)
	if err != nil {
		return exchange.Evidence{}, err
	}
	r := &reader{Options: o}
	n := 0
	for l := range strings.Lines(text) {
		n++
		if len(r.ev.Tokens) >= maxFound || len(l) > 16<<10 {
			break
		}
		label, v := keyLabel(strings.TrimSpace(l))
		if v == "" || strings.ContainsAny(v, " \t") {
			continue
		}
		vendor := vendorOf(v)
		if !vendor.Known() && !shortened(v) && !(o.Sure && len(v) >= 8) {
			continue
		}
		s := secret.New(v)
		tok := exchange.Token{Value: s, From: r.at(n), Whole: !masked(v)}
		if label == "Bearer" {
			tok.Place = "Authorization"
		}
		r.ev.Tokens = append(r.ev.Tokens, tok)
		r.keyFacts(n, l, v, vendor)
	}
	return r.done(expected)
}

// keyFacts says whose key it is and what is odd about its form.
func (r *reader) keyFacts(n int, line, v string, vendor cred.Vendor) {
	switch {
	case vendor.Known() && vendor.Env != "":
		r.say(n, "the form is that of %s: %s, for %s", vendor.Name, vendor.What, vendor.Env)
	case vendor.Known():
		r.say(n, "the form is that of %s: %s", vendor.Name, vendor.What)
	case shortened(v):
		r.say(n, "a key that was shortened before it was pasted")
	}
	if t := strings.Trim(line, " \t\r\n"); t != "" && (t[0] == '"' || t[0] == '\'') {
		r.say(n, "quotation marks stand around the key in the paste")
	}
	for _, f := range cred.AnatomyOfKey(secret.New(v)) {
		r.say(n, "key: %s", f.What)
	}
}
