package message

import (
	"strings"
)

// stamped reports that a line begins as records of a log do: with a time (and what stands around it), a level, a bracket
// with either, a brace of JSON, or key=value.
func stamped(line string) bool {
	if line == "" || line[0] == ' ' || line[0] == '\t' {
		return false
	}
	line = unwrapped(cut(line, 400))
	if line == "" {
		return false
	}
	for _, p := range []string{"Started ", "Processing by ", "Completed ", "Filter chain halted"} { // Rails
		if strings.HasPrefix(line, p) {
			return true
		}
	}
	if len(line) > 6 && line[1:4] == ", [" && timeLen(line[4:]) > 0 { // Ruby's Logger
		return true
	}
	return timeLen(line) > 0 || levelAt(line) != "" || klog(line) || line[0] == '{' && strings.Contains(line, "\":") || line[0] == '[' && bracketed(line)
}

// timeLen is the length of the time that s begins with, 0 when it begins with none: ISO 8601 and RFC 3339, nginx' slashes,
// syslog, Apache's and Common Log's, a clock alone, a Unix time in brackets is not one.
func timeLen(s string) int {
	if s == "" {
		return 0
	}
	if s[0] == '[' || s[0] == '(' {
		if n := timeLen(s[1:]); n > 0 {
			return n + 1
		}
		return 0
	}
	i := 0
	switch {
	case len(s) >= 10 && digits(s[:4]) && (s[4] == '-' || s[4] == '/') && digits(s[5:7]) && s[7] == s[4] && digits(s[8:10]):
		i = 10
	case len(s) >= 8 && digits(s[:2]) && s[2] == ':' && digits(s[3:5]) && s[5] == ':' && digits(s[6:8]):
		i = 0
	case len(s) >= 11 && digits(s[:2]) && (s[2] == '/' || s[2] == '-' || s[2] == ' ' || s[2] == '.') && (letter(s[3]) && letter(s[4]) || digits(s[3:5])):
		i = strings.IndexAny(s, " :")
		if s[2] == ' ' {
			i = min(11, len(s))
		}
		if i < 8 {
			return 0
		}
		if i < len(s) && s[i] == ':' { // 08/Jun/2020:06:49:01
			i++
		}
		if !clock(s[min(len(s), i):]) && !clock(strings.TrimLeft(s[min(len(s), i):], " ")) {
			return 0
		}
	case len(s) >= 15 && letter(s[0]) && letter(s[1]) && letter(s[2]):
		j := strings.IndexByte(s[:min(len(s), 24)], ':') // Nov 22 10:00:00, Wed Nov 05 21:54:18, Tue, 19 Apr 2016 15:36:40
		if j < 6 || j+5 >= len(s) || !digits(s[j-2:j]) || !digits(s[j+1:j+3]) || s[j+3] != ':' {
			return 0
		}
		if !month(s[:3]) && !weekday(s[:3]) {
			return 0
		}
		return j + 6
	default:
		return 0
	}
	for i < len(s) && (s[i] == 'T' || s[i] == ' ') && i < 12 {
		i++
	}
	if len(s) >= i+5 && digits(s[i:i+2]) && s[i+2] == ':' && digits(s[i+3:i+5]) {
		i += 5
		for i < len(s) && (digit(s[i]) || strings.IndexByte(":.,Z+", s[i]) >= 0 || s[i] == '-' && i+1 < len(s) && digit(s[i+1])) {
			i++
		}
	} else if i < 10 {
		return 0
	}
	return i
}

func clock(s string) bool {
	return len(s) >= 5 && digits(s[:2]) && s[2] == ':' && digits(s[3:5])
}

func digits(s string) bool {
	for i := range len(s) {
		if !digit(s[i]) {
			return false
		}
	}
	return s != ""
}

func month(s string) bool {
	return strings.Contains("JanFebMarAprMayJunJulAugSepOctNovDec", s)
}

func weekday(s string) bool { return strings.Contains("MonTueWedThuFriSatSun", s) }

var levels = []string{
	"TRACE", "DEBUG", "INFO", "NOTICE", "WARNING", "WARN", "ERROR", "ERR", "FATAL", "CRITICAL", "CRIT", "SEVERE", "ALERT", "EMERG", "FAILURE", "PANIC",
	"VRB", "DBG", "INF", "WRN", "FTL", "fail", "dbug", "VERBOSE", "trce", "LOG",
}

// levelAt is the level that s begins with, as written; "" when it begins with none. "Error: ..." alone is a message, not
// a level, unless it stands in capitals or in brackets.
func levelAt(s string) string {
	open := s != "" && (s[0] == '[' || s[0] == '<' || s[0] == '(')
	if open {
		s = s[1:]
	}
	n := 0
	for n < len(s) && letter(s[n]) {
		n++
	}
	if n < 3 || n > 8 {
		return ""
	}
	word := s[:n]
	for _, l := range levels {
		if !strings.EqualFold(word, l) {
			continue
		}
		rest := s[n:]
		switch {
		case open && rest != "" && strings.IndexByte("]>):|", rest[0]) >= 0, word == l && strings.HasPrefix(rest, ":"), word == strings.ToLower(l) && strings.HasPrefix(rest, ": "):
			return word
		case word == l && (strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "\t") || strings.HasPrefix(rest, "[")), word == "Debug" || word == "Info" || word == "Warning":
			return word
		}
	}
	return ""
}

// klog is the head of Kubernetes' logs: I0509 02:05:11.750695       6 reflector.go:125]
func klog(s string) bool {
	return len(s) > 20 && strings.IndexByte("IWEF", s[0]) >= 0 && digits(s[1:5]) && s[5] == ' ' && clock(s[6:])
}

// bracketed reports that s begins with [something] that a log puts in front: a level, a time, a thread, a module.
func bracketed(s string) bool {
	end := strings.IndexByte(s, ']')
	if end < 2 || end > 60 {
		return false
	}
	in := s[1:end]
	return timeLen(in) > 0 || levelAt(s) != "" || strings.HasPrefix(s[end:], "][") || strings.Contains(in, ":error") || strings.Contains(in, ":warn")
}

// continues reports that a line belongs to the record before it: blank, indented, a frame, a cause.
func continues(line string) bool {
	if line == "" || line[0] == ' ' || line[0] == '\t' || line[0] == '}' || line[0] == ')' || line[0] == ']' {
		return true
	}
	for _, p := range []string{"Caused by:", "Suppressed:", "at ", "--- End of", "... ", "Traceback (", "During handling of", "The above exception", "#", "Stack trace:", "thrown in", "│", "╵", "╷"} {
		if strings.HasPrefix(line, p) {
			return true
		}
	}
	return false
}
