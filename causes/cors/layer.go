package cors

import (
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
