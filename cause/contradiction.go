package cause

import (
	"strings"

	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// Contradiction is a pair of things in a record that no single fault makes true at once, or a symptom that comes and goes
// where the record shows only one of its two faces. What explains the one leaves the other open, so nothing may be named.
type Contradiction struct {
	Fact fact.Fact
	// Leaves reports that a cause does explain it, so that it may be the verdict after all.
	Leaves func(c *Cause) bool
	Raise  Raise // what would decide
}

// Contradictions are those of a record; none of what was seen live, where the other face can be asked for.
func (v *View) Contradictions() []Contradiction {
	if !v.Recorded() {
		return nil
	}
	var out []Contradiction
	for _, look := range []func(*View) *Contradiction{otherAlgorithm, freshAndExpired, nothingHoldsBack, comesAndGoes} {
		if c := look(v); c != nil {
			out = append(out, *c)
		}
	}
	return out
}

const algorithm = `((?:HS|RS|PS|ES)(?:256|384|512))`

var (
	algJudged = lazyregexp.New(`(?i)\b(?:signed with(?: the)?|token(?:'s)? (?:has |uses )?alg(?:orithm)?(?: is)?|received(?: token)?(?: with)?)\W{1,4}(?:alg\W{1,4})?` + algorithm + `\b`)
	algIssued = lazyregexp.New(`(?i)\b(?:token|jwt)\b[^.\n]{0,40}\b(?:login|log-in|sign-in|token) (?:response|answer|reply|endpoint)\b[^.\n]{0,40}\balg(?:orithm)?\b\W{0,6}(?:is |of )?` + algorithm + `\b` +
		`|\b(?:issue[sd]?|returns?|returned|gives|gave|creates?|mints?) (?:an? |me an? )?` + algorithm + ` (?:signed )?(?:token|jwt)`)
)

// otherAlgorithm: the login issues tokens of one kind of algorithm, and the verifier says that it was given one of another
// kind. Then the token that it judged is not the one that was issued, and who put another in its place is not told.
func otherAlgorithm(v *View) *Contradiction {
	judged, from, ok := v.Said().First(algJudged)
	if !ok {
		return nil
	}
	issued := ""
	if g, _, told := v.Heard().First(algIssued); told {
		issued = g[1] + g[2]
	}
	for _, x := range v.Exchanges {
		if issued == "" && x.OK() {
			issued = algOf(x)
		}
	}
	if issued == "" || strings.EqualFold(issued[:2], judged[1][:2]) {
		return nil
	}
	return &Contradiction{
		Fact: fact.Fact{From: from, Text: "The login issues a token signed with " + strings.ToUpper(issued) + ", and the verifier judged one signed with " + strings.ToUpper(judged[1]) +
			": it is not the same token."},
		Leaves: func(*Cause) bool { return false },
		Raise: Raise{Command: "log scheme, length and the first part (the header) of Authorization as it arrives", Where: "at the verifier, and at each hop before it",
			Would: "show where the token that was issued is replaced by another"},
	}
}

// algOf is the alg of a JWT in the body of an answer, "" when there is none.
func algOf(x *exchange.Exchange) string {
	m := jwtInside.FindString(string(x.Body()))
	if m == "" {
		return ""
	}
	if t, err := jwt.Decode(secret.New(m)); err == nil && len(t.Header.Alg) == 5 {
		return t.Header.Alg
	}
	return ""
}

var jwtInside = lazyregexp.New(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*`)

var (
	loggedIn   = lazyregexp.New(`(?i)\blogin succeeded\b|\bsuccessfully (?:logged in|authenticated)\b|\blogged in successfully\b|\blogin successful\b`)
	endedAtAll = lazyregexp.New(`(?i)\b(?:token|credentials?|session|login) (?:has |have |is |are )?expired\b`)
)

// freshAndExpired: a program says that the login succeeded and, in the same run, that its token has expired. What was
// stored a moment ago cannot have ended: another credential was used, and the record does not show from where.
func freshAndExpired(v *View) *Contradiction {
	after := false
	for _, p := range v.Said() {
		text := string(p.Text)
		if at := loggedIn.FindStringIndex(text); at != nil {
			after, text = true, text[at[1]:]
		}
		if after && endedAtAll.MatchString(text) {
			return &Contradiction{
				Fact: fact.Fact{From: p.From, Text: "The login succeeded, and right after it the credential is called expired: it is not the one that was just stored."},
				Leaves: func(c *Cause) bool {
					return c.Family == "clock" || strings.Contains(c.ID, "cached") || strings.Contains(c.ID, "precedence")
				},
				Raise: Raise{Command: `grep -E '"(auths|credHelpers|credsStore)"|https?://' ~/.docker/config.json`, Where: "here, or in the program's own file of logins (names only, no values)",
					Would: "show a second entry for the same host, which is read first"},
			}
		}
	}
	return nil
}

var (
	sendsCookies = lazyregexp.New(`(?i)\bcredentials["']?\s*:\s*["']include|withCredentials["']?\s*[:=]\s*true`)
	cookieFree   = lazyregexp.New(`(?i)samesite\s*[=:]?\s*none\b[^\n]{0,40}\bsecure\b|\bsecure\b[^\n]{0,40}samesite\s*[=:]?\s*none\b`)
	notSent      = lazyregexp.New(`(?i)\bcookies? (?:is|are|was|were) (?:not|never) (?:being )?(?:sent|included|attached)\b|\b(?:not|never|doesn'?t|does not|isn'?t) (?:send|sends|sending|include|includes) (?:the |any )?cookies?\b`)
	browsers     = []*lazyregexp.Regexp{lazyregexp.New(`(?i)\bfirefox\b`), lazyregexp.New(`(?i)\bchrom(?:e|ium)\b`), lazyregexp.New(`(?i)\bsafari\b`)}
)

// nothingHoldsBack: a cookie with SameSite=None; Secure and a call that sends cookies along, and three browsers with three
// policies all keep it. By what was told it is sent (RFC 6265bis 5.8.3), so what keeps it was not told.
func nothingHoldsBack(v *View) *Contradiction {
	text := v.Heard().Join()
	if !sendsCookies.MatchString(text) || !cookieFree.MatchString(text) || !notSent.MatchString(text) {
		return nil
	}
	for _, b := range browsers {
		if !b.MatchString(text) {
			return nil
		}
	}
	return &Contradiction{
		Fact:   fact.Fact{Text: "By what was told the cookie has all that it needs to be sent, and three browsers of different policies keep it back."},
		Leaves: func(*Cause) bool { return false },
		Raise: Raise{Command: "copy the Set-Cookie line, and what the browser's panel says in the row of that cookie", Where: "in the browser's developer tools, Network, Cookies, \"show filtered out request cookies\"",
			Would: "name the rule that keeps the cookie back"},
	}
}

var fitful = lazyregexp.New(`(?i)\bintermittent(?:ly)?\b|\bsporadic(?:ally)?\b|\b(?:in|of) (?:the |some )?failing runs\b|\bin some runs\b|\bnot every time\b|\b(?:fails|failing|works) only sometimes\b|\bsometimes (?:it )?(?:works|fails|succeeds)\b`)

// comesAndGoes: the same request fails in some runs only, and the record shows no run that passed. A fault that stands in a
// proxy or in a server's configuration is there each time, so by itself it does not explain that.
func comesAndGoes(v *View) *Contradiction {
	_, from, ok := v.Told().First(fitful)
	if !ok {
		return nil
	}
	for _, x := range v.Exchanges {
		if x.Given != "" && Passed(x) {
			return nil
		}
	}
	return &Contradiction{
		Fact:   fact.Fact{From: from, Text: "It fails in some runs only, and the record shows none of those that pass."},
		Leaves: func(c *Cause) bool { return c.Audit == nil && c.Family != "proxy" },
		Raise: Raise{Command: "why401 compare failing.txt passing.txt", Where: "here, with curl -v of a run that fails and of one that passes",
			Would: "show what is different when it fails"},
	}
}
