package client

import (
	"encoding/base64"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	marksAround = lazyregexp.New(`^\s*("[^"]+"|'[^']+')\s*$`)
	windowsSet  = lazyregexp.New(`(?im)(?:^|>|\$ )[ \t]*set[ \t]+[A-Z0-9_]*(?:KEY|TOKEN|SECRET|PASS|PASSWORD|USER|USERNAME|AUTH)[A-Z0-9_]*[ \t]*=[ \t]*["']`)
)

var (
	jqRead        = lazyregexp.New(`\|\s*jq\b((?:\s+-{1,2}[a-zA-Z-]+)*)\s+["']?\.[\w.\[\]"]*(?:token|key|secret|password|jwt)\w*["']?((?:\s+-{1,2}[a-zA-Z-]+)*)\s*(?:\)|$|\n)`)
	jqRaw         = lazyregexp.New(`\s-(?:[a-zA-Z]*[rj][a-zA-Z]*|-raw-output|-join-output)\b`)
	envFileQuoted = lazyregexp.New(`(?is)(?:env[-_ ]?file|environmentfile).{0,300}\b[A-Z_]*(?:KEY|TOKEN|SECRET|PASS|PASSWORD)\s*=\s*"[^"\n]+"`)
)

// quotedWhereKept finds a credential that a configuration writes with quotation marks in a place whose reader keeps them.
func quotedWhereKept(v *cause.View) *cause.Suspicion {
	var s *cause.Suspicion
	for _, set := range v.Settings {
		if !credentialName.MatchString(tail(set.Name)) || len(set.Args) == 0 || !set.Args[0].Match(marksAround) || set.System == "code" {
			continue
		}
		t := cause.SuspectAt(cause.Likely, 0.5, set.From, "The value of "+lastName(set.Name)+" is written with quotation marks around it.")
		for _, f := range v.Facts {
			if strings.Contains(f.Text, "quotation marks") && strings.Contains(f.Text, "part of the value") && strings.Contains(f.Text, lastName(set.Name)) {
				t.Weight = 0.78
				t.Because = []fact.Fact{f}
			}
		}
		s = cause.Weightier(s, t)
	}
	for _, t := range v.Heard() {
		for _, g := range jqRead.FindAllStringSubmatch(string(t.Text), 10) {
			if !jqRaw.MatchString(g[1] + g[2]) {
				s = cause.Weightier(s, cause.SuspectAt(cause.Likely, 0.75, t.From, "jq prints a string with its quotation marks; only -r leaves them out."))
			}
		}
	}
	if _, from, ok := v.Heard().First(envFileQuoted); ok {
		s = cause.Weightier(s, cause.SuspectAt(cause.Likely, 0.62, from, "A file of variables that is read without a shell keeps the quotation marks that stand around a value."))
	}
	if _, from, ok := v.Heard().First(windowsSet); ok {
		s = cause.Weightier(s, cause.SuspectAt(cause.Likely, 0.78, from, "set NAME=\"value\" of cmd.exe keeps the quotation marks as part of the value."))
	}
	return s
}

// tail is as much of a name's end as is read: a pasted name may be of any length.
func tail(name string) string { return name[max(0, len(name)-200):] }

// lastName is the last part of a dotted name, which may be shown: a key of a configuration.
func lastName(name string) string {
	name = name[strings.LastIndexByte(name, '.')+1:]
	return name[:min(len(name), 40)]
}

var (
	encodedSecret = lazyregexp.New(`(?i)(?:token|pass[a-z]*|secret|key|user[a-z]*|auth)["']?\s*:\s*["']?([A-Za-z0-9+/]{7,}={0,2})(?:["'\s]|$)`)
	echoPiped     = lazyregexp.New("\\becho[ \t]+(?:-e[ \t]+)?(\"[^\"\n]*\"|'[^'\n]*'|[^|\\s-][^|\\s]*)[ \t]*\\|[ \t]*(?:openssl[ \t]+(?:enc[ \t]+-)?base64|base64)\\b")
)

