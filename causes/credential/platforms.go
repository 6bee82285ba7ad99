package credential

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// wordPressNobody is a Basic login that WordPress's REST API took for nobody. It has one answer for a wrong, a revoked and
// an unknown application password, for an account's own password, and for a header that never arrived.
func wordPressNobody(v *cause.View) (c cred.Credential, at site.Site, ok bool) {
	code, wp := site.WordPress(v.Answer)
	if !wp || !site.Live(v) || v.Answer.Status() != 401 || !site.Core(code) {
		return c, at, false
	}
	if _, rest := site.REST(v.Request.URL); !rest {
		return c, at, false
	}
	c, ok = site.Asks(v, cred.Basic)
	at, _ = site.Indexed(v)
	return c, at, ok
}

// atXMLRPC is WordPress's fault for a login that it takes for wrong. It has no other for an unknown user, a wrong account
// password, and a wrong or revoked application password.
func atXMLRPC(v *cause.View) *cause.Suspicion {
	if _, rpc := site.XMLRPC(v.Request.URL); !rpc || v.Answer.Response == nil || v.Answer.Status() != 200 {
		return nil
	}
	code, says, fault := site.Fault(v.Answer)
	if !fault || code != site.FaultRefused || !strings.Contains(says, "Incorrect username or password.") {
		return nil
	}
	i, asked := site.Indexed(v)
	if asked && i.Known && !i.Offered && site.CallsWithAppPassword(v) {
		return nil // no application password counts there
	}
	return &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, Title: "WordPress refused the login of the XML-RPC call", RefusedBy: exchange.Application,
		Because: []fact.Fact{v.Saw("The fault %d says: %q. The status is 200 all the same.", code, "Incorrect username or password.")},
		Raise:   []cause.Raise{{Command: "wp user application-password list USER", Where: "on the web server", Would: "show whether an application password is still there, and when it was last used"}},
		Remedies: []cause.Remedy{{ID: "new-app-password", Title: "make an application password for the program, and send it in the call", For: "client", Effect: "the pair counts", Opens: "nothing; it can be revoked by itself",
			Steps: []string{"Users, Profile, Application Passwords: add one; it is shown once", "wp.getProfile and its like take it in place of the account's password"}, Verify: "the call answers with params, not with a fault", Undo: "revoke it there"}}}
}

// atWordPress suspects the pair where the site offers application passwords and knows nobody all the same.
func atWordPress(v *cause.View) *cause.Suspicion {
	c, at, ok := wordPressNobody(v)
	l, basic := basicLogin(v)
	if !ok || !basic {
		return nil
	}
	if form, _, _ := site.AppPassword(c); !form || at.Known && !at.Offered {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.4, Title: "WordPress knows no such application password", Remedies: passwordRemedies(v, l),
		RefusedBy: exchange.Application, Trials: []cause.Trial{site.Index(v)},
		Because: []fact.Fact{v.Saw("WordPress takes the login of %s for nobody. It says the same for a wrong, a revoked and an unknown one.", l.name)},
		Raise: []cause.Raise{
			{Command: "wp user application-password list " + userWord(l), Where: "on the web server", Would: "show whether the password is still there, and when it was last used"},
			{Command: "Tools, Site Health, Authorization header", Where: "in the site's dashboard", Would: "say \"missing\" if the web server keeps the header back, \"invalid\" if another Basic login stands in front"}}}
	if at.Offered {
		s.Weight = 0.65
		s.Because = append(s.Because, fact.At(at.N, "The site offers application passwords (the index of its REST API says so)."))
	}
	return s
}

func userWord(l login) string {
	if l.name == "the user" || l.name == "" {
		return "USER"
	}
	return cause.QuoteWord(l.pair.User.String())
}

