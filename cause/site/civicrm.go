package site

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// authxRefusal is the whole body with which CiviCRM's AuthX refuses (ext/authx/Civi/Authx/Authenticator.php, reject).
var authxRefusal = lazyregexp.New(`^HTTP 401 ((?:Invalid credential|Expired token|Malformed JWT\. Must specify the contact ID\.|Contact ID -?\d{1,12} is invalid|Authentication type "[a-z_]{1,20}" with flow "[a-z]{1,20}" is not allowed for this principal\.|Cannot login\. [A-Za-z .]{1,80}|Login not permitted\. Must satisfy guard \([a-z_, ]{1,40}\)\.|Authentication failed|Authentication logic error: [^\r\n]{1,120}))$`)

// AuthX gives the sentence with which CiviCRM's AuthX refused: a 401 of plain text that holds it and nothing else, and no
// challenge.
func AuthX(x *exchange.Exchange) (string, bool) {
	if x.Status() != 401 || len(x.Body()) > 300 || x.Header().Has("WWW-Authenticate") || !strings.HasPrefix(x.Header().Get("Content-Type"), "text/plain") {
		return "", false
	}
	m := authxRefusal.FindStringSubmatch(string(x.Body()))
	if m == nil {
		return "", false
	}
	return m[1], true
}

// The sentences that more than one cause asks for.
const (
	AuthXInvalid = "Invalid credential"
	AuthXExpired = "Expired token"
)

// AuthXFlow names the way by which the credential came that AuthX looked at, in its own order: the first that is present
// decides. "" when the request brings none.
func AuthXFlow(r exchange.Request) string {
	if !r.Header.Text("X-Civi-Auth").Empty() {
		return "xheader"
	}
	if !r.Header.Text("Authorization").Empty() {
		return "header"
	}
	if v, ok := r.URL.Param("_authx"); ok && !v.Empty() {
		return "param"
	}
	return ""
}

// CiviIdentity reports the answer of civicrm/authx/id, and whether it names nobody.
func CiviIdentity(x *exchange.Exchange) (nobody, ok bool) {
	if x.Status() != 200 {
		return false, false
	}
	o := object(x)
	for _, name := range []string{"contact_id", "user_id", "flow", "cred"} {
		if _, there := o[name]; !there {
			return false, false
		}
	}
	return len(o) == 4 && string(o["contact_id"]) == "null" && string(o["flow"]) == "null", true
}

// KeyCiviHeader is the experiment of OtherHeader.
const KeyCiviHeader = "civicrm-own-header"

// OtherHeader moves the credential from Authorization to X-Civi-Auth, which AuthX reads first and no server takes away.
func OtherHeader() cause.Trial {
	return cause.Trial{Key: KeyCiviHeader, Change: "the same credential in X-Civi-Auth in place of Authorization", Follow: true,
		Edit: func(r exchange.Request) exchange.Request {
			value := r.Header.Text("Authorization")
			r.Header = r.Header.Without("Authorization").With(exchange.Field{Name: "X-Civi-Auth", Value: value})
			return r
		}}
}
