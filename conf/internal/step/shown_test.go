package step

import (
	"strings"
	"testing"

	"github.com/why401/why401/secret"
)

func TestClose(t *testing.T) {
	t.Cleanup(secret.Forget)
	for _, c := range []struct {
		text, field string
		literals    []string
		kept        bool
	}{
		{`{ req.hdr(X-Key) -m str kept-key-77 }`, "X-Key", []string{"kept-key-77"}, false},
		{`if (req.http.Authorization != "Basic a2VwdC1rZXktNzc=")`, "Authorization", []string{"Basic a2VwdC1rZXktNzc="}, false},
		{`if (req.http.Authorization !~ "^Basic ")`, "Authorization", []string{"^Basic "}, true},
		{`header Accept text/html`, "Accept", []string{"text/html"}, true},
		{`header X-Key *`, "X-Key", []string{"*"}, true},
	} {
		got := Close(c.text, c.field, c.literals...)
		if c.kept != (got == c.text) || !c.kept && (!strings.Contains(got, "secret#") || strings.Contains(got, c.literals[0])) {
			t.Errorf("%s: %s", c.text, got)
		}
	}
}
