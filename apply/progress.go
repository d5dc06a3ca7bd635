package apply

import (
	"sync/atomic"

	"treaty/plan"
	"treaty/plan/scan"
)

// Progress is what an apply has done so far. It may be read at any time.
type Progress struct {
	// Scanned counts what was seen of each side.
	Scanned plan.Sides[scan.Progress]
	// Copied and ToCopy are bytes, Done and ToDo operations; ToCopy and ToDo are 0 until they are known.
	Copied, ToCopy, Done, ToDo atomic.Int64
}

func (p *Progress) scanned() *plan.Sides[scan.Progress] {
	if p == nil {
		return nil
	}
	return &p.Scanned
}
