package redact

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// finders are all patterns that are not searched for by package regexp, by name.
var finders = map[string]*finder{
	"field": fieldAt, "address": address, "pair": pairAt, "token": tokenAt, "scheme": schemeAt, "hash": hashAt, "input": inputTag,
	"element": element, "assign": assignAt, "machine": machineAt, "option": optionAt, "curl": curlAt, "user": userAt, "userNot": userNot,
	"access": accessAt, "htpasswd": htpass, "mailbox": mailbox, "quad": quad, "hostname": hostname,
}

// same compares what a finder finds with what its pattern says.
func same(t *testing.T, s string) {
	t.Helper()
	for name, f := range finders {
		var got [][]int
		f.each(s, func(m []int) { got = append(got, slices.Clone(m)) })
		want := f.re.Get().FindAllStringSubmatchIndex(s, -1)
		if !slices.EqualFunc(got, want, slices.Equal) {
			for k := range max(len(got), len(want)) {
				if k >= len(got) || k >= len(want) || !slices.Equal(got[k], want[k]) {
					got, want = got[k:min(k+2, len(got))], want[k:min(k+2, len(want))]
					break
				}
			}
			if len(s) > 400 {
				s = s[:400] + "..."
			}
			t.Fatalf("%s: found %v, the pattern %v\n%q", name, got, want, s)
		}
	}
}

// atoms are what the patterns are made of, and what stands near it.
var atoms = strings.Split(` |  |	|`+"\n"+`|`+"\r\n"+`|a|b1|user|username|name|login|Login|account|password|machine|subject|principal|not found|is not|:|=|=>|:=|==|===|"|'|`+"`"+`|\|\"|\\|[|]|["a"]|{|}|(|)|<|>|</|/|//|\/|\/\/|`+
	`-|--|-u|-su|-b|-d|-H|-E|--user|--cookie|--data-raw|--cert|--token|curl|.|,|;|&|&amp;|?|#|%|%26|%3f|%3D|%5B|%5d|\u0026|$|$1$|$2y$|$apr1$|$argon2id$|{SHA}|{SSHA256}|v=19$m=1,t=2,p=3$|rounds=5$|`+
	`ey|eyJhbGci|eyJhbGciOiJ9.eyJ9.c2ln|bearer|Bearer|basic|token|api-key|apikey|sso-key|negotiate|digest|ntlm|splunk|geniekey|abcdef|ABCDEF123456|abcdefghijklmnop|x-|X-Api-Key|x-a|Authorization|Proxy-Authorization|cookie|Set-Cookie2|Cookie|`+
	`-token|a-key|private-token|session-id|my-session-id|http|https://|HTTP://|a+b://|://|@|alice@example.org|10.1.2.3|192.168.0.1.5|999|1|12|1234|example.com|a-b.example.co.uk|_|__|é|`+"\xff|\u212a|\u017f|\u00a0|\x00|"+
	`<input|<meta |<form|<add |<a>|</a>|<token>|value="x"|1.2.3.4 - bob [10/Oct/2025:|[1/Jan/|0123456789abcdef0123456789abcdef|%|+|~|*|!`, "|")

func random(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		a := atoms[r.IntN(len(atoms))]
		if a == "" {
			a = "|"
		}
		b.WriteString(a)
		if r.IntN(40) == 0 {
			b.WriteString(strings.Repeat(a, r.IntN(90)))
		}
	}
	return b.String()
}

// TestFindersAgree: every finder finds what its pattern finds, in what people paste and in what nobody would.
func TestFindersAgree(t *testing.T) {
	for _, s := range planted() {
		same(t, s)
	}
	files, err := filepath.Glob("../input/testdata/pastes/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		same(t, string(b[:min(len(b), 64<<10)]))
	}
	n := 4000
	if testing.Short() {
		n = 500
	}
	r := rand.New(rand.NewPCG(1, 2))
	for k := range n {
		same(t, random(r, 1+k%24))
	}
}

func FuzzFinders(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		f.Add(random(r, 20))
	}
	f.Fuzz(func(t *testing.T, s string) { same(t, s) })
}

// TestQuickLooks: the looks that spare a text the patterns never spare one that a pattern matches.
func TestQuickLooks(t *testing.T) {
	words := strings.Fields(`auth sid key sig pass pwd pw otp pin jwt csrf xsrf crumb nonce saml samlresponse mac code_verifier assertion authorization token secret passw
		passphrase api_key api-key apikey access-key private_key session_id sessionid phpsessid signature credential authkey cookie cookies connection_string webhook-url
		hmac_key licence_key license-key bearer basic digest negotiate ntlm oauth aws4-hmac-sha256 hoba mutual x-api x-a1 _ - . a 1 x xxxx XXXX *** ... … • <a> [a] {a} ` +
		"\u212aey ba\u017fic to\u212aen \u017fig 00000003-0000-0000-c000-000000000000 00000000-0000-0000-0000-000000000000 04b07795-8ddb-461a-bbee-02f9e1bf7b46 BEARER Token API_KEY")
	r := rand.New(rand.NewPCG(5, 6))
	n := 0
	for range 30_000 {
		s := ""
		for range 1 + r.IntN(3) {
			s += words[r.IntN(len(words))]
		}
		said, open, hidden := speaks.MatchString(s), openValue.MatchString(s), masked.MatchString(s)
		if said && !maySpeak(s) || open && !mayBeOpen(s) || hidden && !mayBeMasked(s) {
			t.Fatalf("%q: speaks %v, open %v, masked %v", s, said, open, hidden)
		}
		if said || open || hidden {
			n++
		}
		want := len(s) <= 120 && said && !about.MatchString(s) && !openNames[strings.ToLower(s)]
		for range 2 { // the second answer is the remembered one
			if secretName(s) != want {
				t.Fatalf("%q is a secret's name: %v", s, !want)
			}
		}
	}
	if n < 3000 {
		t.Errorf("only %d matched", n)
	}
}
