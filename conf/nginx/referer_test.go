package nginx

import (
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

func TestInvalidReferer(t *testing.T) {
	for _, k := range []struct {
		valid, referer string
		status         int
	}{
		{"none good.test", "", 204}, {"good.test", "", 403}, {"good.test", "http://GOOD.test:8/x", 204}, {"good.test", "http://bad.test/good.test", 403},
		{"good.test/in/", "https://good.test/in/x", 204}, {"good.test/in/", "https://good.test/out", 403}, {"*.good.test", "http://a.good.test/", 204}, {"*.good.test", "http://good.test/", 403},
		{".good.test", "http://good.test/", 204}, {"blocked good.test", "about:blank", 204}, {"good.test", "about:blank", 403}, {"server_names", "http://site.test/", 204},
		{`~GOOD.*/in`, "http://good.test/in", 204}, {`~good`, "http://a", 403},
	} {
		text := "http { server { listen 80; server_name site.test; valid_referers " + k.valid + "; if ($invalid_referer) { return 403; } return 204; } }"
		c, err := Read(conf.Texts{"/n/nginx.conf": text}, "/n/nginx.conf")
		if err != nil {
			t.Fatal(err)
		}
		q := conf.Request{Port: 80}
		q.Method, q.Target = "GET", secret.Public("/")
		q.Header = exchange.Header{exchange.RequestField("Host", "site.test")}
		if k.referer != "" {
			q.Header = append(q.Header, exchange.RequestField("Referer", k.referer))
		}
		if tr := c.Tracer.Trace(q); tr.Status != k.status || len(tr.Open) > 0 {
			t.Errorf("%s, Referer %q: %d, open %q", k.valid, k.referer, tr.Status, tr.Open)
		}
	}
}
