package token_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/token"
)

func TestScenarios(t *testing.T) { causetest.Run(t, token.Causes, token.Pages) }
