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
// Nearly every line asks a table for a row, so a look costs two reads of memory, and the rows stand side by side where the
// collector has little to follow.
type Table[V any] struct {
	Door uint64 // no row whose hash is this or above is kept

	index  []entry // by a part of the hash's product, the next free place where that is taken; a power of two long
	hashes []uint64
	pieces [][]V // rows in the order of hashes, pieceRows in each

	limit, weightLimit int
	weight             int // of all rows, kept up to date by those who add to a row
}

// entry says where the row of a hash stands.
type entry struct {
	hash uint64
	n    uint32 // its place in hashes, counted from 1; 0: the entry is free
}

const pieceRows = 512

// NewTable makes an empty table of at most limit rows, which weigh at most weightLimit; 0 is no limit of weight.
func NewTable[V any](limit, weightLimit int) *Table[V] {
	return &Table[V]{Door: math.MaxUint64, index: make([]entry, 64), limit: limit, weightLimit: weightLimit}
}

// weighty is a row of a table that has a limit of weight.
type weighty interface{ weighs() int }

// weighs is what v adds to the weight of the table.
func (t *Table[V]) weighs(v *V) int {
	if t.weightLimit == 0 {
		return 0
	}
	return any(v).(weighty).weighs()
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
	if n := t.index[t.find(h)].n; n > 0 {
		return t.at(int(n) - 1)
	}
	return nil
}

// Row gives the row of hash h, new or not; nil when it is not kept. It holds until the next Row or Trim.
func (t *Table[V]) Row(h uint64) *V {
	v, _ := t.row(h)
	return v
}

func (t *Table[V]) row(h uint64) (v *V, fresh bool) {
	if h >= t.Door {
		return nil, false
	}
	i := t.find(h)
	if n := t.index[i].n; n > 0 {
		return t.at(int(n) - 1), false
	}
	// A quarter more than the bound may wait, so that cutting is rare.
	if t.Len() >= t.limit+t.limit/4 || t.weightLimit > 0 && t.weight >= t.weightLimit+t.weightLimit/4 {
		t.Trim()
		if h >= t.Door {
			return nil, false
		}
		i = t.find(h)
	}
	return t.add(i, h), true
}

// All gives the rows with their hashes, in no order that means anything.
func (t *Table[V]) All() iter.Seq2[uint64, *V] {
	return func(yield func(uint64, *V) bool) {
		for i, h := range t.hashes {
			if !yield(h, t.at(i)) {
				return
			}
		}
	}
}

// Sorted gives the hashes of the rows in order, for whoever needs the same order every time.
func (t *Table[V]) Sorted() []uint64 { return slices.Sorted(slices.Values(t.hashes)) }

func (t *Table[V]) at(i int) *V { return &t.pieces[i/pieceRows][i%pieceRows] }

// find gives the place in the index where h stands, or would.
func (t *Table[V]) find(h uint64) int {
	last := len(t.index) - 1
	// The rows kept have small hashes, and some have hashes that begin alike; of the product all bits count.
	i := int(h * 0x9e3779b97f4a7c15 >> (64 - bits.Len(uint(last))))
	for t.index[i].n > 0 && t.index[i].hash != h {
		i = (i + 1) & last
	}
	return i
}

// add makes the row of hash h, which has none and belongs at i in the index.
func (t *Table[V]) add(i int, h uint64) *V {
	n := t.Len()
	t.hashes = append(t.hashes, h)
	t.index[i] = entry{h, uint32(n + 1)}
	if n/pieceRows == len(t.pieces) {
		t.pieces = append(t.pieces, make([]V, pieceRows))
	}
	if 3*n >= 2*len(t.index) {
		t.index = make([]entry, 2*len(t.index))
		t.reindex()
	}
	return t.at(n)
}

func (t *Table[V]) reindex() {
	for n, h := range t.hashes {
		t.index[t.find(h)] = entry{h, uint32(n + 1)}
	}
}

// Trim moves the door to where the bounds are kept.
func (t *Table[V]) Trim() {
	if t.Len() > t.limit || t.weightLimit > 0 && t.weight > t.weightLimit {
		t.close(t.crossing())
	}
}

// close moves the door down to h, and lets go of the rows behind it.
func (t *Table[V]) close(h uint64) {
	if h >= t.Door {
		return
	}
	t.Door = h
	kept := 0
	for i, h := range t.hashes {
		if h < t.Door {
			if i > kept {
				t.hashes[kept], *t.at(kept) = h, *t.at(i)
			}
			kept++
		}
	}
	for i := kept; i < t.Len(); i++ {
		*t.at(i) = *new(V)
	}
	t.hashes = t.hashes[:kept]
	clear(t.index)
	t.reindex()
	t.weight = 0
	for i := range t.hashes {
		t.weight += t.weighs(t.at(i))
	}
}

// crossing is the smallest hash at which the rows up to it are too many, or weigh too much. Rows are counted by the first bits
// of their hashes, so that only few have to be sorted.
func (t *Table[V]) crossing() uint64 {
	type pile struct{ rows, weight int }
	piles := make([]pile, 4096)
	shift := max(0, bits.Len64(slices.Max(t.hashes))-12)
	for i, h := range t.hashes {
		p := &piles[h>>shift]
		p.rows++
		p.weight += t.weighs(t.at(i))
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
	type row struct {
		hash   uint64
		weight int
	}
	var here []row
	for i, h := range t.hashes {
		if h>>shift == uint64(n) {
			here = append(here, row{h, t.weighs(t.at(i))})
		}
	}
	slices.SortFunc(here, func(a, b row) int { return cmp.Compare(a.hash, b.hash) })
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
		mine, fresh := t.row(h)
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
