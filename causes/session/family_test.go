package session_test

import (
	"testing"

	"github.com/why401/why401/cause/causetest"
	"github.com/why401/why401/causes/session"
)

func TestScenarios(t *testing.T) { causetest.Run(t, session.Causes, session.Pages) }

func TestRecordedBounds(t *testing.T) { causetest.Bounds(t, session.Causes) }