// newlineEncoded finds a base64 value, as Kubernetes secrets hold it, that ends in a line break.
func newlineEncoded(v *cause.View) *cause.Suspicion {
	sentence := "The base64 value decodes to a text with a line break at its end, which becomes part of the credential."
	for _, t := range v.Heard() {
		for _, g := range encodedSecret.FindAllStringSubmatch(string(t.Text), 20) {
			if endsInNewline(g[1]) {
				return cause.SuspectAt(cause.Strong, 0.85, t.From, sentence)
			}
		}
	}
	for _, set := range v.Settings {
		if !credentialName.MatchString(tail(set.Name)) || len(set.Args) == 0 {
			continue
		}
		found := false
		set.Args[0].Map(func(s string) string {
			found = endsInNewline(s)
			return ""
		})
		if found {
			return cause.SuspectAt(cause.Strong, 0.85, set.From, sentence)
		}
	}
	return nil
}

func endsInNewline(s string) bool {
	if len(s) < 7 || len(s) > 8192 {
		return false
	}
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil || len(b) < 5 || b[len(b)-1] != '\n' {
		return false
	}
	for _, c := range b[:len(b)-1] {
		if (c < ' ' || c > '~') && c != '\r' {
			return false
		}
	}
	return true
}

// heardOrSet are the texts that were heard, and the values of settings.
func heardOrSet(v *cause.View) cause.Passages {
	out := v.Heard()
	for _, set := range v.Settings {
		for _, a := range set.Args {
			out = out.AddValue(a, set.From)
		}
	}
	return out
}

// echoEncoded finds a command that encodes what echo prints, line break included. A login gives a wrong Basic value, a
// token alone a token with a line break.
func echoEncoded(v *cause.View, login bool) *cause.Suspicion {
	ts := heardOrSet(v)
	g, from, ok := ts.First(echoPiped)
	if !ok || strings.Contains(g[1], ":") != login {
		return nil
	}
	return cause.SuspectAt(cause.Likely, 0.75, from, "echo prints a line break behind the value, and base64 encodes it as part of it (echo -n or printf would not).")
}

var wrappedHead = lazyregexp.New(`(?:^|[\s|:"'])([A-Za-z0-9+/]{60}|[A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{76})\s*$`)
var wrappedTail = lazyregexp.New(`(?:^|[\s|:"'])([A-Za-z0-9+/]{4,76}={0,2})`)

// wrapped finds an encoded login that was broken into lines of 60, 64 or 76 characters.
func wrapped(v *cause.View) *cause.Suspicion {
	var lines cause.Passages
	for _, t := range v.Heard() {
		for _, l := range strings.Split(string(t.Text), "\n") {
			lines = lines.Add(strings.TrimRight(l, "\r"), t.From)
		}
	}
	for i := 0; i+1 < len(lines); i++ {
		head := wrappedHead.FindStringSubmatch(string(lines[i].Text))
		if head == nil {
			continue
		}
		for _, tail := range wrappedTail.FindAllStringSubmatch(string(lines[i+1].Text), 20) {
			b, err := base64.RawStdEncoding.DecodeString(head[1] + strings.TrimRight(tail[1], "="))
			if err == nil && strings.IndexByte(string(b), ':') > 0 && readable(b) {
				return cause.SuspectAt(cause.Strong, 0.85, lines[i].From, "The encoded login goes on in a second line: the encoder breaks long values.")
			}
		}
	}
	return nil
}

func readable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

var encodedBraces = lazyregexp.New(`(?i)%7B\{?(?:%7B)?([a-z][a-z0-9 _.-]{1,40})[\]\}]?(?:%7D)?%7D`)
var instruction = lazyregexp.New(`(?i)(?:secret|token|api[_-]?key|password)["']?\s*[:=]\s*["']?[\[<{]?\s*(?:copy|enter|paste|insert|put|replace|your)[ _-](?:the |your |with |in |here|[a-z_ -]){4,80}`)

var nothingLogged = lazyregexp.New(`(?i)authorization["']?\s*[:=]\s*[["']*(?:(?:bearer|token|jwt)\s+)(?:undefined|null|none|nil|nan|\[object object\]|n/a|\(null\))(?:["'\s,;\]})]|$)`)

// codeLogged is an Authorization that holds what a language prints for a function, a promise or a whole object.
var codeLogged = lazyregexp.New(`(?i)authorization["']?\s*[:=]\s*[["']*(?:(?:bearer|token|jwt|basic)\s+)?(?:<(?:coroutine|function|bound method|built-in|generator|class|property|[a-z_.]+ object at)\b|async function|function ?\(|\(\) ?=>|\{["']?access_?token|System\.(?:Threading|Func)|[a-z]+\.[a-z.]+@[0-9a-f]{6,8}\b)`)

