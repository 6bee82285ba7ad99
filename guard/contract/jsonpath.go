package contract

import (
	"errors"
	"strconv"
	"strings"
)

// JSONPath takes a path such as $.users[0].name or $['a b'] into steps: names and indexes. Filters, wildcards and slices
// (RFC 9535) are refused: a row asks about one value.
func JSONPath(path string) ([]string, error) {
	bad := errors.New("expected a path to one value, such as $.user.name or $.values[0].id")
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, bad
	}
	var steps []string
	for rest != "" {
		switch {
		case strings.HasPrefix(rest, "['"):
			name, after, ok := strings.Cut(rest[2:], "']")
			if !ok || name == "" {
				return nil, bad
			}
			steps, rest = append(steps, name), after
		case rest[0] == '[':
			index, after, ok := strings.Cut(rest[1:], "]")
			if n, err := strconv.Atoi(index); !ok || err != nil || n < 0 {
				return nil, bad
			}
			steps, rest = append(steps, index), after
		case rest[0] == '.':
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			name := rest[1 : 1+end]
			if name == "" || strings.ContainsAny(name, "*?@() ") {
				return nil, bad
			}
			steps, rest = append(steps, name), rest[1+end:]
		default:
			return nil, bad
		}
	}
	return steps, nil
}
