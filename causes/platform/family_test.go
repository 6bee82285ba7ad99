package platform_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/platform"
)

func TestScenarios(t *testing.T) { causetest.Run(t, platform.Causes, platform.Pages) }
