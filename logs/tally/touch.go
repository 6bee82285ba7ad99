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
	name    int    // where its name ends in Tally.names; it begins where the one before ends
	refused bool
	missing bool
	scanner bool
	isUser  bool
}

// maxTouches is how many wait.
const maxTouches = 64

// touch notes what a request changes of the party called name.
func (t *Tally) touch(name []byte, x touch) {
	if x.hash >= t.Parties.Door {
		return
	}
	if len(t.touches) == maxTouches {
		t.settle()
	}
	t.names = append(t.names, name[:min(len(name), maxText)]...)
	x.name = len(t.names)
	t.touches = append(t.touches, x)
}

// settle makes the touches that wait. It is called before anybody reads or cuts the table.
func (t *Tally) settle() {
	places := uint64(0)
	for i := range t.touches {
		places += uint64(t.Parties.index[t.Parties.slot(t.touches[i].hash)])
	}
	t.fetched = places // nobody needs it; the places are in the core's cache now
	from := 0
	for i := range t.touches {
		x := &t.touches[i]
		if p, fresh := t.Parties.take(x.hash); p != nil {
			if fresh {
				p.Name, p.IsUser = t.text(t.names[from:x.name]), x.isUser
			}
			p.change(x)
		}
		from = x.name
	}
	t.touches, t.names = t.touches[:0], t.names[:0]
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

// userHash tells a user from a client of the same name.
func userHash(user []byte) uint64 { return mix(mix(2^xxhash.Sum64(user)) ^ ofUser) }

var ofUser = xxhash.Sum64String("user")
