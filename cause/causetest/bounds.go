package causetest

import (
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// Bounds holds a family's readers of records against what nobody should paste: none panics or takes long.
func Bounds(t *testing.T, causes []*cause.Cause) {
	t.Helper()
	long := strings.Repeat("http://a.test/login 401 cookie 5000 bytes {[(", 1<<15)
	var xs []*exchange.Exchange
	for range 300 {
		xs = append(xs, &exchange.Exchange{Given: "paste", Response: &exchange.Response{Status: 302, Header: exchange.Header{
			exchange.ResponseField("Set-Cookie", "session="+strings.Repeat("x", 200)+"; Path=/a; Secure; SameSite=Lax"), exchange.ResponseField("Location", "::"+long[:500])}},
			Unseen: exchange.RequestLine})
	}
	for name, c := range map[string]*exchange.Case{
		"empty":  {},
		"note":   {Notes: []exchange.Note{{Text: exchange.Raw(long)}, {Text: ""}, {Text: "\xff\xfe\x00"}}},
		"log":    {Messages: []exchange.Message{{Text: exchange.Raw(long), Fields: map[string]string{"path": "/login", "method": "POST"}, Status: 200}}},
		"many":   {Exchanges: xs, Notes: []exchange.Note{{Text: exchange.Raw(long)}}},
		"nobody": {Exchanges: []*exchange.Exchange{{Given: "paste"}}},
	} {
		v := cause.NewView(c)
		start := time.Now()
		for _, x := range causes {
			if x.Suspect != nil && (x.Partial || v.Whole()) {
				x.Suspect(v)
			}
		}
		if d := time.Since(start); d > time.Minute {
			t.Errorf("%s took %v", name, d)
		}
	}
}
