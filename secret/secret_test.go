package secret

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const hidden = "hunter2-hunter2"

func TestAClosedTextCannotBePrinted(t *testing.T) {
	x := New(hidden)
	type outer struct {
		Exported Text
		inner    Text
		deep     struct{ again []Text }
		byName   map[string]Text
	}
	o := outer{Exported: x, inner: x, byName: map[string]Text{"k": x}}
	o.deep.again = []Text{x}
	var out bytes.Buffer
	for _, v := range []any{x, &x, o, &o, []Text{x}, map[Text]int{}, struct{ a any }{x}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	fmt.Fprintln(&out, x, o, errors.New(x.String()), fmt.Errorf("wrapped: %w", errors.New(x.String())))
	if b, err := json.Marshal(o); err == nil {
		out.Write(b)
	}
	if b, err := xml.Marshal(x); err == nil {
		out.Write(b)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "secret", x, "in", o)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "secret", x, "in", o)
	for _, s := range Spellings(hidden) {
		if strings.Contains(out.String(), s) {
			t.Fatalf("%q is in\n%s", s, out.String())
		}
	}
	if !strings.Contains(out.String(), "secret#") {
		t.Error("the number is not shown")
	}
}

func TestEqualBytesHaveOneNumber(t *testing.T) {
	a, b, c := New("same-value"), New("same-value"), New("other-value")
	if a.String() != b.String() || a.String() == c.String() {
		t.Errorf("%s %s %s", a, b, c)
	}
	if Join(Public("Bearer "), a).Closed() != true || Join(Public("a"), Public("b")).Closed() {
		t.Error("a join is closed when a part is")
	}
}

func TestScrubFindsEverySpelling(t *testing.T) {
	s := "tok/en+with spaces=42"
	x := New(s)
	for _, sp := range Spellings(s) {
		got := Scrub("before " + sp + " after")
		if strings.Contains(got, sp) || !strings.Contains(got, x.String()) {
			t.Errorf("%q is left in %q", sp, got)
		}
	}
	if got := Scrub("nothing to hide here"); got != "nothing to hide here" {
		t.Errorf("harmless text became %q", got)
	}
}

func TestShape(t *testing.T) {
	for _, c := range []struct {
		in   string
		want func(Shape) bool
	}{
		{"abc\n", func(s Shape) bool { return s.TrailingLF && !s.TrailingWS }},
		{" abc", func(s Shape) bool { return s.LeadingBlank }},
		{"\ufeffabc", func(s Shape) bool { return s.LeadingBlank }},
		{`"abc"`, func(s Shape) bool { return s.Quoted == `"` }},
		{"a.b.c", func(s Shape) bool { return s.Dots == 2 && s.Alphabet == "ascii" }},
		{"deadbeef", func(s Shape) bool { return s.Alphabet == "hex" }},
		{"12345", func(s Shape) bool { return s.Alphabet == "digits" }},
		{"Zm9v", func(s Shape) bool { return s.Base64 }},
		{"a\x01b", func(s Shape) bool { return s.Control }},
		{"gr\u00fc\u00df", func(s Shape) bool { return s.Alphabet == "utf8" }},
		{"gr\xfc", func(s Shape) bool { return s.Alphabet == "latin1" }},
	} {
		if sh := New(c.in).Shape(); !c.want(sh) {
			t.Errorf("%q: %+v", c.in, sh)
		}
	}
}

func TestLooks(t *testing.T) {
	for s, want := range map[string]bool{
		"users": false, "v1": false, "my-long-article-about-cats-and-dogs": false, "getUserAccountSettings": false,
		"ghp_0123456789abcdefghij0123456789abcdef": true, "4f9d2c7a81b34e0f9d2c7a81b34e0f11": true,
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig": true, "dashboard": false, "Kq7vZr2WmT9xLb4NYd3sHc8": true,
	} {
		if got := Looks(s); got != want {
			t.Errorf("Looks(%q) = %v", s, got)
		}
	}
}
