package transcript

import (
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

var (
	pySend   = lazyregexp.New(`^send: b?['"](.*)['"]$`)
	pyReply  = lazyregexp.New(`^reply: b?['"](HTTP/.*?)(?:\\r\\n)?['"]$`)
	pyHeader = lazyregexp.New(`^header: ([^:]+:.*)$`)
	apache   = lazyregexp.New(`(?:http-outgoing-\d+ |(?:[Ww]ire|headers?)\S*\s*(?:[:-]+ *)?)(>>|<<) ?"?(.*?)"?$`)
	ruby     = lazyregexp.New(`^(<-|->) "(.*)"$`)
	sunPairs = lazyregexp.New(`sun\.net\.www\.MessageHeader@\S+ pairs: (.*)$`)
	sunPair  = lazyregexp.New(`\{([^{}]*?): ([^{}]*)\}`)
	slashes  = strings.NewReplacer(`[\r]`, "", `[\n]`, "\n", `\r\n`, "\n", `\n`, "\n", `\r`, "", `\"`, `"`, `\'`, `'`, `\\`, `\`)
)

// wireLine reads a line in which a library quotes what it put on the wire or took from it, as events; end says that the
// header section ended with it.
func wireLine(s string) (out []event) {
	if len(s) < 8 {
		return nil
	}
	if s[0] == 's' || s[0] == 'r' || s[0] == 'h' {
		if m := pySend.FindStringSubmatch(s); m != nil {
			return message('>', 'U', slashes.Replace(m[1]))
		}
		if m := pyReply.FindStringSubmatch(s); m != nil {
			return message('<', 'D', m[1])
		}
		if m := pyHeader.FindStringSubmatch(s); m != nil {
			return []event{{'<', strings.TrimSpace(slashes.Replace(m[1]))}}
		}
	}
	if s[0] == '<' || s[0] == '-' {
		if m := ruby.FindStringSubmatch(s); m != nil {
			if m[1] == "<-" {
				return message('>', 'U', slashes.Replace(m[2]))
			}
			return message('<', 'D', slashes.Replace(m[2]))
		}
	}
	head := s[:min(len(s), 400)]
	if strings.Contains(head, ">>") || strings.Contains(head, "<<") {
		if m := apache.FindStringSubmatch(s); m != nil {
			text := strings.TrimSuffix(slashes.Replace(m[2]), "\n")
			if m[1] == ">>" {
				return message('>', 'U', text)
			}
			return message('<', 'D', text)
		}
	}
	if strings.Contains(head, "MessageHeader@") {
		if m := sunPairs.FindStringSubmatch(s); m != nil {
			return pairs(m[1])
		}
	}
	return nil
}

// message makes events of the lines of s, which may go on into the body.
func message(head, body byte, s string) []event {
	if strings.HasPrefix(s, "\n") || s == "" {
		return []event{{head, ""}}
	}
	section, rest, _ := strings.Cut(s, "\n\n")
	var out []event
	for l := range strings.SplitSeq(strings.TrimSuffix(section, "\n"), "\n") {
		out = append(out, event{head, l})
	}
	if rest != "" {
		out = append(out, event{head, ""}, event{body, rest})
	}
	return out
}

// pairs reads what Java's HttpURLConnection logs: {GET /x HTTP/1.1: null}{Accept: */*}.
func pairs(s string) []event {
	var out []event
	kind := byte('>')
	for _, m := range sunPair.FindAllStringSubmatch(s, 200) {
		switch {
		case m[2] == "null" && version(m[1][strings.LastIndexByte(m[1], ' ')+1:]):
			out = append(out, event{'>', m[1]})
		case m[1] == "null":
			kind = '<'
			out = append(out, event{'<', m[2]})
		default:
			out = append(out, event{kind, m[1] + ": " + m[2]})
		}
	}
	return out
}

// readWire reads the wire log of a library.
func readWire(t *talk, i int) int {
	ev := wireLine(t.ls[i].text)
	if !wireStart(ev) {
		return i
	}
	v := &verbose{t: t, who: "library"}
	t.call++
	n := i
	var ended [2]bool // the header section of the request, of the reply
	for skipped := 0; n < len(t.ls); n++ {
		s := t.ls[n].text
		ev := wireLine(s)
		if ev == nil {
			if skipped++; skipped > 3 || len(s) > 400 || t.ls[n].brk && n > i || commandLine(s) {
				break
			}
			continue
		}
		skipped = 0
		for _, e := range ev {
			k := 0
			if e.kind == '<' {
				k = 1
			}
			switch {
			case e.kind != '<' && e.kind != '>':
				v.event(n, e)
			case e.text == "":
				ended[k] = true
			case ended[k] && !wireStart([]event{e}):
				if k == 1 {
					v.event(n, event{'D', e.text})
				} else {
					v.event(n, event{'U', e.text})
				}
			default:
				ended[k] = false
				v.event(n, e)
			}
		}
	}
	v.flush()
	for n > i+1 && wireLine(t.ls[n-1].text) == nil {
		n--
	}
	return n
}

func wireStart(ev []event) bool {
	if len(ev) == 0 {
		return false
	}
	if _, _, _, ok := requestLine(ev[0].text); ok && ev[0].kind == '>' {
		return true
	}
	_, _, _, ok := statusLine(ev[0].text)
	return ok && ev[0].kind == '<'
}
