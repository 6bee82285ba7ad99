package contract

import _ "embed"

// SchemaJSON is the JSON Schema (draft 2020-12) of a contract, for editors.
//
//go:embed schema.json
var SchemaJSON []byte
