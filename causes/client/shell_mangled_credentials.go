package client

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// ShellMangledCredentials: the shell took a part of the command before the program saw it.
var ShellMangledCredentials = &cause.Cause{
	ID:      "shell-mangled-credentials",
	Title:   "the shell changes the credential before the program sees it",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"no-credentials-sent", "wrong-password", "token-placeholder-unexpanded", "token-quoted", "client-config-credential-key-mismatch",
		"unsolicited-authorization-sent"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(lossIn(v), mangledRecorded(v))
	},
}

// lossIn judges the request itself.
func lossIn(v *cause.View) *cause.Suspicion {
	if v.Intent == nil || v.Subject != "" {
		return nil
	}
	if v.Answer == nil || v.Answer.Response == nil {
		return lossUnanswered(v)
	}
	var best *cause.Suspicion
	for _, l := range v.Intent.Lost {
		best = cause.Weightier(best, lossOf(v, l))
	}
	return best
}

// meantName are names that people give to variables of a shell: all capitals, or all small letters.
var meantName = lazyregexp.New(`^\$?\{?(?:[A-Z_][A-Z0-9_]*|[a-z_]+|[0-9@*#?!-])\}?$`)

// byAccident reports that what the shell takes for a variable hardly was meant as one: the rest of a password.
func byAccident(name string) bool { return name != "" && !meantName.MatchString(name) || name == "$" }

// amid reports that the variable stands amid other characters of the password. Who means one writes nothing beside it.
func amid(v *cause.View) bool {
	for _, c := range v.Credentials {
		if c.Kind == cred.Basic {
			pair, err := basic.Decode(c.Value)
			return err == nil && !pair.Password.Contains("${") && !pair.Password.Match(variableAlone)
		}
	}
	return false
}

var variableAlone = lazyregexp.New(`^[^$]*(?:\$\{?[A-Za-z_]\w*\}?)+$`)

// lossUnanswered judges a command of which no answer is recorded: the person says that it is refused.
func lossUnanswered(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	for _, l := range v.Intent.Lost {
		switch {
		case (l.Char == "$" || l.Char == "!") && (l.In == "-u" || l.In == "--user" || credentialPlace(l.In) && byAccident(l.Name)):
			return cause.SuspectAt(cause.Likely, 0.72, fact.Source{Line: l.Line}, "An unquoted or double-quoted "+l.Char+" stands in the credential, where the shell replaces it and what follows.")
		case l.Char == "&" && credentialParam.MatchString(l.Name):
			return cause.SuspectAt(cause.Likely, 0.72, fact.Source{Line: l.Line}, "An unquoted & ends the command; the parameter behind it never reaches the program.")
		}
	}
	return nil
}

