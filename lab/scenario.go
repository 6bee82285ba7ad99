// Package lab is a small world of servers that fail on purpose. A scenario, written in a cause's page, names the
// servers, the request that is refused, what the diagnosis must say and what mends it; the lab starts it on loopback,
// in pure Go, with nothing else needed. The same scenarios are the tests of the causes, `why401 lab` and `why401 demo`.
//
// Names like api.test exist only inside a world: its Dial leads them to loopback ports, everything else is refused.
package lab

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// Scenario is one broken world.
type Scenario struct {
	Cause   string            `yaml:"-"` // the page it stands in
	Name    string            `yaml:"name"`
	About   string            `yaml:"about"`
	Tokens  map[string]Token  `yaml:"tokens"`
	Certs   map[string]Cert   `yaml:"certs"` // client certificates; ${cert:NAME} and ${key:NAME} are their files
	Servers map[string]Server `yaml:"servers"`
	Request string            `yaml:"request"`       // a URL or a curl command
	Record  []string          `yaml:"record"`        // requests made before, handed over as recorded exchanges; nothing is sent again for them
	Netrc   string            `yaml:"netrc"`         // content of ~/.netrc, read as evidence
	Env     map[string]string `yaml:"env"`           // proxy variables and the like, read as evidence
	SendTo  []string          `yaml:"send_to"`       // further origins that the user lets the credential go to
	Issuers []string          `yaml:"issuers"`       // authorization servers that the user names: --issuer
	Consult []string          `yaml:"consult"`       // further origins whose documents may be read: --consult
	Replay  bool              `yaml:"replay_unsafe"` // the user lets an unsafe method be repeated
	Expect  Expect            `yaml:"expect"`
	Mended  *Mended           `yaml:"mended"`
}

// Expect is what the diagnosis must say. Empty fields are not checked.
type Expect struct {
	Outcome   string   `yaml:"outcome"` // healthy, found, unknown, ...; found when a cause is named
	Cause     string   `yaml:"cause"`
	Grade     string   `yaml:"grade"`
	AtMost    string   `yaml:"at_most"` // the surest grade that the verdict and what stands in also may have
	RefusedBy string   `yaml:"refused_by"`
	FaultAt   string   `yaml:"fault_at"`
	Also      []string `yaml:"also"`
	Not       []string `yaml:"not"`      // causes that must be neither the verdict nor in also
	Suspects  []string `yaml:"suspects"` // causes that must be named as still possible
	Requests  int      `yaml:"requests"` // at most; 8 when zero
	Evidence  []string `yaml:"evidence"` // words that the evidence must hold
}

// Mended is the same world after the fix: another request, other servers, or both. The request must then pass.
type Mended struct {
	How     string            `yaml:"how"` // what was done, in words
	Request string            `yaml:"request"`
	Servers map[string]Server `yaml:"servers"`
	Status  int               `yaml:"status"` // what the mended request gets; any 2xx when zero
}

// Token is a JWT made when the world starts, signed with HS256 and the key "lab". Times may be written as a distance
// from now: exp: -1h.
type Token struct {
	Header map[string]any `yaml:"header"`
	Claims map[string]any `yaml:"claims"`
}

// Cert is a client certificate made when the world starts.
type Cert struct {
	Issuer  string `yaml:"issuer"` // "lab" (the default) or "unknown"
	Expired bool   `yaml:"expired"`
}

// Server answers for one origin: http://api.test, https://api.test, http://api.test:8080. In YAML it is its list of
// rules, or a map when it has more to say.
type Server struct {
	Rules      []Rule `yaml:"rules"`
	ClientCert string `yaml:"client_cert"` // "", "request", "require"
	Cert       string `yaml:"cert"`        // "", "expired", "other-name", "unknown-ca"
	Raw        string `yaml:"raw"`         // answer every connection with these bytes and close
}

// UnmarshalYAML accepts the short form.
func (s *Server) UnmarshalYAML(unmarshal func(any) error) error {
	var rules []Rule
	if err := unmarshal(&rules); err == nil {
		s.Rules = rules
		return nil
	}
	type plain Server
	return unmarshal((*plain)(s))
}

// Rule is one line of a server's behaviour; the first whose condition holds answers.
type Rule struct {
	When     When              `yaml:"when"`
	Status   int               `yaml:"status"` // 200 when zero
	Header   map[string]Values `yaml:"header"`
	Body     string            `yaml:"body"`
	As       string            `yaml:"as"`       // answer as this product would: nginx, apache, express, ... (pages.go)
	Redirect string            `yaml:"redirect"` // Location; status 302 when none is given
	Proxy    string            `yaml:"proxy"`    // hand the request to another server of the world, by origin
	Drop     []string          `yaml:"drop"`     // request fields the proxy leaves out
	Set      map[string]string `yaml:"set"`      // request fields the proxy sets
	Hide     []string          `yaml:"hide"`     // reply fields the proxy leaves out
	Forward  bool              `yaml:"forward"`  // act as a forward proxy (absolute form or CONNECT)
	Close    bool              `yaml:"close"`    // close the connection without a reply
}

// When is a condition; all its parts must hold. A value is compared as it is, or as a glob when it holds a *, or as a
// regular expression when it begins with ~. "basic alice:secret" stands for the encoded Basic value.
type When struct {
	Method   string            `yaml:"method"`
	Path     string            `yaml:"path"`
	Query    map[string]string `yaml:"query"`
	Header   map[string]string `yaml:"header"`
	NoHeader []string          `yaml:"no_header"`
	Cookie   map[string]string `yaml:"cookie"`
	Body     string            `yaml:"body"`
	Nth      string            `yaml:"nth"`  // "1", "2-", "-3", "even", "odd": how many requests this server has had
	Cert     string            `yaml:"cert"` // "none", "any", "trusted", "untrusted": the client certificate
}

// Values is a header value or a list of them.
type Values []string

// UnmarshalYAML accepts a single value.
func (v *Values) UnmarshalYAML(unmarshal func(any) error) error {
	var one string
	if err := unmarshal(&one); err == nil {
		*v = Values{one}
		return nil
	}
	return unmarshal((*[]string)(v))
}

// Parse reads a scenario. Unknown keys are errors, with their line.
func Parse(cause, text string) (*Scenario, error) {
	sc := &Scenario{}
	dec := yaml.NewDecoder(bytes.NewReader([]byte(text)), yaml.Strict())
	if err := dec.Decode(sc); err != nil {
		return nil, fmt.Errorf("scenario of %s: %w", cause, err)
	}
	sc.Cause = cause
	switch {
	case sc.Request == "":
		return nil, fmt.Errorf("scenario of %s: request is missing", cause)
	case len(sc.Servers) == 0:
		return nil, fmt.Errorf("scenario of %s: no servers", cause)
	case sc.Expect.Cause == "" && sc.Expect.Outcome == "" && sc.Expect.AtMost == "" && len(sc.Expect.Not) == 0:
		return nil, fmt.Errorf("scenario of %s: expect says nothing", cause)
	}
	for origin := range sc.Servers {
		if !strings.Contains(origin, "://") {
			return nil, fmt.Errorf("scenario of %s: server %q: expected an origin like http://api.test", cause, origin)
		}
	}
	return sc, nil
}
