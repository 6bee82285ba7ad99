package exchange

import (
	"time"

	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// Intent is what the user wanted their program to do: the request it would send first, and how the program behaves
// around it. It is read from a URL or a command and never changed by probing.
type Intent struct {
	Agent   Agent   // the program the user really used
	Request Request // as that program would send it first; for Digest, NTLM and AnyAuth still without Authorization
	// Full is Request with its body, for a program that first sends an empty one (curl does so for POST and PUT until
	// a Digest or NTLM challenge is answered); nil when Request is already whole. It holds no Authorization either.
	Full     *Request
	Auth     Auth  // how Login is to be used
	Login    Login // user and password, when the program builds the header itself
	Follow   bool  // follows redirects
	MaxHops  int   // redirects followed at most; 0 means the program's default
	Trusted  bool  // --location-trusted: sends credentials to every hop
	KeepPost bool  // --post301 and relatives: keeps the method on 301, 302, 303
	Jar      bool  // keeps the cookies that replies set although the program does not by itself: curl -c, -b FILE
	Proxy    *Proxy
	NoProxy  string // --noproxy, or "*" for -x "": hosts asked directly whatever the environment names
	TLS      TLSOptions
	Resolve  map[string]string // "host:port" -> "address:port", from --resolve and --connect-to
	Iface    string            // --interface
	HTTP     string            // "1.0", "1.1", "2", "3": what was asked for; "" when nothing was
	Timeout  time.Duration     // -m, 0 when none
	Connect  time.Duration     // --connect-timeout, 0 when none
	IP       int               // 4 or 6 when only that family is wanted (-4, -6), else 0
	Socket   string            // --unix-socket path; "@name" for an abstract one
	Netrc    bool              // -n, --netrc-optional or --netrc-file was given
	Source   fact.Source       // where it was read
	Notes    []fact.Fact       // what the reader has to say: an option that was not understood, a password in argv
	Lost     []ShellLoss       // what the shell took out of the command before the program saw it

	// Config is what the agent's own files say, read because the user named the agent (--as-client). What of it is sent
	// stands in Request or Login.
	Config []Setting

	// Variables are header fields, query parameters and parts whose value is a variable in the text, so not known: they
	// are left out of Request, not absent. "URL" stands for a part of the address (Request.URL.Host is "" when that part
	// is the host), "body" for one of the body, "login" for one of the user name or password.
	Variables []string
}

// ShellLoss is a place where an unquoted or double-quoted character made the shell change what the user meant.
type ShellLoss struct {
	Char string // "&", ";", "$", "!", "\r" or a typographic quotation mark: what the shell, or its absence, acted on
	Name string // the parameter or variable it concerns ("b" in ?a=1&b=2, "TOKEN" in $TOKEN); never a value
	In   string // where it stood: "URL", "-H", "-u", ...; "" when unknown
	Line int    // line and column in the text, from 1
	Col  int
}

// Agent names the program whose behaviour is modelled.
type Agent struct {
	Name    string // "curl", "wget", "browser", "go", "requests", "urllib", "node-fetch", "java", "dotnet", "postman", "docker", "npm", "pip", "maven", "git", "why401"
	Version string
}

// Auth is how an agent uses a login.
type Auth string

// The ways. AuthHeader means that the request already holds every credential it is going to hold.
const (
	AuthHeader    Auth = ""
	AuthBasic     Auth = "basic" // sent at once
	AuthDigest    Auth = "digest"
	AuthNTLM      Auth = "ntlm"
	AuthNegotiate Auth = "negotiate"
	AuthAny       Auth = "any" // asks first, then picks the strongest offered
	AuthSigV4     Auth = "aws-sigv4"
	AuthRegistry  Auth = "registry" // asks first; then Basic, or a token of the server that the challenge names
)

// Login is a user and password, or for SigV4 an access key and secret key.
type Login struct {
	User     secret.Text // public when it may be shown
	Password secret.Text
	Sigv4    string // provider1[:provider2[:region[:service]]]
	From     string // "-u", "URL userinfo", ".netrc", "prompt"

	NeedPassword bool // a user was named without a password: the program would ask at the terminal
}

// Empty reports that there is no login.
func (l Login) Empty() bool { return l.User.Empty() && l.Password.Empty() }

// Proxy is a forward proxy the user named.
type Proxy struct {
	URL     URL // Scheme may also be socks4, socks4a, socks5 or socks5h
	Login   Login
	Auth    Auth
	Tunnel  bool // -p: CONNECT for http as well
	Headers Header
	From    string // "-x", "https_proxy"
	NoProxy string

	Insecure bool // --proxy-insecure: the certificate of an https proxy is not checked
}

// TLSOptions are the command's TLS wishes. Files are named, not read, here.
type TLSOptions struct {
	Insecure                  bool
	CAFile, CertFile, KeyFile string
	CertPassword              secret.Text
	CADir, CertType           string // --capath, --cert-type
	ServerName                string
}
