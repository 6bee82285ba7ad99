package settings_test

import (
	"testing"

	"github.com/why401/why401/input/form"
)

// TestScalarAlone: YAML that is no mapping says nothing, and breaks nobody.
func TestScalarAlone(t *testing.T) {
	for _, kind := range []string{"config-ingress", "yaml", "kubeconfig", "docker-config", "config-traefik", "json-settings"} {
		for _, text := range []string{"{}", "[]", "{}nsg_a", "- ", "*a", "\"a\"", "a\n{}b"} {
			_, _ = formOf(t, kind).Read(text, form.Options{Sure: true})
		}
	}
}
