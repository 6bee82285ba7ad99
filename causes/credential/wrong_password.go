package credential

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/challenge"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// WrongPassword: user name or password is not what the server has. Web servers answer a wrong password, an unknown user
// and no login byte for byte alike, so from outside this is never proved.
var WrongPassword = &cause.Cause{
	ID:      "wrong-password",
	Title:   "the user name or password is not accepted",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"missing-www-authenticate", "403-means-401"},
	Traced:  tracedWrong,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if s := atTokenServer(v); s != nil {
			return s
		}
		if s := cause.Weightier(cause.Weightier(cause.Weightier(atMagento(v), atWordPress(v)), atXMLRPC(v)), atForm(v)); s != nil {
			return s
		}
		if v.Answer.Status() != 401 {
			return nil
		}
		l, isBasic := basicLogin(v)
		if !isBasic {
			return digestRefused(v)
		}
		if len(l.pair.Flaws) > 0 && !unsuspicious(l) {
			return nil // its form is wrong: another cause says how
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.55, Remedies: passwordRemedies(v, l)}
		s.Because = []fact.Fact{v.Saw("The login of %s went out, well formed, and the answer is 401.", l.name)}
		if i := slices.IndexFunc(l.pair.Flaws, stray); i >= 0 {
			s.Because = append(s.Because, v.Asked("There is a %s, sent as it stands.", l.pair.Flaws[i]))
		}
		if v.Written {
			s.Title = fmt.Sprintf("%s refused the login of %s", v.Writer.Product, l.name)
		}
		if m, said := v.Means(signature.CredentialInvalid, signature.UserUnknown); said {
			s.Grade, s.Weight = cause.Strong, 0.75
			s.Because = append(s.Because, m.Because)
		} else if _, none := v.Means(signature.NoCredentials); none && v.Recorded() {
			s.Weight = 0.2 // the command would send a login, and the server says that none came
		}
		challenged := v.Challenges.Has("Basic")
		if !challenged && s.Grade < cause.Strong {
			s.Weight = 0.3
		}
		doubtful := otherwise(v, l)
		if doubtful {
			s.Grade, s.Weight = min(s.Grade, cause.Likely), min(s.Weight, 0.4)
		}
		s.Trials = []cause.Trial{sameChallenge()}
		if anon := v.Trial(cause.KeyAnonymous); anon != nil && challenged && sameLayer(v.Answer, anon) {
			switch {
			case doubtful:
			case cause.Alike(v.Answer, anon) || s.Grade == cause.Strong:
				s.Grade, s.Weight = cause.Strong, 0.75
			default: // the login gets words of its own, which are not understood here: they may tell of a lock or a second factor
				s.Grade, s.Weight = cause.Likely, 0.6
			}
			s.Because = append(s.Because, fact.At(anon.N, "Without a login the same layer asks: 401, %s.", basicOf(v)))
			if cause.Alike(v.Answer, anon) {
				s.Because = append(s.Because, v.Saw("With it the answer is the same %d bytes: the server does not say whether user or password is wrong.", len(v.Answer.Body())))
			}
		}
		s.Raise = raiseFromLog(v, l)
		return s
	},
}

// digestRefused is the same for Digest: the server asked again after an answer to its own nonce.
func digestRefused(v *cause.View) *cause.Suspicion {
	c, ok := v.Arrived(cred.Digest)
	if !ok || !v.Challenges.Has("Digest") {
		return nil
	}
	if stale, _ := v.Challenges.Find("Digest").Param("stale"); stale == "true" || stale == "TRUE" {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6,
		Because: []fact.Fact{
			v.Saw("A Digest answer to the server's own nonce went out, and it asks again without stale=true."),
			v.Saw("Its realm is %q.", v.Challenges.Find("Digest").Realm()),
		},
		Remedies: passwordRemedies(v, login{cred: c, name: "the user"}),
	}
	s.Raise = raiseFromLog(v, login{cred: c, name: "the user"})
	return s
}

// basicOf is the challenge of the answer, with its realm where it names one.
func basicOf(v *cause.View) string {
	if r := v.Challenges.Find("Basic").Realm(); r != "" {
		return fmt.Sprintf("Basic realm=%q", r)
	}
	return "Basic"
}

// sameChallenge predicts that without the login the same layer asks for one.
func sameChallenge() cause.Trial {
	t := cause.Anonymous().Predicting("the same challenge by the same layer", sameLayer)
	t.Grade = cause.Likely
	t.Refutes = true
	return t
}

// sameLayer reports two refusals of one layer: the same schemes and realms are asked for. Beside them a challenge may say
// what was wrong (RFC 9110 11.6.1 leaves its parameters open).
func sameLayer(a, b *exchange.Exchange) bool {
	if b.Status() != 401 || a.Header().Get("Server") != b.Header().Get("Server") {
		return false
	}
	x, y := challenge.Of(a), challenge.Of(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !strings.EqualFold(x[i].Scheme, y[i].Scheme) || x[i].Realm() != y[i].Realm() {
			return false
		}
	}
	return true
}

// otherwise reports a login whose refusal another cause explains as well: then this one is never more than likely.
func otherwise(v *cause.View, l login) bool {
	if l.pair.Charset != "ascii" { // the bytes may be wrong and the password right
		return true
	}
	if _, said := says(v, signature.PasswordLoginOff, signature.OTP, signature.SSORequired); said {
		return true
	}
	return cutName(v, l) || tokenEndpoint(v) && l.pair.Password.Match(mustEncode)
}

// unsuspicious reports a login without a flaw of form that another cause explains: a colon in the password is allowed.
func unsuspicious(l login) bool {
	for _, f := range l.pair.Flaws {
		if f != basic.NonASCIIUTF8 && f != basic.NonASCIILatin1 && f != basic.SecondColon && !stray(f) {
			return false
		}
	}
	return true
}

// stray reports a blank at an end, which came along with a copy more often than it belongs there.
func stray(f basic.Flaw) bool { return f == basic.TrailingBlank || f == basic.LeadingBlank }

func raiseFromLog(v *cause.View, l login) []cause.Raise {
	product := v.Writer.Product
	if !v.Written {
		product = v.Answer.Header().Get("Server")
	}
	if command, would, ok := logCommand(product, l.name); ok {
		return []cause.Raise{{Command: command, Where: "on the web server", Would: would}}
	}
	return []cause.Raise{{Command: "curl -i -u USER " + cause.Quote(v.Request.URL), Where: "here, with a login that works elsewhere (asks for the password)",
		Would: "be let in if only this login is wrong; think of account lock-out before trying more than once"}}
}

func passwordRemedies(v *cause.View, l login) []cause.Remedy {
	user := "USER"
	if l.name != "the user" && l.name != "" {
		user = cause.QuoteWord(l.pair.User.String())
	}
	set := cause.Remedy{ID: "set-password", Title: "set the password anew on the server", For: "server",
		Effect: "this user's password changes", Opens: "nothing: one user, one password",
		Steps:  []string{"sudo htpasswd FILE " + user + "      (FILE: the password file that the server's configuration names)"},
		Verify: "the login passes; without it, and with another password, the answer is 401",
		Undo:   "set the former password, or restore the file from a copy"}
	check := cause.Remedy{ID: "check-stored-login", Title: "correct the login where it is stored", For: "client",
		Effect: "the client sends the present user name and password", Opens: "nothing",
		Steps:  []string{"compare the stored user name with the server's; paste the password anew, without caps lock or autofill", "curl -u " + user + " " + cause.Quote(v.Request.URL) + "      (asks for the password)"},
		Verify: "2xx", Undo: "store the former login"}
	return []cause.Remedy{check, set}
}
