package signature

import (
	"fmt"
	"strconv"
	"strings"
)

// jsonHas asks about the value at a path of a JSON body: names and array indexes joined by dots, "*" for any element.
type jsonHas struct {
	path   []string
	is     *string  // the scalar at the path, as text
	has    string   // a substring of the string at the path
	re     *pattern // a pattern for it
	isList bool     // the value is an array
}

func (j jsonHas) holds(r *reply) bool {
	doc := r.json()
	return doc != nil && j.walk(doc, j.path)
}

func (j jsonHas) walk(v any, path []string) bool {
	if len(path) == 0 {
		return j.value(v)
	}
	switch t := v.(type) {
	case map[string]any:
		if path[0] != "*" {
			child, ok := t[path[0]]
			return ok && j.walk(child, path[1:])
		}
		for _, child := range t {
			if j.walk(child, path[1:]) {
				return true
			}
		}
	case []any:
		if i, err := strconv.Atoi(path[0]); err == nil {
			return i >= 0 && i < len(t) && j.walk(t[i], path[1:])
		}
		if path[0] == "*" {
			for _, child := range t {
				if j.walk(child, path[1:]) {
					return true
				}
			}
		}
	}
	return false
}

func (j jsonHas) value(v any) bool {
	if j.isList {
		_, ok := v.([]any)
		return ok
	}
	if j.is == nil && j.has == "" && j.re == nil {
		return true
	}
	var s string
	switch t := v.(type) {
	case string:
		s = t
	case bool:
		s = strconv.FormatBool(t)
	case float64:
		s = strconv.FormatFloat(t, 'f', -1, 64)
	case nil:
		s = "null"
	default:
		return false
	}
	return (j.is == nil || s == *j.is) && strings.Contains(s, j.has) && (j.re == nil || j.re.MatchString(s))
}

func (j jsonHas) cost() int { return 20 }

func (j jsonHas) shown(*reply) []observation {
	where := "JSON field " + strings.Join(j.path, ".")
	switch {
	case j.is != nil:
		return []observation{{text: fmt.Sprintf("%s is %q", where, *j.is)}}
	case j.has != "":
		return []observation{{text: fmt.Sprintf("%s contains %q", where, j.has)}}
	}
	return []observation{{text: where}}
}
