package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// spare is how large the heap may become before any of it is collected, in bytes: looking for garbage in a small
	// heap again and again takes longer than anything else that a walk does besides asking the system.
	spare = 32 << 20
	// garbage is how much a larger heap may grow, in percent of what lives, up to some bytes, and least how much in any
	// case. What lives is a plan then, mostly, and little comes and goes beside it: memory is worth more than the rare
	// collection.
	garbage = 20
	least   = 6
	most    = 16 << 20
	// ample is to how many bytes a heap may grow of which many live: that is an apply of so many files that what comes and
	// goes is worth the room. No walk holds as much, however large the trees are.
	ample = 80 << 20
	many  = 36 << 20
	// nearlyAll is how much stays of what is made while something large is read, in percent. Looking for garbage is in
	// vain then, up to a heap of so many bytes: of large where it is not within ample soon.
	nearlyAll = 80
	large     = 192 << 20
	// smallest is the heap that the runtime's percentages are of until there was a collection, in bytes.
	smallest = 4 << 20
)

// spareMemory sets when the heap is collected: from now on, and anew after each collection.
func spareMemory() {
	debug.SetGCPercent(growth(smallest, 0))
	last := heapNow()
	collected(func() {
		now := heapNow()
		debug.SetGCPercent(growth(now.live, now.stayed(last)))
		last = now
	})
}

// heap is what lives, and how much was made ever, in bytes.
type heap struct{ live, made uint64 }

func heapNow() heap {
	now := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(now)
	return heap{now[0].Value.Uint64(), now[1].Value.Uint64()}
}

// stayed is how much of what was made since an earlier heap still lives, in percent.
func (h heap) stayed(last heap) int {
	if h.live <= last.live || h.made <= last.made {
		return 0
	}
	return int(min(100, 100*(h.live-last.live)/(h.made-last.made)))
}

// growth is by how much a heap may grow of which so much lives, in percent, where so much stayed of what was made last.
func growth(live uint64, stayed int) int {
	if live = max(live, 1<<20); live < spare {
		return max(garbage, int(100*(spare-live)/live))
	}
	percent := max(least, min(garbage, int(100*most/live)))
	if many <= live && live < ample {
		percent = max(percent, int(100*(ample-live)/live))
	}
	if stayed >= nearlyAll && live < large {
		to := uint64(large)
		if live < ample-ample/8 {
			to = ample
		}
		percent = max(percent, min(100, int(100*(to-live)/live)))
	}
	return percent
}

// collected calls f after each collection.
func collected(f func()) {
	// A finalizer is called once the collection has found that nothing leads to what it is of.
	runtime.SetFinalizer(&struct{ of *byte }{}, func(any) {
		f()
		collected(f)
	})
}
