package exchange

import "time"

// dateForms are the three forms of HTTP-date (RFC 9110 5.6.7), the preferred one first.
var dateForms = []string{"Mon, 02 Jan 2006 15:04:05 GMT", "Monday, 02-Jan-06 15:04:05 MST", time.ANSIC}

// Date is the server's clock by the reply's Date field (RFC 9110 6.6.1), in whole seconds; ok is false when there is
// none or it is no HTTP-date. A cache may have kept it: Age says for how long.
func (x *Exchange) Date() (t time.Time, ok bool) {
	v := x.Header().Get("Date")
	for _, form := range dateForms {
		if t, err := time.Parse(form, v); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
