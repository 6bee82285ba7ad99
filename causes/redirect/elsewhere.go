package redirect

import (
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	address = lazyregexp.New(`https?://[^\s"'<>()\[\]{}|\\^` + "`" + `]{3,400}`)
	// ended are the words by which programs name the address that they came to in the end.
	ended    = lazyregexp.New(`(?i)\br(es|esp|esponse)?\.(url|request\.url|requestmessage|history)\b|RequestUri|url_effective|final url|\bURL: https?://|redirected to|\.history\b`)
	hostName = lazyregexp.New(`\b(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}\b`)
	login    = lazyregexp.New(`(?i)authorization|bearer|\bauth\b|api[-_]?key|\b401\b`)
)

// Bounds of what is compared.
const (
	maxAddresses = 24
	maxHeard     = 16 << 10 // bytes of one text
)

// addresses are the URLs that the record's texts name, in order.
func addresses(v *cause.View) []exchange.URL {
	var out []exchange.URL
	take := func(text string) {
		for _, s := range address.FindAllString(text[:min(len(text), maxHeard)], maxAddresses) {
			if u, err := exchange.ParseURL(strings.TrimRight(s, ".,;:")); err == nil && len(out) < maxAddresses {
				out = append(out, u)
			}
		}
	}
	for _, p := range v.Excerpts(40, 0, maxHeard) {
		take(string(p.Text))
	}
	for _, s := range v.Settings[:min(len(v.Settings), 40)] {
		for _, a := range s.Args {
			if !a.Closed() {
				take(a.String())
			}
		}
	}
	for _, p := range v.Excerpts(0, 20, maxHeard) {
		take(string(p.Text))
	}
	return out
}

// endedElsewhere is a program that tells at which address it came to stand, and that is not the one it was given.
func endedElsewhere(v *cause.View) *cause.Finding {
	told, carries := false, false
	for _, p := range v.Excerpts(40, 20, maxHeard) {
		told = told || ended.MatchString(string(p.Text))
		carries = carries || login.MatchString(string(p.Text))
	}
	for _, s := range v.Settings[:min(len(v.Settings), 40)] {
		for _, a := range s.Args {
			carries = carries || a.Contains("Authorization")
		}
	}
	asked := addresses(v)
	if in := v.Intent; in != nil {
		asked = append([]exchange.URL{in.Request.URL}, asked...)
		for _, c := range cred.Of(in.Request) {
			carries = carries || c.In == cred.InHeader && c.Kind != cred.Cookie
		}
	}
	for _, x := range v.Exchanges {
		if x.Given != "" && x.Request.URL.Host != "" {
			asked = append(asked, x.Request.URL)
		}
	}
	if !told || !carries || len(asked) < 2 {
		return nil
	}
	from := asked[0]
	for _, to := range asked[1:] {
		if from.Host == "" || to.Origin() == from.Origin() || path.Base(to.Path) != path.Base(from.Path) || len(path.Base(to.Path)) < 3 {
			continue
		}
		if signedLike(from) && !signedLike(to) {
			from, to = to, from // the error names the last address first
		}
		id, how := kindOf(from, to), "Asked was %s, and the program came to stand at %s for the same thing."
		if signedLike(to) {
			id, how = "redirect-forwards-auth-to-presigned", "Asked was %s with a credential, and the program came to stand at a signed address of %s."
		}
		if id == "" {
			continue
		}
		return cause.Found(id, cause.Likely, 0.72, fact.Given("the record", how, from.Origin(), to.Origin()))
	}
	return nil
}

// twoNames is prose that speaks of a refusal, and of a site both with www and without it.
func twoNames(v *cause.View) *cause.Finding {
	for _, p := range v.Excerpts(0, 20, maxHeard) {
		text := strings.ToLower(string(p.Text))
		if !login.MatchString(text) {
			continue
		}
		names := hostName.FindAllString(text, 4*maxAddresses)
		for _, name := range names {
			if bare, ok := strings.CutPrefix(name, "www."); ok && slices.Contains(names, bare) {
				return cause.Found("redirect-www-apex", cause.Likely, 0.62,
					fact.Given("the description", "It speaks of %s with www and without it.", bare))
			}
		}
	}
	return nil
}
