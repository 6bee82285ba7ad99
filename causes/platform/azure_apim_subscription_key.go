package platform

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// AzureAPIMKey: Azure API Management wants the key of a subscription.
var AzureAPIMKey = &cause.Cause{
	ID:        "azure-apim-subscription-key",
	Title:     "Azure API Management wants a subscription key",
	Family:    family,
	RefusedBy: exchange.Gateway,
	FaultAt:   exchange.Client,
	Hides: []string{"no-credentials-sent", "missing-www-authenticate", "authorization-scheme-wrong", "unsolicited-authorization-sent", "token-wrong-location",
		"reverse-proxy-strips-authorization", "cdn-strips-authorization", "403-means-401", "token-wrong-environment", "jwks-kid-not-found"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		missing, lacks := v.Means(signature.MissingKey)
		invalid, bad := v.Means(signature.CredentialInvalid)
		lacks, bad = lacks && missing.Product == "Azure API Management", bad && invalid.Product == "Azure API Management"
		if v.Answer.Status() != 401 || !lacks && !bad {
			return nil
		}
		header, parameter := names(v)
		brought := v.Request.Header.Has(header) || has(v.Request.URL, parameter)
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9}
		switch {
		case bad:
			s.Title = "Azure API Management does not accept this subscription key"
			s.Because = []fact.Fact{invalid.Because, v.Asked("A key was sent: it is of another product or instance, not active, or mistyped.")}
		case !brought && v.Answer == v.First():
			// The gateway names what is missing, and the request shows that it is.
			s.Grade = cause.Proved
			s.Because = []fact.Fact{missing.Because, v.Asked("The request has neither the field %s nor the parameter %s.", header, parameter)}
		default:
			s.Title = "the subscription key was sent, and Azure API Management did not see it"
			s.Because = []fact.Fact{missing.Because, v.Asked("The request had the key when it left.")}
		}
		u := cause.Quote(v.Request.URL)
		s.Raise = []cause.Raise{{Command: "az apim api show --resource-group RG --service-name NAME --api-id API --query '[subscriptionRequired,subscriptionKeyParameterNames]'",
			Where: "with access to the Azure subscription", Would: "say whether a key is wanted, and in which field"}}
		s.Remedies = []cause.Remedy{{
			ID: "send-subscription-key", Title: "send the key in " + header, For: "client",
			Effect: "API Management knows which subscription asks; a token in Authorization stays as it is", Opens: "nothing",
			Steps:  []string{`curl -H "` + header + `: $KEY" ` + u, "the key stands in the developer portal under Profile, Subscriptions", "Azure Functions behind it want x-functions-key, which is another key"},
			Verify: "another answer than this one; without the key it is refused again", Undo: "leave the field out",
		}, {
			ID: "add-api-to-product", Title: "put the API into the product of the key", For: "server",
			Effect: "keys of that product are good for this API", Opens: "this API, to the holders of that product's keys",
			Steps:  []string{"az apim product api add --resource-group RG --service-name NAME --product-id PRODUCT --api-id API"},
			Verify: "the request with the key passes, without it 401", Undo: "az apim product api delete with the same arguments",
		}}
		return s
	},
}

// names are the field and parameter that the challenge names for the key, or the defaults.
func names(v *cause.View) (header, parameter string) {
	header, parameter = "Ocp-Apim-Subscription-Key", "subscription-key"
	if c := v.Challenges.Find("AzureApiManagementKey"); c != nil {
		if n := c.Value("name"); fieldName(n) && !strings.EqualFold(c.Value("type"), "query") {
			header = n
		}
	}
	return header, parameter
}

// fieldName reports a name that may be shown and pasted; the challenge is foreign text.
func fieldName(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func has(u exchange.URL, name string) bool { _, ok := u.Param(name); return ok }
