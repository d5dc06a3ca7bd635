package disk

import (
	"sync"

	"treaty/plan/tree"
)

// bundle are the changes that are asked for together, one right after the other: a directory in which several of them
// are was under its name when the one before was made.
type bundle struct {
	sync.Mutex
	open int
	// dir was found under its name, and counts as found for so many changes more.
	dir  tree.Path
	left int
}

// mostInARow is how many files are created in a directory by one look at whether it is what its name stands for: a
// millisecond's work at most.
const mostInARow = 16

// Bundle begins what is asked for together, until end is called. Where each change waits for the disk (SyncEach), a few
// take long, and each looks for itself.
func (t *swaps) Bundle() (end func()) {
	b := &t.bundle
	if t.opts.SyncEach {
		return func() {}
	}
	b.Lock()
	defer b.Unlock()
	b.open++
	return func() {
		b.Lock()
		defer b.Unlock()
		b.open--
		b.left = 0
	}
}

// renewNowAndThen is renew, but for what the same bundle has just created in the same directory.
//
// Race: that of enter, for as long as it takes to create that many files. Worst: the same, for these files; nothing
// is replaced by any.
func (t *swaps) renewNowAndThen(dir tree.Path) {
	if !t.bundle.counts(dir) {
		t.renew(dir)
		t.bundle.found(dir)
	}
}

// counts tells whether dir counts as found once more.
func (b *bundle) counts(dir tree.Path) bool {
	b.Lock()
	defer b.Unlock()
	if b.open == 0 || b.left == 0 || b.dir != dir {
		return false
	}
	b.left--
	return true
}

func (b *bundle) found(dir tree.Path) {
	b.Lock()
	defer b.Unlock()
	b.dir, b.left = dir, mostInARow-1
}
