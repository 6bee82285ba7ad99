package site

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

// magentoXML is the refusal where the client asked for XML.
var magentoXML = lazyregexp.New(`<message>The consumer isn(?:'|&#0?39;|&apos;)t authorized to access %resources\.</message>\s*<parameters>\s*<resources>([A-Za-z0-9_:, ]{1,200})</resources>`)

// Magento gives the resource that Magento's web API names when it refuses. It has one sentence for a missing, wrong,
// expired or lost token and for a role without the resource, always 401 and never with a challenge.
func Magento(x *exchange.Exchange) (resource string, ok bool) {
	if x.Status() != 401 || len(x.Body()) > mostRead || x.Header().Has("WWW-Authenticate") {
		return "", false
	}
	if m := magentoXML.FindStringSubmatch(string(x.Body())); m != nil {
		return m[1], true
	}
	o := object(x)
	if word(o, "message") != "The consumer isn't authorized to access %resources." {
		return "", false
	}
	var p struct {
		Resources string `json:"resources"`
	}
	if json.Unmarshal(o["parameters"], &p) != nil || p.Resources == "" || len(p.Resources) > 200 {
		return "", false
	}
	return p.Resources, true
}

// Message gives the message of a JSON answer of Magento's, "" when there is none.
func Message(x *exchange.Exchange) string { return word(object(x), "message") }

// Resources that a guest or a wrong token meets on routes that want no right of their own.
const (
	ResourceAdmin = "Magento_Backend::admin"
	ResourceSelf  = "self"
)

// MagentoSignIn is the token endpoint's answer to a wrong password, an unknown or inactive user and a lock alike.
const MagentoSignIn = "The account sign-in was incorrect or your account is disabled temporarily. Please wait and try again later."

// restRoot is what stands before the route: "/rest", "/rest/default", "/index.php/rest".
var restRoot = lazyregexp.New(`^(.*?/(?:rest|soap)(?:/[a-z][a-z0-9_]*)?)/V1(?:/|$)`)

// MagentoAPI reports an address of Magento's web API, and the path before V1. GraphQL counts and has none.
func MagentoAPI(u exchange.URL) (root string, ok bool) {
	if m := restRoot.FindStringSubmatch(u.Path); m != nil {
		return m[1], true
	}
	return "", strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/graphql")
}

// Kinds of users in Magento's tokens (UserContextInterface).
const (
	UserIntegration = "1"
	UserAdmin       = "2"
	UserCustomer    = "3"
)

// MagentoToken is what a Bearer token shows of itself.
type MagentoToken struct {
	Cred   cred.Credential
	Opaque bool   // 32 letters and digits: an integration's, or an older shop's
	JWT    bool   // with Magento's claims uid and utypid
	User   string // utypid, "" when it is none
	Ends   time.Time
}

var opaqueToken = lazyregexp.New(`^[a-z0-9]{32}$`)

// BearerToken reads the Bearer token of the request.
func BearerToken(v *cause.View) (MagentoToken, bool) {
	c, ok := Asks(v, cred.Bearer, cred.JWT)
	if !ok || !strings.EqualFold(c.Scheme, "Bearer") {
		return MagentoToken{}, false
	}
	t := MagentoToken{Cred: c, Opaque: c.Value.Match(opaqueToken)}
	if j, err := jwt.Decode(c.Value); err == nil && j.Claims != nil && j.Claims.Has("utypid") && j.Claims.Has("uid") {
		t.JWT = true
		t.User = magentoUser(c.Value)
		if e := j.Claims.Exp; e.Present && !e.Invalid && !e.Milliseconds {
			t.Ends = e.Time
		}
	}
	return t, true
}

var userType = lazyregexp.New(`"utypid"\s*:\s*"?([1-4])"?\s*[,}]`)

// magentoUser reads utypid out of the payload. Only the kind of user leaves the secret.
func magentoUser(token secret.Text) string {
	kind := ""
	token.Map(func(s string) string {
		if parts := strings.Split(s, "."); len(parts) == 3 {
			if payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "=")); err == nil {
				if m := userType.FindSubmatch(payload); m != nil {
					kind = string(m[1])
				}
			}
		}
		return ""
	})
	return kind
}

// KeyModules and KeyModulesBare are the experiments of Modules, KeySelf that of Customer.
const (
	KeyModules     = "magento-modules"
	KeyModulesBare = "magento-modules-bare"
	KeySelf        = "magento-customers-me"
)

// Modules is a look at V1/modules, which wants Magento_Backend::admin: every administrator's role and every integration has
// it, and no guest. With the token it says whether the token counts, without whether the route is closed as it should be.
func Modules(v *cause.View, withToken bool) cause.Trial {
	root, _ := MagentoAPI(v.Request.URL)
	if withToken {
		return cause.Trial{Key: KeyModules, Change: "the same token at V1/modules, which every token of an administrator or integration opens",
			Edit: func(r exchange.Request) exchange.Request { return at(r, root+"/V1/modules") }}.
			Predicting("the list of modules, if the token counts", never)
	}
	return cause.Trial{Key: KeyModulesBare, Change: "V1/modules without the token", Fresh: true,
		Edit: func(r exchange.Request) exchange.Request { return plain(r, root+"/V1/modules") }}.
		Predicting("a refusal", never)
}

// Customer is a look at V1/customers/me, which every customer's token opens.
func Customer(v *cause.View) cause.Trial {
	root, _ := MagentoAPI(v.Request.URL)
	return cause.Trial{Key: KeySelf, Change: "the same token at V1/customers/me, which every customer's token opens",
		Edit: func(r exchange.Request) exchange.Request { return at(r, root+"/V1/customers/me") }}.
		Predicting("the customer, if the token counts", never)
}

// Counts says what Modules told: whether the token counts. known is false while it was not asked, or something else
// answered; and where V1/modules opens without a token, too, out of a cache for instance: then it tells nothing.
func Counts(v *cause.View) (counts, known bool) {
	x := v.Trial(KeyModules)
	bare := v.Trial(KeyModulesBare)
	if x == nil || x.Response == nil || bare != nil && bare.OK() {
		return false, false
	}
	if x.Status() == 200 && len(x.Body()) > 0 && x.Body()[0] == '[' {
		return true, true
	}
	_, refused := Magento(x)
	return false, refused
}
