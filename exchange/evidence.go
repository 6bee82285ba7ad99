package exchange

import (
	"fmt"

	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// Evidence is what was read out of the things a person has in hand, before anybody reasons about it. Several inputs add
// up to one Evidence; a Case is made of it.
type Evidence struct {
	Intents   []*Intent   // requests that could be sent
	Exchanges []*Exchange // recorded ones, oldest first; Given names the input, Unseen what the record does not show
	Tokens    []Token     // credentials that stand alone: a JWT, a Basic value, a key
	Messages  []Message   // what programs wrote about the failure
	Settings  []Setting   // what configurations say
	Notes     []Note      // what a person wrote about it
	Facts     []fact.Fact // what the readers themselves have to say
}

// Add appends what o holds.
func (e *Evidence) Add(o Evidence) {
	e.Intents = append(e.Intents, o.Intents...)
	e.Exchanges = append(e.Exchanges, o.Exchanges...)
	e.Tokens = append(e.Tokens, o.Tokens...)
	e.Messages = append(e.Messages, o.Messages...)
	e.Settings = append(e.Settings, o.Settings...)
	e.Notes = append(e.Notes, o.Notes...)
	e.Facts = append(e.Facts, o.Facts...)
}

// Empty reports that nothing was read.
func (e Evidence) Empty() bool {
	return len(e.Intents)+len(e.Exchanges)+len(e.Tokens)+len(e.Messages)+len(e.Settings)+len(e.Notes)+len(e.Facts) == 0
}

// Parts are parts of an exchange.
type Parts uint16

// The parts that a record may leave out. What is unseen is not absent: a reply's body that was pasted alone says
// nothing about its header.
const (
	SeenAll            Parts = 0
	RequestLine        Parts = 1 << iota // method and URL
	RequestHeader                        // the record does not show the request's header
	RequestCredentials                   // it shows the header, with credentials taken out (a sanitized HAR, a log)
	RequestBody                          //
	StatusLine                           // the status was not shown; Response.Status is 0, or what the body says of it
	ResponseHeader                       // nor the reply's header, or not all of it
	ResponseBody                         //
	WholeRequest       = RequestLine | RequestHeader | RequestCredentials
	WholeAnswer        = StatusLine | ResponseHeader
)

// Raw is foreign text that may hold secrets: it is matched, never shown. Printing it gives its length.
type Raw string

func (r Raw) String() string { return fmt.Sprintf("(%d bytes of text)", len(r)) }

// GoString keeps %#v from showing it.
func (r Raw) GoString() string { return r.String() }

// Format keeps every verb of fmt from showing it.
func (r Raw) Format(s fmt.State, _ rune) { fmt.Fprint(s, r.String()) }

// MarshalText keeps encoders from showing it.
func (r Raw) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Token is a credential that stands alone.
type Token struct {
	Value secret.Text // without a scheme word; claims that were pasted as JSON are made an unsigned JWT of them
	Place string      // where it was said to stand: "Authorization", "cookie session", "env API_KEY"; "" when unknown
	From  fact.Source
	Whole bool // false when the paste shows only a part of it: claims without signature, asterisks, three dots
}

// Message is what a program wrote: an error line, a log line, the head of a stack trace.
type Message struct {
	Text   Raw               // one message, line breaks and all
	Kind   string            // "error", "log", "access", "console", "stack"
	Who    string            // the program that speaks, when its form tells: "kubectl", "npm", "nginx", "apache", "git"
	Status int               // the HTTP status it speaks of, 0 when none
	Fields map[string]string // of a structured or access log line: "user", "path", "method", "agent", "host", "level"; without secrets
	From   fact.Source
}

// Setting is one thing that a configuration says.
type Setting struct {
	System  string        // "nginx", "apache", "ingress", "haproxy", "caddy", "npmrc", "netrc", "docker", "kubeconfig", "maven", "nuget", "env", "php", "code", ...
	Context []string      // the blocks around it, outermost first: "server", "location /api"
	Name    string        // the directive, key or option as written
	Args    []secret.Text // its values; closed unless harmless
	From    fact.Source   // file and line
}

// Note is prose: what somebody says they did and saw.
type Note struct {
	Text Raw
	From fact.Source
}
