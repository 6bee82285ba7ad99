// Package idp holds the causes of the family "idp". Each stem is one cause: <id>.go suspects and proves, <id>.md
// explains and holds the scenarios that test it.
package idp

import "embed"

// family is the family's name in reports.
const family = "idp"

// Pages are the pages of this family.
//
//go:embed *.md
var Pages embed.FS
