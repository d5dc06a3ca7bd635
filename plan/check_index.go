package plan

import (
	"hash/maphash"
	"iter"
	"sort"
)

// index finds elements of a plan by something that they have, such as a path. Of a million of them it holds only where
// they are: who asks finds in the plan which of the candidates have just that. Operations that come in the order of
// their keys, as treaty writes them, are found by that order; all others by a hash.
type index[K comparable] struct {
	// keyOf is the key under which an operation was added, and order that of the keys: 0 of equal ones alone.
	keyOf func(element) K
	order func(a, b K) int
	// run are operations with growing keys, of which last is the largest.
	run   places
	last  K
	slots []slot // a power of two of them, one in three free at least
	used  int
}

// places are growing elements, of which many follow each other: of these it holds only where they begin.
type places struct {
	begin []beginning
	count int
}

// beginning is where some begin that follow each other, behind so many before.
type beginning struct {
	at     element
	before int32
}

func (p *places) add(at element) {
	if n := len(p.begin); n == 0 || at != p.begin[n-1].at+element(p.count)-element(p.begin[n-1].before) {
		p.begin = append(p.begin, beginning{at, int32(p.count)})
	}
	p.count++
}

func (p *places) at(n int) element {
	of := sort.Search(len(p.begin), func(i int) bool { return int(p.begin[i].before) > n }) - 1
	return p.begin[of].at + element(n) - element(p.begin[of].before)
}

// slot holds an element; hash is 0 where it is free.
type slot struct {
	hash uint32
	at   element
}

var seed = maphash.MakeSeed()

// hashed is a hash that no slot has which is free.
func hashed[T comparable](of T) uint32 { return max(1, uint32(maphash.Comparable(seed, of))) }

// candidates are the elements with that key, and perhaps others.
func (x *index[K]) candidates(key K) iter.Seq[element] {
	return func(yield func(element) bool) {
		if at, found := x.inRun(key); found && !yield(at) || len(x.slots) == 0 {
			return
		}
		hash := hashed(key)
		for n := x.home(hash); x.slots[n].hash != 0; n = x.next(n) {
			if x.slots[n].hash == hash && !yield(x.slots[n].at) {
				return
			}
		}
	}
}

// inRun is the operation of the run with that key.
func (x *index[K]) inRun(key K) (element, bool) {
	if x.isNext(key) {
		return 0, false
	}
	n, found := sort.Find(x.run.count, func(n int) int { return x.order(key, x.keyOf(x.run.at(n))) })
	if !found {
		return 0, false
	}
	return x.run.at(n), true
}

// isNext tells whether a key is behind all of the run.
func (x *index[K]) isNext(key K) bool { return x.run.count == 0 || x.order(x.last, key) < 0 }

func (x *index[K]) add(key K, at element) {
	if at >= 0 && x.isNext(key) {
		x.run.add(at)
		x.last = key
		return
	}
	if 3*x.used >= 2*len(x.slots) {
		x.grow()
	}
	x.used++
	x.put(slot{hashed(key), at})
}

func (x *index[K]) put(s slot) {
	n := x.home(s.hash)
	for x.slots[n].hash != 0 {
		n = x.next(n)
	}
	x.slots[n] = s
}

func (x *index[K]) grow() {
	former := x.slots
	x.slots = make([]slot, max(64, 2*len(former)))
	for _, s := range former {
		if s.hash != 0 {
			x.put(s)
		}
	}
}

// home is where an element with that hash is looked for first.
func (x *index[K]) home(hash uint32) int { return int(hash) & (len(x.slots) - 1) }

func (x *index[K]) next(n int) int { return (n + 1) & (len(x.slots) - 1) }
