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

// badRequest is how programs write a 400 when they say at which address they got it.
var badRequest = lazyregexp.New(`(?i)\b(?:status(?: code)?|code|HTTP(?:/1\.1)?|error|returned|response)\W{1,3}(?:code:? ?)?400\b|\b400 (?:Bad Request|Client Error)`)

// refusedAtStorage is a program that was answered 400 at a signed address of another host than it was given. Storage
// services answer 403 to a signature that is wrong or over; 400 is for a request that makes no sense, as one with a
// signature and a credential beside it.
func refusedAtStorage(v *cause.View) *cause.Finding {
	asked := addresses(v)
	for _, m := range v.Messages[:min(len(v.Messages), 40)] {
		text := string(m.Text[:min(len(m.Text), maxHeard)])
		if m.Status != 400 && !badRequest.MatchString(text) {
			continue
		}
		for _, s := range address.FindAllString(text, maxAddresses) {
			to, err := exchange.ParseURL(strings.TrimRight(s, ".,;:"))
			if err != nil || !signedLike(to) {
				continue
			}
			i := slices.IndexFunc(asked, func(u exchange.URL) bool { return u.Host != to.Host && !signedLike(u) })
			if i < 0 {
				continue
			}
			f := fact.Given("the record", "Asked was %s, and a signed address of %s answered 400, as storage does to a second credential; to a wrong signature it says 403.", asked[i].Origin(), to.Origin())
			f.From = m.From
			return cause.Found("redirect-forwards-auth-to-presigned", cause.Likely, 0.85, f)
		}
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
