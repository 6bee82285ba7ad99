package store

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// Homes are the addresses that a client asks by its own files: npm's registries, those of scopes first, and pip's indexes.
// They stand in for the URL where the client does not tell which one refused.
func Homes(name string, settings []exchange.Setting) []exchange.URL {
	var first, rest []exchange.URL
	for _, s := range settings {
		for _, address := range strings.Fields(value(s).Reveal()) {
			u, _, _, ok := login(address)
			if !ok {
				continue
			}
			key := strings.ReplaceAll(strings.ToLower(s.Name), "_", "-")
			switch {
			case name == "npm" && s.System == "npmrc" && strings.HasPrefix(key, "@") && strings.HasSuffix(key, ":registry"):
				first = append(first, u)
			case name == "npm" && s.System == "npmrc" && key == "registry",
				name == "pip" && s.System == "pip" && (key == "index-url" || key == "extra-index-url"):
				rest = append(rest, u)
			}
		}
	}
	return append(first, rest...)
}
