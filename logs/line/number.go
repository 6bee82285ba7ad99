package line

import "time"

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
