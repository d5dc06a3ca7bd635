package ends

import (
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
)

// Seams let tests look in, and interfere. The zero value does neither.
type Seams struct {
	// Opened is shown each volume before it is probed and changed.
	Opened func(plan.Side, volume.Volume)
	// Probed may make less of what a volume was found to do.
	Probed func(plan.Side, *volume.Probed)
	// FAT declares a side's volume to be FAT-class.
	FAT plan.Sides[bool]
}

// NewEnd is an end whose volume was not probed yet. The seams are shown it.
func (s *Seams) NewEnd(side plan.Side, of *store.Store) *End {
	if s.Opened != nil {
		s.Opened(side, of.Volume())
	}
	return &End{Volume: of.Volume(), Side: side, Store: of}
}
