package redirect_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/redirect"
)

func TestScenarios(t *testing.T) { causetest.Run(t, redirect.Causes, redirect.Pages) }

func TestRecordedBounds(t *testing.T) { causetest.Bounds(t, redirect.Causes) }
