package tally

import "github.com/cespare/xxhash/v2"

// touch is what one request changes of a client or a user.
//
// Nearly every request touches one, and the rows lie all over the memory. So touches wait until there are some dozens and are
// then made one after the other: the core fetches the next rows while it changes this one. Adding them up in another order
// than they came is the same.
type touch struct {
	hash    uint64
	at      int64  // of an acceptance, else 0
	routes  uint64 // of a refusal or a miss
	name    int    // where its name ends in touches.names; it begins where the one before ends
	refused bool
	missing bool
	scanner bool
	isUser  bool
}

// touches are those that wait.
type touches struct {
	list  [64]touch
	n     int
	names []byte
	seen  uint64
}

// touch makes a touch of the party that is called name; nil when its row is not kept.
func (t *Tally) touch(hash uint64, name []byte) *touch {
	if hash >= t.Parties.Door {
		return nil
	}
	w := &t.waiting
	if w.n == len(w.list) {
		t.settle()
	}
	w.names = append(w.names, name[:min(len(name), maxText)]...)
	x := &w.list[w.n]
	w.n++
	*x = touch{}
	x.hash, x.name = hash, len(w.names)
	return x
}

// settle makes the touches that wait. It is called before anybody reads or cuts the table.
func (t *Tally) settle() {
	w := &t.waiting
	list := w.list[:w.n]
	for i := range list {
		w.seen += t.Parties.peek(list[i].hash) // nobody needs the sum; the rows are near now
	}
	from := 0
	for i := range list {
		x := &list[i]
		if p, fresh := t.Parties.take(x.hash); p != nil {
			if fresh {
				p.Name, p.IsUser = t.text(w.names[from:x.name]), x.isUser
			}
			p.change(x)
		}
		from = x.name
	}
	w.n, w.names = 0, w.names[:0]
}

func (p *Party) change(x *touch) {
	switch {
	case x.at != 0:
		p.Accepted++
		if p.First == 0 || x.at < p.First {
			p.First = x.at
		}
		p.Last = max(p.Last, x.at)
		return
	case x.refused:
		p.Refused++
	case x.missing:
		p.Missing++
	}
	p.Routes |= x.routes
	p.Scanner = p.Scanner || x.scanner
}

// bitOf is the one of 64 bits that a route is counted by, of the hash of its path.
func bitOf(path uint64) uint64 { return 1 << (path & 63) }

// partyHash is where a client stands, of the hash of its address.
func partyHash(client uint64) uint64 { return mix(1 ^ client) }

// userHash is where a user stands, not a client of the same name, of the hash of the name.
func userHash(user uint64) uint64 { return mix(mix(2^user) ^ ofUser) }

var ofUser = xxhash.Sum64String("user")
