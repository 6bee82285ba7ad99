package webserver

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// HtpasswdUnreadable: the file is there and the worker may not read it; nginx and Apache answer 500.
var HtpasswdUnreadable = &cause.Cause{
	ID:        "htpasswd-unreadable",
	Title:     "the server may not read, or cannot use, its password file",
	Family:    family,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.WebServer,
	Audit:     closedFiles,
	Traced:    tracedClosed,
	Suspect:   func(v *cause.View) *cause.Suspicion { return brokenFile(v, 500) },
}
