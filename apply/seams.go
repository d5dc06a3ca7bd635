package apply

import (
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
)

// seams let tests look in, and interfere. The zero value does neither.
type seams struct {
	// opened is shown each volume before it is probed and changed.
	opened func(plan.Side, volume.Volume)
	// probed may make less of what a volume was found to do.
	probed func(plan.Side, *volume.Probed)
	// fat declares a side's volume to be FAT-class.
	fat plan.Sides[bool]
}

// newEnd is an end whose volume was not probed yet. The seams are shown it.
func (s *seams) newEnd(side plan.Side, of *store.Store) *end {
	if s.opened != nil {
		s.opened(side, of.Volume())
	}
	return &end{Volume: of.Volume(), side: side, store: of}
}
