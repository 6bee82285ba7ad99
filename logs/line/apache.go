package line

import (
	"fmt"
	"strings"
	"time"
)

// apacheSetters are the letters of mod_log_config's format strings. Source: "Custom Log Formats" of Apache's manual; varnishncsa
// takes the same ones.
var apacheSetters = map[string]setter{
	"h": setClient, "a": setClient, "{c}a": setClient, "l": nil, "p": checkPort, "u": setUser, "t": setCLF, "r": setRequest, "s": setStatus, ">s": setStatus,
	"<s": setStatus, "b": setSize, "B": setSize, "O": setSize, "v": setSite, "V": setHost, "m": setMethod, "U": setTarget, "q": setQuery,
	"H": setProto, "D": setUnit(time.Microsecond), "T": setUnit(time.Second), "{us}T": setUnit(time.Microsecond),
	"{ms}T": setUnit(time.Millisecond), "{s}T": setUnit(time.Second), "L": setRequestID,
	"{referer}i": setReferer, "{user-agent}i": setAgent, "{x-forwarded-for}i": setForwarded, "{host}i": setHost,
	"{x-request-id}i": setRequestID, "{x-request-id}o": setRequestID, "{unique_id}e": setRequestID, "{location}o": setLocation,
	"{ssl_protocol}x": setTLS, "{remote_user}e": setUser, "{varnish:handling}x": setCache, "{varnish:time_firstbyte}x": nil,
	"{sec}t": setUnix, "{msec}t": setUnixUnit(time.Millisecond), "{usec}t": setUnixUnit(time.Microsecond),
	"{%d/%b/%Y:%H:%M:%S %z}t": setCLF, "{%d/%b/%Y:%T %z}t": setCLF, "{%Y-%m-%dT%H:%M:%S%z}t": setISO, "{%Y-%m-%dT%T%z}t": setISO,
	"{%FT%T%z}t": setISO, "{%F %T}t": setISO, "{%Y-%m-%d %H:%M:%S}t": setISO, "{%Y-%m-%d %T}t": setISO, "{%Y-%m-%d %H:%M:%S %z}t": setISO,
}

// setQuery puts the query behind the path of %U; they stand side by side ("%U%q") and so in one buffer.
func setQuery(_ *times, l *Line, b []byte) bool {
	if len(b) > 0 && len(l.Target) > 0 && cap(l.Target) > len(l.Target) && &l.Target[:len(l.Target)+1][len(l.Target)] == &b[0] {
		l.Target = l.Target[:len(l.Target)+len(b)]
	}
	return true
}

func setUnixUnit(unit time.Duration) setter {
	return func(_ *times, l *Line, b []byte) bool {
		n, ok := number(b)
		if !ok || n > int64(1<<62/unit) {
			return false
		}
		d := time.Duration(n) * unit
		l.Time, l.Wall = time.Unix(int64(d/time.Second), int64(d%time.Second)).UTC(), Zoned
		return true
	}
}

// apacheFormat compiles the text of a LogFormat.
func apacheFormat(name, spec string) (*template, error) {
	t := &template{name: name}
	rest, lit := strings.ReplaceAll(spec, `\"`, `"`), ""
	if after, ok := strings.CutPrefix(rest, apacheHead); ok && (strings.HasPrefix(after, "%b") || strings.HasPrefix(after, "%B") || strings.HasPrefix(after, "%O")) {
		t.head, t.tail = strings.Count(apacheHead, "%")+1, after[2:] == apacheTail
	}
	seen := 0
	for rest != "" {
		if rest[0] != '%' {
			lit, rest = lit+rest[:1], rest[1:]
			continue
		}
		if strings.HasPrefix(rest, "%%") {
			lit, rest = lit+"%", rest[2:]
			continue
		}
		key, after, err := apacheKey(rest[1:])
		if err != nil {
			return nil, err
		}
		if key == "t" { // it brings brackets of its own
			lit, after = lit+"[", "]"+after
		}
		set, ok := apacheSetters[key]
		if ok {
			seen++
		}
		if n := len(t.steps); n == 0 {
			t.first = lit
		} else if t.steps[n-1].lit = lit; lit == "" {
			if !strings.HasSuffix(key, "q") {
				return nil, fmt.Errorf("LogFormat: nothing stands between two fields before %q, so nothing says where the first ends", rest)
			}
			t.steps[n-1].lit, t.steps[n-1].before = "?", true
		}
		s := step{set: set, quoted: strings.HasSuffix(lit, `"`)}
		t.steps, rest, lit = append(t.steps, s), after, ""
	}
	if seen < 2 {
		return nil, fmt.Errorf("LogFormat: no two fields in it that are known here: %q", spec)
	}
	t.steps[len(t.steps)-1].lit = lit
	return t, nil
}

// apacheKey reads one field of a format string behind its %: modifiers such as "!401," and ">", a name in braces, a
// letter.
func apacheKey(s string) (key, rest string, err error) {
	n := strings.IndexFunc(s, func(r rune) bool { return r != '!' && r != ',' && (r < '0' || r > '9') })
	if n > 0 {
		s = s[n:]
	}
	last := ""
	if strings.HasPrefix(s, ">") || strings.HasPrefix(s, "<") {
		last, s = s[:1], s[1:]
	}
	name := ""
	if strings.HasPrefix(s, "{") {
		in, after, ok := strings.Cut(s[1:], "}")
		if !ok {
			return "", "", fmt.Errorf("LogFormat: %%%s: expected a closing }", s)
		}
		name, s = in, after
	}
	if s == "" {
		return "", "", fmt.Errorf("LogFormat: it ends with a %% that has no letter")
	}
	letter := s[:1]
	if name != "" {
		if strings.Contains("ioexn", letter) {
			name = strings.ToLower(name)
		}
		for _, p := range []string{"begin:", "end:"} {
			name = strings.TrimPrefix(name, p)
		}
		return "{" + name + "}" + letter, s[1:], nil
	}
	if letter == "s" {
		letter = last + letter
	}
	return letter, s[1:], nil
}

func mustApache(name, spec string) *template {
	t, err := apacheFormat(name, spec)
	if err != nil {
		panic(err)
	}
	return t
}

// The formats that Debian's and Apache's own configurations name.
var (
	common = mustApache("common", `%h %l %u %t "%r" %>s %b`)
	vhost  = mustApache("vhost_combined", `%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"`)
	// vhostOnly is the older form of it, without the port.
	vhostOnly = mustApache("vhost_combined-noport", `%v %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"`)
)
