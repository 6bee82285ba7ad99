package line

import (
	"bytes"
	"time"
)

// The forms of time stamps. Each reads the whole of b.

// clf is the common log format's, 08/Jun/2020:06:49:01 +0000, and HAProxy's, 14/Jan/2015:12:48:57.127, which has no zone.
func (t *times) clf(l *Line, b []byte) bool {
	if len(b) < 20 || b[2] != '/' || b[6] != '/' || b[11] != ':' {
		return false
	}
	head, zone := b[:20], b[20:]
	frac := 0
	if len(zone) > 0 && zone[0] == '.' {
		var ok bool
		if frac, zone, ok = decimals(zone[1:]); !ok {
			return false
		}
	}
	if len(zone) > 0 && zone[0] == ' ' {
		zone = zone[1:]
	}
	if t.kept(head, zone) {
		l.Time, l.Wall = t.last, t.wall
	} else {
		h, m, s := clock(b[12:])
		at, w, ok := t.at(head, zone, two(b[7:])*100+two(b[9:]), month(b[3:]), two(b), h, m, s)
		if !ok {
			return false
		}
		l.Time, l.Wall = at, w
	}
	if frac != 0 {
		l.Time = l.Time.Add(time.Duration(frac))
	}
	return true
}

// iso is ISO 8601's and its kin, with "T", a blank or an underscore between, "/" or "-" in the date, a fraction behind a point or a
// comma, and a zone or none: 2021-12-08T14:02:43.587782192Z, 2021/09/30 09:23:53, 2024-01-01 10:00:00,123.
func (t *times) iso(l *Line, b []byte) bool {
	if len(b) < 19 || b[4] != b[7] || b[4] != '-' && b[4] != '/' || b[10] != 'T' && b[10] != ' ' && b[10] != '_' {
		return false
	}
	head, zone := b[:19], b[19:]
	frac := 0
	if len(zone) > 0 && (zone[0] == '.' || zone[0] == ',') {
		var ok bool
		if frac, zone, ok = decimals(zone[1:]); !ok {
			return false
		}
	}
	if len(zone) > 0 && zone[0] == ' ' {
		zone = zone[1:]
	}
	if t.kept(head, zone) {
		l.Time, l.Wall = t.last, t.wall
	} else {
		h, m, s := clock(b[11:])
		at, w, ok := t.at(head, zone, two(b)*100+two(b[2:]), time.Month(two(b[5:])), two(b[8:]), h, m, s)
		if !ok {
			return false
		}
		l.Time, l.Wall = at, w
	}
	if frac != 0 {
		l.Time = l.Time.Add(time.Duration(frac))
	}
	return true
}

// asctime is Apache's error log's: Thu Oct 13 12:24:49.880562 2022, the fraction or not.
func (t *times) asctime(l *Line, b []byte) bool {
	if len(b) < 24 || b[3] != ' ' || b[7] != ' ' || b[10] != ' ' {
		return false
	}
	rest, frac := b[19:], 0
	if rest[0] == '.' {
		var ok bool
		if frac, rest, ok = decimals(rest[1:]); !ok {
			return false
		}
	}
	if len(rest) != 5 || rest[0] != ' ' {
		return false
	}
	if !t.kept(b[:19], nil) {
		h, m, s := clock(b[11:])
		if _, _, ok := t.at(b[:19], nil, two(rest[1:])*100+two(rest[3:]), month(b[4:]), two(b[8:]), h, m, s); !ok {
			return false
		}
	}
	l.Time, l.Wall = t.last.Add(time.Duration(frac)), t.wall
	return true
}

// php is PHP's error log's: 22-Nov-2026 10:00:00 UTC, or Europe/Berlin, or no zone (PHP-FPM's own log), which may have a
// fraction.
func (t *times) php(l *Line, b []byte) bool {
	if len(b) < 20 || b[2] != '-' || b[6] != '-' || b[11] != ' ' {
		return false
	}
	head, zone, frac := b[:20], b[20:], 0
	if len(zone) > 0 && zone[0] == '.' {
		var ok bool
		if frac, zone, ok = decimals(zone[1:]); !ok {
			return false
		}
	}
	zone = bytes.TrimPrefix(zone, []byte{' '})
	if len(zone) > 0 && string(zone) != "UTC" {
		return t.tz(l, head, zone, frac)
	}
	if !t.kept(head, zone) {
		h, m, s := clock(b[12:])
		if _, _, ok := t.at(head, zone, two(b[7:])*100+two(b[9:]), month(b[3:]), two(b), h, m, s); !ok {
			return false
		}
	}
	l.Time, l.Wall = t.last.Add(time.Duration(frac)), t.wall
	return true
}

// tz reads a time of PHP's whose zone is a name of the tz database. A name that this machine does not know is no zone.
func (t *times) tz(l *Line, head, zone []byte, frac int) bool {
	if t.there == nil || t.there.name != string(zone) {
		c := Clock{Zone: t.local, Latest: t.latest}
		t.there = &elsewhere{name: string(zone)}
		if loc, err := time.LoadLocation(t.there.name); err == nil {
			c.Zone, t.there.known = loc, true
		}
		t.there.times = newTimes(c)
	}
	if !t.there.times.php(l, head) {
		return false
	}
	l.Time = l.Time.Add(time.Duration(frac))
	if t.there.known && l.Wall == Zoneless {
		l.Wall = Zoned
	}
	return true
}

// elsewhere reads times of another zone.
type elsewhere struct {
	name  string
	known bool
	times times
}

// syslog is RFC 3164's, Sep 15 16:13:46: no year, no zone. The year is the one that brings it closest before the newest time
// that the file can hold.
func (t *times) syslog(l *Line, b []byte) bool {
	if len(b) != 15 || b[3] != ' ' || b[6] != ' ' {
		return false
	}
	if !t.kept(b, nil) {
		h, m, s := clock(b[7:])
		year := t.latest.Year()
		at, _, ok := t.at(b, nil, year, month(b), two(b[4:]), h, m, s)
		if ok && at.After(t.latest.Add(24*time.Hour)) {
			_, _, ok = t.at(b, nil, year-1, month(b), two(b[4:]), h, m, s)
		}
		if !ok {
			return false
		}
	}
	l.Time, l.Wall = t.last, t.wall
	return true
}

// decimals reads the digits that b begins with as the fraction of a second, in nanoseconds, and gives what is behind them.
func decimals(b []byte) (ns int, rest []byte, ok bool) {
	n := 0
	for n < len(b) && b[n]-'0' <= 9 {
		n++
	}
	if n == 0 {
		return 0, b, false
	}
	ns, ok = fraction(b[:n])
	return ns, b[n:], ok
}
