package credential

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// saidOrSet are the texts that programs wrote, and the settings as name="value".
func saidOrSet(v *cause.View) cause.Passages {
	out := v.Said()
	for _, s := range v.Settings {
		for _, a := range s.Args {
			a.Map(func(value string) string { // a joined text would be a secret of its own
				out = out.Add(s.Name+`="`+value+`"`, s.From)
				return ""
			})
		}
	}
	return out
}

var (
	clientRefused = lazyregexp.New(`(?i)invalid_client|invalid client secret|client authentication failed|bad client credentials|AADSTS7000215|AADSTS50012`)
	secretWritten = lazyregexp.New(`(?i)client[_-]?secret["']?\s*[=:]\s*["']?[A-Za-z0-9._~/=-]*[+&][A-Za-z0-9._~+&/=-]+`)
	secretEscaped = lazyregexp.New(`(?i)secret[^\n]{0,80}%(?:2B|2F|25|3D|26|3A)`)
)

// secretRecorded finds a client secret with characters that form-decoding changes, beside a client that was refused.
func secretRecorded(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	ts := saidOrSet(v)
	if _, _, refused := ts.First(clientRefused); !refused {
		return nil
	}
	if _, from, ok := append(ts, v.Told()...).First(secretEscaped); ok {
		return cause.SuspectAt(cause.Strong, 0.85, from, "The secret appears percent-encoded on one side of the exchange and plain on the other.")
	}
	if _, from, ok := ts.First(secretWritten); ok {
		return cause.SuspectAt(cause.Strong, 0.82, from, "The client secret holds + or &, which form-decoding changes when it was not encoded first.")
	}
	return nil
}

// foreignLetter are letters and signs outside ASCII that stand in passwords; typographic marks and emoji are left out.
var foreignLetter = lazyregexp.New(`(?i:password|passwort|kennwort|passphrase|mot de passe|\blogin\b|user ?name)[^.\n]{0,60}[À-ÖØ-öø-ɏΑ-ωА-яЁё£€§¥¿¡]`)

// lettersSpoilt are a login as a program printed it, with the mark of bytes that are no UTF-8, or with the pairs that UTF-8
// becomes when it is read as Latin-1.
var lettersSpoilt = lazyregexp.New("(?i:pass(?:word|wd)?|pwd|user(?:name)?|login|name)[\"']?[ \\t]*[:=][ \\t]*[\"'`]?[^\"'`\\s]{0,80}(?:\uFFFD|\u00C3[\u0080-\u00BF]|\u00C2[\u00A1-\u00BF])")

// lettersTold finds a password outside ASCII in what a person wrote.
func lettersTold(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	if _, from, ok := v.Said().First(lettersSpoilt); ok {
		return cause.SuspectAt(cause.Likely, 0.8, from, "The login that a program printed holds signs that come of decoding it in another charset than it was encoded in.")
	}
	if _, from, ok := v.Told().First(foreignLetter); ok {
		return cause.SuspectAt(cause.Likely, 0.62, from, "The login that is described has a character outside ASCII, which two programs may encode in two ways.")
	}
	return nil
}

// tokenAsKey finds a Google access token in the place of an API key.
func tokenAsKey(v *cause.View) *cause.Suspicion {
	for _, x := range v.Exchanges {
		if x.Given == "" {
			continue
		}
		for _, f := range x.Request.Header {
			name := strings.ToLower(f.Name)
			if name == "x-goog-api-key" && f.Value.HasPrefix("ya29.") {
				return cause.SuspectAt(cause.Strong, 0.9, fact.Source{Exchange: x.N}, "x-goog-api-key holds an OAuth access token (ya29.); an API key begins with AIza.")
			}
		}
	}
	return nil
}
