package app_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/app"
)

func TestScenarios(t *testing.T) { causetest.Run(t, app.Causes, app.Pages) }

func TestRecordedBounds(t *testing.T) { causetest.Bounds(t, app.Causes) }
