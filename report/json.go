package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
)

// SchemaJSON is the JSON Schema (draft 2020-12) of what JSON writes, as `why401 schema` prints it.
//
//go:embed schema.json
var SchemaJSON []byte

// JSON writes rep as one object and a line break. Lists are never null; every string was scrubbed of known secrets;
// characters that could drive a terminal stand as \u escapes. The error is w's.
func JSON(w io.Writer, rep *Report) error {
	return encode(w, prepare(rep, func(s string) string { return s }), "the report")
}

// encode writes one of our objects as JSON that no terminal takes for commands. what names it, for an error.
func encode(w io.Writer, v any, what string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encode %s: %w", what, err)
	}
	_, err := w.Write(jsonSafe(b.Bytes()))
	return err
}

// SafeJSON writes what could drive a terminal in an encoded JSON text as \u escapes, for objects of other packages.
func SafeJSON(encoded []byte) []byte { return jsonSafe(encoded) }
