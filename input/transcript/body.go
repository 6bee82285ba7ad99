package transcript

import "strings"

// starts reports that another message, or what a tool says around one, begins at line i.
func (t *talk) starts(i int) bool {
	s := t.ls[i].text
	if len(s) < 4 {
		return s == ">" || s == "<"
	}
	switch s[0] {
	case '*', '<', '>', '=', '{', '}':
		_, _, ok := mark(s)
		return ok
	case '-', ' ':
		return wgetStart.MatchString(s)
	case 'c', 'h', 'w', 's', '/', 'x', 'g':
		return commandLine(s) || strings.HasPrefix(s, "curl: (")
	}
	return strong(s)
}

// bodyEnd is the line behind the body that begins at line i: JSON ends with its last bracket, markup with the end tag
// of its root, other text at the first blank line. A fence and the start of another message end every body.
func (t *talk) bodyEnd(i int) int {
	first := strings.TrimSpace(t.ls[i].text)
	switch {
	case first == "":
		return i
	case first[0] == '{' || first[0] == '[':
		if k := t.jsonEnd(i); k > 0 {
			return k
		}
	case first[0] == '<':
		if k := t.markupEnd(i); k > 0 {
			return k
		}
	}
	k := i + 1
	for k < len(t.ls) && !t.ls[k].empty && !t.stops(k) {
		k++
	}
	return k
}

// maxBodyLines is how far the end of a body is looked for.
const maxBodyLines = 3000

// stops reports that a body cannot go on at line k.
func (t *talk) stops(k int) bool { return t.ls[k].brk || t.starts(k) }

func (t *talk) jsonEnd(i int) int {
	depth, str := 0, false
	for k := i; k < len(t.ls) && k < i+maxBodyLines && (k == i || !t.stops(k)); k++ {
		s := t.ls[k].text
		for j := 0; j < len(s); j++ {
			switch c := s[j]; {
			case str && c == '\\':
				j++
			case c == '"':
				str = !str
			case str:
			case c == '{' || c == '[':
				depth++
			case c == '}' || c == ']':
				depth--
			}
		}
		if depth <= 0 {
			return k + 1
		}
	}
	return 0
}

func (t *talk) markupEnd(i int) int {
	root, last := "", 0
	for k := i; k < len(t.ls) && k < i+maxBodyLines && (k == i || !t.stops(k)); k++ {
		s := strings.TrimSpace(t.ls[k].text)
		if root == "" {
			root = rootOf(s)
		}
		if strings.HasPrefix(s, "<") {
			last = k + 1
		}
		if root != "" && strings.Contains(strings.ToLower(s), "</"+root+">") {
			last = k + 1
			for last < len(t.ls) && !t.stops(last) && strings.HasPrefix(strings.TrimSpace(t.ls[last].text), "<") {
				last++ // the comments servers put behind a page
			}
			return last
		}
	}
	return last
}

// rootOf is the name of the first element in s, lower case.
func rootOf(s string) string {
	for n := 0; n < 8; n++ {
		k := strings.IndexByte(s, '<')
		if k < 0 || k+1 >= len(s) {
			return ""
		}
		s = s[k+1:]
		if s[0] == '?' || s[0] == '!' || s[0] == '/' {
			continue
		}
		e := strings.IndexAny(s, " \t>/")
		if e < 0 {
			e = len(s)
		}
		if e > 0 && e < 60 {
			return strings.ToLower(s[:e])
		}
	}
	return ""
}

// bodyLike reports a line with which a reply's body begins.
func bodyLike(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" {
		return false
	}
	switch s[0] {
	case '{', '[':
		return len(s) == 1 || strings.ContainsAny(s[1:min(len(s), 20)], "\"'{[]} ")
	case '<':
		return len(s) > 1 && (s[1] == '?' || s[1] == '!' || s[1] >= 'a' && s[1] <= 'z' || s[1] >= 'A' && s[1] <= 'Z')
	}
	return false
}

// noise reports what tools print for people: progress meters.
func noise(s string) bool {
	if len(s) > 200 {
		return false
	}
	u := strings.TrimSpace(s)
	return strings.HasPrefix(u, "% Total") || strings.HasPrefix(u, "Dload  Upload") || strings.Contains(u, "--:--:--") ||
		strings.HasPrefix(u, "Note: Unnecessary use of -X") || strings.HasPrefix(u, "Enter host password for user") ||
		strings.HasPrefix(u, "Warning: ") && strings.Contains(u, "curl")
}
