package challenge

import "testing"

// The challenges that the RFCs print as examples, line breaks taken out. Each is read without a flaw.
func TestRFCExamples(t *testing.T) {
	type params map[string]string
	for _, c := range []struct {
		rfc, field, scheme string
		want               params
	}{
		{"7617 2", `Basic realm="WallyWorld"`, "Basic", params{"realm": "WallyWorld"}},
		{"7617 2.1", `Basic realm="foo", charset="UTF-8"`, "Basic", params{"realm": "foo", "charset": "UTF-8"}},
		{"6750 3", `Bearer realm="example"`, "Bearer", params{"realm": "example"}},
		{"6750 3", `Bearer realm="example", error="invalid_token", error_description="The access token expired"`, "Bearer",
			params{"error": "invalid_token", "error_description": "The access token expired"}},
		{"6750 3, scope", `Bearer realm="example", scope="urn:example:channel=HBO&urn:example:rating=G,PG-13"`, "Bearer",
			params{"scope": "urn:example:channel=HBO&urn:example:rating=G,PG-13"}},
		{"7616 3.9.1", `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`, "Digest",
			params{"realm": "http-auth@example.org", "qop": "auth, auth-int", "algorithm": "SHA-256", "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"}},
		{"7616 3.9.2", `Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true`, "Digest",
			params{"algorithm": "SHA-512-256", "charset": "UTF-8", "userhash": "true"}},
		{"9449 7.1", `DPoP algs="ES256 PS256"`, "DPoP", params{"algs": "ES256 PS256"}},
		{"9449 7.1", `DPoP error="invalid_token", error_description="Invalid DPoP key binding", algs="ES256"`, "DPoP",
			params{"error": "invalid_token", "error_description": "Invalid DPoP key binding", "algs": "ES256"}},
		{"9449 9", `DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof"`, "DPoP", params{"error": "use_dpop_nonce"}},
		{"9470 4", `Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="myACR"`, "Bearer",
			params{"error": "insufficient_user_authentication", "acr_values": "myACR"}},
		{"9470 4", `Bearer error="insufficient_user_authentication", error_description="More recent authentication is required", max_age="5"`, "Bearer",
			params{"max_age": "5"}},
		{"9728 5.1", `Bearer resource_metadata="https://resource.example.com/.well-known/oauth-protected-resource"`, "Bearer",
			params{"resource_metadata": "https://resource.example.com/.well-known/oauth-protected-resource"}},
	} {
		got := Parse([]string{c.field})
		if len(got) != 1 || got[0].Scheme != c.scheme {
			t.Errorf("RFC %s: %v", c.rfc, got)
			continue
		}
		if len(got[0].Flaws) > 0 {
			t.Errorf("RFC %s: flaws %v", c.rfc, got[0].Flaws)
		}
		for name, want := range c.want {
			if v, ok := got[0].Param(name); !ok || v != want {
				t.Errorf("RFC %s: %s is %q, want %q", c.rfc, name, v, want)
			}
		}
	}
}

// Several challenges: two fields in RFC 7616 3.9.1 and RFC 9449 7.1, and the one field of RFC 9110 11.6.1 that holds two.
func TestRFCSeveral(t *testing.T) {
	for _, c := range []struct {
		rfc     string
		fields  []string
		schemes []string
	}{
		{"7616 3.9.1", []string{`Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
			`Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`}, []string{"Digest", "Digest"}},
		{"9449 7.1", []string{`Bearer error="invalid_token", error_description="Multiple methods used to include access token", DPoP algs="ES256"`}, []string{"Bearer", "DPoP"}},
		{"9449 7.2", []string{"Bearer", `DPoP algs="ES256 PS256"`}, []string{"Bearer", "DPoP"}},
		{"9110 11.6.1", []string{`Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\""`}, []string{"Basic", "Newauth"}},
	} {
		got := Parse(c.fields)
		if len(got) != len(c.schemes) {
			t.Errorf("RFC %s: %v", c.rfc, got)
			continue
		}
		for i, s := range c.schemes {
			if got[i].Scheme != s {
				t.Errorf("RFC %s: %v", c.rfc, got[i])
			}
		}
	}
	if got := Parse([]string{`Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\""`}); got[1].Value("title") != `Login to "apps"` {
		t.Error(got[1].Value("title"))
	}
}
