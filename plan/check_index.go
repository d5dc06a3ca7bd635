package plan

import (
	"hash/maphash"
	"iter"
)

// index finds elements of a plan by the hash of something that they have, such as a path. Of a million of them it holds
// only where they are: who asks finds in the plan which of the candidates have just that.
type index struct {
	slots []slot // a power of two of them, one in three free at least
	used  int
}

// slot holds an element; hash is 0 where it is free.
type slot struct {
	hash uint32
	at   element
}

var seed = maphash.MakeSeed()

// hashed is a hash that no slot has which is free.
func hashed[T comparable](of T) uint32 { return max(1, uint32(maphash.Comparable(seed, of))) }

// candidates are the elements with that hash.
func (x *index) candidates(hash uint32) iter.Seq[element] {
	return func(yield func(element) bool) {
		for n := x.home(hash); len(x.slots) > 0 && x.slots[n].hash != 0; n = x.next(n) {
			if x.slots[n].hash == hash && !yield(x.slots[n].at) {
				return
			}
		}
	}
}

func (x *index) add(hash uint32, at element) {
	if 3*x.used >= 2*len(x.slots) {
		x.grow()
	}
	x.used++
	x.put(slot{hash, at})
}

func (x *index) put(s slot) {
	n := x.home(s.hash)
	for x.slots[n].hash != 0 {
		n = x.next(n)
	}
	x.slots[n] = s
}

func (x *index) grow() {
	former := x.slots
	x.slots = make([]slot, max(64, 2*len(former)))
	for _, s := range former {
		if s.hash != 0 {
			x.put(s)
		}
	}
}

// home is where an element with that hash is looked for first.
func (x *index) home(hash uint32) int { return int(hash) & (len(x.slots) - 1) }

func (x *index) next(n int) int { return (n + 1) & (len(x.slots) - 1) }
