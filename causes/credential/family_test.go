package credential_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/credential"
)

func TestScenarios(t *testing.T) { causetest.Run(t, credential.Causes, credential.Pages) }
