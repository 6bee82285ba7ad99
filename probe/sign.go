package probe

import (
	"errors"
	"time"

	"github.com/why401/why401/exchange"
)

// sign puts an AWS Signature Version 4 on r.
func sign(r exchange.Request, l exchange.Login, now time.Time) (exchange.Request, error) {
	return r, errors.New("not yet")
}
