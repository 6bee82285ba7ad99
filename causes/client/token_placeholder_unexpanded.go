package client

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// TokenPlaceholderUnexpanded: the name of a variable, or what a program prints for nothing, was sent as the token.
var TokenPlaceholderUnexpanded = &cause.Cause{
	ID:      "token-placeholder-unexpanded",
	Title:   "a placeholder was sent in place of the credential",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"token-whitespace-or-newline", "token-quoted", "authorization-scheme-missing",
		"authorization-scheme-wrong", "wrong-password", "opaque-token-to-jwt-validator", "unsolicited-authorization-sent",
		"token-wrong-location", "basic-wrong-base64", "llm-api-key-errors", "oauth-client-auth-failed", "token-truncated"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(placeholderIn(v), placeholderRecorded(v))
	},
}

// placeholderIn judges the request itself.
func placeholderIn(v *cause.View) *cause.Suspicion {
	c, form, ok := unfilled(v)
	if !ok || unsent(v) || !refusedOrBad(v) {
		return nil
	}
	s := &cause.Suspicion{
		Title:   fitting("a placeholder was sent: " + form),
		Because: []fact.Fact{v.Asked("What stands in %s is %s.", place(c), form)},
	}
	s.Grade, s.Weight = placeholderGrade(v, c, form)
	if !live(v) && v.Intent != nil && filledByShell(form) {
		if shellFills(v, form) {
			return nil // this is how a command is written; what the shell put there is not known
		}
		s.Grade, s.Weight = cause.Likely, 0.4
		s.Because = append(s.Because, fact.Given("the command", "It stands where no shell fills it in, in single quotes for example."))
	}
	if v.Intent != nil && len(v.Intent.Lost) > 0 && strings.Contains(form, "shell variable") {
		// In double quotes the user's own shell fills it in; what that gives is not known here.
		s.Grade, s.Weight = cause.Likely, 0.6
		s.Because = append(s.Because, fact.Given("curl command", "It stands where a shell fills it in; why401 has no value for it and sent the name."))
	}
	if len(v.Challenges) > 0 {
		s.Because = append(s.Because, v.Saw("The answer is %d and asks for %s.", v.Answer.Status(), asked(v.Challenges)))
	}
	if c.Has(cred.Bracketed) && s.Grade != cause.Proved {
		if t, ok := corrected(c, "the same value without the brackets around it"); ok {
			s.Trials = []cause.Trial{t}
		}
	}
	s.Raise = []cause.Raise{{
		Command: `printf '%s' "$TOKEN" | wc -c`,
		Where:   "in the shell or program that sends the request, with the name of your variable",
		Would:   "print 0 if the variable is not set there",
	}}
	s.Remedies = placeholderRemedies(v, c)
	return s
}

// filledByShell reports the forms that a shell replaces when it runs the command.
func filledByShell(form string) bool {
	for _, word := range []string{"shell variable", "shell command", "PowerShell", "Windows variable"} {
		if strings.Contains(form, word) {
			return true
		}
	}
	return false
}

// shellFills reports that the reader saw the shell act on a $ of the command, or that the form is another shell's.
func shellFills(v *cause.View, form string) bool {
	if !strings.Contains(form, "shell variable") {
		return true
	}
	for _, l := range v.Intent.Lost {
		if l.Char == "$" {
			return true
		}
	}
	return false
}

// unfilled finds the placeholder and says of which form it is.
func unfilled(v *cause.View) (cred.Credential, string, bool) {
	if c, _, ok := token(v, cred.Placeholder, cred.JSONInside, cred.BytesLiteral, cred.Bracketed); ok {
		switch {
		case c.Has(cred.Placeholder):
			return c, detail(c, cred.Placeholder), true
		case c.Has(cred.JSONInside):
			return c, "a whole JSON text, not the token inside it", true
		case c.Has(cred.BytesLiteral):
			return c, `a Python bytes literal, b'...'`, true
		}
		return c, "a value with the brackets of the example around it", true
	}
	for _, c := range v.Credentials {
		if c.Has(cred.Placeholder) && c.Kind != cred.Cookie && c.In != cred.InBody {
			return c, detail(c, cred.Placeholder), true
		}
		if c.Kind != cred.Basic || c.In != cred.InHeader {
			continue
		}
		pair, err := basic.Decode(c.Value)
		if err != nil {
			continue
		}
		if form, ok := cred.PlaceholderForm(pair.User); ok && marked(form) {
			return c, form + " as the user name", true
		}
		if form, ok := cred.PlaceholderForm(pair.Password); ok {
			return c, form + " as the password", true
		}
	}
	return cred.Credential{}, "", false
}

