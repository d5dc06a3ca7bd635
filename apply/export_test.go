package apply

import (
	"treaty/apply/internal/disk"
	"treaty/plan"
)

// SetHook has hook offered every call that changes a tree while the plan is carried out.
func (r *Request) SetHook(hook func(plan.Side, disk.Call) error) { r.seams.hook = hook }

// SetProbed lets probed change what the probing of a volume found.
func (r *Request) SetProbed(probed func(plan.Side, *disk.Probed)) { r.seams.probed = probed }
