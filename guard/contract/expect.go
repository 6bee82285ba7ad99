package contract

// Expect is what should come. Parts that are nil or empty are not looked at.
type Expect struct {
	At        Place
	Status    []StatusRange
	Challenge *Challenge
	Identity  *Identity
	Cookies   []*Cookie
	CORS      *CORS
	Private   *Private
	Reaches   *Reaches
	Redirect  *Redirect
}

// StatusRange is one status code, or a class of them written as 2xx.
type StatusRange struct{ From, To int }

// Has reports that status lies in s.
func (s StatusRange) Has(status int) bool { return status >= s.From && status <= s.To }

// Challenge is what WWW-Authenticate should offer (RFC 9110 11.6.1).
type Challenge struct {
	At     Place
	None   bool   // no challenge at all
	Scheme string // compared without case
	Realm  *string
	Params []Param
}

// Param is a parameter of a challenge; a value of "*" only wants it to be there.
type Param struct {
	At          Place
	Name, Value string
}

// Selector says where in an answer a text stands: exactly one of its parts is set.
type Selector struct {
	At     Place
	JSON   string // a path such as $.user.name or $.values[0].id
	Header string // a response field
	Text   string // a regular expression (RE2) over the body; its first group, or all of it
}

// Identity is who the application takes the caller for.
type Identity struct {
	Selector
	Is string // compared as text; "" wants any value but an empty one
	No bool   // nobody: the selector must find nothing, null, false, 0 or an empty text
}

// Cookie is what a Set-Cookie field of the answer should say. Nil parts are not looked at.
type Cookie struct {
	At       Place
	Name     string // may end in * : a session cookie whose name holds a hash
	Absent   bool   // it must not be set
	Secure   *bool
	HTTPOnly *bool
	SameSite *string // Strict, Lax, None, or "" for none
	Domain   *string // "" for a cookie of this host alone
	Path     *string
}

// CORS is what a page of Origin may do with the answer (Fetch standard).
type CORS struct {
	At          Place
	Origin      string
	Allowed     bool     // false: the origin must not be let in
	Credentials bool     // with cookies or an HTTP login
	Methods     []string // of a preflight
	Headers     []string // of a preflight, and what Access-Control-Request-Headers says
	Expose      []string // fields that the script wants to read
}

// Private is that no cache which serves several people may keep the answer (RFC 9111 3.5), nor has kept it.
type Private struct {
	At Place
	// Probe sends the request again without the credential, when the credential was let in: the answer must not be the
	// same. On unless the file says false.
	Probe bool
}

// Reaches is that a request field gets through to the application. The application says so itself: at the row's route
// it repeats the field, where Echo finds it. The value sent is a canary of why401's own.
type Reaches struct {
	At    Place
	Field string // "Authorization"
	Echo  Selector
}

// Redirect is where a 3xx answer should lead.
type Redirect struct {
	At Place
	To string // an absolute URL, or a path at the target; a * at the end lets anything follow
}