// lossOf weighs one place where the shell acts. What is quoted for the remedy is the character, never a value.
func lossOf(v *cause.View, l exchange.ShellLoss) *cause.Suspicion {
	s := &cause.Suspicion{RefusedBy: exchange.Unknown, Where: cause.Location{Line: l.Line}}
	passed, refused := cause.Passed(v.Answer), refusedOrBad(v)
	where := l.In
	if where == "" {
		where = "the command"
	}
	switch l.Char {
	case "$":
		name := varName(l.Name)
		for _, c := range v.Credentials {
			if c.Has(cred.Placeholder) {
				return nil // the whole credential is the variable: token-placeholder-unexpanded
			}
		}
		if !credentialPlace(l.In) {
			return nil
		}
		s.Title = "the shell takes $" + name + " out of the credential"
		s.Because = []fact.Fact{fact.Given("curl command", "%s holds $%s where the shell replaces it by the value of a variable.", where, name)}
		switch {
		case passed:
			// why401 sends the text as it was written; with it the request is let in.
			s.Grade, s.Weight = cause.Strong, 0.8
			s.Because = append(s.Because, v.Saw("Sent as it is written, the request is let in; a shell sends it without $%s.", name))
		case refused:
			s.Grade, s.Weight = cause.Likely, 0.5
			switch {
			case v.Recorded() && amid(v):
				s.Grade, s.Weight = cause.Strong, 0.85
			case v.Recorded() && byAccident(l.Name):
				s.Weight = 0.75
			}
		default:
			return nil
		}
	case "!":
		if !credentialPlace(l.In) || !passed && !refused {
			return nil
		}
		s.Title = "an interactive bash replaces the ! in the credential"
		s.Grade, s.Weight = cause.Likely, 0.4
		if passed {
			s.Weight = 0.6
		}
		s.Because = []fact.Fact{fact.Given("curl command", "%s holds ! in double quotes, which an interactive bash replaces from its history.", where)}
	case "“", "”", "‘", "’":
		if !refused && v.Answer.Failure == nil {
			return nil
		}
		s.Title = "typographic quotation marks are ordinary characters to the shell"
		s.Grade, s.Weight = cause.Strong, 0.8
		s.Because = []fact.Fact{fact.Given("curl command", "%s holds the typographic quotation mark %s; the shell splits at the blank behind it.", where, l.Char)}
	case `\r`, "\r":
		if !passed {
			return nil
		}
		s.Title = "Windows line ends cut the command after its first line"
		s.Grade, s.Weight = cause.Strong, 0.7
		s.Because = []fact.Fact{
			fact.Given("curl command", "A backslash is followed by a carriage return, so the shell does not continue the line."),
			v.Saw("Read as one command, the request is let in."),
		}
	default:
		if !refused {
			return nil
		}
		s.Because = []fact.Fact{fact.Given("curl command", "An unquoted %s ends the command; %s never reaches the program.", l.Char, lostName(l.Name))}
		s.Title = fmt.Sprintf("an unquoted %s in the URL cuts off what follows", l.Char)
		_, other := v.Authorization()
		_, elsewhere := v.Means(signature.IPNotAllowed, signature.PolicyBlocked, signature.RateLimited, signature.Captcha, signature.OriginNotAllowed,
			signature.UserAgentRequired, signature.ClientCertMissing)
		switch {
		case elsewhere:
			s.Grade, s.Weight = cause.Likely, 0.35 // true, and not what this refusal is about
		case credentialParam.MatchString(l.Name) && !other && ambiguous(l.Name):
			// "key" is as often what a list is sorted by; a server that asks for a password does not look there.
			s.Grade, s.Weight = cause.Strong, 0.8
			if len(v.Challenges) > 0 && len(tokenSchemes(v.Challenges)) == 0 {
				s.Grade, s.Weight = cause.Likely, 0.4
			}
		case credentialParam.MatchString(l.Name) && !other:
			s.Grade, s.Weight = cause.Proved, 0.9
			s.Because = append(s.Because, v.Saw("The request without it is answered %d.", v.Answer.Status()))
		case credentialName.MatchString(l.Name) && !other:
			s.Grade, s.Weight = cause.Likely, 0.6
		case len(v.Credentials) == 0:
			s.Grade, s.Weight = cause.Likely, 0.5
		default:
			return nil
		}
	}
	s.Raise = []cause.Raise{{Command: "set -x   # then the same command once more", Where: "in your shell, where nobody looks on: it prints the secret",
		Would: "show the words that the program is really given"}}
	s.Remedies = []cause.Remedy{{
		ID: "single-quotes", Title: "put the value in single quotes", For: "client",
		Effect: "the shell leaves every character alone", Opens: "nothing",
		Steps:  []string{`curl 'https://host/path?a=1&b=2' -u 'name:pa$$word!' -H 'Authorization: Bearer ...'`, "plain ' from the keyboard, not the curved ones of a word processor"},
		Verify: "the same request answers 2xx; without the credential it is still refused", Undo: "take the quotes away again",
	}, {
		ID: "secret-from-file", Title: "keep the secret out of the command", For: "client",
		Effect: "no shell reads it; it is in no history and no process list", Opens: "nothing",
		Steps:  []string{"curl --netrc-file ~/.netrc-api " + cause.Quote(v.Request.URL), `curl -K - <<<"user = \"$LOGIN:$PASSWORD\"" ` + cause.Quote(v.Request.URL)},
		Verify: "the same request answers 2xx", Undo: "remove the file",
	}}
	return s
}

// credentialParam are names of parameters that are a credential or a part of one, and nothing else.
var credentialParam = lazyregexp.New(`(?i)^((access|auth|api|id|private|job|session|user)[-_]?token|token|jwt|api[-_]?key|key|access[-_]?key|subscription[-_]key|app[-_]?key|` +
	`(consumer|client|app|api)[-_]?secret|consumer[-_]key|secret|password|passwd|pwd|pass|signature|sig|hmac|key-pair-id|policy|x-(amz|goog|oss)-[a-z-]+)$`)

// ambiguous reports names of parameters that are not always a credential's.
func ambiguous(name string) bool {
	switch strings.ToLower(name) {
	case "key", "policy", "pass", "sig", "token", "secret":
		return true
	}
	return false
}

// credentialPlace reports options and places that hold a credential.
func credentialPlace(in string) bool {
	switch in {
	case "-u", "--user", "-H", "--header", "URL", "-U", "--proxy-user", "--oauth2-bearer", "-b", "--cookie":
		return true
	}
	return false
}

// varName is the name of a variable as it may be shown.
func varName(s string) string {
	s = strings.Trim(s, "${}")
	if len(s) > 24 || s == "" {
		return "..."
	}
	return s
}

func lostName(name string) string {
	if name == "" {
		return "what follows"
	}
	return "the parameter " + name
}
