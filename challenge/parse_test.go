package challenge

import (
	"slices"
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	one := func(s string) []string { return []string{s} }
	runCases(t, []parseCase{
		{"empty", one(""), "", nil, ""},
		{"commas", one(" , ,"), "", nil, ""},
		{"negotiate", one("Negotiate"), "Negotiate", nil, ""},
		{"negotiate token", one("Negotiate YIIabc=="), "Negotiate(YIIabc==)", nil, ""},
		{"negotiate one pad", one("Negotiate YIIabcde="), "Negotiate(YIIabcde=)", nil, ""},
		{"ntlm then basic", one(`NTLM TlRMTVNTUAAC/+a=, Basic realm="x"`), "NTLM(TlRMTVNTUAAC/+a=) | Basic realm=x", nil, ""},
		{"unknown token68", one("Foo abc="), "Foo(abc=)", nil, ""},
		{"basic bearer", one("Basic, Bearer"), "Basic | Bearer", []string{MissingRealm}, ""},
		{"empty realm", one("Basic realm="), "Basic realm=", []string{NoValue}, "token68 by the grammar, never meant"},
		{"empty realm then bearer", one("Basic realm=, Bearer"), "Basic realm= | Bearer", []string{NoValue}, ""},
		{"quoted empty realm", one(`Basic realm=""`), "Basic realm=", nil, ""},
		{"dpop", one(`DPoP algs="ES256 PS256", error="use_dpop_nonce"`), "DPoP algs=ES256 PS256 error=use_dpop_nonce", nil, ""},
		{"comma inside", one(`Bearer error_description="no, really, Basic realm=x", scope="a b"`),
			"Bearer error_description=no, really, Basic realm=x scope=a b", nil, ""},
		{"ext value", one(`Foo title*=UTF-8''caf%C3%A9`), "Foo title*=UTF-8''caf%C3%A9", nil, "kept raw"},
		{"charset", one(`Basic realm="x", charset="UTF-8"`), "Basic realm=x charset=UTF-8", nil, ""},
		{"missing comma between parameters", one(`Digest realm="x" nonce="y"`), "Digest realm=x nonce=y", []string{MissingComma}, ""},
		{"missing comma between challenges", one(`Bearer realm="x" Basic realm="y"`), "Bearer realm=x | Basic realm=y", []string{MissingComma}, ""},
		{"missing comma before an unknown scheme", one(`Basic realm="x" Newauth a="y"`), "Basic realm=x | Newauth a=y", []string{MissingComma}, ""},
		{"missing comma, bare", one(`Negotiate NTLM`), "Negotiate | NTLM", []string{MissingComma}, ""},
		{"twice", one(`Bearer Bearer realm="x"`), "Bearer realm=x", []string{SchemeTwice}, ""},
		{"colon", one(`Basic: realm="x"`), "Basic realm=x", []string{ColonAfterScheme}, ""},
		{"field name", one(`WWW-Authenticate: Basic realm="x"`), "Basic realm=x", []string{FieldNameInside}, ""},
		{"single quotes with blank", one(`Basic realm='My Realm', charset=UTF-8`), "Basic realm='My Realm' charset=UTF-8", []string{SingleQuoted, UnquotedRealm}, ""},
		{"unquoted blank", one(`Basic realm=My Secret Realm`), "Basic realm=My", []string{Garbage, UnquotedRealm}, ""},
		{"unquoted blank, more", one(`Basic realm=My Realm, charset=UTF-8`), "Basic realm=My charset=UTF-8", []string{Garbage, UnquotedRealm}, ""},
		{"inner quotes", one(`Bearer error_description="The "x" is bad", error="invalid_token"`),
			`Bearer error_description=The "x" is bad error=invalid_token`, []string{InnerQuote, InnerQuote}, ""},
		{"trailing garbage", one(`Basic realm="x" /foo`), "Basic realm=x", []string{Garbage}, ""},
		{"semicolons", one(`Basic realm="x"; charset="UTF-8"`), `Basic realm=x charset=UTF-8`, []string{Semicolon}, ""},
		{"semicolons, unquoted", one(`Bearer error=invalid_token; scope=a`), `Bearer error=invalid_token scope=a`, []string{Semicolon}, ""},
		{"no scheme", one(`realm="x"`), " realm=x", []string{NoScheme}, ""},
		{"whole value quoted", one(`"Basic realm=x"`), `Basic realm=x"`, []string{BadCharacter, StrayQuote, UnquotedRealm}, ""},
		{"qop list", one(`Digest realm="x", nonce="n", qop=auth,auth-int, algorithm=MD5`),
			"Digest realm=x nonce=n qop=auth,auth-int algorithm=MD5", []string{UnquotedList}, ""},
		{"digest without nonce", one(`Digest realm="x"`), "Digest realm=x", []string{MissingNonce}, ""},
		{"bare error", one(`Bearer realm="x", error, scope="y"`), "Bearer realm=x error= scope=y", []string{NoValue}, ""},
		{"bare realm", one(`Basic realm`), "Basic realm=", []string{NoValue}, ""},
		{"token68 and parameter", one(`Foo ab==, realm="x"`), "Foo(ab==) realm=x", []string{ParamAfterToken68}, ""},
		{"url", one(`Bearer authorization_uri=https://login.example/x, realm="y"`),
			"Bearer authorization_uri=https://login.example/x realm=y", []string{BadCharacter}, ""},
		{"nul and friends", one("Basic realm=\"a\x00b\"\x00"), "Basic realm=a\x00b", []string{Garbage}, ""},
		{"lone backslash", one(`Basic realm="a\`), `Basic realm=a\`, []string{UnterminatedQuote}, ""},
		{"docker", one(`Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull"`),
			"Bearer realm=https://auth.docker.io/token service=registry.docker.io scope=repository:a/b:pull", nil, ""},
	})
}

func TestPositions(t *testing.T) {
	values := []string{`Basic realm="a, b" ,  Digest  nonce = "n",realm='r'`, `Negotiate abcd`}
	cs := Parse(values)
	want := []string{`Basic realm="a, b"`, `Digest  nonce = "n",realm='r'`, `Negotiate abcd`}
	for i, c := range cs {
		if got := values[c.Field][c.Start:c.End]; got != want[i] {
			t.Errorf("challenge %d: %q, want %q", i, got, want[i])
		}
	}
	p := cs[1].Params[0]
	if got := values[0][p.Start:p.End]; got != `nonce = "n"` {
		t.Errorf("nonce stands at %q", got)
	}
	for _, f := range cs[1].Flaws {
		if f.What == SingleQuoted && values[0][f.Pos] != '\'' {
			t.Errorf("flaw points at %q", values[0][f.Pos:])
		}
	}
}

func TestLookup(t *testing.T) {
	x := &exchange.Exchange{Response: &exchange.Response{Status: 401, Header: exchange.Header{
		exchange.ResponseField("www-authenticate", `Bearer realm="r", error="invalid_token"`),
		exchange.ResponseField("WWW-Authenticate", `Basic realm="r"`),
		exchange.ResponseField("Proxy-Authenticate", `Negotiate`),
	}}}
	cs := Of(x)
	if v, ok := cs.Find("bearer").Param("ERROR"); !ok || v != "invalid_token" {
		t.Errorf("error = %q, %v", v, ok)
	}
	if cs.Find("Digest") != nil || cs.Find("Digest").Realm() != "" {
		t.Error("a scheme that is not offered was found")
	}
	if got := cs.Schemes(); !slices.Equal(got, []string{"Bearer", "Basic"}) {
		t.Errorf("schemes %q", got)
	}
	if !ProxyOf(x).Has("negotiate") || len(Of(nil)) != 0 {
		t.Error("proxy challenge not read, or something read from nothing")
	}
}

func TestLimits(t *testing.T) {
	cs := Parse([]string{`Basic realm="x", ` + strings.Repeat("a", 70<<10)})
	if !cs.Flawed(TooLong) {
		t.Error("an oversized value is not noted")
	}
	if n := len(Parse([]string{strings.Repeat("a,", 5000)})); n != maxChallenges {
		t.Errorf("%d challenges", n)
	}
	if n := len(Parse([]string{"a " + strings.Repeat("b=c,", 5000)})[0].Params); n != maxParams {
		t.Errorf("%d parameters", n)
	}
	if cs := Parse([]string{"A b=" + strings.Repeat(`"x`, 30000)}); len(cs[0].Flaws) > maxParams+2 {
		t.Errorf("%d flaws", len(cs[0].Flaws))
	}
}

func TestInfo(t *testing.T) {
	ps, flaws := ParseInfo([]string{`qop=auth, rspauth="6629", cnonce="0a", nc=00000001`, `nextnonce="n"`})
	if len(ps) != 5 || len(flaws) != 0 || ps[4].Value != "n" {
		t.Errorf("%v %v", ps, flaws)
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		in, scheme, rest string
		gap              int
		word             bool
		params           int
	}{
		{"Bearer abc", "Bearer", "abc", 1, true, 0},
		{"bearer  abc ", "bearer", "abc ", 2, true, 0},
		{"Bearer", "Bearer", "", 0, true, 0},
		{"Basic dXNlcjpwYXNz=", "Basic", "dXNlcjpwYXNz=", 1, true, 0},
		{"abc.def.ghi", "", "abc.def.ghi", 0, false, 0},
		{"hunter2 more", "", "more", 1, true, 0},
		{" Bearer abc", "", " Bearer abc", 0, false, 0},
		{`Digest username="u", realm="a, b", nc=1`, "Digest", `username="u", realm="a, b", nc=1`, 1, true, 3},
		{"AWS4-HMAC-SHA256 Credential=AK/2/r/s/aws4_request, SignedHeaders=host;x-amz-date, Signature=ab", "AWS4-HMAC-SHA256",
			"Credential=AK/2/r/s/aws4_request, SignedHeaders=host;x-amz-date, Signature=ab", 1, true, 3},
		{"Token token=abc", "Token", "token=abc", 1, true, 1},
	} {
		got := Split(secret.New(c.in))
		if got.Scheme != c.scheme || got.Rest.Reveal() != c.rest || got.Gap != c.gap || got.Word.Empty() == c.word || len(got.Params) != c.params {
			t.Errorf("%q: %+v", c.in, got)
		}
		if !got.Rest.Closed() && c.rest != "" {
			t.Errorf("%q: the rest is open", c.in)
		}
		if got.Scheme == "" && !got.Word.Empty() && !got.Word.Closed() {
			t.Errorf("%q: an unknown word is open", c.in)
		}
		for _, p := range got.Params {
			if !p.Value.Closed() {
				t.Errorf("%q: %s is open", c.in, p.Name)
			}
		}
	}
	d := Split(secret.New(`Digest username="u", realm="a, b"`))
	if v, _ := d.Param("REALM"); !v.Is("a, b") {
		t.Error("realm of a Digest value not found")
	}
}

// What String writes, Parse reads back.
func TestRoundTrip(t *testing.T) {
	token := rapid.StringMatching("[A-Za-z][A-Za-z0-9!#$%&*+.^_`|~-]{0,10}")
	value := rapid.OneOf(token, rapid.StringMatching(`[ -~\x{80}-\x{ff}]{0,20}`))
	rapid.Check(t, func(t *rapid.T) {
		var want Challenges
		for range rapid.IntRange(1, 4).Draw(t, "challenges") {
			c := Challenge{Scheme: token.Draw(t, "scheme")}
			if rapid.Bool().Draw(t, "token68") {
				c.Token68 = rapid.StringMatching("[A-Za-z0-9/+]{3,9}==").Draw(t, "token68 value")
			} else {
				seen := map[string]bool{}
				for range rapid.IntRange(0, 4).Draw(t, "params") {
					p := Param{Name: token.Draw(t, "name"), Value: value.Draw(t, "value"), Quoted: true}
					if !seen[strings.ToLower(p.Name)] {
						seen[strings.ToLower(p.Name)] = true
						c.Params = append(c.Params, p)
					}
				}
			}
			if len(c.Params) == 0 && bareParams[c.Scheme] {
				continue // a scheme called "realm" that stands alone is read as a parameter, on purpose
			}
			want = append(want, c)
		}
		text := want.String()
		got := Parse([]string{text})
		if a, b := got.String(), text; a != b {
			t.Fatalf("wrote %q, read and wrote %q", b, a)
		}
		if len(got) != len(want) {
			t.Fatalf("%q: %d challenges, want %d", text, len(got), len(want))
		}
		for i, c := range got {
			for _, f := range c.Flaws {
				if f.What != MissingRealm && f.What != MissingNonce {
					t.Fatalf("%q: a well-formed value has the flaw %q", text, f.What)
				}
			}
			for j, p := range c.Params {
				if p.Value != want[i].Params[j].Value {
					t.Fatalf("%q: %q, want %q", text, p.Value, want[i].Params[j].Value)
				}
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`Basic realm="a\"b", Bearer x==`, `A b='c', d="e`, `"`, "A=B,,C D E=\"F\"G\"", "Digest qop=auth,auth-int"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, c := range Parse([]string{s}) {
			if c.Start < last || c.End < c.Start || c.End > len(s) {
				t.Fatalf("%q: challenge at %d to %d, after %d", s, c.Start, c.End, last)
			}
			last = c.End
			for _, p := range c.Params {
				if p.Start < c.Start || p.End < p.Start || p.End > c.End {
					t.Fatalf("%q: parameter at %d to %d in %d to %d", s, p.Start, p.End, c.Start, c.End)
				}
			}
			for _, fl := range c.Flaws {
				if fl.Pos < 0 || fl.Pos > len(s) {
					t.Fatalf("%q: flaw at %d", s, fl.Pos)
				}
			}
		}
		again := Parse([]string{Parse([]string{s}).String()})
		_ = again.String()
		Split(secret.New(s))
	})
}
