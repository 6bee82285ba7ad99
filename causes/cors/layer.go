package cors

import (
	"fmt"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/signature"
)

// layerOf is the layer whose product wrote x, or Unknown.
func layerOf(x *exchange.Exchange) exchange.Layer {
	w, ok := signature.Writer(x)
	if !ok {
		return exchange.Unknown
	}
	return w.Layer
}

// ownFile reports that x is a file which nginx served itself: the ETag that it makes is the file's time and length in
// hexadecimal, the same time and length as in Last-Modified and Content-Length (ngx_http_set_etag). Applications make
// theirs in other ways.
func ownFile(x *exchange.Exchange) bool {
	h := x.Header()
	changed, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", h.Get("Last-Modified"))
	if err != nil || !x.OK() {
		return false
	}
	var length int64
	if _, err := fmt.Sscan(h.Get("Content-Length"), &length); err != nil {
		return false
	}
	return h.Text("ETag").Is(fmt.Sprintf("\"%x-%x\"", changed.Unix(), length))
}
