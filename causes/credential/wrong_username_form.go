package credential

import (
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/signature"
)

// fixedUser is the user name that a service wants before a token in Basic, whoever owns the token.
type fixedUser struct {
	vendor, what string // of the token, as cred.VendorOf names it; what is compared by its end
	user         string
	open         bool   // any user name will do: nothing to report
	manual       string // where the vendor says so
}

var fixedUsers = []fixedUser{
	{"PyPI", "API token", "__token__", false, "https://pypi.org/help/#apitoken"},
	{"Google", "OAuth access token", "oauth2accesstoken", false, "https://cloud.google.com/artifact-registry/docs/docker/authentication"},
	{"GitHub", "installation or Actions token", "x-access-token", false, "https://docs.github.com/apps"},
	{"GitHub", "", "", true, ""},
}

// WrongUsernameForm: the secret may be right, the user name before it has not the form that this server wants.
var WrongUsernameForm = &cause.Cause{
	ID:      "wrong-username-form",
	Title:   "the user name is not in the form that this server wants",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"wrong-password", "credential-type-wrong", "403-means-401", "401-means-403", "missing-www-authenticate", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if s := otherFormPasses(v); s != nil {
			return s
		}
		if _, ok := withLogin(v); !ok {
			return nil
		}
		l, ok := basicLogin(v)
		if !ok || judgedAs(v, signature.UserUnknown, signature.NoCredentials, signature.LoginRequired, signature.PermissionDenied) {
			return nil
		}
		s := tokenUser(v, l)
		if s == nil {
			s = wordPressUser(v, l)
		}
		if s == nil {
			s = unknownUser(v, l)
		}
		return s
	},
}

// otherFormPasses finds two recorded requests for the same with one password: under one form of the account's name it is
// refused, and under another it is let in.
func otherFormPasses(v *cause.View) *cause.Suspicion {
	for _, x := range v.Exchanges {
		bad, ok := pairSent(x)
		if !ok || !cause.Refused(x) {
			continue
		}
		for _, y := range v.Exchanges {
			good, ok := pairSent(y)
			if !ok || !cause.Passed(y) || y.Request.URL.String() != x.Request.URL.String() || !good.Password.Equal(bad.Password) || !oneName(bad.User, good.User) {
				continue
			}
			s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.93,
				Because: []fact.Fact{fact.At(x.N, "Refused under one form of the account's name."), fact.At(y.N, "Let in under another form of it, with the same password.")}}
			s.Remedies = []cause.Remedy{storeUserRemedy}
			return s
		}
	}
	return nil
}

// pairSent is the Basic login of a recorded request.
func pairSent(x *exchange.Exchange) (basic.Pair, bool) {
	if x.Given == "" {
		return basic.Pair{}, false
	}
	for _, c := range cred.Of(x.Request) {
		if c.Kind == cred.Basic {
			p, err := basic.Decode(c.Value)
			return p, err == nil && !p.Password.Empty()
		}
	}
	return basic.Pair{}, false
}

// oneName reports that one of two names is the other within its domain: DOMAIN\user or user@domain, and user.
func oneName(a, b secret.Text) bool {
	return !a.Equal(b) && !a.Empty() && !b.Empty() && (within(a, b) || within(b, a))
}

