package site

import (
	"strconv"
	"strings"
)

// Known reports that the version could be read, and begins with numbers.
func (v Version) Known() bool { return len(v.parts()) > 0 }

// Before reports that v is older than other ("5.50", "2.4.4"). Of a pre-release only the numbers count: 6.14.beta1 is 6.14.
// It is false when v is not known.
func (v Version) Before(other string) bool {
	a, b := v.parts(), Version{Text: other}.parts()
	if len(a) == 0 {
		return false
	}
	for i := range max(len(a), len(b)) {
		x, y := 0, 0
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return x < y
		}
	}
	return false
}

// parts are the numbers at the beginning: 2, 4, 6 of "2.4.6-p1".
func (v Version) parts() []int {
	var out []int
	for p := range strings.SplitSeq(v.Text, ".") {
		digits := p[:len(p)-len(strings.TrimLeft(p, "0123456789"))]
		n, err := strconv.Atoi(digits)
		if err != nil {
			break
		}
		out = append(out, n)
		if digits != p {
			break
		}
	}
	return out
}
