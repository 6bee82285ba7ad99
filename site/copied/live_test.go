package copied

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/secret"
	"github.com/why401/why401/site"
	"github.com/why401/why401/site/db"
	"github.com/why401/why401/site/php"
)

func wordpress(home string, keys ...string) *site.Installation {
	in := &site.Installation{Platform: site.WordPress, Root: "/srv/www", Environment: site.Setting{Name: "WP_ENVIRONMENT_TYPE", Value: php.Text("staging")}, Stored: &db.Settings{Identity: "one", WordPress: &db.WordPress{Prefix: "wp_"}}}
	for _, n := range []string{"home", "siteurl"} {
		in.Stored.WordPress.Options = append(in.Stored.WordPress.Options, db.Option{Name: n, Value: db.Bytes(home),
			Row: db.Row{{Column: "option_id", Value: db.Bytes("1")}, {Column: "option_name", Value: db.Bytes(n)}, {Column: "option_value", Value: db.Bytes(home)}}})
	}
	for _, k := range keys {
		in.Keys = append(in.Keys, site.Key{Name: "AUTH_KEY", Value: secret.New(k)})
	}
	return in
}

func take(t *testing.T, in *site.Installation) *Live {
	t.Helper()
	l, err := Take(in, time.Unix(1700000000, 0))
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range in.Keys {
		if k.Value.Match(contained(b)) {
			t.Errorf("the file holds a key: %s", b)
		}
	}
	again, err := Read(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// contained is a pattern that a text matches which stands in b.
type contained []byte

func (c contained) MatchString(s string) bool { return strings.Contains(string(c), s) }

func TestCompare(t *testing.T) {
	live := take(t, wordpress("https://www.example.org/blog", "the-key-of-live"))
	for _, c := range []struct{ what, home, url, want string }{
		{"copied", "https://www.example.org/blog", "http://staging.test:8080/", "http://staging.test:8080/blog"},
		{"into a folder", "https://www.example.org", "https://staging.test/copy/", "https://staging.test/copy"},
		{"fits", "https://staging.test/blog", "https://staging.test/", ""},
		{"another host's", "https://cdn.example.net/blog", "https://staging.test/", ""},
	} {
		out, err := Compare(wordpress(c.home), live, Here{URL: c.url})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(out.Batches) == 1 {
			got = out.Batches[0].Changes[0].To.Text()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	fixed := wordpress("https://www.example.org")
	fixed.Mandatory = []site.Setting{{Name: "siteurl", Value: php.Text("https://staging.test")}, {Name: "home", Value: php.Text("https://staging.test")}}
	if out, _ := Compare(fixed, live, Here{URL: "https://staging.test/"}); len(out.Batches) != 0 || len(out.Notes) != 2 {
		t.Errorf("a file decides: %+v", out)
	}
	for _, bad := range []string{"", "staging.test", "ftp://staging.test/", "https://"} {
		if _, err := Compare(fixed, live, Here{URL: bad}); err == nil {
			t.Errorf("%q was taken for an address", bad)
		}
	}
}

func TestPrints(t *testing.T) {
	live := take(t, wordpress("https://www.example.org", "the-key-of-live"))
	says := func(key string) string {
		out, err := Compare(wordpress("https://staging.test", key), live, Here{URL: "https://staging.test/"})
		if err != nil || len(out.Notes) != 1 {
			t.Fatalf("%+v %v", out, err)
		}
		return out.Notes[0].Says
	}
	if got := says("the-key-of-live"); !strings.Contains(got, "is the live site's") {
		t.Error(got)
	}
	if got := says("another-key-here"); !strings.Contains(got, "is another one") {
		t.Error(got)
	}
	if !live.SameDatabase(wordpress("x")) {
		t.Error("the live database was not known again")
	}
	other := wordpress("x")
	other.Stored.Identity = "two"
	if live.SameDatabase(other) {
		t.Error("another database was taken for the live one")
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "expected JSON",
		`{"schema":"why401.report/1"}`:        "expected why401.live-settings/1",
		`{"schema":"why401.live-settings/1"}`: "salt",
		`{"schema":"why401.live-settings/1","salt":"zz"}`:                                                                "salt",
		`{"schema":"why401.live-settings/1","salt":"00112233445566778899aabbccddeeff","systems":[{"platform":"Typo3"}]}`: "systems[0].platform",
		strings.Repeat(" ", maxLive+1):                                                                                   "larger than",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"schema":"why401.live-settings/1","salt":"00112233445566778899aabbccddeeff","systems":[{"platform":"WordPress","addresses":{"home":"https://a/"}}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		if l, err := Read(strings.NewReader(s)); err == nil {
			l.Salt = "00" // the hash is slow by design
			if _, err := Compare(wordpress("https://a/"), l, Here{URL: "https://b/"}); err != nil {
				t.Error(err)
			}
		}
	})
}