func within(long, short secret.Text) bool {
	_, user, domain := long.Cut(`\`)
	if !domain {
		user, _, domain = long.Cut("@")
	}
	return domain && user.Equal(short)
}

// tokenUser is a vendor's token under another user name than the fixed one.
func tokenUser(v *cause.View, l login) *cause.Suspicion {
	vendor := cred.VendorOf(l.pair.Password)
	for _, f := range fixedUsers {
		if vendor.Name != f.vendor || !strings.HasSuffix(vendor.What, f.what) || f.open {
			continue
		}
		if l.pair.User.Is(f.user) {
			return nil
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Title: fmt.Sprintf("a %s %s wants the user name %q", f.vendor, f.what, f.user),
			Because: []fact.Fact{
				v.Asked("The password has the form of a %s %s, and the user name is %s.", f.vendor, f.what, l.name),
				v.Asked("With such a token %s wants the user name %q (%s).", f.vendor, f.user, f.manual)}}
		if m, said := says(v, signature.CredentialInvalid, signature.UserUnknown); said {
			s.Because = append(s.Because, m.Because)
		}
		if value, err := basic.Encode(secretOf(f.user), l.pair.Password, ""); err == nil {
			s.Trials = []cause.Trial{cause.Authorization("user:"+f.user, "the same token under the user name "+f.user, basicValue(value)).Passing()}
		}
		s.Raise = []cause.Raise{{Command: "curl -i -u " + f.user + ` ` + cause.Quote(v.Request.URL), Where: "here, with the token when it asks for a password", Would: "be let in if the user name is all that is wrong"}}
		s.Remedies = []cause.Remedy{{
			ID: "fixed-user-name", Title: "use the user name " + f.user, For: "client", Effect: "the service looks at the token and not at an account's name", Opens: "nothing",
			Steps:  []string{"in the settings: username = " + f.user + ", password = the token, with its prefix", "curl -u " + f.user + " " + cause.Quote(v.Request.URL)},
			Verify: "the same request passes; with a made-up token it is still refused", Undo: "put the former user name back",
		}, storeUserRemedy}
		return s
	}
	return nil
}

// wordPressUser is a WordPress application password under a name that is no login: its own label, most often.
func wordPressUser(v *cause.View, l login) *cause.Suspicion {
	if !l.pair.Password.Match(applicationPassword) {
		return nil
	}
	_, wp := v.Product("WordPress")
	m, said := says(v, signature.UserUnknown)
	if !wp && !said {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, Title: "an application password wants the WordPress login, not its label",
		Because: []fact.Fact{v.Asked("The password has the form of a WordPress application password, and the user name is %s.", l.name)}}
	switch _, _, nobody := wordPressNobody(v); {
	case said:
		s.Grade, s.Weight = cause.Strong, 0.88
		s.Because = append(s.Because, m.Because)
	case nobody:
		s.Weight = 0.35 // WordPress does not say that there is no such user
	}
	s.Raise = []cause.Raise{{Command: "wp user list --fields=user_login,user_email", Where: "on the server, in the site's folder", Would: "show the login names: one of them must stand before the password"}}
	s.Remedies = []cause.Remedy{{
		ID: "use-login-name", Title: "send the login name of the account", For: "client", Effect: "WordPress finds the account that the password belongs to", Opens: "nothing",
		Steps:  []string{"take the Username of the profile page (Users, Profile), not the name that was given to the application password", "curl -u LOGIN " + cause.Quote(v.Request.URL)},
		Verify: "the same request passes; without a login it is still refused", Undo: "put the former user name back",
	}, storeUserRemedy}
	return s
}

// unknownUser is an answer that says there is no such user.
func unknownUser(v *cause.View, l login) *cause.Suspicion {
	m, said := says(v, signature.UserUnknown)
	if !said || l.name == "the user" {
		return nil
	}
	form := "a login name"
	switch u := l.pair.User; {
	case u.Contains("@"):
		form = "an e-mail address"
	case u.Contains(`\`):
		form = `of the form DOMAIN\user`
	}
	s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.8, Title: "the server knows no user of that name",
		Because: []fact.Fact{m.Because, v.Asked("The user name that was sent is %s: %s.", l.name, form)}}
	s.Raise = []cause.Raise{{Command: "curl -i -u OTHER-FORM " + cause.Quote(v.Request.URL), Where: "here, with the account's other name (login, e-mail, DOMAIN\\user, user@domain)", Would: "be let in if the form of the name is all that is wrong; try once only"}}
	s.Remedies = []cause.Remedy{{
		ID: "other-name-form", Title: "send the name in the form that the account is listed under", For: "client", Effect: "the server finds the account", Opens: "nothing",
		Steps:  []string{"look at the account's page: login name, e-mail address, DOMAIN\\user and user@domain are different names", "curl -u NAME " + cause.Quote(v.Request.URL)},
		Verify: "the same request passes; without a login it is still refused", Undo: "put the former name back",
	}, storeUserRemedy}
	return s
}

var storeUserRemedy = cause.Remedy{
	ID: "store-user-with-secret", Title: "store user name and secret together", For: "client", Effect: "the pair cannot come apart again", Opens: "nothing",
	Steps:  []string{"one entry in the secret store for both; write the form of the name beside it: login, e-mail, fixed word"},
	Verify: "a fresh machine that reads the entry is let in", Undo: "none needed",
}
