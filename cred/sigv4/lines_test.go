package sigv4

import (
	"strings"
	"testing"

	"github.com/why401/why401/cred/form"
	"github.com/why401/why401/exchange"
)

// The server's canonical request is laid beside the client's, and one that lost a line break on the way is known for that.
func TestLinesBesideEcho(t *testing.T) {
	r, err := Sign(request(t, "GET", "https://store.example:9000/b/k?x=y", "Host: store.example:9000"), login, then)
	if err != nil {
		t.Fatal(err)
	}
	mine, ok := Lines(r)
	if !ok {
		t.Fatal("no lines")
	}
	s, _ := Parse(r)
	theirs := strings.Replace(s.canonical(r), "store.example:9000", "inner", 1)
	e := Echo{Canonical: exchange.Raw(theirs), StringToSign: exchange.Raw("AWS4-HMAC-SHA256\n20150830T123600Z\nscope\n" + hashHex(theirs))}
	pairs, first := form.Beside(mine, e.Lines())
	if !e.Whole() || first != 3 || pairs[first].Name != "host" || pairs[first].Client.String() != "store.example:9000" || pairs[first].Server.String() != "inner" {
		t.Errorf("%v %d %+v", e.Whole(), first, pairs)
	}
	for i, p := range pairs {
		if i != first && !p.Same() {
			t.Errorf("line %d differs: %+v", i, p)
		}
	}
	e.Canonical = exchange.Raw(strings.Replace(theirs, "inner", "inner ", 1))
	if e.Whole() {
		t.Error("a changed echo counts as whole")
	}
	for _, l := range mine {
		if strings.Contains(l.Value.String(), exampleKey) {
			t.Errorf("%s shows the key", l.Name)
		}
	}
}
