// Package sign weighs evidence that is written down: what programs said, what a person told, what configurations and
// tokens hold. A cause's page lists its signs as data; this package reads them and holds them against a case.
//
// A sign never proves. It says how much one observation speaks for a cause (or against it), and why, in a sentence that
// a sceptic can check. What is not in the evidence says nothing: there are no signs of absence, but for "not", which
// takes a sign away when something else explains it.
package sign

import (
	"fmt"
	"strings"
)

// Sign is one observation that speaks for or against a cause. All of its conditions must hold; within one condition any
// item will do.
type Sign struct {
	Says []string `json:"says,omitempty" yaml:"says"` // phrases in what programs wrote: bodies, challenges, log lines, error texts
	Told []string `json:"told,omitempty" yaml:"told"` // phrases in what a person wrote
	Text []string `json:"text,omitempty" yaml:"text"` // phrases in either, or in code and settings
	Idea []string `json:"idea,omitempty" yaml:"idea"` // ideas of ideas.yaml that the text expresses

	Status    []int    `json:"status,omitempty" yaml:"status"`       // of the refusal, or one that a message speaks of
	Who       []string `json:"who,omitempty" yaml:"who"`             // the product or program that speaks: "nginx", "kubectl"
	Header    []string `json:"header,omitempty" yaml:"header"`       // of a reply: "Name", "Name: part of the value"
	Request   []string `json:"request,omitempty" yaml:"request"`     // of a request: the same
	Challenge []string `json:"challenge,omitempty" yaml:"challenge"` // "Bearer", "Bearer error=invalid_token"
	URL       []string `json:"url,omitempty" yaml:"url"`             // a part of the URL asked for, lower case
	Method    []string `json:"method,omitempty" yaml:"method"`       // of the request: "OPTIONS"
	JSON      []string `json:"json,omitempty" yaml:"json"`           // of a body: "error.code", "error.code: part of the value"
	Claim     []string `json:"claim,omitempty" yaml:"claim"`         // of a token: "aud", "iss: https://sts.windows.net/*", "!exp" for a missing one
	Token     []string `json:"token,omitempty" yaml:"token"`         // a credential's kind, scheme or vendor: "jwt", "basic", "GitHub"
	Setting   []string `json:"setting,omitempty" yaml:"setting"`     // "system name", "system name: part of the value"; system or name may be *
	Not       []Sign   `json:"not,omitempty" yaml:"not"`             // the sign is void when one of these holds

	Likely  float64 `json:"likely,omitempty" yaml:"likely"`   // how much it speaks for the cause, 0 to 1
	Strong  float64 `json:"strong,omitempty" yaml:"strong"`   // the same, for what hardly anything else gives
	Against float64 `json:"against,omitempty" yaml:"against"` // how much it speaks against it
	Because string  `json:"because,omitempty" yaml:"because"` // the sentence for the report; made of the phrase when empty
}

// Check says what is wrong with a sign as written.
func (s Sign) Check() error {
	n := 0
	for _, w := range []float64{s.Likely, s.Strong, s.Against} {
		if w != 0 {
			n++
		}
		if w < 0 || w > 1 {
			return fmt.Errorf("weight %v: expected 0 to 1", w)
		}
	}
	if n != 1 {
		return fmt.Errorf("a sign has one of likely, strong, against")
	}
	return s.check()
}

func (s Sign) check() error {
	if s.empty() {
		return fmt.Errorf("a sign needs a condition")
	}
	for _, t := range [][]string{s.Says, s.Told, s.Text} {
		for _, p := range t {
			if _, err := parse(p); err != nil {
				return err
			}
		}
	}
	for _, i := range s.Idea {
		if strings.ContainsAny(i, " \t") {
			return fmt.Errorf("idea %q: expected a name", i)
		}
	}
	for _, n := range s.Not {
		if err := n.check(); err != nil {
			return err
		}
	}
	return nil
}

func (s Sign) empty() bool {
	return len(s.Says)+len(s.Told)+len(s.Text)+len(s.Idea)+len(s.Status)+len(s.Who)+len(s.Header)+len(s.Request)+len(s.Challenge)+
		len(s.URL)+len(s.Method)+len(s.JSON)+len(s.Claim)+len(s.Token)+len(s.Setting) == 0
}

// Tally is what the signs of one cause add up to.
type Tally struct {
	Weight  float64 // 0 to 1: independent signs add up as independent chances do
	Strong  bool    // one of them is strong, and little speaks against it
	Voiced  bool    // something that a program wrote, or a record shows, is among them; not only what a person told
	Because []Reason
	Against []Reason
}

// Reason is a sign that held.
type Reason struct {
	Text   string
	Weight float64
	Place  Place
}