// nameAsValue is a header whose value is the name of a variable: HASSIO_TOKEN. Its value, not its meaning, is matched.
var nameAsValue = lazyregexp.New(`^(?:(?i:bearer|token) )?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:TOKEN|SECRET|PASSWORD|KEY)$`)

var objectLogged = lazyregexp.New(`(?i)\[object [a-z]+\]?\s*$`)

var otherTemplate = lazyregexp.New(`(?i)\{(?:env|secret|secrets|vault|input|var|vars|params?)[:.][a-z_][a-z0-9_.]*\}`)

// templateLeft finds a template that stands unfilled in an address, or a manual's instruction in place of a secret.
func templateLeft(v *cause.View) *cause.Suspicion {
	ts := v.Said()
	for _, x := range v.Exchanges {
		if x.Given != "" {
			ts = ts.Add(x.Request.URL.Path, fact.Source{Exchange: x.N})
		}
	}
	var s *cause.Suspicion
	if g, from, ok := ts.First(encodedBraces); ok {
		w := 0.5
		if credentialName.MatchString(g[1]) || strings.Contains(strings.ToLower(g[1]), "tenant") || strings.Contains(strings.ToLower(g[1]), "url") || strings.Contains(strings.ToLower(g[1]), "client") {
			w = 0.8
		}
		s = cause.SuspectAt(cause.Likely, w, from, "The braces of a template stand percent-encoded in the address that was asked.")
	}
	if _, from, ok := v.Said().First(codeLogged); ok {
		s = cause.Weightier(s, cause.SuspectAt(cause.Strong, 0.85, from, "The record shows an Authorization that holds what a language prints for a function or an object."))
	}
	if _, from, ok := v.Said().First(nothingLogged); ok {
		s = cause.Weightier(s, cause.SuspectAt(cause.Strong, 0.88, from, "The record shows an Authorization whose value is what a language prints for nothing or for an object."))
	}
	for _, x := range v.Exchanges {
		for _, f := range x.Request.Header {
			if x.Given != "" && credentialName.MatchString(tail(f.Name)) && f.Value.Match(objectLogged) {
				s = cause.Weightier(s, cause.SuspectAt(cause.Strong, 0.88, fact.Source{Exchange: x.N}, "The header "+f.Name[:min(len(f.Name), 40)]+" holds an object written as text."))
			}
			if x.Given != "" && f.Value.Match(nameAsValue) {
				s = cause.Weightier(s, cause.SuspectAt(cause.Likely, 0.6, fact.Source{Exchange: x.N}, "The header "+f.Name[:min(len(f.Name), 40)]+" holds the name of a variable in place of its value."))
			}
			if x.Given != "" && credentialName.MatchString(tail(f.Name)) && f.Value.Match(otherTemplate) {
				s = cause.Weightier(s, cause.SuspectAt(cause.Likely, 0.72, fact.Source{Exchange: x.N}, "The header "+f.Name[:min(len(f.Name), 40)]+" holds the expression of a template in place of a value."))
			}
		}
	}
	for _, c := range meant(v) {
		if c.In == cred.InHeader && c.Has(cred.Empty) && c.Scheme != "" && !bareAssigned.MatchString(v.AllText()) && (v.Intent == nil || len(v.Intent.Variables) == 0) && refusedOrBad(v) {
			s = cause.Weightier(s, cause.SuspectAt(cause.Likely, 0.6, fact.Source{}, "Nothing stands behind the word "+c.Scheme+": what should be filled in there is empty."))
		}
	}
	if _, from, ok := v.Heard().First(instruction); ok {
		s = cause.Weightier(s, cause.SuspectAt(cause.Strong, 0.85, from, "Where the secret should stand there is the instruction of a manual or sample."))
	}
	return s
}

// messages of Docker Compose about a variable that is not there.
var composeUnset = lazyregexp.New(`(?i)the \\?["']?([A-Za-z0-9_]+)\\?["']? variable is not set\.? *defaulting to a blank string`)
var hashDollar = lazyregexp.New(`(?:^|[^$])\$(?:2[aby]|apr1|1|5|6)\$[A-Za-z0-9./]`)
var composeBlock = lazyregexp.New(`(?im)^\s*(?:command|environment|labels|entrypoint)\s*:`)
var composeName = lazyregexp.New(`(?i)(?:^|\.)(?:environment|command|labels|entrypoint)(?:[.\[]|$)`)

