package nginx

import "errors"

// pattern is a regular expression as nginx has it from PCRE.
type pattern struct{ text string }

func compile(text string, fold bool) (*pattern, error) {
	_ = fold
	if text == "" {
		return nil, errors.New("empty pattern")
	}
	return &pattern{text}, nil
}
