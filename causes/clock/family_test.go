package clock_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/clock"
)

func TestScenarios(t *testing.T) { causetest.Run(t, clock.Causes, clock.Pages) }
