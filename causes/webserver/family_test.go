package webserver_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/webserver"
)

func TestScenarios(t *testing.T) { causetest.Run(t, webserver.Causes, webserver.Pages) }
