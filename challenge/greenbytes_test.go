package challenge

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// sketch writes challenges as "Scheme(token68) name=value; ... | ..." and flaws as a sorted list.
func sketch(cs Challenges) (string, []string) {
	var parts, flaws []string
	for _, c := range cs {
		s := c.Scheme
		if c.Token68 != "" {
			s += "(" + c.Token68 + ")"
		}
		for _, p := range c.Params {
			s += fmt.Sprintf(" %s=%s", p.Name, p.Value)
		}
		parts = append(parts, s)
		for _, f := range c.Flaws {
			flaws = append(flaws, f.What)
		}
	}
	slices.Sort(flaws)
	return strings.Join(parts, " | "), flaws
}

type parseCase struct {
	name   string
	values []string
	want   string
	flaws  []string
	why    string // where the page expects something else, or nothing
}

func runCases(t *testing.T, cases []parseCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, flaws := sketch(Parse(c.values))
			if got != c.want {
				t.Errorf("%q\n got  %s\n want %s\n %s", c.values, got, c.want, c.why)
			}
			want := slices.Clone(c.flaws)
			slices.Sort(want)
			if !slices.Equal(flaws, want) {
				t.Errorf("%q\n flaws %q\n want  %q", c.values, flaws, want)
			}
		})
	}
}

// The cases of "Test Cases for the HTTP WWW-Authenticate header field" (greenbytes.de/tech/tc/httpauth), by their
// names. The page tests browsers, which may ignore a broken challenge; this reader must name what is broken.
func TestGreenbytes(t *testing.T) {
	one := func(s string) []string { return []string{s} }
	runCases(t, []parseCase{
		{"simplebasic", one(`Basic realm="foo"`), `Basic realm=foo`, nil, ""},
		{"simplebasiclf", one("Basic\r\n realm=\"foo\""), `Basic realm=foo`, []string{LineFold},
			"accepted, as the page asks; folding is obsolete (RFC 9112 5.2) and proxies refuse it, so it is noted"},
		{"simplebasicucase", one(`BASIC REALM="foo"`), `BASIC REALM=foo`, nil, ""},
		{"simplebasictok", one(`Basic realm=foo`), `Basic realm=foo`, []string{UnquotedRealm},
			"the page calls it invalid; every client takes it"},
		{"simplebasictokbs", one(`Basic realm=\f\o\o`), `Basic realm=\f\o\o`, []string{BadCharacter, UnquotedRealm},
			"invalid; backslashes mean nothing outside quotation marks, so they stay"},
		{"simplebasicsq", one(`Basic realm='foo'`), `Basic realm='foo'`, []string{SingleQuoted, UnquotedRealm},
			"the marks are ordinary characters of a token and belong to the realm"},
		{"simplebasicpct", one(`Basic realm="foo%20bar"`), `Basic realm=foo%20bar`, nil, "no percent decoding"},
		{"simplebasiccomma", one(`Basic , realm="foo"`), `Basic realm=foo`, nil,
			"valid: an empty list element in front (RFC 9110 5.6.1.2)"},
		{"simplebasiccomma2", one(`Basic, realm="foo"`), `Basic realm=foo`, []string{CommaAfterScheme},
			"the page: invalid, since the blank is missing and realm would be a scheme; nobody means a scheme called realm"},
		{"simplebasicnorealm", one(`Basic`), `Basic`, []string{MissingRealm},
			"the page leaves it open; realm is required (RFC 7617 2)"},
		{"simplebasic2realms", one(`Basic realm="foo", realm="bar"`), `Basic realm=foo realm=bar`,
			[]string{DuplicateParam}, "invalid; both are kept and Param gives the first, as Firefox shows"},
		{"simplebasicwsrealm", one(`Basic realm = "foo"`), `Basic realm=foo`, []string{BlankAroundEquals},
			"must be accepted, must not be sent"},
		{"simplebasicrealmsqc", one(`Basic realm="\f\o\o"`), `Basic realm=foo`, nil, ""},
		{"simplebasicrealmsqc2", one(`Basic realm="\"foo\""`), `Basic realm="foo"`, nil, ""},
		{"simplebasicnewparam1", one(`Basic realm="foo", bar="xyz",, a=b,,,c=d`), `Basic realm=foo bar=xyz a=b c=d`, nil, ""},
		{"simplebasicnewparam2", one(`Basic bar="xyz", realm="foo"`), `Basic bar=xyz realm=foo`, nil, ""},
		{"simplebasicrealmiso88591", one("Basic realm=\"foo-\xe4\""), "Basic realm=foo-\xe4", nil, "bytes as they came"},
		{"simplebasicrealmutf8", one(`Basic realm="foo-ä"`), `Basic realm=foo-ä`, nil, ""},
		{"simplebasicrealmrfc2047", one(`Basic realm="=?ISO-8859-1?Q?foo-=E4?="`), `Basic realm==?ISO-8859-1?Q?foo-=E4?=`, nil,
			"RFC 2047 does not apply inside quoted strings"},
		{"multibasicunknown", one(`Basic realm="basic", Newauth realm="newauth"`), `Basic realm=basic | Newauth realm=newauth`, nil, ""},
		{"multibasicunknownnoparam", one(`Basic realm="basic", Newauth`), `Basic realm=basic | Newauth`, nil, ""},
		{"multibasicunknown2", one(`Newauth realm="newauth", Basic realm="basic"`), `Newauth realm=newauth | Basic realm=basic`, nil, ""},
		{"multibasicunknown2np", one(`Newauth, Basic realm="basic"`), `Newauth | Basic realm=basic`, nil, ""},
		{"multibasicunknown2mf", []string{`Newauth realm="newauth"`, `Basic realm="basic"`}, `Newauth realm=newauth | Basic realm=basic`, nil, ""},
		{"multibasicempty", one(`,Basic realm="basic"`), `Basic realm=basic`, nil, ""},
		{"multibasicqs", one(`Newauth realm="apps", type=1, title="Login to \"apps\"", Basic realm="simple"`),
			`Newauth realm=apps type=1 title=Login to "apps" | Basic realm=simple`, nil, ""},
		{"multidisgscheme", one(`Newauth realm="Newauth Realm", basic=foo, Basic realm="Basic Realm"`),
			`Newauth realm=Newauth Realm basic=foo | Basic realm=Basic Realm`, nil, ""},
		{"simpledigest", one(`Digest realm="foo", nonce="a"`), `Digest realm=foo nonce=a`, nil, ""},
		{"unknown", one(`Newauth param="value"`), `Newauth param=value`, nil, ""},
		{"parametersnotrequired", one(`A, B`), `A | B`, nil, ""},
		{"disguisedrealm", one(`Basic foo="realm=nottherealm", realm="basic"`), `Basic foo=realm=nottherealm realm=basic`, nil, ""},
		{"disguisedrealm2", one(`Basic nottherealm="nottherealm", realm="basic"`), `Basic nottherealm=nottherealm realm=basic`, nil, ""},
		{"missingquote", one(`Basic realm="basic`), `Basic realm=basic`, []string{UnterminatedQuote},
			"invalid; the rest of the value is what was meant"},
	})
}
