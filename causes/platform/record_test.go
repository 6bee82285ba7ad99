package platform

import (
	"strings"
	"testing"

	"github.com/why401/why401/secret"
)

func TestInner(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "registry": true, "10.0.0.1": true, "127.0.0.1": true, "::1": true, "core.ns.svc.cluster.local": true,
		"auth.example.com": false, "192.0.2.1": false, "registry.internal": true, "": true,
	} {
		if got := inner(host); got != want {
			t.Errorf("inner(%q) = %v", host, got)
		}
	}
}

func TestUnfilled(t *testing.T) {
	for host, want := range map[string]bool{"api.": true, "api.example.com.": false, "api": false, "<host>": true, "${DOMAIN}": true} {
		if got := unfilled(host); got != want {
			t.Errorf("unfilled(%q) = %v", host, got)
		}
	}
}

func TestFrame(t *testing.T) {
	say := func(expiry, current string) string {
		return "Signature not valid in the specified time frame: Start [Tue, 06 Aug 2019 07:52:04 GMT] - Expiry [" + expiry + "] - Current [" + current + "]"
	}
	for _, c := range []struct {
		text string
		want bool
	}{
		{say("Tue, 06 Aug 2019 15:52:04 GMT", "Tue, 06 Aug 2019 15:52:05 GMT"), true},
		{say("Tue, 06 Aug 2019 15:52:04 GMT", "Tue, 06 Aug 2019 07:52:00 GMT"), false},
		{say("yesterday, some time ago", "Tue, 06 Aug 2019 15:52:05 GMT"), false},
		{"<Message>Request has expired</Message><X-Amz-Expires>900</X-Amz-Expires><Expires>2026-03-01T10:15:00Z</Expires><ServerTime>2026-03-01T12:00:01Z</ServerTime>", true},
		{"<Message>Request has expired</Message><Expires>2026-03-01T10:15:00Z</Expires><ServerTime>2026-03-01T10:00:01Z</ServerTime>", false},
		{"<Expires>2026-03-01T10:15:00Z</Expires><ServerTime>2026-03-01T12:00:01Z</ServerTime>", false},
		{"", false}, {strings.Repeat("Start [", 1e5), false}, {strings.Repeat("<Message>Request has expired</Message>", 1e4), false},
	} {
		if got := over(c.text); got != c.want {
			t.Errorf("over(%.90q) = %v", c.text, got)
		}
	}
}

func TestAudienceOff(t *testing.T) {
	for _, c := range []struct {
		aud, host, path string
		want            bool
	}{
		{"https://svc-a.a.run.app", "svc-a.a.run.app", "/x", false},
		{"https://svc-a.a.run.app/", "svc-a.a.run.app", "/", false},
		{"https://api.example.com", "svc-a.a.run.app", "/", true},
		{"https://r-p.cloudfunctions.net", "r-p.cloudfunctions.net", "/f", true},
		{"https://r-p.cloudfunctions.net/f", "r-p.cloudfunctions.net", "/f", false},
		{"32555940559.apps.googleusercontent.com", "svc-a.a.run.app", "/", false}, // gcloud's own, which Cloud Run takes
		{"\x00%zz", "svc-a.a.run.app", "/", true},
	} {
		if _, got := audienceOff(secret.New(c.aud), c.host, c.path); got != c.want {
			t.Errorf("audienceOff(%q, %q, %q) = %v", c.aud, c.host, c.path, got)
		}
	}
}
