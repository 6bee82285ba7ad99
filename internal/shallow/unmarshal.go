package shallow

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
)

// Unmarshal reads YAML that somebody may have written into v; unknown keys are errors. What would be slow to read, and what
// the parser does not survive (a tag without a value, goccy/go-yaml 1.19), is an error, too. line is where the mistake is,
// from 1, or 0 when that is not known.
func Unmarshal(text string, v any) (line int, err error) { return unmarshal(text, v, yaml.Strict()) }

// Lenient is Unmarshal for files in which other keys may stand.
func Lenient(text string, v any) (line int, err error) { return unmarshal(text, v) }

func unmarshal(text string, v any, how ...yaml.DecodeOption) (line int, err error) {
	if n := Line(text); n > 0 {
		return n, errors.New("expected fewer brackets and nested lists")
	}
	defer func() {
		if recover() != nil {
			line, err = 1, errors.New("expected plain YAML, without tags")
		}
	}()
	err = yaml.UnmarshalWithOptions([]byte(text), v, how...)
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil && at.GetToken().Position != nil {
		return at.GetToken().Position.Line, errors.New(at.GetMessage())
	}
	if err != nil {
		return 0, fmt.Errorf("read YAML: %w", err)
	}
	return 0, nil
}
