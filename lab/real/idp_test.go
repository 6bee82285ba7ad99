package real

import (
	"context"
	"testing"
)

// TestGoodTokenRefused: the token is right in all that is published, and the API refuses it for a setting of its own that
// nobody outside can see. No cause may be claimed.
func TestGoodTokenRefused(t *testing.T) {
	defer func() { Diagnose = nil }()
	sc := Scenario{Name: "idp-setting-that-nobody-sees", Issuers: naming("idp"), Input: grant, Mend: mendAPI((*World).described),
		Servers: goWorld(changed((*World).described, func(_ *World, a *GoAPI) { a.Audience = "https://other.example.test" }))}
	Diagnose = Why401
	res := Run(context.Background(), sc)
	if res.Err != nil || res.Verdict == nil {
		t.Fatalf("%v %+v", res.Err, res.Verdict)
	}
	if res.Verdict.Cause != "" || res.Verdict.Exit != 3 || res.Verdict.Sent > mostAtAll {
		t.Errorf("claimed %+v", res.Verdict)
	}
}
