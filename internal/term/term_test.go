package term

import (
	"strings"
	"testing"
)

func env(pairs ...string) Env {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestColor(t *testing.T) {
	for _, tt := range []struct {
		tty  bool
		env  string
		want bool
	}{
		{true, "", true},
		{false, "", false},
		{true, "NO_COLOR=1", false},
		{true, "TERM=dumb", false},
		{true, "CLICOLOR=0", false},
		{false, "CLICOLOR_FORCE=1", true},
		{false, "FORCE_COLOR=1", true},
		{false, "FORCE_COLOR=0", false},
		{false, "CLICOLOR_FORCE=1 NO_COLOR=1", false},
		{true, "TERM=xterm-256color", true},
	} {
		var pairs []string
		for _, kv := range strings.Fields(tt.env) {
			k, v, _ := strings.Cut(kv, "=")
			pairs = append(pairs, k, v)
		}
		if got := Color(tt.tty, env(pairs...)); got != tt.want {
			t.Errorf("tty %v, %q: colour %v, want %v", tt.tty, tt.env, got, tt.want)
		}
	}
}

func TestUTF8(t *testing.T) {
	for _, tt := range []struct {
		env  Env
		want bool
	}{
		{env(), false},
		{env("LANG", "en_US.UTF-8"), true},
		{env("LANG", "C.utf8"), true},
		{env("LC_ALL", "C", "LANG", "en_US.UTF-8"), false},
		{env("LC_CTYPE", "de_DE.UTF-8", "LANG", "C"), true},
	} {
		if got := UTF8(tt.env); got != tt.want {
			t.Errorf("got %v, want %v", got, tt.want)
		}
	}
}

func TestWidth(t *testing.T) {
	if got := Width(nil, env("COLUMNS", "40")); got != 40 {
		t.Errorf("COLUMNS=40: %d", got)
	}
	for _, bad := range []string{"", "-3", "wide"} {
		if got := Width(nil, env("COLUMNS", bad)); got != 80 {
			t.Errorf("COLUMNS=%q: %d, want 80", bad, got)
		}
	}
}
