// Package vaccine holds, for each server, the lines of configuration that make its next refusal explain itself in the log: who
// answered, what the client's credentials looked like from outside, who was taken for whom, and what the upstream said.
//
// No value of a credential is ever written: of Authorization the scheme alone, of an address the path without its query. User
// names are written, as these servers do anyway.
//
// The snippets are data. Each was loaded into the real server by a test, which lets it refuse one request and reads the line;
// Tried is false for the one that could not be.
package vaccine

import "strings"

// Vaccine is what one product needs.
type Vaccine struct {
	Product string // as conf.Config.Program
	Where   string // where the snippet belongs, as a sentence
	Snippet string // the lines themselves, for the paths of Debian's packages
	Log     string // the file that the lines then go to, or how to read them; it stands in Snippet when it is a path
	Test    string // the product's own check of its configuration, as a command
	Reload  string // what makes the lines count, as a command
	Fields  []Field
	Note    string // what it cannot say, as a sentence; "" for nothing
	Tried   bool   // a test has loaded it into the real server
}

// Field is a part of the log line.
type Field struct {
	Name string // as it stands in the line
	Says string // what it decides
}

// For gives the vaccine of a product by the name that configurations are reported under; case does not matter.
func For(product string) (Vaccine, bool) {
	for _, v := range all {
		if strings.EqualFold(v.Product, product) {
			return v, true
		}
	}
	return Vaccine{}, false
}

// All gives every vaccine, in a fixed order.
func All() []Vaccine { return append([]Vaccine(nil), all...) }
