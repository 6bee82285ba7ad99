package line

import (
	"strconv"
	"strings"
	"testing"
)

// The number that a text begins with is the same whether eight bytes are there to be read at once or not.
func TestLeading(t *testing.T) {
	for _, digits := range []string{"", "0", "7", "17", "004", "5123", "99999", "123456", "9999999", "12345678", "100000000", "999999999999999999"} {
		want, _ := strconv.ParseInt(digits, 10, 64)
		for _, behind := range []string{"", " ", "/", ":", "x", "\x00", "\xff\xff", ` "-" "curl"`, " 12345678", "\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7"} {
			if n, k := leading([]byte(digits + behind)); n != want || k != len(digits) {
				t.Errorf("%q: got %d of %d digits", digits+behind, n, k)
			}
		}
	}
	if _, k := leading([]byte(strings.Repeat("9", 40))); k != 40 {
		t.Errorf("%d digits of 40", k)
	}
}
