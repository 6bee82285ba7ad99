package cred

import (
	"testing"
	"time"

	"github.com/why401/why401/exchange"
)

func TestSignedLink(t *testing.T) {
	const sig = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for _, c := range []struct{ query, vendor, ends string }{
		{"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20261122%2Feu%2Fs3%2Faws4_request&X-Amz-Date=20261122T060000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=" + sig, "AWS", "2026-11-22T06:15:00Z"},
		{"X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Date=20261122T060000Z&X-Goog-Expires=60&X-Goog-Signature=" + sig, "Google Cloud Storage", "2026-11-22T06:01:00Z"},
		{"sv=2022-11-02&sr=b&st=2026-11-22T05%3A00Z&se=2026-11-22T06%3A00%3A00Z&sp=r&sig=abcdefghij%2Bk%3D", "Azure Storage", "2026-11-22T06:00:00Z"},
		{"Expires=1795330800&Signature=abcdefghijkl&Key-Pair-Id=K2JCJMDEHXQW5F", "CloudFront", "2026-11-22T07:00:00Z"},
		{"expires=1795330800&signature=abcdefghijkl", "", "2026-11-22T07:00:00Z"},
		{"Policy=eyJx&Signature=abcdefghijkl&Key-Pair-Id=K2JCJMDEHXQW5F", "CloudFront", ""},
		{"expires=12&signature=abcdefghijkl", "", ""},
	} {
		u, err := exchange.ParseURL("https://files.example/a.bin?" + c.query)
		if err != nil {
			t.Fatal(err)
		}
		l, ok := SignedLinkOf(exchange.Request{Method: "GET", URL: u})
		ends := ""
		if !l.Ends.IsZero() {
			ends = l.Ends.Format(time.RFC3339)
		}
		if !ok || l.Vendor != c.vendor || ends != c.ends {
			t.Errorf("%.40s: got %v %q %s, want %q %s", c.query, ok, l.Vendor, ends, c.vendor, c.ends)
		}
	}
	u, _ := exchange.ParseURL("https://files.example/?page=2&sort=name")
	if _, ok := SignedLinkOf(exchange.Request{URL: u}); ok {
		t.Error("a plain query is taken for a signed URL")
	}
}
