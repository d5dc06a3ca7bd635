package trees

import (
	"treaty/apply/reach"
	"treaty/apply/volume"
	"treaty/plan"
)

// Free is how many bytes are free where a plan's trees are; 0 of one that is not there, or does not tell.
func Free(p *plan.Plan) plan.Sides[int64] {
	var free plan.Sides[int64]
	for _, side := range plan.BothSides {
		free[side] = freeAt(p.Snapshot(side).Root)
	}
	return free
}

func freeAt(root string) int64 {
	folder, err := reach.Store(root)
	if err != nil {
		return 0
	}
	defer folder.Close()
	changer, err := folder.Volume().Change("nothing", volume.Options{}) // which writes nothing
	if err != nil {
		return 0
	}
	space, err := changer.Space()
	if err != nil || space.Total == 0 {
		return 0
	}
	return space.Free
}
