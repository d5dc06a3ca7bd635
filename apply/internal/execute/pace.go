package execute

import (
	"cmp"
	"sync"
	"time"
)

// pace is how many contents are staged at a time. It is told by measuring: two keep a quick device and two processors
// busy, and make the head of a slow disk go to and fro. Where less than quick is copied, the other number is tried for
// a group, and one at a time is kept where that copies clearly more, until it is time to try again. The zero value has
// measured nothing.
//
// A volume that is FAT-class gets one at a time, whatever is measured: such drivers choose a file's place while it is
// written, and two that are written at a time lie in pieces between each other, on a stick for good.
type pace struct {
	mu   sync.Mutex
	at   int            // how many at a time, 0 for stagers
	rate [stagers]int64 // what was copied in a second by so many (less one) when that was measured last, 0 for never
	held int            // groups since the other number was tried
}

const (
	// stagers is how many contents are staged at a time, at the most.
	stagers = 2
	// perFile is what a file of no content is counted as, in bytes: it is found, opened, made and named as well.
	perFile = 64 << 10
	// quick is how many bytes in a second no disk copies that has to move a head.
	quick = 256 << 20
	// A group of fewer bytes, or one that took less time, tells little.
	telling     = 8 << 20
	tellingTime = 20 * time.Millisecond
	// heldFor is how many groups go by before the other number is tried again.
	heldFor = 16
)

// width is how many contents are staged at a time.
func (p *pace) width() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return cmp.Or(p.at, stagers)
}

// took notes that so many bytes, perFile counted in, were staged so many at a time.
func (p *pace) took(width int, bytes int64, elapsed time.Duration) {
	if bytes < telling || elapsed < tellingTime {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	other := stagers + 1 - width
	p.rate[width-1] = int64(float64(bytes) / elapsed.Seconds())
	p.held++
	switch {
	case p.rate[stagers-1] >= quick:
		p.at = stagers
	case p.rate[other-1] == 0 || p.held > heldFor:
		p.at, p.held = other, 0
	case p.rate[0] > p.rate[stagers-1]+p.rate[stagers-1]/8:
		p.at = 1
	default:
		p.at = stagers
	}
}

// lane is which of those that stage at a time stages the task with number n of a group, where so many do. What crosses
// to another machine moves no head here.
func (s *stager) lane(n int, t *task, width int) int {
	switch {
	case s.Ends[t.Side].FAT:
		return 0
	case s.far(only(t.Side)):
		return n % stagers
	}
	return n % width
}
