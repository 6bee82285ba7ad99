package client

import "testing"

func TestReleaseOf(t *testing.T) {
	for agent, want := range map[string]release{
		"AcmeApp/5.2.0 (Android 14)":          {"AcmeApp", "5.2.0"},
		"kubectl/v1.27.3 (linux/amd64)":       {"kubectl", "1.27.3"},
		"Acme Desk 3.1 build 7":               {"Acme Desk", "3.1"},
		"Mozilla/5.0 (X11; Linux x86_64)":     {},
		"curl":                                {},
		"":                                    {},
		"-":                                   {},
		"\xff\xfe\x00/1.2":                    {},
		"python-requests/2.31.0 extra/1.0":    {"python-requests", "2.31.0"},
		"okhttp/4.12.0":                       {"okhttp", "4.12.0"},
		"aws-cli/2.15.0 Python/3.11.6 Linux/": {"aws-cli", "2.15.0"},
	} {
		got, ok := releaseOf(agent)
		if got != want || ok != (want != release{}) {
			t.Errorf("%q: expected %v, got %v %v", agent, want, got, ok)
		}
	}
}