// atMagento is Magento's token endpoint: one sentence for a wrong password, an unknown or inactive user, and a lock.
func atMagento(v *cause.View) *cause.Suspicion {
	path := strings.TrimSuffix(v.Answer.Request.URL.Path, "/")
	if !site.Live(v) || v.Answer.Status() != 401 || site.Message(v.Answer) != site.MagentoSignIn || !strings.HasSuffix(path, "/token") && !strings.HasSuffix(path, "/authenticate") {
		return nil
	}
	return &cause.Suspicion{Grade: cause.Likely, Weight: 0.7, RefusedBy: exchange.Application, Title: "Magento refused the login, or has locked it",
		Because: []fact.Fact{v.Saw("Magento has this sentence for a wrong password, an unknown or inactive user, and a name that six failures locked for 30 minutes.")},
		Raise: []cause.Raise{{Command: "SELECT user_name, user_type, failures_count, lock_expires_at FROM oauth_token_request_log;", Where: "in the Magento database (mind the table prefix)",
			Would: "show failures_count 6 or more for a lock (user_type 3 an administrator, 2 a customer); admin:user:unlock does not clear it, deleting the row or waiting does"}},
		Remedies: []cause.Remedy{{
			ID: "wait-then-once", Title: "wait half an hour, then try once with the password that the panel takes", For: "client",
			Effect: "a lock has ended and the password alone decides", Opens: "nothing",
			Steps:  []string{"log in to the panel with the same pair first: the panel has a lock of its own, and takes a right password"},
			Verify: "the endpoint answers 200 with a token; a wrong password is still refused", Undo: "none needed",
		}, {
			ID: "set-password", Title: "set the password anew", For: "server", Effect: "this user's password changes, its role stays", Opens: "nothing",
			Steps:  []string{"bin/magento admin:user:create --admin-user=USER --admin-email=ITS-ADDRESS --admin-password=NEW      (same name and address; there is no admin:user:change-password)"},
			Verify: "the endpoint answers 200 with a token", Undo: "set the former password the same way",
		}}}
}

// accountPassword is a password of an account where WordPress's REST API takes application passwords only.
func accountPassword(v *cause.View, _ cred.Credential, k kind) *cause.Suspicion {
	c, at, ok := wordPressNobody(v)
	if !ok || !k.basic || strings.Contains(v.Request.URL.Path, "/wc/v") || at.Known && !at.Offered {
		return nil
	}
	if form, _, _ := site.AppPassword(c); form {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, RefusedBy: exchange.Application, Title: "an account's password was sent where WordPress takes application ones",
		Because: []fact.Fact{v.Asked("The password has not the form of an application password: 24 letters and digits, in groups of four."), v.Saw("WordPress takes the login for nobody.")},
		Trials:  []cause.Trial{site.Index(v)}}
	if at.Offered {
		s.Grade, s.Weight = cause.Strong, 0.85
		s.Because = append(s.Because, fact.At(at.N, "The site offers application passwords, and WordPress itself takes no other by Basic."))
	}
	s.Remedies = remediesOfKind(v, "an application password", "Users, Profile, Application Passwords, Add New; it is shown once", `curl -u USER `+cause.Quote(v.Request.URL)+`      (paste the application password)`)
	return s
}

// magentoKind is a credential that Magento's web API does not read, or one of another kind of user than the route is for.
func magentoKind(v *cause.View, c cred.Credential, k kind) *cause.Suspicion {
	resource, ok := site.Magento(v.Answer)
	if !ok || !site.Live(v) {
		return nil
	}
	token := func(s *cause.Suspicion, what, where string) *cause.Suspicion {
		s.RefusedBy = exchange.Application
		s.Remedies = remediesOfKind(v, what, where, `curl -H "Authorization: Bearer $TOKEN" `+cause.Quote(v.Request.URL))
		return s
	}
	if k.basic {
		anon := v.Trial(cause.KeyAnonymous)
		if site.Gate(anon) {
			return nil // the login belongs to a prompt in front
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, Title: "Magento's web API does not read Basic",
			Because: []fact.Fact{v.Asked("The request carries %s; Magento reads Bearer and OAuth.", c), v.Saw("Magento took the caller for a guest and names %q.", resource)},
			Trials:  []cause.Trial{cause.Anonymous().Predicting("the same refusal", cause.Alike).Carrying(cause.Strong)}}
		return token(s, "a token", "POST /rest/V1/integration/admin/token with user name and password as JSON, or System, Extensions, Integrations")
	}
	t, bearer := site.BearerToken(v)
	if !bearer || !t.JWT {
		return nil
	}
	self := resource == site.ResourceSelf
	if t.User != site.UserCustomer || self {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Title: "a customer's token was sent to an administrator's route",
		Because: []fact.Fact{v.Asked("The token is a customer's (utypid 3)."), v.Saw("The route wants %q, which no customer has.", resource)}}
	return token(s, "an administrator's or an integration's token", "POST /rest/V1/integration/admin/token, or System, Extensions, Integrations")
}
