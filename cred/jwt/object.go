package jwt

// Object reads one JSON object the way Decode reads a header: bounded in depth, numbers as json.Number, nested objects as
// map[string]any. The flaws (DuplicateName, InvalidUTF8, TrailingJSON) are for the caller to refuse; of a name that
// appears twice the last value stays, as in most libraries. The error is an *Error with part in it and holds no content.
func Object(part string, raw []byte) (map[string]any, []Flaw, error) {
	var t Token
	obj, err := t.object(part, raw)
	if err != nil {
		return nil, t.Flaws, err
	}
	return asMap(obj), t.Flaws, nil
}

func asMap(obj []member) map[string]any {
	out := make(map[string]any, len(obj))
	for _, m := range obj {
		out[m.name] = plainValue(m.value)
	}
	return out
}

func plainValue(v any) any {
	switch v := v.(type) {
	case []member:
		return asMap(v)
	case []any:
		for i := range v {
			v[i] = plainValue(v[i])
		}
	}
	return v
}

// NameOf makes a Name of an identifier: the elements of it that look like keys are closed.
func NameOf(s string) Name { return name(s) }
