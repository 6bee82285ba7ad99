package likeness

import (
	_ "embed"
	"fmt"

	"github.com/goccy/go-yaml"
)

//go:embed vocabulary.yaml
var vocabulary []byte

// Vocabulary are the words that concepts share: @name in a concept stands for all of one name's.
func Vocabulary() (map[string][]string, error) {
	out := map[string][]string{}
	if err := yaml.UnmarshalWithOptions(vocabulary, &out, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("vocabulary.yaml: %w", err)
	}
	return out, nil
}
