// Package schematest checks in tests that what why401 writes follows the JSON Schema that it publishes.
package schematest

import (
	"bytes"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Follows says where doc, one JSON text, breaks schema, a JSON Schema (draft 2020-12, as each of ours says in $schema).
// The error is also that of a schema or a text that is no JSON. others are schemas that it refers to, by their $id.
func Follows(schema, doc []byte, others ...[]byte) error {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:///schema.json", parsed); err != nil {
		return err
	}
	for _, o := range others {
		parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(o))
		if err != nil {
			return err
		}
		if err := c.AddResource(parsed.(map[string]any)["$id"].(string), parsed); err != nil {
			return err
		}
	}
	s, err := c.Compile("mem:///schema.json")
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return err
	}
	return s.Validate(v)
}
