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
	return EncodeJSON(w, prepare(rep, func(s string) string { return s }))
}

// EncodeJSON writes v indented, with a line break behind it, and without anything that could drive a terminal. The error is w's,
// or says what of v JSON cannot hold.
func EncodeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encode %T: %w", v, err)
	}
	_, err := w.Write(jsonSafe(b.Bytes()))
	return err
}

// SafeJSON writes what could drive a terminal in an encoded JSON text as \u escapes, for objects of other packages.
func SafeJSON(encoded []byte) []byte { return jsonSafe(encoded) }
