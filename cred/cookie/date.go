package cookie

import (
	"strings"
	"time"
)

// ParseDate reads a cookie date by the algorithm of RFC 6265bis 5.1.1, which takes nearly anything with a time, a day,
// a month's name and a year in it.
func ParseDate(s string) (time.Time, bool) {
	var hour, min, sec, day, month, year = -1, 0, 0, -1, 0, -1
	for _, tok := range strings.FieldsFunc(s, dateDelimiter) {
		if hour < 0 {
			if h, m, sc, ok := clock(tok); ok {
				hour, min, sec = h, m, sc
				continue
			}
		}
		if day < 0 {
			if n, width := leadingDigits(tok); width >= 1 && width <= 2 {
				day = n
				continue
			}
		}
		if month == 0 && len(tok) >= 3 {
			if i := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(tok[:3])); i >= 0 && i%3 == 0 {
				month = i/3 + 1
				continue
			}
		}
		if year < 0 {
			if n, width := leadingDigits(tok); width >= 2 && width <= 4 {
				year = n
			}
		}
	}
	switch {
	case year >= 70 && year <= 99:
		year += 1900
	case year >= 0 && year <= 69:
		year += 2000
	}
	if hour < 0 || hour > 23 || min > 59 || sec > 59 || day < 1 || day > 31 || month == 0 || year < 1601 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, min, sec, 0, time.UTC)
	return t, t.Day() == day
}

func dateDelimiter(r rune) bool {
	return r == '\t' || r >= 0x20 && r <= 0x2f || r >= 0x3b && r <= 0x40 || r >= 0x5b && r <= 0x60 || r >= 0x7b && r <= 0x7e
}

// leadingDigits gives the number in front of s and its width; any text that is no digit may follow.
func leadingDigits(s string) (n, width int) {
	for width < len(s) && s[width] >= '0' && s[width] <= '9' {
		if width < 6 {
			n = n*10 + int(s[width]-'0')
		}
		width++
	}
	return n, width
}

func clock(s string) (h, m, sec int, ok bool) {
	parts := strings.SplitN(s, ":", 3)
	if len(parts) != 3 {
		return 0, 0, 0, false
	}
	var v [3]int
	for i, p := range parts {
		n, width := leadingDigits(p)
		if width < 1 || width > 2 || i < 2 && width != len(p) {
			return 0, 0, 0, false
		}
		v[i] = n
	}
	return v[0], v[1], v[2], true
}
