package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// HtpasswdFormatCorrupt: a line of the password file is damaged: a carriage return, a blank, an eaten dollar sign, no
// hash at all. The signs of its page tell the rest.
var HtpasswdFormatCorrupt = &cause.Cause{
	ID:        "htpasswd-format-corrupt",
	Title:     "the password file has lines that the server cannot read",
	Family:    family,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.WebServer,
	Partial:   true,
	Hides:     []string{"wrong-password"},
	Audit:     brokenLines,
	Traced:    tracedBroken,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if lines := directive.Of(v, "htpasswd"); len(lines) > 0 {
			for _, l := range lines {
				if runOn(l) {
					return directive.Strong(0.88, directive.Fact(l, "Behind the hash a second entry begins on the same line: the line break between them is missing."))
				}
			}
			if s := missed(v, lines); s != nil {
				return s
			}
			if s := mismatched(v); s != nil {
				return s
			}
			for _, f := range v.Facts {
				for problem, weight := range damages {
					if strings.HasSuffix(f.Text, string(problem)) {
						s := directive.Likely(weight, f)
						if weight >= 0.85 {
							s.Grade = cause.Strong
						}
						return s
					}
				}
			}
		}
		if bareMD5.MatchString(notesOf(v)) {
			return directive.Likely(0.75, fact.Given("the description", "The password stands as a bare MD5 or SHA sum in hex where a htpasswd hash belongs."))
		}
		return nil
	},
}

// notFound is what nginx and Apache (AH01618) log of a user who is not in the password file.
var notFound = lazyregexp.New(`user "?([^"\s]{1,64})"? (?:was )?not found`)

// missed sees a user whom the server does not find in the file, although the file names them: with something around the
// name that belongs to it for the server.
func missed(v *cause.View, lines directive.Lines) *cause.Suspicion {
	for _, m := range v.Messages {
		found := notFound.FindStringSubmatch(string(m.Text))
		if found == nil {
			continue
		}
		name := found[1]
		for _, l := range lines {
			if l.Name != name && strings.Trim(l.Name, "\ufeff\"' \t") == name {
				return directive.Strong(0.92, fact.Fact{Text: "The server does not find the user that its log names.", From: m.From},
					directive.Fact(l, "The file has this name with a blank, a quotation mark or a byte order mark at it, which the server takes for a part of it."))
			}
		}
	}
	return nil
}

// mismatched sees the user whose password the server's log calls wrong, and in whose line there is nothing that any
// password can be held against.
func mismatched(v *cause.View) *cause.Suspicion {
	for _, m := range v.Messages {
		user := m.Fields["user"]
		if user == "" || !wrongByLog.MatchString(string(m.Text)) {
			continue
		}
		for _, f := range v.Facts {
			if strings.HasPrefix(f.Text, "user "+user+":") && strings.HasSuffix(f.Text, string(htpasswd.NoHash)) {
				return directive.Strong(0.9, f, fact.Fact{Text: "The server's log calls the password of this user wrong.", From: m.From})
			}
		}
	}
	return nil
}

// wrongByLog is what nginx and Apache log of a password that does not fit.
var wrongByLog = lazyregexp.New(`(?i)password mismatch`)

// runOn reports a line whose hash is followed by another user and hash.
func runOn(l exchange.Setting) bool {
	if htpasswd.KindOf(realmOf(l)) != htpasswd.Unknown {
		return true // three fields, as in an htdigest line, and the second one is a hash
	}
	if len(l.Args) < 2 || htpasswd.KindOf(l.Args[1]) == htpasswd.Unknown {
		return false
	}
	hash, rest, ok := l.Args[1].Cut(":")
	return ok && hash.Len() >= 13 && htpasswd.KindOf(rest) != htpasswd.Unknown
}

// damages are the faults of a line that no password can overcome, and how much each says by itself. A hash of
// the wrong length is none of them: people change hashes before they show them.
var damages = map[htpasswd.Problem]float64{
	htpasswd.ByteOrderMark: 0.85, htpasswd.CarriageReturn: 0.85, htpasswd.BlankInFront: 0.6, htpasswd.BlankAtColon: 0.86,
	htpasswd.BlankAfterColon: 0.86, htpasswd.BlankAtEnd: 0.6, htpasswd.DollarDoubled: 0.72, htpasswd.DollarEaten: 0.86, htpasswd.Quoted: 0.72,
	htpasswd.NoColon: 0.5, htpasswd.EmptyHash: 0.8, htpasswd.NoHash: 0.55,
}

// bareMD5 is a Basic user list in a label or option whose hash is plain hex.
var bareMD5 = lazyregexp.New(`(?i)(basic|auth|htpasswd|users?)\b[^\n]{0,40}[=:" ]\w{1,40}:([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})\b`)

func notesOf(v *cause.View) string {
	var b strings.Builder
	for _, n := range v.Notes {
		if b.Len() > 64<<10 {
			break
		}
		b.WriteString(string(n.Text) + "\n")
	}
	return b.String()
}
