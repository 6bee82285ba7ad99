package idp_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/idp"
)

func TestScenarios(t *testing.T) { causetest.Run(t, idp.Causes, idp.Pages) }
