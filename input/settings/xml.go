package settings

import (
	"encoding/xml"
	"io"
	"strings"
)

// xmlElement is one element of an XML text: where it stands, its attributes and the text directly inside.
type xmlElement struct {
	path  []string // names from the outermost in, its own last; without prefixes
	attrs []xml.Attr
	text  string
	line  int
}

func (e xmlElement) name() string { return e.path[len(e.path)-1] }

func (e xmlElement) attr(name string) string {
	for _, a := range e.attrs {
		if strings.EqualFold(a.Name.Local, name) {
			return a.Value
		}
	}
	return ""
}

// xmlElements lists the elements of text, in the order they begin. Fragments without a
// root are read, and what comes before the first mistake. Document types are passed, no entity is opened.
func xmlElements(text string, say func(n int, format string, args ...any)) []xmlElement {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var out []xmlElement
	var open []int // indexes of the elements that are not closed
	var path []string
	line := lineCounter{text: text}
	for len(out) < maxSettings {
		start := d.InputOffset()
		tok, err := d.RawToken()
		if err != nil {
			if err != io.EOF {
				say(line.at(start), "the XML is broken here")
			} else if len(open) > 0 {
				say(line.at(start), "<%s> is not closed in the paste", shown(path[len(path)-1]))
			}
			return out
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if len(path) >= maxDepth {
				say(line.at(start), "elements are nested deeper than %d: the rest is left out", maxDepth)
				return out
			}
			path = append(path[:len(path):len(path)], t.Name.Local)
			out = append(out, xmlElement{path: path, attrs: t.Attr, line: line.at(start)})
			open = append(open, len(out)-1)
		case xml.EndElement:
			if len(open) == 0 {
				say(line.at(start), "</%s> without its beginning", shown(t.Name.Local))
				continue
			}
			if path[len(path)-1] != t.Name.Local {
				say(line.at(start), "</%s> closes <%s>", shown(t.Name.Local), shown(path[len(path)-1]))
			}
			open, path = open[:len(open)-1], path[:len(path)-1]
		case xml.CharData:
			if len(open) > 0 {
				e := &out[open[len(open)-1]]
				if len(e.text)+len(t) <= maxLine {
					e.text += string(t)
				}
			}
		}
	}
	return out
}

// lineCounter gives the line of growing offsets without counting from the start each time.
type lineCounter struct {
	text string
	upTo int
	line int
}

func (c *lineCounter) at(offset int64) int {
	to := min(int(offset), len(c.text))
	if to > c.upTo {
		c.line += strings.Count(c.text[c.upTo:to], "\n")
		c.upTo = to
	}
	return c.line + 1
}

// xmlParents gives for each element the index of the one around it, -1 for those without.
func xmlParents(es []xmlElement) []int {
	out := make([]int, len(es))
	var open []int
	for i, e := range es {
		open = open[:min(len(open), len(e.path)-1)]
		out[i] = -1
		if len(open) > 0 {
			out[i] = open[len(open)-1]
		}
		open = append(open, i)
	}
	return out
}
