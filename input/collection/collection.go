// Package collection reads the files in which people keep HTTP requests to send them again: Postman collections and
// environments, Insomnia exports, Bruno's .bru, the .http and .rest files of editors, and Hurl. Each request becomes an
// exchange.Intent as the program would send it; saved example answers become exchanges.
//
// Variables are resolved from what the file itself says. One without a value stays in the request as it was written,
// {{token}}, because sent like that it is a cause, and is named in the intent's notes. Scripts, template tags and
// prompts are not run. Nothing is sent, and no file is read but those that Options.Dir may hold beside the input, and
// only when Options.Home says that files may be looked at.
package collection

import (
	"fmt"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

// Forms are the kinds that are read here.
var Forms = []form.Form{
	{Kind: "postman", What: "a Postman collection", Files: []string{"*.postman_collection.json"}, Is: isPostman, Read: readPostman},
	{Kind: "postman-environment", What: "a Postman environment", Files: []string{"*.postman_environment.json", "*.postman_globals.json"}, Is: isEnvironment, Read: readEnvironment},
	{Kind: "insomnia", What: "an Insomnia export", Files: []string{"Insomnia_*.json", "Insomnia_*.yaml", "insomnia.*.yaml"}, Is: isInsomnia, Read: readInsomnia},
	{Kind: "bruno", What: "a Bruno request", Files: []string{"*.bru"}, Is: isBruno, Read: readBruno},
	{Kind: "http-file", Also: []string{"rest-client"}, What: "an .http file", Files: []string{"*.http", "*.rest"}, Is: isHTTPFile, Read: readHTTPFile},
	{Kind: "hurl", What: "a Hurl file", Files: []string{"*.hurl"}, Is: isHurl, Read: readHurl},
}

// Bounds of what is read.
const (
	maxText     = 16 << 20 // of an input
	maxRequests = 500
	maxExamples = 50
	maxDepth    = 64 // folders in folders
)

// pair is a name with a value: a header field, a parameter.
type pair struct{ name, value string }

// program is one of the programs whose files are read.
type program struct {
	name, agent string // for Agent.Name, and what it sends as User-Agent
	follow, jar bool
}

// draft is a request as a file describes it, with variables still in it.
type draft struct {
	by          program
	label       string // its name in the file
	src         fact.Source
	method, url string
	header      []pair
	query       []pair // to be added to the URL
	path        []pair // of ":name" segments
	body        string
	bodyType    string // Content-Type unless the header has one
	auth        credentials
	vars        scope
	notes       []string
	tune        func(*exchange.Intent) // what only one program has
}

// sheet gathers what a file gives.
type sheet struct {
	o    form.Options
	ev   exchange.Evidence
	n    int // requests seen
	open map[string]bool
	list []string // open variables in their order
}

func newSheet(o form.Options) *sheet { return &sheet{o: o, open: map[string]bool{}} }

// at is the place of a line of the input, counted from 1.
func (s *sheet) at(line int) fact.Source {
	src := s.o.Source
	if src.Line > 0 && line > 0 {
		line += src.Line - 1
	}
	if line > 0 {
		src.Line = line
	}
	return src
}

func (s *sheet) say(format string, args ...any) {
	s.ev.Facts = append(s.ev.Facts, fact.Fact{Text: fmt.Sprintf(format, args...), From: s.o.Source})
}

// add makes an intent of d.
func (s *sheet) add(d draft) {
	if s.n++; s.n > maxRequests {
		return
	}
	i, err := d.intent()
	if err != nil {
		s.ev.Facts = append(s.ev.Facts, fact.Fact{Text: d.shown() + ": " + err.Error(), From: d.src})
		return
	}
	s.ev.Intents = append(s.ev.Intents, i)
	for _, name := range d.vars.missing() {
		if !s.open[name] && len(s.list) < 50 {
			s.open[name] = true
			s.list = append(s.list, name)
		}
	}
}

// evidence sums up.
func (s *sheet) evidence(what string) (exchange.Evidence, error) {
	if s.n == 0 && s.ev.Empty() {
		return exchange.Evidence{}, fmt.Errorf("%s without a request", what)
	}
	if s.n > maxRequests {
		s.say("%d requests; the first %d are read", s.n, maxRequests)
	} else if s.n > 1 {
		s.say("%d requests", s.n)
	}
	if len(s.list) > 0 {
		s.say("no value is given for %s: sent like this the braces go out as they stand", strings.Join(s.list, ", "))
	}
	return s.ev, nil
}

// shown is the label of a request as it may be printed.
func (d *draft) shown() string {
	l := strings.Join(strings.Fields(d.label), " ")
	if l == "" || len(l) > 80 || risky(l) {
		return "a request"
	}
	return "request \"" + l + "\""
}
