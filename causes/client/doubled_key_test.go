package client

import (
	"testing"

	"github.com/why401/why401/exchange"
)

func TestDoubled(t *testing.T) {
	for name, block := range map[string]string{
		"output.elasticsearch.output.elasticsearch.password": "output.elasticsearch",
		"spring.datasource.spring.datasource.password":       "spring.datasource",
		"output.elasticsearch.password":                      "",
		"output.elasticsearch.output.elasticsearch.index":    "", // no credential
		"outputs.output.password":                            "",
		"password":                                           "",
		"":                                                   "",
	} {
		if got := doubled(exchange.Setting{Name: name}); got != block {
			t.Errorf("%q: got %q, expected %q", name, got, block)
		}
	}
}
