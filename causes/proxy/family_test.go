package proxy_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/proxy"
)

func TestScenarios(t *testing.T) { causetest.Run(t, proxy.Causes, proxy.Pages) }
