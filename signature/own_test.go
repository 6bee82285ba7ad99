package signature

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/why401/why401/exchange"
)

func TestLoadOwnAndAdd(t *testing.T) {
	own, errs := LoadOwn(fstest.MapFS{
		"acme.yaml":         {Data: []byte("product: Acme Gate\nlayer: gateway\nentries:\n  - {id: acme/gate, says: wrote, weight: 90, header: X-Acme}\n")},
		"twice.yaml":        {Data: []byte("product: Acme\nentries:\n  - {id: acme/gate, says: wrote, weight: 90, header: X-B}\n")},
		"bad.yaml":          {Data: []byte("product: Acme\nentries:\n  - {id: acme/x, says: wrote, weight: 90, body_match: '('}\n")},
		"tag.yaml":          {Data: []byte("product:\n  ! #x\n")},
		"phrases/acme.yaml": {Data: []byte("product: Acme Gate\nphrases:\n  - {meaning: token-expired, text: the badge is stale}\n")},
	})
	want := []string{"bad.yaml:3:", "tag.yaml:", `twice.yaml:3: id "acme/gate" is taken by acme.yaml:4`}
	if len(errs) != len(want) {
		t.Fatalf("%v", errs)
	}
	for i, err := range errs {
		if !strings.HasPrefix(err.Error(), want[i]) {
			t.Errorf("%v, want %s", err, want[i])
		}
	}
	x := &exchange.Exchange{N: 1, Response: &exchange.Response{Status: 403, Header: exchange.Header{exchange.ResponseField("X-Acme", "1")},
		Body: exchange.Body{Bytes: []byte("the badge is stale")}}}
	known := func() bool {
		w, wrote := Writer(x)
		ms := Meanings(x)
		heard := Sentences("the badge is stale", 403)
		return wrote && w.Product == "Acme Gate" && len(ms) == 1 && ms[0].Meaning == "token-expired" && len(heard) == 1
	}
	if known() {
		t.Error("known before it was added")
	}
	undo := Add(own)
	if !known() {
		t.Error("not known")
	}
	nginx := &exchange.Exchange{N: 1, Response: &exchange.Response{Status: 401, Header: exchange.Header{exchange.ResponseField("Server", "nginx")},
		Body: exchange.Body{Bytes: []byte("<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")}}}
	if w, ok := Writer(nginx); !ok || w.Product != "nginx" {
		t.Errorf("the built-in data is forgotten: %+v", w)
	}
	undo()
	if known() {
		t.Error("still known")
	}
	Add(nil)()
	if s, errs := LoadOwn(fstest.MapFS{}); s != nil || errs != nil {
		t.Error("an empty folder gives something")
	}
}
