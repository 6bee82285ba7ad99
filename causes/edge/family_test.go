package edge_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/edge"
)

func TestScenarios(t *testing.T) { causetest.Run(t, edge.Causes, edge.Pages) }

func TestRecordedBounds(t *testing.T) { causetest.Bounds(t, edge.Causes) }
