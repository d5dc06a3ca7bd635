// Package paths finds the elements of large lists by their paths, which the elements have and which are held nowhere
// else: of a plan there may be a million, and each of several things is known of it. It is pure.
package paths

import (
	"hash/maphash"
	"iter"
	"slices"

	"treaty/plan/tree"
)

// Index finds the elements of a list that have a path. Of a million of them it holds only where they are, and a hash
// each: the paths are the elements' own. The zero value has none.
type Index struct {
	pathOf func(place int) tree.Path
	slots  []slot // one in three is free at least
	used   int
}

// slot holds the place of an element and the hash of its path, 0 where it is free.
type slot struct {
	hash  uint32
	place int32
}

// New is of a list of which the element at a place has some path; about so many are to be added.
func New(many int, pathOf func(place int) tree.Path) *Index {
	return &Index{pathOf: pathOf, slots: make([]slot, roomFor(many))}
}

// roomFor is how many slots so many elements need.
func roomFor(many int) int { return many + many/2 + 2 }

var seed = maphash.MakeSeed()

// hashed is a hash that no slot has which is free.
func hashed(path tree.Path) uint32 { return max(1, uint32(maphash.String(seed, string(path)))) }

// Add adds the element at a place.
func (x *Index) Add(place int) {
	if x.used++; roomFor(x.used) > len(x.slots) {
		former := x.slots
		x.slots = make([]slot, roomFor(2*x.used))
		for _, s := range former {
			if s.hash != 0 {
				x.put(s)
			}
		}
	}
	x.put(slot{hashed(x.pathOf(place)), int32(place)})
}

func (x *Index) put(s slot) {
	n := x.home(s.hash)
	for x.slots[n].hash != 0 {
		n = x.next(n)
	}
	x.slots[n] = s
}

// each are the places of the elements that have a path, in no order.
func (x *Index) each(path tree.Path) iter.Seq[int] {
	return func(yield func(int) bool) {
		if x == nil || x.used == 0 {
			return
		}
		hash := hashed(path)
		for n := x.home(hash); x.slots[n].hash != 0; n = x.next(n) {
			place := int(x.slots[n].place)
			if x.slots[n].hash == hash && x.pathOf(place) == path && !yield(place) {
				return
			}
		}
	}
}

// All appends to places those of the elements that have a path, in their order in the list.
func (x *Index) All(places []int, path tree.Path) []int {
	from := len(places)
	for place := range x.each(path) {
		places = append(places, place)
	}
	slices.Sort(places[from:])
	return places
}

// Last is the last place of an element that has a path, false where there is none.
func (x *Index) Last(path tree.Path) (last int, found bool) {
	for place := range x.each(path) {
		last, found = max(last, place), true
	}
	return last, found
}

// Has tells whether an element has a path.
func (x *Index) Has(path tree.Path) bool {
	_, found := x.Last(path)
	return found
}

// home is where an element with that hash is looked for first.
func (x *Index) home(hash uint32) int { return int(uint64(hash) * uint64(len(x.slots)) >> 32) }

func (x *Index) next(n int) int {
	if n++; n == len(x.slots) {
		n = 0
	}
	return n
}
