package credential

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// CredentialTypeWrong: a credential that is good somewhere, of another kind than this endpoint takes.
var CredentialTypeWrong = &cause.Cause{
	ID:      "credential-type-wrong",
	Title:   "the credential is of another kind than this endpoint takes",
	Family:  family,
	FaultAt: exchange.Client,
	Hides:   []string{"wrong-password", "token-revoked", "missing-www-authenticate", "401-means-403", "unsolicited-authorization-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		return cause.Weightier(typeSent(v), tokenAsKey(v))
	},
}

// typeSent judges the request itself.
func typeSent(v *cause.View) *cause.Suspicion {
	if !v.Refused() || v.Answer.Status() == 407 {
		return nil
	}
	c, ok := v.Arrived()
	if !ok || c.Kind == cred.Cookie || c.Has(cred.Placeholder) || c.Has(cred.Truncated) || c.Has(cred.Masked) {
		return nil
	}
	k := kindOf(v, c)
	for _, r := range kindRules {
		if s := r(v, c, k); s != nil {
			if len(s.Raise) == 0 {
				s.Raise = []cause.Raise{{Command: "curl -i " + cause.Quote(v.Request.URL) + "      (with the kind of credential that the manual of this endpoint names)",
					Where: "here", Would: "be let in if the kind is all that is wrong"}}
			}
			return s
		}
	}
	return nil
}

// kind is what the form of a credential tells.
type kind struct {
	user, secret cred.Vendor // of the two parts of Basic; secret alone for tokens
	login        login
	basic        bool
}

func kindOf(v *cause.View, c cred.Credential) kind {
	k := kind{secret: c.Vendor}
	if l, ok := basicLogin(v); ok {
		k.login, k.basic = l, true
		k.user, k.secret = cred.VendorOf(l.pair.User), cred.VendorOf(l.pair.Password)
	}
	return k
}

// kindRules are tried in order.
var kindRules = []func(*cause.View, cred.Credential, kind) *cause.Suspicion{wooCommerce, publishable, accountPassword, magentoKind, saidType}

// wooCommerce takes consumer keys (ck_, cs_) and no WordPress logins under wc/v1 to wc/v3.
func wooCommerce(v *cause.View, c cred.Credential, k kind) *cause.Suspicion {
	path := v.Answer.Request.URL.ShownPath()
	if !k.basic || !strings.Contains(path, "/wc/v") || k.user.Name == "WooCommerce" {
		return nil
	}
	m, said := says(v, signature.CredentialInvalid, signature.UserUnknown)
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.6, Title: "a WordPress login was sent where WooCommerce wants its keys",
		Because: []fact.Fact{v.Asked("The user name is %s; WooCommerce's keys begin with ck_ and cs_.", k.login.name)}}
	if said && m.Product == "WooCommerce" {
		s.Grade, s.Weight = cause.Strong, 0.9
		s.Because = append(s.Because, m.Because)
	}
	s.Remedies = remediesOfKind(v, "a WooCommerce key pair", "WooCommerce, Settings, Advanced, REST API, Add key: Read or Read/Write, for a user who may do this",
		`curl -u "$CONSUMER_KEY:$CONSUMER_SECRET" `+cause.Quote(v.Request.URL))
	return s
}

// publishable is a key that is meant for web pages, used where a secret one belongs.
func publishable(v *cause.View, c cred.Credential, k kind) *cause.Suspicion {
	vendor := k.secret
	if k.user.Known() {
		vendor = k.user
	}
	if !strings.Contains(vendor.What, "publishable") {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.8, Title: "a publishable key was sent where a secret key belongs",
		Because: []fact.Fact{v.Asked("The key has the form of a %s %s, which may be read by anybody and opens little.", vendor.Name, vendor.What)}}
	if m, said := says(v, signature.CredentialInvalid, signature.TokenInvalid, signature.TokenTypeWrong, signature.PermissionDenied); said {
		s.Because = append(s.Because, m.Because)
	}
	s.Remedies = remediesOfKind(v, "the secret key of the same account", vendor.Name+"'s page of API keys; keep it on the server only", `curl -H "Authorization: Bearer $TOKEN" `+cause.Quote(v.Request.URL))
	return s
}

// saidType is an answer that says the kind is wrong.
func saidType(v *cause.View, c cred.Credential, k kind) *cause.Suspicion {
	m, said := says(v, signature.TokenTypeWrong)
	if !said {
		return nil
	}
	s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.6, Because: []fact.Fact{m.Because, v.Asked("The request carries %s.", c)}}
	s.Remedies = remediesOfKind(v, "the kind of token that this endpoint documents", "the manual of this endpoint", `curl -H "Authorization: Bearer $TOKEN" `+cause.Quote(v.Request.URL))
	return s
}

// remediesOfKind says which kind is wanted and where it is made.
func remediesOfKind(v *cause.View, what, where, command string) []cause.Remedy {
	return []cause.Remedy{{
		ID: "right-kind", Title: "send " + what, For: "client", Effect: "the endpoint gets the kind of credential it knows", Opens: "nothing",
		Steps:  []string{"make it: " + where, command},
		Verify: "the same request passes; without a credential it is still refused", Undo: "delete the new credential where it was made",
	}, {
		ID: "name-by-kind", Title: "name settings by service and kind", For: "client", Effect: "a key cannot take the place of another", Opens: "nothing",
		Steps:  []string{"one name for each: SHOP_WC_CONSUMER_KEY, STRIPE_SECRET_KEY, GITLAB_READ_TOKEN; check the prefix when the program starts"},
		Verify: "the program stops at once when the prefix is another", Undo: "put the former names back",
	}}
}
