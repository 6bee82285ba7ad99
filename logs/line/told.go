package line

import "bytes"

// told is a line that some program told with a time in front, which no format here knows better: the last that is tried.
var told = &scanned{name: "messages", kind: Error, read: func(t *times, b []byte, l *Line) bool {
	at := 0
	for tries := 0; tries < 3; tries++ {
		for at < len(b) && at < 64 && (b[at]-'0' > 9 || at > 0 && b[at-1]-'0' <= 9) {
			at++
		}
		if at >= min(len(b), 64) {
			break
		}
		if n := stamp(t, b[at:], l); n > 0 {
			l.Level = level(b)
			l.Message = bytes.TrimLeft(b[at+n:], "]) \t:-")
			if at > 24 { // the time stands in the sentence, not in front of it
				l.Message = b
			}
			return true
		}
		at++
	}
	if len(b) > 20 && t.syslog(l, b[:15]) && b[15] == ' ' {
		l.Level, l.Message = level(b), b[16:]
		return true
	}
	return len(b) > 27 && b[0] == '[' && (t.asctime(l, b[1:25]) || b[27] == ']' && t.clf(l, b[1:27]))
}}

// stamp reads the time that b begins with and gives its length, 0 for none.
func stamp(t *times, b []byte, l *Line) int {
	if len(b) < 19 {
		return 0
	}
	n := 19
	if b[2] == '/' && len(b) >= 20 { // 22/Nov/2026:10:00:00 +0000
		if len(b) >= 26 && t.clf(l, b[:26]) {
			return 26
		}
		if t.clf(l, b[:20]) {
			return 20
		}
		return 0
	}
	if n < len(b) && (b[n] == '.' || b[n] == ',') {
		for n++; n < len(b) && b[n]-'0' <= 9; n++ {
		}
	}
	for _, zone := range []int{1, 5, 6} {
		if n+zone <= len(b) && (b[n] == 'Z' || b[n] == '+' || b[n] == '-') && t.iso(l, b[:n+zone]) {
			return n + zone
		}
	}
	if t.iso(l, b[:n]) {
		return n
	}
	return 0
}

var levels = [][]byte{[]byte("emerg"), []byte("alert"), []byte("crit"), []byte("fatal"), []byte("error"), []byte("warn"), []byte("notice"), []byte("info"), []byte("debug"), []byte("trace")}

// level is the first word near the front that is the name of a level.
func level(b []byte) []byte {
	b = b[:min(len(b), 100)]
	for i := 0; i < len(b); {
		if b[i]|0x20 < 'a' || b[i]|0x20 > 'z' {
			i++
			continue
		}
		n := i
		for n < len(b) && b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z' {
			n++
		}
		w := b[i:n]
		for _, name := range levels {
			if len(w) <= len(name)+4 && len(w) >= len(name) && bytes.EqualFold(w[:len(name)], name) {
				return w
			}
		}
		i = n
	}
	return nil
}
