// Package cors holds the causes of the family "cors/browser". Each stem is one cause: <id>.go suspects and proves, <id>.md
// explains and holds the scenarios that test it.
package cors

import "embed"

// family is the family's name in reports.
const family = "cors/browser"

// Pages are the pages of this family.
//
//go:embed *.md
var Pages embed.FS
