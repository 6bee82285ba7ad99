package credential

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// atForm is a login form that is answered with the form again. Whether user or password is wrong is not said by most, and
// without words a lost token or cookie gives the same answer: then it is likely and no more.
func atForm(v *cause.View) *cause.Suspicion {
	if v.Answer == nil || v.Answer.Request.Method != "POST" || v.Answer.Response == nil {
		return nil
	}
	if _, ok := v.Arrived(cred.Login); !ok {
		return nil
	}
	switch v.Answer.Status() {
	case 200, 400, 401, 403, 422:
	default:
		return nil
	}
	if _, again := signature.LoginPage(v.Answer); !again || judgedAs(v, signature.UserUnknown, signature.LoginRequired) {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.5, RefusedBy: exchange.Application, Title: "the login form does not accept the user name or password",
		Because:  []fact.Fact{v.Saw("A login form was sent with user name and password, and the answer is %d with a login form again.", v.Answer.Status())},
		Remedies: formRemedies(v),
		Raise: []cause.Raise{{Command: "the application's own log, at the time of the request", Where: "on the server",
			Would: "say whether the user is unknown, the password another, or the request was refused before either was looked at"}}}
	_, said := v.Means(signature.CredentialInvalid, signature.UserUnknown)
	if said || saysWrong(v.Answer.Body()) {
		s.Grade, s.Weight = cause.Strong, 0.8
		s.Because = append(s.Because, v.Saw("The page says that the user name, the password or the account is not right."))
	}
	for _, x := range v.Exchanges {
		if x.Browser != nil && len(x.Browser.Dropped) > 0 && s.Grade < cause.Strong {
			s.Weight = 0.35 // a cookie that the form needs may be the one that is missing
		}
	}
	return s
}

// maxPage is how much of a page is read for its words.
const maxPage = 64 << 10

var (
	hiddenMarkup = lazyregexp.New(`(?is)<(script|style|template|option)\b.*?</(script|style|template|option)>|<!--.*?-->`)
	inlineMarkup = lazyregexp.New(`(?i)</?(b|i|em|strong|span|a|code|u)\b[^>]*>`)
	otherMarkup  = lazyregexp.New(`<[^>]*>`)
	loginPart    = lazyregexp.New(`(?i)\b(password|passcode|user ?name|user|login|log ?in|sign ?in|e-?mail( address)?|credentials?|account|passwor[dt]|kennwort|benutzername|anmeldedaten|anmeldung|zugangsdaten|mot de passe|identifiants?|contraseña|usuario|credenciales|wachtwoord|gebruikersnaam|utente|credenziali|senha)\b`)
	denial       = lazyregexp.New(`(?i)\b(incorrect|invalid|wrong|unknown|mismatch|failed|unsuccessful|(is|are|was|were|does|do|did|has|have|could) ?(not|n.t) (be )?(valid|correct|right|recogni[sz]ed|registered|match|exist|accepted|found)|no such|falsch|ungültige?|nicht (korrekt|gültig|gefunden|bekannt)|fehlgeschlagen|incorrecte?s?|invalides?|erronée?s?|incorrect[ao]s?|onjuiste?|ongeldige?|errat[aie]|inválid[ao]s?)`)
	otherMatter  = lazyregexp.New(`(?i)\b(csrf|token|captcha|code|session|cookie|javascript|attempts?|locked|blocked|disabled|suspended|expired|unlock)`)
)

// saysWrong reads a page's text sentence by sentence: one that names a part of the login and denies it, and speaks of nothing
// else, is the application's word about the login.
func saysWrong(page []byte) bool {
	text := string(page[:min(len(page), maxPage)])
	text = hiddenMarkup.ReplaceAllString(text, "\n")
	text = otherMarkup.ReplaceAllString(inlineMarkup.ReplaceAllString(text, ""), "\n")
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".!?\n\r", r) }) {
		s = strings.Join(strings.Fields(s), " ")
		if len(s) < 300 && loginPart.MatchString(s) && denial.MatchString(s) && !otherMatter.MatchString(s) {
			return true
		}
	}
	return false
}

func formRemedies(v *cause.View) []cause.Remedy {
	u := cause.Quote(v.Answer.Request.URL)
	return []cause.Remedy{{
		ID: "check-stored-login", Title: "correct the login where it is stored", For: "client",
		Effect: "the present user name and password are sent", Opens: "nothing",
		Steps:  []string{"log in by hand at " + u + ", once, with what is stored; paste it, without caps lock or autofill", "store what was taken: the variable, file or command that the login comes from"},
		Verify: "the page behind the login is shown; with another password the form comes again", Undo: "store the former login",
	}, {
		ID: "set-password", Title: "set the password anew in the application", For: "server",
		Effect: "this user's password changes", Opens: "nothing: one user, one password",
		Steps:  []string{"the application's own \"lost password\", or its administration: one user, a new password", "WordPress: wp user update USER --prompt=user_pass"},
		Verify: "the login passes; with another password the form comes again", Undo: "set the former password",
	}}
}
