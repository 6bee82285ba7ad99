package client

import (
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

var keyNamed = lazyregexp.New(`(?i)[A-Z_]*(?:API_?KEY|TOKEN)["']?\s*[=:]\s*["']?([A-Za-z0-9_*.-]{9,200})`)

// otherKeyEchoed finds a key in the evidence that begins or ends otherwise than the one the error repeats: the program
// took its key from another source than the one that was looked at.
func otherKeyEchoed(v *cause.View) *cause.Suspicion {
	var known cause.Passages
	for _, t := range v.Tokens {
		if t.Place != "" {
			t.Value.Map(func(s string) string {
				known = known.Add(strings.Trim(s, `"'`), t.From)
				return ""
			})
		}
	}
	for _, t := range v.Told() {
		for _, g := range keyNamed.FindAllStringSubmatch(string(t.Text), 10) {
			known = known.Add(g[1], t.From)
		}
	}
	for _, e := range echoes(v) {
		if !e.plain || len(e.value) < 10 || strings.ContainsAny(e.value[:1], `"'{<[\`) {
			continue
		}
		for _, k := range known {
			if differ(e.value, string(k.Text)) {
				return cause.SuspectAt(cause.Strong, 0.88, k.From, "The key in the error begins or ends otherwise than the one written here: the program has its key from another source.")
			}
		}
	}
	return nil
}

// differ compares the ends of two keys of which parts may be masked.
func differ(a, b string) bool {
	ha, ta := ends(a)
	hb, tb := ends(b)
	if n := min(len(ha), len(hb)); n >= 6 && ha[:n] != hb[:n] {
		return len(ha) > 2 && ha[:3] == hb[:3] // two keys of one vendor
	}
	n := min(len(ta), len(tb))
	return n >= 4 && min(len(ha), len(hb)) >= 3 && ha[:3] == hb[:3] && ta[len(ta)-n:] != tb[len(tb)-n:]
}

// ends are what a masked key shows: its beginning and its end; of a key in full, both are all of it.
func ends(s string) (head, tail string) {
	i := strings.IndexAny(s, "*.…")
	j := strings.LastIndexAny(s, "*.…")
	if i < 0 {
		return s, s
	}
	return s[:i], s[j+1:]
}

var (
	awsKeyHere  = lazyregexp.New(`\bAWS_ACCESS_KEY_ID\s*=`)
	awsProfile  = lazyregexp.New(`\bAWS_(?:DEFAULT_)?PROFILE\s*=|--profile\b`)
	awsRefusal  = lazyregexp.New(`InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|ExpiredToken|SignatureDoesNotMatch|AccessDenied`)
	githubLogin = lazyregexp.New(`(?i)HTTP 401: Bad credentials[^\n]*\n\s*Try authenticating with:\s*gh auth login`)
)

// twoAWSSources finds exported keys beside a named profile: the keys of the environment win.
func twoAWSSources(v *cause.View) *cause.Suspicion {
	ts := v.Heard()
	for _, set := range v.Settings {
		if set.System == "env" {
			ts = ts.Add(set.Name+"=", set.From)
		}
	}
	_, from, keys := ts.First(awsKeyHere)
	_, _, profile := ts.First(awsProfile)
	_, _, refused := v.Said().First(awsRefusal)
	if keys && profile && refused {
		return cause.SuspectAt(cause.Strong, 0.88, from, "AWS_ACCESS_KEY_ID is set in the environment, where it comes before the profile that was chosen.")
	}
	return nil
}

// sourceWins is the detector of credential-source-precedence.
func sourceWins(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	s := cause.Weightier(cause.Weightier(otherKeyEchoed(v), twoAWSSources(v)), environmentDecides(v))
	if _, from, ok := v.Said().First(githubLogin); ok {
		if _, _, again := v.Told().First(loginWorked); again {
			s = cause.Weightier(s, cause.SuspectAt(cause.Likely, 0.7, from, "gh is refused right after a login that succeeded: GH_TOKEN or GITHUB_TOKEN of the environment comes before the stored login."))
		}
	}
	return s
}

var loginWorked = lazyregexp.New(`(?i)\bgh auth login\b|logged in (?:fine|successfully|again)|login (?:succeed|works|worked|ended well|was successful)`)

// npmUnbound finds an npm token that is not bound to the address of the registry.
func npmUnbound(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	var s *cause.Suspicion
	registry, bound, unbound := "", []string{}, exchange.Setting{}
	for _, f := range v.Facts {
		if strings.Contains(f.Text, "npm 6 and earlier") {
			s = cause.Weightier(s, &cause.Suspicion{Grade: cause.Likely, Weight: 0.7, Because: []fact.Fact{f}})
		}
	}
	for _, set := range v.Settings {
		if set.System != "npmrc" {
			continue
		}
		switch name := strings.ToLower(set.Name); {
		case name == "registry" || strings.HasSuffix(name, ":registry"):
			if len(set.Args) > 0 && !set.Args[0].Closed() {
				registry = set.Args[0].String()
			}
		case name == "_authtoken" || name == "_auth" || name == "_password":
			unbound = set
		case strings.HasPrefix(name, "//"):
			address, _, _ := strings.Cut(name, ":_")
			bound = append(bound, address)
		}
	}
	_, host, _ := strings.Cut(strings.ToLower(registry), "//")
	switch {
	case unbound.Name != "" && len(bound) == 0:
		s = cause.Weightier(s, cause.SuspectAt(cause.Likely, 0.78, unbound.From, unbound.Name+" stands without the registry's address; npm 9 and later, and other registries than the default one, want //host/path/:"+unbound.Name+"."))
	case host != "" && len(bound) > 0:
		fits := false
		for _, b := range bound {
			b = strings.TrimPrefix(b, "//")
			fits = fits || strings.HasPrefix(strings.TrimSuffix(host, "/")+"/", strings.TrimSuffix(b, "/")+"/")
		}
		if !fits {
			s = cause.Weightier(s, &cause.Suspicion{Grade: cause.Likely, Weight: 0.75, Because: []fact.Fact{fact.Given(".npmrc", "No token is bound to the address of the registry that is asked.")}})
		}
	}
	return s
}

var (
	nugetVariable = lazyregexp.New(`NuGetPackageSourceCredentials_([A-Za-z0-9_.-]+)`)
	nugetSource   = lazyregexp.New(`<add\s+key=["']([^"']{1,80})["']\s+value=["']https?:`)
)

// nugetName compares the name in NuGet's variable with the keys of the sources: they must be alike.
func nugetName(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	ts := v.Heard()
	for _, set := range v.Settings {
		ts = ts.Add(set.Name, set.From)
	}
	g, from, ok := ts.First(nugetVariable)
	if !ok {
		return nil
	}
	for _, t := range ts {
		for _, k := range nugetSource.FindAllStringSubmatch(string(t.Text), 20) {
			if !strings.EqualFold(k[1], g[1]) && flat(k[1]) == flat(g[1]) {
				return cause.SuspectAt(cause.Strong, 0.88, from, "The variable of the credentials spells the source's name otherwise than the configuration: NuGet compares them letter by letter.")
			}
		}
	}
	return nil
}

func flat(s string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(s))
}

var noCORS = lazyregexp.New(`(?i)\bmode["']?\s*:\s*["']no-cors["']`)

var withoutHeader = lazyregexp.New(`(?i)(?:no|without(?: an| the| any)?|miss(?:es|ing)(?: the)?|lacks?(?: the)?) authorization\b`)

// dropped is the detector of client-library-drops-header.
func dropped(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	for _, set := range v.Settings {
		if len(set.Args) > 0 && set.Args[0].Is("no-cors") {
			return cause.SuspectAt(cause.Strong, 0.9, set.From, `mode: "no-cors" lets only a few harmless headers through; Authorization is taken out without a word.`)
		}
	}
	if _, from, ok := v.Heard().First(noCORS); ok {
		return cause.SuspectAt(cause.Strong, 0.9, from, `mode: "no-cors" lets only a few harmless headers through; Authorization is taken out without a word.`)
	}
	for _, f := range v.Facts {
		if strings.Contains(f.Text, "connection of an earlier request was used again") {
			if _, from, ok := v.Told().First(withoutHeader); ok {
				s := cause.SuspectAt(cause.Likely, 0.75, from, "Some requests go out without Authorization.")
				s.Because = append(s.Because, f)
				return s
			}
		}
	}
	hops := v.Hops()
	for i := 1; i < len(hops); i++ {
		a, b := hops[i-1], hops[i]
		if b.Hop == 0 || !seenHeader(a) || !seenHeader(b) || a.Request.URL.Origin() != b.Request.URL.Origin() || !cause.Refused(b) ||
			strings.Trim(a.Request.URL.Path, "/") == strings.Trim(b.Request.URL.Path, "/") {
			continue
		}
		if a.Request.Header.Has("Authorization") && !b.Request.Header.Has("Authorization") {
			s := cause.SuspectAt(cause.Strong, 0.85, fact.Source{Exchange: b.N}, "The redirect stays on the same origin, and the program sends the second request without Authorization.")
			return s
		}
	}
	return nil
}

// pythonAgent are libraries that take a login for the host from .netrc, and put it in the place of a header.
var pythonAgent = lazyregexp.New(`(?i)^(python-requests|python-httpx|ansible-httpget|gimme-aws-creds|python-gitlab|twine|poetry|conda|pip)\b`)

// netrcRecorded finds a Basic login where the program had a token, or where the same program elsewhere sends nothing.
func netrcRecorded(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	for _, x := range v.Exchanges {
		if x.Given == "" || !seenHeader(x) {
			continue
		}
		for _, c := range cred.Of(x.Request) {
			if c.Kind != cred.Basic || !inAuthorization(c) {
				continue
			}
			for _, y := range v.Exchanges {
				if y == x || y.Given == "" || y.Request.URL.Host != x.Request.URL.Host {
					continue
				}
				known := pythonAgent.MatchString(x.Request.Header.Get("User-Agent"))
				switch {
				case empty(c) && same(x.Request, y.Request) && seenHeader(y) && !y.Request.Header.Has("Authorization"):
					return cause.SuspectAt(cause.Strong, 0.85, fact.Source{Exchange: x.N}, "One of two like requests carries Basic with an empty user and password, as a default line of .netrc makes it.")
				case known && y.OK() && strings.Contains(strings.ToLower(y.Request.URL.Path), "token") && cause.Refused(x):
					return cause.SuspectAt(cause.Likely, 0.78, fact.Source{Exchange: x.N}, "A token was fetched before, and what went out is Basic, from a library that reads .netrc for every host.")
				}
			}
		}
	}
	return nil
}

var (
	shortAnswer  = lazyregexp.New(`(?i)\bresponse=\\?"[0-9a-f]{32}\\?"[^\n]{0,300}\balgorithm=\\?"?SHA-(?:256|512)`)
	shortAnswer2 = lazyregexp.New(`(?i)\balgorithm=\\?"?SHA-(?:256|512)[^\n]{0,400}\bresponse=\\?"[0-9a-f]{32}\\?"`)
)

// digestTooShort finds a Digest answer whose length is not the one of its algorithm.
func digestTooShort(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	ts := v.Heard()
	for _, x := range v.Exchanges {
		for _, a := range x.Request.Header.Values("Authorization") {
			ts = ts.AddValue(a, fact.Source{Exchange: x.N})
		}
	}
	for _, re := range []*lazyregexp.Regexp{shortAnswer, shortAnswer2} {
		if _, from, ok := ts.First(re); ok {
			return cause.SuspectAt(cause.Strong, 0.92, from, "The Digest answer has 32 digits, as MD5 makes them, and names SHA-256, which makes 64.")
		}
	}
	return nil
}

// pairs finds a record in which every 401 is followed by a success for the same thing.
func pairs(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	type line struct {
		status     int
		what, user string
		at         time.Time // zero when the line does not say
	}
	var lines []line
	for _, m := range v.Messages {
		if m.Status != 0 && (m.Kind == "access" || m.Fields["method"] != "" && m.Fields["path"] != "") {
			at, _ := cause.Stamp(m.Text)
			lines = append(lines, line{m.Status, m.Fields["method"] + " " + m.Fields["path"] + " " + m.Fields["client"] + m.Fields["agent"], m.Fields["user"], at})
		}
	}
	if len(lines) == 0 {
		for _, x := range v.Exchanges {
			if x.Given != "" && x.Status() != 0 && x.Unseen&(exchange.RequestHeader|exchange.ResponseHeader) == exchange.RequestHeader|exchange.ResponseHeader {
				lines = append(lines, line{status: x.Status(), what: x.Request.Method + " " + x.Request.URL.Path})
			}
		}
	}
	n, alone, sure := 0, 0, false
	answered := map[int]bool{} // a success answers one refusal
	for i, l := range lines {
		if l.status != 401 {
			continue
		}
		found := false
		for j := i + 1; j < min(len(lines), i+4); j++ {
			if k := lines[j]; !answered[j] && k.status/100 == 2 && k.what == l.what && (l.user == "" || l.user == "-") {
				found, answered[j] = true, true
				sure = sure || k.user != "" && k.user != "-" || !l.at.IsZero() && !k.at.IsZero() && k.at.Sub(l.at) <= time.Second
				break
			}
		}
		if found {
			n++
		} else {
			alone++
		}
	}
	if n == 0 || alone > 0 || n == 1 && !sure {
		return nil
	}
	return &cause.Suspicion{Grade: cause.Likely, Weight: 0.72, Because: []fact.Fact{fact.Given("the record", "Each 401 is followed at once by a success of the same client for the same address.")}}
}

var (
	region     = lazyregexp.New(`(?i)^(us|eu|ap|uk|au|de|in|jp|ca|us[0-9]|eu[0-9]|app|api)[.-](.+)$`)
	hostNamed  = lazyregexp.New(`(?i)\b(us|eu|ap|uk|au|de|in|jp|ca|us[0-9]|eu[0-9])[.-]([a-z0-9-]+(?:\.[a-z0-9-]+)+)`)
	otherPlace = lazyregexp.New(`(?i)incorrect regional hostname|please make your request to (?:https?://)?[a-z0-9.-]+|wrong region|use the (?:eu|us) (?:endpoint|host|base url)`)
)

// otherRegion finds a service that has the account in another region than the one that is asked.
func otherRegion(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	if _, from, ok := v.Said().First(otherPlace); ok {
		return cause.SuspectAt(cause.Strong, 0.9, from, "The answer names another host of the service, where the request should go.")
	}
	asked := region.FindStringSubmatch(v.Request.URL.Host)
	if asked == nil || !v.Refused() {
		return nil
	}
	for _, t := range v.Told() {
		for _, g := range hostNamed.FindAllStringSubmatch(string(t.Text), 10) {
			if strings.EqualFold(g[2], asked[2]) && !strings.EqualFold(g[1], asked[1]) {
				return cause.SuspectAt(cause.Strong, 0.85, t.From, "The account is used at another regional host of the service than the one that the request asks.")
			}
		}
	}
	return nil
}
