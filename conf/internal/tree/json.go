package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/why401/why401/conf"
)

func readJSON(file string, text []byte) ([]*Node, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	j := jsonReader{d: d, file: file, text: text, line: 1}
	n, err := j.value("", 0)
	if errors.Is(err, io.EOF) {
		err = errors.New("it ends early")
	}
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", j.at().Line, err)
	}
	return []*Node{n}, nil
}

type jsonReader struct {
	d     *json.Decoder
	file  string
	text  []byte
	seen  int // bytes whose lines are counted
	line  int
	nodes int
}

// at is the place of the token that was read last.
func (j *jsonReader) at() conf.Place {
	to := min(int(j.d.InputOffset()), len(j.text))
	j.line += bytes.Count(j.text[j.seen:to], []byte("\n"))
	j.seen = to
	return conf.Place{File: j.file, Line: j.line}
}

func (j *jsonReader) value(key string, depth int) (*Node, error) {
	if j.nodes++; depth > MaxDepth || j.nodes > maxNodes {
		return nil, ErrDeep
	}
	t, err := j.d.Token()
	if err != nil {
		return nil, err
	}
	n := &Node{Place: j.at(), Key: key}
	switch v := t.(type) {
	case json.Delim:
		n.Kind = Mapping
		if v == '[' {
			n.Kind = List
		}
		for j.d.More() {
			k := ""
			if n.Kind == Mapping {
				t, err := j.d.Token()
				if err != nil {
					return nil, err
				}
				k, _ = t.(string)
			}
			c, err := j.value(k, depth+1)
			if err != nil {
				return nil, err
			}
			n.Nodes = append(n.Nodes, c)
		}
		if _, err := j.d.Token(); err != nil {
			return nil, err
		}
	case nil:
		n.Kind = Null
	case string:
		n.Text = v
	default:
		n.Text = fmt.Sprint(v)
	}
	return n, nil
}
