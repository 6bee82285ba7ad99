package value_test

import (
	"testing"

	"github.com/why401/why401/input/form/formtest"
	"github.com/why401/why401/input/settings"
	"github.com/why401/why401/input/value"
)

// TestCorpus: each paste is recognised by its own reader best, and read without a secret shown.
func TestCorpus(t *testing.T) { formtest.Corpus(t, value.Forms, settings.Forms) }
