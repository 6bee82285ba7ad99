package line

import (
	"fmt"
	"strings"
)

// FromConfig gives the formats that a configuration of nginx or Apache describes: its log_format and LogFormat directives,
// and CustomLog directives with a format of their own. They are named as there. The error names the first directive that
// cannot be compiled; the formats of the others are given all the same.
func FromConfig(text string) ([]Format, error) {
	var all []Format
	var first error
	for _, d := range directives(text) {
		f, err := d.format()
		if err != nil && first == nil {
			first = fmt.Errorf("line %d: %w", d.line, err)
		}
		all = append(all, f...)
	}
	return all, first
}

// directive is a name with its arguments, quotes taken off.
type directive struct {
	name string
	args []string
	line int
}

func (d directive) format() ([]Format, error) {
	switch {
	case d.name == "log_format" && len(d.args) >= 2:
		args := d.args[1:]
		if strings.HasPrefix(args[0], "escape=") {
			args = args[1:]
		}
		return nginxFormats(d.args[0], strings.Join(args, ""))
	case strings.EqualFold(d.name, "LogFormat") && len(d.args) == 2:
		f, err := apacheFormat(d.args[1], d.args[0])
		return formats(f, err)
	case strings.EqualFold(d.name, "CustomLog") && len(d.args) >= 2 && strings.Contains(d.args[1], "%"):
		f, err := apacheFormat(d.args[1], d.args[1])
		return formats(f, err)
	}
	return nil, nil
}

func formats(t *template, err error) ([]Format, error) {
	if err != nil {
		return nil, err
	}
	return []Format{t}, nil
}

// nginxFormats compiles a log_format: one that writes JSON is read as JSON, and else byte for byte, since nginx also writes
// what is no JSON ("upstream_status":, where there was no upstream).
func nginxFormats(name, spec string) ([]Format, error) {
	t, err := nginxFormat(name, spec, nil)
	if err != nil {
		return nil, err
	}
	all := []Format{t}
	if j := nginxJSON(name, spec); j != nil {
		all = []Format{j, t}
	}
	return all, nil
}

// nginxJSON makes a JSON format of a log_format whose text is an object: each key whose value is one variable is that
// variable's.
func nginxJSON(name, spec string) *jsonFormat {
	spec = strings.TrimSpace(spec)
	if !strings.HasPrefix(spec, "{") || !strings.HasSuffix(spec, "}") {
		return nil
	}
	f := &jsonFormat{name: name, keys: map[string]jsonSetter{}}
	for i := 0; i < len(spec); i++ {
		if spec[i] != '"' {
			continue
		}
		key, rest, ok := strings.Cut(spec[i+1:], `"`)
		if !ok {
			return nil
		}
		i += len(key) + 1
		rest = strings.TrimLeft(rest, " \t\n")
		if !strings.HasPrefix(rest, ":") {
			continue
		}
		value := strings.TrimLeft(rest[1:], " \t\n")
		value = strings.TrimPrefix(value, `"`)
		if !strings.HasPrefix(value, "$") {
			continue
		}
		v := strings.Trim(value[1:1+strings.IndexAny(value[1:]+",", ",\"} ")], "{}")
		if set := nginxSetters[v]; set != nil && f.keys[key] == nil {
			f.keys[key] = jline(set)
			f.need = append(f.need, key)
		}
	}
	if len(f.keys) < 2 {
		return nil
	}
	return f
}

// directives reads what nginx and Apache have in common: words and quoted texts, ended by a semicolon or, in Apache, by the end
// of the line. Blocks are gone through; comments are left out.
func directives(text string) []directive {
	var all []directive
	var d directive
	end := func() {
		if d.name != "" {
			all = append(all, d)
		}
		d = directive{}
	}
	add := func(w string, n int) {
		if d.name == "" {
			d.name, d.line = w, n
		} else {
			d.args = append(d.args, w)
		}
	}
	n := 1
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n':
			if n++; d.name != "log_format" { // Apache's directives end here, and nginx' others are of no interest
				end()
			}
		case c == ' ' || c == '\t' || c == '\r':
		case c == '\\' && i+1 < len(text) && text[i+1] == '\n':
			n++
			i++
		case c == ';' || c == '{' || c == '}':
			end()
		case c == '#' && d.name == "" || c == '#' && d.name == "log_format":
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
		case c == '"' || c == '\'':
			var b strings.Builder
			for i++; i < len(text) && text[i] != c; i++ {
				if text[i] == '\\' && i+1 < len(text) && (text[i+1] == c || text[i+1] == '\\') {
					i++
				}
				if text[i] == '\n' {
					n++
				}
				b.WriteByte(text[i])
			}
			add(b.String(), n)
		default:
			start := i
			for i < len(text) && !strings.ContainsRune(" \t\r\n;", rune(text[i])) && (text[i] != '{' || i > start && text[i-1] == '$') {
				i++
			}
			add(text[start:i], n)
			i--
		}
	}
	end()
	return all
}
