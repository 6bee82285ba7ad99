package tally

import (
	"maps"
	"slices"
)

// Answers counts what was answered in one stretch of time.
type Answers struct {
	Accepted, Refused, Forbidden, Limited, Redirected, Failed, Missing, Static int64
}

func (a *Answers) add(b *Answers) {
	a.Accepted += b.Accepted
	a.Refused += b.Refused
	a.Forbidden += b.Forbidden
	a.Limited += b.Limited
	a.Redirected += b.Redirected
	a.Failed += b.Failed
	a.Missing += b.Missing
	a.Static += b.Static
}

// widths of a bucket, in minutes; each divides the next, so that widening adds whole buckets and depends on no order.
var widths = []uint32{1, 5, 15, 60, 240, 1440, 10080}

// Times is the number of answers over time, in buckets of Width minutes, the narrowest with which there are at most 4,096.
type Times struct {
	Width uint32
	At    map[uint32]*Answers // by the bucket's first minute, in minutes of Unix time
}

func (t *Times) at(minute uint32) *Answers {
	m := minute - minute%t.Width
	a := t.At[m]
	if a == nil {
		a = &Answers{}
		t.At[m] = a
		if len(t.At) > maxMinutes {
			t.settle()
			return t.at(minute)
		}
	}
	return a
}

func (t *Times) settle() {
	for len(t.At) > maxMinutes && t.Width != widths[len(widths)-1] {
		t.widen(widths[slices.Index(widths, t.Width)+1])
	}
}

func (t *Times) widen(to uint32) {
	if to <= t.Width {
		return
	}
	old := t.At
	t.Width, t.At = to, make(map[uint32]*Answers, len(old)/2)
	for m, a := range old {
		m -= m % to
		if b := t.At[m]; b != nil {
			b.add(a)
		} else {
			t.At[m] = a
		}
	}
}

func (t *Times) merge(o *Times) {
	w := max(t.Width, o.Width)
	t.widen(w)
	o.widen(w)
	for m, a := range o.At {
		if b := t.At[m]; b != nil {
			b.add(a)
		} else {
			t.At[m] = a
		}
	}
	t.settle()
}

// Minutes are the first minutes of the buckets, in order.
func (t *Times) Minutes() []uint32 { return slices.Sorted(maps.Keys(t.At)) }

// Moment is what happened in one minute: how often, and in which of its seconds.
type Moment struct {
	Minute  uint32
	N       uint32
	Seconds uint64 // bit s is second s
}

// Series is moments in order of time.
type Series []Moment

func (s Series) add(minute uint32, second int, n uint32) Series {
	bit := uint64(1) << second
	if k := len(s) - 1; k >= 0 && s[k].Minute == minute {
		s[k].N += n
		s[k].Seconds |= bit
		return s
	} else if k < 0 || s[k].Minute < minute {
		return append(s, Moment{minute, n, bit})
	}
	i, ok := slices.BinarySearchFunc(s, minute, func(m Moment, at uint32) int { return int(m.Minute) - int(at) })
	if ok {
		s[i].N += n
		s[i].Seconds |= bit
		return s
	}
	return slices.Insert(s, i, Moment{minute, n, bit})
}

func (s Series) merge(o Series) Series {
	if len(s) == 0 {
		return o
	}
	out := make(Series, 0, len(s)+len(o))
	for len(s) > 0 && len(o) > 0 {
		switch a, b := s[0], o[0]; {
		case a.Minute < b.Minute:
			out, s = append(out, a), s[1:]
		case b.Minute < a.Minute:
			out, o = append(out, b), o[1:]
		default:
			out = append(out, Moment{a.Minute, a.N + b.N, a.Seconds | b.Seconds})
			s, o = s[1:], o[1:]
		}
	}
	return append(append(out, s...), o...)
}

// Sum is how often it happened.
func (s Series) Sum() int64 {
	n := int64(0)
	for _, m := range s {
		n += int64(m.N)
	}
	return n
}
