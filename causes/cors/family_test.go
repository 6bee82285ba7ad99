package cors_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/cors"
)

func TestScenarios(t *testing.T) { causetest.Run(t, cors.Causes, cors.Pages) }

func TestRecordedBounds(t *testing.T) { causetest.Bounds(t, cors.Causes) }
