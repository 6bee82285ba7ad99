package tally

import (
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// Table keeps the rows whose keys have the smallest hashes.
//
// Let h be the smallest hash at which the rows up to it are too many, or weigh too much. The table keeps the rows below h,
// and h is the door. Adding a row can only move h down, so a row that is kept at the end was kept from its first line on,
// and is complete; and h depends on the set of rows alone, not on their order. That is why parts can be merged.
type Table[V any] struct {
	Rows map[uint64]*V
	Door uint64 // no row whose hash is this or above is kept

	limit, weightLimit int
	weight             int // of all rows, kept up to date by those who add to a row
}

// NewTable makes an empty table of at most limit rows, which weigh at most weightLimit; 0 is no limit of weight.
func NewTable[V any](limit, weightLimit int) *Table[V] {
	return &Table[V]{Rows: map[uint64]*V{}, Door: math.MaxUint64, limit: limit, weightLimit: weightLimit}
}

// weighty is a row that can take more than one place.
type weighty interface{ weighs() int }

func weigh(v any) int {
	if w, ok := v.(weighty); ok {
		return w.weighs()
	}
	return 1
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

// Distinct is the number of keys seen; above the bound an estimate whose standard error is 1/sqrt(rows kept).
func (t *Table[V]) Distinct() float64 { return float64(len(t.Rows)) / t.Share() }

// Row gives the row of hash h, new or not; nil when it is not kept.
func (t *Table[V]) Row(h uint64) *V {
	if h >= t.Door {
		return nil
	}
	if v, ok := t.Rows[h]; ok {
		return v
	}
	// An eighth more than the bound may wait, so that cutting is rare.
	if len(t.Rows) >= t.limit+t.limit/8 || t.weightLimit > 0 && t.weight >= t.weightLimit+t.weightLimit/8 {
		t.Trim()
		if h >= t.Door {
			return nil
		}
	}
	v := new(V)
	t.Rows[h] = v
	return v
}

// Trim moves the door to where the bounds are kept.
func (t *Table[V]) Trim() {
	if len(t.Rows) <= t.limit && (t.weightLimit == 0 || t.weight <= t.weightLimit) {
		return
	}
	hashes := make([]uint64, 0, len(t.Rows))
	for h := range t.Rows {
		hashes = append(hashes, h)
	}
	slices.Sort(hashes)
	sum := 0
	for i, h := range hashes {
		w := 0
		if t.weightLimit > 0 {
			w = weigh(t.Rows[h])
		}
		if i < t.limit && (t.weightLimit == 0 || sum+w <= t.weightLimit) {
			sum += w
			continue
		}
		t.Door = h
		for _, h := range hashes[i:] {
			delete(t.Rows, h)
		}
		break
	}
	t.weight = sum
}

// Merge adds the rows of o, which must not be used afterwards; join adds b to a of the same key.
func (t *Table[V]) Merge(o *Table[V], join func(a, b *V)) {
	t.Door = min(t.Door, o.Door)
	for h := range t.Rows {
		if h >= t.Door {
			delete(t.Rows, h)
		}
	}
	for h, v := range o.Rows {
		if h >= t.Door {
			continue
		}
		if mine, ok := t.Rows[h]; ok {
			join(mine, v)
		} else {
			t.Rows[h] = v
		}
	}
	t.weight = 0
	if t.weightLimit > 0 {
		for _, v := range t.Rows {
			t.weight += weigh(v)
		}
	}
	t.Trim()
}

// Sorted gives the hashes of the rows in order, for whoever needs the same order every time.
func (t *Table[V]) Sorted() []uint64 {
	hashes := make([]uint64, 0, len(t.Rows))
	for h := range t.Rows {
		hashes = append(hashes, h)
	}
	slices.Sort(hashes)
	return hashes
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

func hashText(seed uint64, s string) uint64 { return mix(seed ^ xxhash.Sum64String(s)) }
