package tally

import (
	"bytes"
	"slices"

	"github.com/why401/why401/logs/line"
)

// Request is one request that was not served, known by the id that the servers on its way logged: it joins what was
// answered to what was said about it, whatever the clocks and whoever the client is in the other log.
type Request struct {
	Minute uint32   // of its first access line, 0 before there was one
	Kinds  []uint64 // rows of Refused or Other, in order; several where more than one server logs it
	Said   []uint64 // rows of Phrases, in order
}

// maxJoined is how many lines of a kind one request is joined to; those with the smallest hashes, so that their order does
// not count.
const maxJoined = 4

func join(list []uint64, h uint64) []uint64 {
	i, there := slices.BinarySearch(list, h)
	if there || i == maxJoined {
		return list
	}
	list = slices.Insert(list, i, h)
	return list[:min(len(list), maxJoined)]
}

func (r *Request) seen(minute uint32) {
	if r.Minute == 0 || minute < r.Minute {
		r.Minute = minute
	}
}

func (r *Request) merge(o *Request) {
	if o.Minute != 0 {
		r.seen(o.Minute)
	}
	for _, h := range o.Kinds {
		r.Kinds = join(r.Kinds, h)
	}
	for _, h := range o.Said {
		r.Said = join(r.Said, h)
	}
}

// answered notes that the request of l was answered as the kind says.
func (t *Tally) answered(l *line.Line, kind uint64) {
	if len(l.RequestID) == 0 {
		return
	}
	if r := t.Requests.Row(hash(l.RequestID)); r != nil {
		r.seen(uint32(l.Time.Unix() / 60))
		r.Kinds = join(r.Kinds, kind)
	}
}

// told notes that a sentence was said about the request with the id.
func (t *Tally) told(id []byte, phrase uint64) {
	if len(id) == 0 {
		return
	}
	if r := t.Requests.Row(hash(id)); r != nil {
		r.Said = join(r.Said, phrase)
	}
}

// idNames are what programs call a request's id in a sentence: Apache's mod_unique_id as ModSecurity writes it, and the
// usual names of log fields.
var idNames = [][]byte{[]byte("unique_id"), []byte("request_id"), []byte("request-id"), []byte("requestid"), []byte("req_id"), []byte("reqid"), []byte("correlation_id"), []byte("correlation-id"), []byte("trace_id")}

// idIn is the request's id in a sentence: [unique_id "aSHd3X8AAQEAAAb"], request_id=4f1c..., "X-Request-Id: 4f1c...".
func idIn(said []byte) []byte {
	for _, name := range idNames {
		i := indexFold(said, name)
		if i < 0 {
			continue
		}
		rest := bytes.TrimLeft(said[i+len(name):], "\"'")
		sep := bytes.TrimLeft(rest, " =:\"'[")
		if len(sep) == len(rest) {
			continue
		}
		n := 0
		for n < len(sep) && (isLetter(sep[n]) || sep[n] >= '0' && sep[n] <= '9' || bytes.IndexByte([]byte("-@.+/="), sep[n]) >= 0) {
			n++
		}
		if n >= 8 && n <= 128 && bytes.ContainsAny(sep[:n], "0123456789") {
			return sep[:n]
		}
	}
	return nil
}

// indexFold is bytes.Index for a lower-case ASCII sub, in whatever case b has it.
func indexFold(b, sub []byte) int {
	for i := 0; i+len(sub) <= len(b); i++ {
		if b[i]|0x20 == sub[0] && bytes.EqualFold(b[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}
