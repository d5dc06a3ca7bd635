package apply

import (
	"treaty/apply/internal/disk"
	"treaty/apply/internal/local"
	"treaty/apply/volume"
	"treaty/plan"
)

// SetHook has hook offered every call that changes a directory while the plan is carried out.
func (r *Request) SetHook(hook func(plan.Side, disk.Call) error) { r.seams.Opened = offering(hook) }

// offering gives a hook to the directories that it is shown; nil for none.
func offering(hook func(plan.Side, disk.Call) error) func(plan.Side, volume.Volume) {
	if hook == nil {
		return nil
	}
	return func(side plan.Side, v volume.Volume) {
		v.(*local.Volume).Hook = func(call disk.Call) error { return hook(side, call) }
	}
}

// SetProbed lets probed change what the probing of a volume found.
func (r *Request) SetProbed(probed func(plan.Side, *volume.Probed)) { r.seams.Probed = probed }

// SetHook has hook offered every call that changes a directory while it is settled.
func (r *Recovery) SetHook(hook func(plan.Side, disk.Call) error) { r.seams.Opened = offering(hook) }

// SetProbed lets probed change what the probing of a volume found.
func (r *Recovery) SetProbed(probed func(plan.Side, *volume.Probed)) { r.seams.Probed = probed }

// SetFAT declares the volumes of sides to be FAT-class.
func (r *Request) SetFAT(fat plan.Sides[bool]) { r.seams.FAT = fat }

// SetFAT declares the volumes of sides to be FAT-class.
func (r *Recovery) SetFAT(fat plan.Sides[bool]) { r.seams.FAT = fat }
