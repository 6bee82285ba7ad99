package contract

// Anonymous is the name of the principal that carries no credential.
const Anonymous = "anonymous"

// Carrier is how a principal's credential goes into a request.
type Carrier string

// The carriers.
const (
	NoCarrier Carrier = ""
	Basic     Carrier = "basic"  // Authorization: Basic (RFC 7617)
	Bearer    Carrier = "bearer" // Authorization: Bearer (RFC 6750)
	Header    Carrier = "header" // a field of its own: X-Api-Key
	InCookie  Carrier = "cookie" // Cookie: NAME=value
	Form      Carrier = "login"  // user and password for rows of kind login alone
)

// Principal is who asks.
type Principal struct {
	At      Place
	Name    string
	Carrier Carrier
	Field   string // name of the header field or of the cookie
	Prefix  string // public text in front of a header's value: "Token "
	User    Value  // of basic and login; need not be a secret
	Secret  Value  // the password, token, key or cookie value
	Wrong   bool   // a wrong credential, for a target that is one's own test system alone
}

// Value is where a text comes from. Exactly one part is set, and a secret is never Literal.
type Value struct {
	At      Place
	Literal string   // a user name
	Env     string   // name of an environment variable
	File    string   // path; one line break at the end is an editor's and cut
	Command []string // program and arguments, run without a shell; its standard output, one line break cut
}

// Empty reports that nothing was named.
func (v Value) Empty() bool {
	return v.Literal == "" && v.Env == "" && v.File == "" && len(v.Command) == 0
}

// String names the source, never a value: "$API_TOKEN", "file token.txt", "the command pass show api".
func (v Value) String() string {
	switch {
	case v.Env != "":
		return "$" + v.Env
	case v.File != "":
		return "file " + v.File
	case len(v.Command) > 0:
		return "the command " + v.Command[0]
	}
	return "the contract"
}
