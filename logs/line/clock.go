package line

import "time"

// times reads time stamps. Lines of one second carry the same text, so it keeps the last text and what it meant.
type times struct {
	text  [40]byte
	n     int
	last  time.Time
	zone  *time.Location // of the offset below
	shift int
}

// months by their second and third letter, which tell them apart.
func month(a, b, c byte) time.Month {
	switch string([]byte{a, b, c}) {
	case "Jan":
		return time.January
	case "Feb":
		return time.February
	case "Mar":
		return time.March
	case "Apr":
		return time.April
	case "May":
		return time.May
	case "Jun":
		return time.June
	case "Jul":
		return time.July
	case "Aug":
		return time.August
	case "Sep":
		return time.September
	case "Oct":
		return time.October
	case "Nov":
		return time.November
	case "Dec":
		return time.December
	}
	return 0
}

// two reads two digits, -1 when they are none.
func two(b []byte) int {
	x, y := b[0]-'0', b[1]-'0'
	if x > 9 || y > 9 {
		return -1
	}
	return int(x)*10 + int(y)
}

// kept answers from memory when b is the text of the last call.
func (t *times) kept(b []byte) bool {
	return len(b) == t.n && string(b) == string(t.text[:t.n])
}

func (t *times) keep(b []byte, at time.Time) {
	if t.n = 0; len(b) <= len(t.text) {
		t.n = copy(t.text[:], b)
	}
	t.last = at
}

// offset is the zone of a numeric offset such as +0200 or +02:00, in seconds east of UTC.
func (t *times) offset(shift int) *time.Location {
	if shift == 0 {
		return time.UTC
	}
	if t.zone == nil || t.shift != shift {
		t.zone, t.shift = time.FixedZone("", shift), shift
	}
	return t.zone
}

// clf reads the time of the common log format, 08/Jun/2020:06:49:01 +0000.
func (t *times) clf(b []byte) (time.Time, bool) {
	if t.kept(b) {
		return t.last, true
	}
	if len(b) != 26 || b[2] != '/' || b[6] != '/' || b[11] != ':' || b[14] != ':' || b[17] != ':' || b[20] != ' ' {
		return time.Time{}, false
	}
	shift, ok := zoneOffset(b[21:])
	if !ok {
		return time.Time{}, false
	}
	at, ok := date(two(b[7:])*100+two(b[9:]), month(b[3], b[4], b[5]), two(b), two(b[12:]), two(b[15:]), two(b[18:]), 0, t.offset(shift))
	if ok {
		t.keep(b, at)
	}
	return at, ok
}

// zoneOffset reads +0200, -05:30 or Z as seconds east of UTC.
func zoneOffset(b []byte) (int, bool) {
	if len(b) == 1 && (b[0] == 'Z' || b[0] == 'z') {
		return 0, true
	}
	if len(b) != 5 && (len(b) != 6 || b[3] != ':') || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	h, m := two(b[1:]), two(b[len(b)-2:])
	if h < 0 || h > 14 || m < 0 || m > 59 {
		return 0, false
	}
	if s := h*3600 + m*60; b[0] == '-' {
		return -s, true
	} else {
		return s, true
	}
}

// date is time.Date for parts that must be in their range; a part that was no number is -1 or less.
func date(year int, mon time.Month, day, hour, min, sec, nsec int, zone *time.Location) (time.Time, bool) {
	if year < 1970 || mon < 1 || mon > 12 || day < 1 || day > 31 || hour < 0 || hour > 24 || min < 0 || min > 59 || sec < 0 || sec > 60 {
		return time.Time{}, false
	}
	return time.Date(year, mon, day, hour, min, sec, nsec, zone), true
}
