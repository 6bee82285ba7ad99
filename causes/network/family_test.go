package network_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/network"
)

func TestScenarios(t *testing.T) { causetest.Run(t, network.Causes, network.Pages) }
