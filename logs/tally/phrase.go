package tally

import (
	"bytes"

	"github.com/why401/why401/logs/line"
)

// maxSaid is how much of a sentence is kept.
const maxSaid = 480

// phrase takes a line of an error log, or an event.
func (t *Tally) phrase(l *line.Line) {
	said := bytes.TrimSpace(l.Message)
	if len(said) == 0 && len(l.Code) == 0 {
		return
	}
	if len(said) > maxSaid {
		said = said[:maxSaid]
	}
	user := l.User
	if len(user) == 0 {
		user = userIn(said)
	}
	id := l.RequestID
	if len(id) == 0 {
		id = idIn(said)
	}
	client := clientOf(l)
	t.buf = appendPattern(t.buf[:0], said, user, id)
	h := hash(t.buf, l.Code, client, user)
	t.told(id, h)
	p := t.Phrases.Row(h)
	if p == nil {
		return
	}
	before := len(p.Times)
	at := l.Time.Unix()
	here := t.place(l)
	if before == 0 {
		p.Code, p.Level, p.Text = t.text(l.Code), t.text(l.Level), t.text(t.buf)
		p.Client, p.User, p.Event = t.text(client), t.text(user), l.Kind == line.Event
	}
	if len(p.Places) == 0 || here.before(p.Places[0]) {
		p.Said = string(said)
	}
	p.Times = p.Times.add(uint32(at/60), int(at%60), 1)
	t.Phrases.weight += len(p.Times) - before
	p.Places = keepFirst(p.Places, here)
}

// userIn is the name in `user "anna": password mismatch` and `AH01617: user anna: authentication failure`.
func userIn(said []byte) []byte {
	i := bytes.Index(said, []byte("user "))
	if i < 0 || i > 60 {
		return nil
	}
	rest := said[i+len("user "):]
	if len(rest) > 0 && (rest[0] == '"' || rest[0] == '\'') {
		if j := bytes.IndexByte(rest[1:], rest[0]); j > 0 {
			return rest[1 : 1+j]
		}
		return nil
	}
	if j := bytes.IndexAny(rest, ": "); j > 0 && j < 80 && (rest[j] == ':' || bytes.HasPrefix(rest[j:], []byte(" not found"))) {
		return rest[:j]
	}
	return nil
}

// appendPattern writes a sentence with what changes from line to line taken out: quoted text, numbers, addresses, the
// user's name, the request's id, and what nginx adds about the request.
func appendPattern(to, said, user, id []byte) []byte {
	for _, tail := range [][]byte{[]byte(", client: "), []byte(", referer: ")} {
		if i := bytes.Index(said, tail); i > 0 {
			said = said[:i]
		}
	}
	for i := 0; i < len(said); {
		c := said[i]
		if len(user) > 0 && c == user[0] && bytes.HasPrefix(said[i:], user) {
			to = append(to, '*')
			i += len(user)
			continue
		}
		if len(id) > 0 && c == id[0] && bytes.HasPrefix(said[i:], id) {
			to = append(to, '#')
			i += len(id)
			continue
		}
		if c == '"' || c == '\'' || c == '`' {
			if j := bytes.IndexByte(said[i+1:], c); j >= 0 && (c == '"' || i == 0 || said[i-1] == ' ') {
				to = append(to, c, '*', c)
				i += j + 2
				continue
			}
		}
		if c >= '0' && c <= '9' && (i == 0 || !isLetter(said[i-1])) {
			j := i
			for j < len(said) && (said[j] >= '0' && said[j] <= '9' || said[j] == '.' || said[j] == ':' || isHex(said[j])) {
				j++
			}
			to = append(to, '#')
			i = j
			continue
		}
		to = append(to, c)
		i++
	}
	return to
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }
func isHex(c byte) bool    { return c|0x20 >= 'a' && c|0x20 <= 'f' }