// composeDollar finds a $ of a password or hash that Docker Compose takes for a variable; it wants $$.
func composeDollar(v *cause.View) *cause.Suspicion {
	var s *cause.Suspicion
	if g, from, ok := v.Said().First(composeUnset); ok && strings.ToUpper(g[1]) != g[1] {
		s = cause.SuspectAt(cause.Strong, 0.88, from, "Docker Compose took a part of the value for a variable that is not set: a $ in it has to be doubled.")
	}
	for _, set := range v.Settings {
		if set.System == "yaml" && composeName.MatchString(set.Name) && len(set.Args) > 0 && set.Args[0].Match(hashDollar) {
			s = cause.Weightier(s, cause.SuspectAt(cause.Likely, 0.75, set.From, "The value holds a hash with single $ signs, which Docker Compose replaces by variables."))
		}
	}
	for _, t := range v.Heard() {
		if composeBlock.MatchString(string(t.Text)) && hashDollar.MatchString(string(t.Text)) {
			s = cause.Weightier(s, cause.SuspectAt(cause.Likely, 0.75, t.From, "The file holds a hash with single $ signs, which Docker Compose replaces by variables."))
		}
	}
	return s
}

var (
	twoAts      = lazyregexp.New(`(?i)\b[a-z][a-z0-9+.-]{2,9}://[^/\s"'@<>]+@[^/\s"'@<>]*@[a-z0-9][a-z0-9.-]*`)
	signInside  = lazyregexp.New(`(?i)\b[a-z][a-z0-9+.-]{2,9}://[^/\s"'@<>:]+:[^/\s"'@<>]*[#?][^/\s"'@<>]*@[a-z0-9][a-z0-9.-]*`)
	escapeThere = lazyregexp.New(`(?i)\b[a-z][a-z0-9+.-]{2,9}://[^/\s"'@<>]*%[0-9a-f]{2}[^/\s"'@<>]*@[a-z0-9][a-z0-9.-]*`)
)

// userinfoWritten judges the login in an address that a command, a setting or a message shows.
func userinfoWritten(v *cause.View) *cause.Suspicion {
	ts := heardOrSet(v)
	if _, from, ok := ts.First(twoAts); ok {
		return cause.SuspectAt(cause.Strong, 0.88, from, "The address holds two @ signs before the path: one belongs to the login and has to be written as %40.")
	}
	if _, from, ok := ts.First(signInside); ok {
		return cause.SuspectAt(cause.Strong, 0.85, from, "A # or ? stands in the password of the address and ends the host part there; it has to be percent-encoded.")
	}
	if _, from, ok := ts.First(escapeThere); ok {
		return cause.SuspectAt(cause.Likely, 0.5, from, "The login in the address is percent-encoded; the program has to decode it once.")
	}
	return nil
}

// seenHeader reports that x shows the request's header with its credentials.
func seenHeader(x *exchange.Exchange) bool {
	return x.Unseen&(exchange.RequestHeader|exchange.RequestCredentials) == 0
}

var (
	bareAssigned = lazyregexp.New(`(?i)\bauthorization["']?\]?\s*(?:[:=,]|=>)\s*(?:this\.|self\.|await |\$)?[a-z_$][a-z0-9_$.]{0,60}?(?:token|jwt)(?:\(\)|[a-z]{0,8})?\s*(?:[,;)}\n]|$)`)
	schemeGiven  = lazyregexp.New("(?i)[\"'`](?:bearer|token|jwt|basic|apikey)\\b ?[\"'`$%{ ]|\\bbearer[_ ]?token\\b")
)

// bareInCode finds code that sets Authorization to a token and nothing before it (RFC 6750 2.1 wants "Bearer "), where no
// line of the record puts a scheme before one.
func bareInCode(v *cause.View) *cause.Suspicion {
	text := v.AllText()
	if !v.Recorded() || !bareAssigned.MatchString(text) || schemeGiven.MatchString(text) {
		return nil
	}
	_, from, _ := v.Heard().First(bareAssigned)
	return cause.SuspectAt(cause.Likely, 0.8, from, "The code sets Authorization to the token alone, without the word of a scheme before it.")
}
