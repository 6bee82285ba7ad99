// Package network holds the causes of the family "network". Each stem is one cause: <id>.go suspects and proves, <id>.md
// explains and holds the scenarios that test it.
package network

import "embed"

// family is the family's name in reports.
const family = "network"

// Pages are the pages of this family.
//
//go:embed *.md
var Pages embed.FS
