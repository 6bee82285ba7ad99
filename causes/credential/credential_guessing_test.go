package credential

import (
	"fmt"
	"strings"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

func TestTryOf(t *testing.T) {
	for _, c := range []struct {
		text, name, address string
		unknown             bool
	}{
		{`user "Admin" was not found in "/etc/nginx/.htpasswd", client: 198.51.100.7, server: x`, "admin", "198.51.100.7", true},
		{`[client 198.51.100.7:4711] AH01618: user root not found: /private/`, "root", "198.51.100.7", true},
		{`user "alice": password mismatch, client: 198.51.100.7`, "alice", "198.51.100.7", false},
		{`Login failed: 'PlcmSpIp' (Remote IP: '203.0.113.38')`, "plcmspip", "203.0.113.38", false},
		{`Failed password for invalid user oracle from 203.0.113.9 port 4022 ssh2`, "oracle", "203.0.113.9", true},
		{`no user/password was provided for basic authentication, client: 198.51.100.7`, "", "", false},
		{"", "", "", false},
		{strings.Repeat(`user "`, 100000), "", "", false},
	} {
		got, ok := tryOf(exchange.Message{Text: exchange.Raw(c.text)})
		if ok != (c.name != "") || ok && (got.name != c.name || got.unknown != c.unknown || got.address != c.address) {
			t.Errorf("%.60q: expected %q %q %v, got %+v %v", c.text, c.name, c.address, c.unknown, got, ok)
		}
	}
}

// One proxy address stands before many users: known names of several people alone are no attack.
func TestSeveralKnownUsersAreNoAttack(t *testing.T) {
	c := &exchange.Case{}
	for _, n := range []string{"alice", "bob", "carol", "dave"} {
		c.Messages = append(c.Messages, exchange.Message{Text: exchange.Raw(fmt.Sprintf(`user "%s": password mismatch, client: 10.0.0.1`, n))})
	}
	if s := CredentialGuessing.Suspect(cause.NewView(c)); s != nil {
		t.Errorf("expected no suspicion, got %+v", s)
	}
}

func FuzzTryOf(f *testing.F) {
	f.Add(`user "admin" was not found in "/etc/nginx/.htpasswd", client: 198.51.100.7, server: x`, "198.51.100.7:4711")
	f.Add(`Login failed: 'PlcmSpIp' (Remote IP: '203.0.113.38')`, "")
	f.Fuzz(func(t *testing.T, text, client string) {
		got, ok := tryOf(exchange.Message{Text: exchange.Raw(text), Kind: "access", Status: 401, Fields: map[string]string{"client": client, "user": text}})
		if ok && got.name == "" {
			t.Error("a login without a name")
		}
	})
}
