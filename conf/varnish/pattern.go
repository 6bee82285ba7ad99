package varnish

import "github.com/why401/why401/internal/lazyregexp"

// backReference is \1 in a replacement.
var backReference = lazyregexp.New(`\\([0-9])`)
