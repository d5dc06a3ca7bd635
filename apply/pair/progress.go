package pair

import (
	"sync/atomic"

	"treaty/plan"
	"treaty/plan/scan"
)

// Progress is what was done so far of making or applying a plan. It may be read at any time. A nil one is told nothing.
type Progress struct {
	// Scanned counts what was seen of each side, from the last time that its reading began, and Compared the bytes of
	// contents that were read for a plan.
	Scanned  plan.Sides[scan.Progress]
	Compared atomic.Int64
	// Copied and ToCopy are bytes, Done and ToDo operations; ToCopy and ToDo are 0 until they are known.
	Copied, ToCopy, Done, ToDo atomic.Int64
}

// ScanAnew counts what is seen, from nothing.
func (p *Progress) ScanAnew() *plan.Sides[scan.Progress] {
	if p == nil {
		return nil
	}
	for side := range p.Scanned {
		of := &p.Scanned[side]
		for _, count := range []*atomic.Int64{&of.Directories, &of.Files, &of.Bytes} {
			count.Store(0)
		}
	}
	return &p.Scanned
}

// CompareAnew counts the bytes that are read, from nothing.
func (p *Progress) CompareAnew() *atomic.Int64 {
	if p == nil {
		return nil
	}
	p.Compared.Store(0)
	return &p.Compared
}
