// Package schematest checks in tests that what why401 writes follows the JSON Schema that it publishes.
package schematest

import (
	"bytes"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Follows says where doc, one JSON text, breaks schema, a JSON Schema (draft 2020-12, as each of ours says in $schema), which
// may refer to others by their $id. The error is also that of a schema or a text that is no JSON.
func Follows(schema, doc []byte, others ...[]byte) error {
	c := jsonschema.NewCompiler()
	for _, o := range others {
		if err := add(c, o, ""); err != nil {
			return err
		}
	}
	const here = "mem:///schema.json"
	if err := add(c, schema, here); err != nil {
		return err
	}
	s, err := c.Compile(here)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// add adds a schema at a place; at its $id when that is "".
func add(c *jsonschema.Compiler, text []byte, at string) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	if m, ok := v.(map[string]any); ok && at == "" {
		at, _ = m["$id"].(string)
	}
	return c.AddResource(at, v)
}
