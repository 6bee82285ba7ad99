package line

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Most access logs begin alike, in the common log format:
//
//	client - user [22/Nov/2026:10:00:00 +0000] "GET /path HTTP/1.1" 200 512
//
// clfHead reads that beginning in one go; where a line is unusual it says so, and the template's own steps read it. Both
// come to the same (TestHeadIsTheTemplate).

// How such a format begins in nginx's words and in Apache's; there %b, %B or %O is next.
const (
	nginxHead  = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent`
	apacheHead = `%h %l %u %t "%r" %>s `
)

// clfHead gives what is behind the head, or ok false when it is unusual.
func clfHead(t *times, b []byte, l *Line) (rest []byte, ok bool) {
	if len(b) < 50 {
		return nil, false
	}
	i := blankIn16(b)
	if i < 0 {
		i = bytes.IndexByte(b, ' ')
	}
	if i <= 0 || i+34 > len(b) || b[i+1] != '-' || b[i+2] != ' ' {
		return nil, false
	}
	l.Client = b[:i]
	if b[0] == '-' && i == 1 {
		l.Client = nil
	}
	b = b[i+3:]
	if b[0] == '-' && b[1] == ' ' && b[2] == '[' {
		l.User, b = nil, b[3:]
	} else {
		n := bytes.IndexByte(b, ' ')
		if n <= 0 || n+1 >= len(b) || b[n+1] != '[' || b[0] == '"' {
			return nil, false
		}
		l.User, b = b[:n], b[n+2:]
	}
	if len(b) < 36 || b[26] != ']' || b[27] != ' ' || b[28] != '"' {
		return nil, false
	}
	if stamp := (*[26]byte)(b); sameStamp(stamp, &t.stamp) {
		l.Time, l.Wall = t.stamped, Zoned
	} else if t.clf(l, b[:26]) && l.Wall == Zoned {
		t.stamp, t.stamped = *stamp, l.Time
	} else {
		return nil, false
	}
	b = b[29:]
	n := bytes.IndexByte(b, '"')
	if n <= 0 || b[n-1] == '\\' || len(b) < n+7 {
		return nil, false
	}
	if !clfRequest(b[:n], l) {
		setRequest(t, l, b[:n])
	}
	h, z, u := b[n+2]-'0', b[n+3]-'0', b[n+4]-'0'
	if b[n+1] != ' ' || h > 9 || z > 9 || u > 9 || b[n+5] != ' ' {
		return nil, false
	}
	l.Status = int(h)*100 + int(z)*10 + int(u)
	b = b[n+6:]
	if b[0] == '-' {
		l.Size = -1
		return b[1:], true
	}
	size, k := leading(b)
	l.Size = size
	return b[k:], k > 0 && k <= 18
}

// blankIn16 is the place of the first blank, -1 when it is not among the first 16 bytes, as behind most addresses. b has 16.
func blankIn16(b []byte) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for i := 0; i < 16; i += 8 {
		w := binary.LittleEndian.Uint64(b[i:]) ^ ones*' '
		if found := (w - ones) &^ w & tops; found != 0 { // the lowest bit that is set belongs to a byte that is 0
			return i + bits.TrailingZeros64(found)/8
		}
	}
	return -1
}

// sameStamp is a == b, without a call; most lines are of the second of the one before.
func sameStamp(a, b *[26]byte) bool {
	le := binary.LittleEndian
	return le.Uint64(a[0:])^le.Uint64(b[0:])|le.Uint64(a[8:])^le.Uint64(b[8:])|le.Uint64(a[16:])^le.Uint64(b[16:])|le.Uint64(a[18:])^le.Uint64(b[18:]) == 0
}

// clfRequest takes the usual request apart: METHOD target HTTP/1.1.
func clfRequest(b []byte, l *Line) bool {
	end := len(b) - len(" HTTP/1.1")
	if end < 2 || b[end] != ' ' || string(b[end+1:end+6]) != "HTTP/" {
		return false
	}
	i := 0
	switch {
	case string(b[:4]) == "GET ": // most are, and need not be looked at letter by letter
		i = 3
	case string(b[:5]) == "POST ":
		i = 4
	default:
		for b[i]-'A' < 26 {
			i++
		}
	}
	if b[i] != ' ' || i == 0 || i+1 >= end {
		return false
	}
	l.Method, l.Target, l.Proto = b[:i], b[i+1:end], b[end+1:]
	return b[i+1] == '/' // else it may be a whole URL
}

// combinedTail and apacheTail are what stands behind the head in the combined format.
const (
	combinedTail = ` "$http_referer" "$http_user_agent"`
	apacheTail   = ` "%{Referer}i" "%{User-Agent}i"`
)

// clfTail reads that; where one of the two has a quote of its own, the template's steps do.
func clfTail(b []byte, l *Line) bool {
	n := len(b)
	if n < 7 || b[0] != ' ' || b[1] != '"' || b[n-1] != '"' || b[n-2] == '\\' {
		return false
	}
	b = b[2 : n-1]
	if b[0] == '-' && b[1] == '"' {
		l.Referer, b = nil, b[1:]
	} else {
		i := bytes.IndexByte(b, '"')
		if i < 0 || i > 0 && b[i-1] == '\\' {
			return false
		}
		l.Referer, b = b[:i], b[i:]
		if i == 0 {
			l.Referer = nil
		}
	}
	if len(b) < 3 || b[1] != ' ' || b[2] != '"' {
		return false
	}
	if b = b[3:]; bytes.IndexByte(b, '"') >= 0 {
		return false
	}
	l.Agent = b
	if len(b) == 0 || len(b) == 1 && b[0] == '-' {
		l.Agent = nil
	}
	return true
}
