package tally

import (
	"cmp"
	"iter"
	"math"
	"math/bits"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// Table keeps the rows whose keys have the smallest hashes.
//
// Let h be the smallest hash at which the rows up to it are too many, or weigh too much. The table keeps the rows below h,
// and h is the door. Adding a row can only move h down, so a row that is kept at the end was kept from its first line on,
// and is complete; and h depends on the set of rows alone, not on their order. That is why parts can be merged.
//
// Nearly every line asks a table for a row, so the index is small enough for the core's own cache, and the rows stand side by
// side where the collector has little to follow.
type Table[V any] struct {
	Door uint64 // no row whose hash is this or above is kept

	index  []entry // by the first bits of the hash's product, the next free place where that is taken
	shift  uint    // brings these bits down; the index is 2^(64-shift) long
	hashes []uint64
	pieces [][]row[V] // in the order of hashes

	limit       int
	weightLimit int // 0: rows have no weight
	weigh       func(*V) int
	weight      int // of all rows, kept up to date by those who add to a row
}

// row is a row with its hash once more, so that whoever finds the one has fetched the other.
type row[V any] struct {
	hash  uint64
	value V
}

// entry says where the row of a hash stands: its number, counted from 1, in the low bits, and above it a mark of the hash, so
// that few rows of other hashes are looked at. 0 is a free entry.
type entry uint32

const (
	entryRow  entry = 1<<20 - 1 // the bits of the number
	mostRows        = 1 << 19   // that a table may be asked to hold, so that those that wait to be cut have a number as well
	pieceRows       = 512
)

// leastIndex is the length of the index of an empty table, as a power of two.
const leastIndex = 6

// NewTable makes an empty table of at most limit rows, and never more than half a million.
func NewTable[V any](limit int) *Table[V] {
	t := &Table[V]{Door: math.MaxUint64, limit: min(limit, mostRows)}
	t.resize(leastIndex)
	return t
}

// newWeighed makes an empty table of at most limit rows, which weigh at most weightLimit.
func newWeighed[V any](limit, weightLimit int, weigh func(*V) int) *Table[V] {
	t := NewTable[V](limit)
	t.weightLimit, t.weigh = weightLimit, weigh
	return t
}

// weighs is what v adds to the weight of the table.
func (t *Table[V]) weighs(v *V) int {
	if t.weigh == nil {
		return 0
	}
	return t.weigh(v)
}

// Share is the part of all keys that is kept: 1 when the table is whole.
func (t *Table[V]) Share() float64 {
	if t.Door == math.MaxUint64 {
		return 1
	}
	return float64(t.Door) / math.MaxUint64
}

// Whole reports that nothing was left out.
func (t *Table[V]) Whole() bool { return t.Door == math.MaxUint64 }

// Len is the number of rows.
func (t *Table[V]) Len() int { return len(t.hashes) }

// Distinct is the number of keys seen; above the bound an estimate whose standard error is 1/sqrt(rows kept).
func (t *Table[V]) Distinct() float64 { return float64(t.Len()) / t.Share() }

// Get gives the row of hash h, nil when there is none. It holds until the next Row or Trim.
func (t *Table[V]) Get(h uint64) *V {
	if _, r := t.find(h); r != nil {
		return &r.value
	}
	return nil
}

// Row gives the row of hash h, new or not; nil when it is not kept. It holds until the next Row or Trim.
func (t *Table[V]) Row(h uint64) *V {
	v, _ := t.take(h)
	return v
}

// take is Row, and says whether the row is new.
func (t *Table[V]) take(h uint64) (v *V, fresh bool) {
	if h >= t.Door {
		return nil, false
	}
	i, r := t.find(h)
	if r != nil {
		return &r.value, false
	}
	// An eighth more than the bound may wait, so that cutting is rare.
	if t.Len() >= t.limit+t.limit/8 || t.weightLimit > 0 && t.weight >= t.weightLimit+t.weightLimit/8 {
		t.Trim()
		if h >= t.Door {
			return nil, false
		}
		i, _ = t.find(h)
	}
	return t.add(i, h), true
}

// All gives the rows with their hashes, in no order that means anything.
func (t *Table[V]) All() iter.Seq2[uint64, *V] {
	return func(yield func(uint64, *V) bool) {
		for i, h := range t.hashes {
			if !yield(h, &t.at(i).value) {
				return
			}
		}
	}
}

// Sorted gives the hashes of the rows in order, for whoever needs the same order every time.
func (t *Table[V]) Sorted() []uint64 { return slices.Sorted(slices.Values(t.hashes)) }

func (t *Table[V]) at(i int) *row[V] { return &t.pieces[i/pieceRows][i%pieceRows] }

// slot is where h belongs in the index, when the place is free. The rows kept have small hashes, and some have hashes that begin
// alike; of the product all bits count.
func (t *Table[V]) slot(h uint64) uint64 { return h * spread >> t.shift }

const spread = 0x9e3779b97f4a7c15

// peek reads where the row of h most likely is, without asking whether it is. Of many peeks the core waits for all at once.
func (t *Table[V]) peek(h uint64) uint64 {
	if t.Len() == 0 {
		return 0
	}
	return t.at(max(int(t.index[t.slot(h)]&entryRow)-1, 0)).hash
}

// find gives the place in the index where h stands, or would, and its row, nil when there is none.
func (t *Table[V]) find(h uint64) (i uint64, r *row[V]) {
	mark := entry(h*spread&math.MaxUint32) &^ entryRow
	for i = t.slot(h); ; i = t.next(i) {
		e := t.index[i]
		if e == 0 {
			return i, nil
		}
		if e&^entryRow == mark {
			if r := t.at(int(e&entryRow) - 1); r.hash == h {
				return i, r
			}
		}
	}
}

// add makes the row of hash h, which has none and belongs at i in the index.
func (t *Table[V]) add(i, h uint64) *V {
	n := t.Len()
	if n/pieceRows == len(t.pieces) {
		t.pieces = append(t.pieces, make([]row[V], pieceRows))
	}
	t.hashes = append(t.hashes, h)
	r := t.at(n)
	r.hash = h
	t.enter(i, h, n)
	if 3*n >= 2*len(t.index) {
		t.resize(65 - t.shift)
	}
	return &r.value
}

// enter notes at i in the index that row n is that of hash h.
func (t *Table[V]) enter(i, h uint64, n int) {
	t.index[i] = entry(h*spread&math.MaxUint32)&^entryRow | entry(n+1)
}

// resize makes an index of 2^n entries.
func (t *Table[V]) resize(n uint) {
	t.shift, t.index = 64-n, make([]entry, 1<<n)
	for n, h := range t.hashes {
		i := t.slot(h)
		for t.index[i] != 0 {
			i = t.next(i)
		}
		t.enter(i, h, n)
	}
}

func (t *Table[V]) next(i uint64) uint64 { return (i + 1) & uint64(len(t.index)-1) }

// free frees the entry at i. What stands behind it because it was taken moves up.
func (t *Table[V]) free(i uint64) {
	last := uint64(len(t.index) - 1)
	for k := t.next(i); t.index[k] != 0; k = t.next(k) {
		// The entry at k may move to i when its slot does not lie behind i.
		if slot := t.slot(t.hashes[t.index[k]&entryRow-1]); (k-slot)&last >= (k-i)&last {
			t.index[i] = t.index[k]
			i = k
		}
	}
	t.index[i] = 0
}

// Trim moves the door to where the bounds are kept.
func (t *Table[V]) Trim() {
	if t.Len() > t.limit || t.heavy() {
		t.close(t.crossing())
	}
}

func (t *Table[V]) heavy() bool { return t.weightLimit > 0 && t.weight > t.weightLimit }

// close moves the door down to h, and lets go of the rows behind it. The last row takes the place of one that goes.
func (t *Table[V]) close(h uint64) {
	if h >= t.Door {
		return
	}
	t.Door = h
	for n := 0; n < t.Len(); {
		if t.hashes[n] < t.Door {
			n++
			continue
		}
		i, r := t.find(t.hashes[n])
		t.weight -= t.weighs(&r.value)
		t.free(i)
		end := t.Len() - 1
		last := t.at(end)
		if n < end {
			i, _ := t.find(last.hash)
			t.enter(i, last.hash, n)
			*r, t.hashes[n] = *last, last.hash
		}
		*last = row[V]{}
		t.hashes = t.hashes[:end]
	}
}

// crossing is the smallest hash at which the rows up to it are too many, or weigh too much. Rows are counted by the first bits
// of their hashes, so that only few have to be sorted.
func (t *Table[V]) crossing() uint64 {
	type pile struct{ rows, weight int }
	piles := make([]pile, 4096)
	shift := max(0, bits.Len64(slices.Max(t.hashes))-12)
	heavy := t.heavy() // else all rows together are light enough, and so are some of them
	weight := func(n int) int {
		if !heavy {
			return 0
		}
		return t.weighs(&t.at(n).value)
	}
	for n, h := range t.hashes {
		p := &piles[h>>shift]
		p.rows++
		p.weight += weight(n)
	}
	var below pile
	over := func(rows, weight int) bool {
		return below.rows+rows > t.limit || t.weightLimit > 0 && below.weight+weight > t.weightLimit
	}
	n := 0
	for ; !over(piles[n].rows, piles[n].weight); n++ {
		below.rows += piles[n].rows
		below.weight += piles[n].weight
	}
	type weighed struct {
		hash   uint64
		weight int
	}
	var here []weighed
	for i, h := range t.hashes {
		if h>>shift == uint64(n) {
			here = append(here, weighed{h, weight(i)})
		}
	}
	slices.SortFunc(here, func(a, b weighed) int { return cmp.Compare(a.hash, b.hash) })
	for _, r := range here {
		if over(1, r.weight) {
			return r.hash
		}
		below.rows++
		below.weight += r.weight
	}
	return t.Door // not reached: the whole pile was too much
}

// Merge adds the rows of o, which must not be used afterwards; join adds b to a of the same key.
func (t *Table[V]) Merge(o *Table[V], join func(a, b *V)) {
	t.close(o.Door)
	for h, theirs := range o.All() {
		mine, fresh := t.take(h)
		if mine == nil {
			continue
		}
		before := 0
		if fresh {
			*mine = *theirs
		} else {
			before = t.weighs(mine)
			join(mine, theirs)
		}
		t.weight += t.weighs(mine) - before
	}
	t.Trim()
}

// hash is the same on every machine and in every run; it has to be, for parts to fit together.
func hash(parts ...[]byte) uint64 {
	h := uint64(len(parts))
	for _, p := range parts {
		h = mix(h ^ xxhash.Sum64(p))
	}
	return h
}

// mix is the finalizer of splitmix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
