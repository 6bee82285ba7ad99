package signature

import (
	"github.com/why401/why401/exchange"
)

// LoginPage is like the function LoginPage, with the entries of s. Entries take part when their facts say
// "page: login". Products' own pages come before the general form and address checks of data/login-page.yaml, whose
// product is "login page" and whose layer is unknown.
func (s *Set) LoginPage(x *exchange.Exchange) (Match, bool) {
	for _, m := range s.Match(x) {
		if m.Facts["page"] == "login" {
			return m, true
		}
	}
	return Match{}, false
}
