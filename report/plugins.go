package report

import (
	_ "embed"
	"io"
	"reflect"

	"github.com/why401/why401/secret"
)

// PluginsSchema names the form of a plugin search's JSON object. Fields are only ever added within one number.
const PluginsSchema = "why401.plugins/1"

// PluginsSchemaJSON is the JSON Schema (draft 2020-12) of what PluginsJSON writes.
//
//go:embed plugins.schema.json
var PluginsSchemaJSON []byte

// Plugins is how a search for the plugin that refuses a request ended (package fix/bisect, whose words the fields have).
type Plugins struct {
	Schema   string       `json:"schema"`
	Tool     Tool         `json:"tool"`
	Site     string       `json:"site"` // the folder
	Method   string       `json:"method"`
	URL      string       `json:"url"`
	Outcome  string       `json:"outcome"`
	Headline string       `json:"headline"` // the outcome in words
	Why      string       `json:"why"`      // "" where the outcome needs no reason
	Refused  string       `json:"refused"`  // the answer that is explained
	Without  string       `json:"without"`  // the answer without the guards
	LetsIn   bool         `json:"lets_in"`  // without the guards the request is let in
	Yours    string       `json:"yours"`    // the answer to the request with its credential and without the guards; "" when it was not sent
	Guards   []Plugin     `json:"guards"`
	Alone    bool         `json:"alone"`    // each guard refuses also when it is the only one
	Partners []Plugin     `json:"partners"` // that have to be there for the guard to refuse
	Needing  []Plugin     `json:"needing"`  // that fail without a guard, and have to be off with it
	Left     []Plugin     `json:"left"`     // not decided: it is among these
	Repeated bool         `json:"repeated"` // refused, let in and refused were seen again
	Theme    string       `json:"theme"`
	MustUse  []string     `json:"must_use"` // that cannot be switched off for a request
	DropIns  []string     `json:"drop_ins"`
	Active   int          `json:"active"` // how many plugins were searched
	Steps    []PluginStep `json:"steps"`
	Notes    []string     `json:"notes"`
	Redacted int          `json:"redactions"`
}

// Plugin is a plugin as WordPress names it.
type Plugin struct {
	File string `json:"file"`
	Name string `json:"name"`
}

// PluginStep is one question and its answer.
type PluginStep struct {
	What   string `json:"what"`
	Answer string `json:"answer"`
	Meant  string `json:"meant"`
	Repeat bool   `json:"repeat"`
}

// PluginsJSON writes the outcome of a search as one JSON object.
func PluginsJSON(w io.Writer, p *Plugins) error {
	out := *p
	out.Schema = PluginsSchema
	n := 0
	out = visit(reflect.ValueOf(out), "", func(_, s string) string {
		s = secret.Scrub(s)
		n += len(hidden.FindAllStringIndex(s, -1))
		return s
	}).Interface().(Plugins)
	out.Redacted = n
	return EncodeJSON(w, out)
}
