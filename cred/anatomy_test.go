package cred

import (
	"regexp"
	"slices"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
	"pgregory.net/rapid"
)

func TestAnatomy(t *testing.T) {
	for in, want := range map[string][]string{
		"Bearer abcdef":                        nil,
		"Basic dXNlcjpwYXNz":                   nil,
		`Digest username="a b", realm="c"`:     nil,
		"Token token=abc, extra=1":             nil,
		"Custom-Scheme abc":                    nil,
		"AWS4-HMAC-SHA256 Credential=a, b=c":   nil,
		"Bearer " + someJWT:                    nil,
		"":                                     {Empty},
		" \n":                                  {Empty},
		"Bearer":                               {Empty},
		"Bearer ":                              {TrailingBlank, Empty},
		someJWT:                                {SchemeMissing},
		"ghp_0123456789abcdefghijklmnopqrst":   {SchemeMissing},
		"Bearer Bearer abc":                    {SchemeDoubled},
		"Bearer bearer abc":                    {SchemeDoubled},
		"Bearer Bearer":                        {SchemeDoubled, Empty},
		"Basic Bearer abc":                     {SchemeDoubled},
		"Bearer: abc":                          {SchemeColon},
		"bearer abc":                           {SchemeCase},
		"BASIC abc":                            {SchemeCase},
		"Bearer" + someJWT:                     {SchemeGlued},
		"Bearer%20abc":                         {SchemeGlued},
		"Bearer=abc":                           {SchemeGlued},
		"Authorization: Bearer abc":            {FieldNameInside},
		`"Bearer abc"`:                         {Quoted},
		`Bearer "abc"`:                         {Quoted},
		"'Bearer abc'":                         {Quoted},
		"Bearer “abc”":                         {NotASCII, Quoted},
		"Bearer {sk-abcdefghijklmnopqrstuvwx}": {Bracketed},
		"Bearer <ghp_0123456789abcdefghijklmnopqrstuvwxyz>": {Bracketed},
		" Bearer abc":                   {LeadingBlank},
		"Bearer  abc":                   {WideGap},
		"Bearer abc\n":                  {TrailingNewline},
		"Bearer abc\r\n":                {TrailingNewline},
		"Bearer abc ":                   {TrailingBlank},
		"Bearer abc def":                {InnerBlank},
		"Bearer abc\x01def":             {ControlInside},
		"Bearer abc\ndef":               {ControlInside},
		"Bearer ab\u200bc":              {InvisibleInside},
		"\ufeffBearer abc":              {InvisibleInside, SchemeMissing},
		"Bearer abc…":                   {NotASCII, Truncated},
		"Bearer eyJhbGciOi...":          {Truncated},
		"Bearer sk-abc...wxyz1":         {Truncated},
		"Bearer abc***def":              {Masked},
		"Bearer abc%3D%3D":              {PercentEncoded},
		"Bearer b'abc'":                 {BytesLiteral},
		`Bearer {"access_token":"abc"}`: {JSONInside},
		"Bearer $TOKEN":                 {Placeholder},
		"$TOKEN":                        {SchemeMissing, Placeholder},
		"Bearer undefined":              {Placeholder},
		"Bearer [object Object]":        {Placeholder},
		"Basic {{credentials}}":         {Placeholder},
		"Basic ${AUTH}":                 {Placeholder},
	} {
		var got []string
		for _, f := range Anatomy(secret.New(in)) {
			got = append(got, f.What)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string][]string{
		"abcdef": nil, "abc def": {InnerBlank}, "abc\n": {TrailingNewline}, "HASSIO_TOKEN": {Placeholder}, `"abc"`: {Quoted}, "": {Empty},
	} {
		var got []string
		for _, f := range AnatomyOfKey(secret.New(in)) {
			got = append(got, f.What)
		}
		if !slices.Equal(got, want) {
			t.Errorf("key %q: %q, want %q", in, got, want)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	for _, s := range []string{
		"$TOKEN", "${TOKEN}", "${token:-}", "$token", "$env:TOKEN", "${env:API_KEY}", "$(cat token)", "`cat token`", "%TOKEN%", "%API_KEY%",
		"{{token}}", "{{ access_token }}", "{{{x}}}", "${{ secrets.TOKEN }}", "{token}", "{access-token}", "<token>", "<your token here>", "<YOUR_API_KEY>",
		"[token]", "[YOUR TOKEN]", "YOUR_API_KEY", "your-api-key", "YOUR_ACCESS_TOKEN_HERE", "insert_token_here", "your_secret_token",
		"undefined", "null", "None", "nil", "NaN", "n/a", "N/A", "[object Object]", "[object Promise]", "(null)", "<nil>", "%s", "%!s(<nil>)",
		"HASSIO_TOKEN", "ACCESS_TOKEN", "openai_key", "access_token", "token", "xxxxxxxx", "XXXX-XXXX", "********", "...", "<redacted>", "[REDACTED]", "REDACTED",
		"__TOKEN__", "#{token}", "@@token@@", `"$TOKEN"`, "'undefined'", "Promise { <pending> }", "<coroutine object get_token at 0x7f>", ":token",
	} {
		if form, ok := PlaceholderForm(secret.New(s)); !ok || form == "" {
			t.Errorf("%q was taken for a token", s)
		}
	}
	for _, s := range []string{
		"", "hunter2", "$ecret1", "$2y$10$abcdefghijklmnopqrstuv", "P@ss{word}", "correct horse", "abc", someJWT, "changeme", "admin", "true-token-1",
		"4eC39HqLyjWDarjtT1zdp7dc", "{9cZ3kQ81hfD02mWx77LpRt5Yb}", "%41%42", "100%", "50%off%", "nullable", "none-of-this", "undefined1", "XyZ", "xxx",
		"a{b}c", "<a><b>", "MYPASS1", "my-token", "s3cr3t_token", "dev_key_1", "TOKEN1", "Og==", "e30", "yourname", "yours", "youraunt", "$9", "A_B_C", "0",
		"ghp_0123456789abcdefghijklmnopqrstuvwxyz", "AKIAIOSFODNN7EXAMPLE", "DEADBEEF", "your_secret_99_x", "password",
	} {
		if form, ok := PlaceholderForm(secret.New(s)); ok {
			t.Errorf("%q was taken for a placeholder: %s", s, form)
		}
	}
}

// Random keys of the usual alphabets are no placeholders and have no flaws.
func TestRealTokens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(
			rapid.StringMatching(`[A-Za-z0-9_-]{20,64}`),
			rapid.StringMatching(`[0-9a-f]{32,64}`),
			rapid.StringMatching(`[A-Z2-7]{16,32}`),
			rapid.StringMatching(`[A-Za-z0-9+/]{20,60}={0,2}`),
			rapid.StringMatching(`[A-Za-z0-9]{3}_[A-Za-z0-9]{20,40}`),
			rapid.StringMatching(`[A-Za-z0-9~._-]{24,40}[A-Za-z0-9]`).Filter(func(s string) bool { return len(regexpDots.FindString(s)) == 0 }),
		).Draw(t, "token")
		if form, ok := PlaceholderForm(secret.New(s)); ok {
			t.Fatalf("%q: %s", s, form)
		}
		if f := Anatomy(secret.New("Bearer " + s)); len(f) > 0 {
			t.Fatalf("%q: %v", s, f)
		}
	})
}

func FuzzOf(f *testing.F) {
	f.Add("Authorization", "Bearer x", "a=b&token=c")
	f.Add("Cookie", "a=b; c", "X-Amz-Signature=0123456789&X-Amz-Date=1")
	f.Add("X-Any", "b'\"{{", "%zz=%")
	f.Fuzz(func(t *testing.T, name, value, query string) {
		r := exchangeRequest(name, value, query)
		for _, c := range Of(r) {
			if c.Kind == "" || c.Value.Len() > 0 && !c.Value.Closed() {
				t.Fatalf("%+v", c)
			}
		}
		PrincipalOf(r)
		if left := Of(Strip(r)); len(left) > 0 {
			t.Fatalf("left behind: %+v", left)
		}
	})
}

var regexpDots = regexp.MustCompile(`\.\.\.`)

func exchangeRequest(name, value, query string) exchange.Request {
	return exchange.Request{Method: "GET", Header: exchange.Header{exchange.RequestField(name, value)},
		URL: exchange.URL{Scheme: "https", Host: "h", Port: "443", Path: "/", HasQuery: true, Query: exchange.ParseQuery(query)}}
}
