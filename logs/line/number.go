package line

import (
	"encoding/binary"
	"math/bits"
	"time"
)

// number reads an unsigned decimal; ok is false for anything else, and for more digits than an int64 holds.
func number(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	for _, c := range b {
		if c -= '0'; c > 9 {
			return 0, false
		} else {
			n = n*10 + int64(c)
		}
	}
	return n, true
}

// leading reads the unsigned decimal that b begins with, and gives how many digits it has; of more than 18 the number means
// nothing. A number of up to seven digits, as sizes are, is read at once: eight bytes are one word, in which the first byte that is
// no digit is found and the digits before it are added up in pairs.
func leading(b []byte) (n int64, digits int) {
	if len(b) >= 8 {
		w := binary.LittleEndian.Uint64(b) ^ 0x3030303030303030                     // a digit is 0 to 9 now
		if other := (w + 0x7676767676767676 | w) & 0x8080808080808080; other != 0 { // a carry comes from what is no digit, and goes up
			digits = bits.TrailingZeros64(other) / 8
			w <<= 64 - 8*digits // noughts in front
			w = (w*10 + w>>8) & 0x00ff00ff00ff00ff
			w = (w*100 + w>>16) & 0x0000ffff0000ffff
			w = (w*10000 + w>>32) & 0xffffffff
			return int64(w), digits
		}
	}
	for digits < len(b) && b[digits]-'0' <= 9 {
		n = n*10 + int64(b[digits]-'0')
		digits++
	}
	return n, digits
}

// seconds reads a decimal fraction of seconds: "0.035", "12", "1693840791.756".
func seconds(b []byte) (time.Duration, bool) {
	whole, frac := b, []byte(nil)
	for i, c := range b {
		if c == '.' {
			whole, frac = b[:i], b[i+1:]
			break
		}
	}
	n, ok := number(whole)
	if !ok || n > 9_000_000_000 {
		return 0, false
	}
	f, ok := fraction(frac)
	return time.Duration(n)*time.Second + time.Duration(f), ok
}

// fraction reads the digits behind a decimal point as nanoseconds.
func fraction(b []byte) (int, bool) {
	n, unit := 0, 100_000_000
	for _, c := range b {
		if c -= '0'; c > 9 {
			return 0, false
		} else {
			n += int(c) * unit
			unit /= 10
		}
	}
	return n, true
}
