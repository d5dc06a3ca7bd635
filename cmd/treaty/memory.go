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
	// smallest is the heap that the runtime's percentages are of until there was a collection, in bytes.
	smallest = 4 << 20
)

// spareMemory sets when the heap is collected: from now on, and anew after each collection.
func spareMemory() {
	debug.SetGCPercent(growth(smallest))
	collected(func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		debug.SetGCPercent(growth(live[0].Value.Uint64()))
	})
}

// growth is by how much a heap may grow of which so much lives, in percent.
func growth(live uint64) int {
	if live = max(live, 1<<20); live >= spare {
		return max(least, min(garbage, int(100*most/live)))
	}
	return max(garbage, int(100*(spare-live)/live))
}

// collected calls f after each collection.
func collected(f func()) {
	// A finalizer is called once the collection has found that nothing leads to what it is of.
	runtime.SetFinalizer(&struct{ of *byte }{}, func(any) {
		f()
		collected(f)
	})
}
