package client_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/client"
)

func TestScenarios(t *testing.T) { causetest.Run(t, client.Causes, client.Pages) }