// marked reports forms with the marks of a variable around them, which no real value has.
func marked(form string) bool {
	for _, word := range []string{"variable in", "a shell", "CI expression", "PowerShell", "an object", "format directive"} {
		if strings.Contains(form, word) {
			return true
		}
	}
	return false
}

// toy reports forms that somebody may have put over the real value before showing the command, or that a server set up
// for a trial does take.
func toy(form string) bool {
	for _, word := range []string{"a word such as", "a row of", "redacted"} {
		if strings.Contains(form, word) {
			return true
		}
	}
	return false
}

// placeholderGrade weighs what was found. A placeholder can never be let in, so it decides by itself when the layer
// that refused is one that reads it. A password may be the word "true", and pasted text may have been redacted.
func placeholderGrade(v *cause.View, c cred.Credential, form string) (cause.Grade, float64) {
	switch {
	case !live(v):
		return recordedPlaceholder(v, c, form)
	case c.Has(cred.Bracketed):
		return cause.Likely, 0.8
	case inAuthorization(c) && !heard(v, c.Scheme) && c.Scheme != "":
		return cause.Likely, 0.45
	case c.Kind == cred.Basic && !marked(form):
		return cause.Likely, 0.6
	case toy(form):
		return cause.Strong, 0.85
	case v.Answer.Status() == 401 && (blamed(v) || inAuthorization(c) && v.Challenges.Has(c.Scheme)):
		return cause.Proved, 0.9
	}
	return cause.Strong, 0.85
}

// recordedPlaceholder weighs one in a record. What a language prints for nothing, nobody writes over a secret. Marks of
// a variable are written over secrets now and then; crosses, asterisks and words like token nearly always are.
func recordedPlaceholder(v *cause.View, c cred.Credential, form string) (cause.Grade, float64) {
	nothing := strings.Contains(form, "an object written as text") || strings.HasPrefix(form, "the text ")
	for _, word := range []string{"undefined", "null", "None", "nil", "NaN", "nullptr"} {
		nothing = nothing || form == "the word "+word
	}
	switch {
	case nothing && c.Kind != cred.Basic && v.Unseen(exchange.RequestLine) && v.Intent == nil:
		return cause.Likely, 0.75
	case nothing && c.Kind != cred.Basic:
		return cause.Strong, 0.88
	case toy(form):
		return cause.Likely, 0.1
	case marked(form) && v.Intent == nil && !strings.Contains(form, "a shell variable:") && !strings.Contains(form, "a template variable in { }"):
		return cause.Likely, 0.7
	case marked(form) && v.Intent == nil:
		return cause.Likely, 0.45
	}
	return cause.Likely, 0.2
}

func placeholderRemedies(v *cause.View, c cred.Credential) []cause.Remedy {
	return []cause.Remedy{{
		ID: "fill-in", Title: "put the real value where the placeholder stands", For: "client",
		Effect: "the credential itself is sent", Opens: "nothing",
		Steps: []string{
			`export TOKEN=...   # the value, without quotation marks of its own`,
			example(v, c, c.Scheme) + `   # double quotes: in single quotes the shell leaves $TOKEN as it is`,
		},
		Verify: "the same request answers 2xx; without the credential it is still refused",
		Undo:   "unset TOKEN",
	}, {
		ID: "fail-when-empty", Title: "refuse to start without the value", For: "client",
		Effect: "a missing variable stops the program with its name in place of a 401 later", Opens: "nothing",
		Steps:  []string{`in a shell script: set -u; : "${TOKEN:?TOKEN is not set}"`, `in JavaScript: if (!token) throw new Error("not logged in yet")`},
		Verify: "with the variable unset nothing is sent", Undo: "take the check out again",
	}}
}
