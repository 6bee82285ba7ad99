package line

import "time"

// times reads time stamps. Lines of one second carry the same text, so it keeps the last text up to its seconds and what it
// meant.
type times struct {
	local  *time.Location // of times that name no zone
	latest time.Time
	rules  bool // local changes its offset now and then

	text [32]byte // the last text, up to the seconds, and its zone
	n    int
	last time.Time
	wall Wall

	zone  *time.Location // the last numeric offset
	shift int

	stamp   [26]byte // the last whole time of a common log format, and what it meant
	stamped time.Time

	there *elsewhere // the last zone that had a name
}

func newTimes(c Clock) times {
	t := times{local: c.Zone, latest: c.Latest}
	if t.local == nil {
		t.local = time.UTC
	}
	if t.latest.IsZero() {
		t.latest = time.Now()
	}
	t.rules = t.local != time.UTC
	return t
}

// month reads a month's three letters, 0 when they are none.
func month(b []byte) time.Month {
	switch string(b[:3]) {
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

// two reads two digits, or a blank and a digit; below 0 when they are none.
func two(b []byte) int {
	x, y := b[0]-'0', b[1]-'0'
	if b[0] == ' ' {
		x = 0
	}
	if x > 9 || y > 9 {
		return -10000
	}
	return int(x)*10 + int(y)
}

// kept reports that head and zone are the text of the last call.
func (t *times) kept(head, zone []byte) bool {
	n := len(head)
	return t.n == n+len(zone) && t.n > 0 && string(head) == string(t.text[:n]) && string(zone) == string(t.text[n:t.n])
}

func (t *times) keep(head, zone []byte, at time.Time, w Wall) {
	t.n = 0
	if len(head)+len(zone) <= len(t.text) {
		t.n = copy(t.text[:], head)
		t.n += copy(t.text[t.n:], zone)
	}
	t.last, t.wall = at, w
}

// clock is a time of day, HH:MM:SS, as three numbers; each is below 0 when it is none.
func clock(b []byte) (h, m, s int) {
	if b[2] != ':' || b[5] != ':' {
		return -1, -1, -1
	}
	return two(b), two(b[3:]), two(b[6:])
}

// at is the moment of a date and zone that were read, zone empty where the text has none. Parts are checked here, once for
// all forms.
func (t *times) at(head, zone []byte, year int, mon time.Month, day, h, m, s int) (time.Time, Wall, bool) {
	if year < 1970 || mon < 1 || mon > 12 || day < 1 || day > 31 || h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60 {
		return time.Time{}, 0, false
	}
	if len(zone) > 0 {
		loc, ok := t.named(zone)
		if !ok {
			return time.Time{}, 0, false
		}
		at := time.Date(year, mon, day, h, m, s, 0, loc)
		t.keep(head, zone, at, Zoned)
		return at, Zoned, true
	}
	at, w := time.Date(year, mon, day, h, m, s, 0, t.local), Zoneless
	if t.rules {
		at, w = t.folded(at, h)
	}
	t.keep(head, zone, at, w)
	return at, w, true
}

// folded says whether a local time stands for two moments or for none. Of two it takes the first.
func (t *times) folded(at time.Time, hour int) (time.Time, Wall) {
	if at.Hour() != hour {
		return at, Never
	}
	_, now := at.Zone()
	_, before := at.Add(-3 * time.Hour).Zone()
	_, after := at.Add(3 * time.Hour).Zone()
	if before == after {
		return at, Zoneless
	}
	first := at.Add(time.Duration(now-before) * time.Second) // the same wall clock, if the offset had not changed yet
	second := at.Add(time.Duration(now-after) * time.Second)
	_, a := first.Zone()
	_, b := second.Zone()
	if a == before && b == after && before > after {
		return first, Twice
	}
	return at, Zoneless
}

// named is the zone of +0200, -05:30, Z, UTC or the like.
func (t *times) named(b []byte) (*time.Location, bool) {
	if len(b) == 1 && (b[0]|0x20) == 'z' || string(b) == "UTC" || string(b) == "GMT" {
		return time.UTC, true
	}
	if len(b) != 5 && (len(b) != 6 || b[3] != ':') || b[0] != '+' && b[0] != '-' {
		return nil, false
	}
	h, m := two(b[1:]), two(b[len(b)-2:])
	if h < 0 || h > 14 || m < 0 || m > 59 {
		return nil, false
	}
	shift := h*3600 + m*60
	if b[0] == '-' {
		shift = -shift
	}
	if shift == 0 {
		return time.UTC, true
	}
	if t.zone == nil || t.shift != shift {
		t.zone, t.shift = time.FixedZone("", shift), shift
	}
	return t.zone, true
}
