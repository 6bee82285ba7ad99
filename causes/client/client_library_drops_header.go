package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// ClientLibraryDropsHeader: a header that was given is not on the wire. Only code and records show it: a live request is sent by why401 itself.
var ClientLibraryDropsHeader = &cause.Cause{
	ID:        "client-library-drops-header",
	Title:     "the library or its environment leaves the header out",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Client,
	Hides:     []string{"no-credentials-sent"},
	Partial:   true,
	Suspect:   dropped,
}
